# SPDX-License-Identifier: EUPL-1.2
"""One open shard of Qdrant Edge: the engine, who reads and who writes, and what is kept in memory of it."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import qdrant_edge as edge

from genius_retrieval.index.edge_filters import Outlines
from genius_retrieval.index.payload import unpacked
from genius_retrieval.index.terms import KeyedTerms

# Some 2.5 KB each.
_KEPT = 6_000


class Shard:
    """An open shard with its write lock and its term ids. `path` changes where an optimised copy takes its place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: Any = edge.EdgeShard.load(str(path))
        self.writing = threading.Lock()
        self.fresh = 0
        self.outlines = Outlines()
        self._terms = KeyedTerms()
        self._payloads: dict[UUID, dict[str, Any]] = {}
        self._readers, self._reading = Counter[int](), threading.Condition()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """The engine, which is not closed before this ends."""
        with self._reading:
            engine = self.engine
            self._readers[id(engine)] += 1
        try:
            yield engine
        finally:
            with self._reading:
                self._readers[id(engine)] -= 1
                self._reading.notify_all()

    def update(self, operation: Any) -> None:
        """Write; the caller holds `writing`."""
        try:
            self.engine.update(operation)
        finally:
            self.outlines.forget()
            # Who reads meanwhile keeps what it read in the dictionary that is gone.
            self._payloads = {}

    def replace(self, path: Path) -> None:
        """Go on with the copy at `path` and remove the older folder; the caller holds `writing`."""
        try:
            fresh, older, gone = edge.EdgeShard.load(str(path)), self.engine, self.path
        except BaseException:
            # The newest folder counts at the next start: one that is not written to must not stay.
            shutil.rmtree(path)
            raise
        with self._reading:
            self.engine, self.path, self.fresh = fresh, path, 0
            self._reading.wait_for(lambda: not self._readers[id(older)])
        older.close()
        shutil.rmtree(gone)

    def vector(self, key: bytes, terms: Mapping[str, float]) -> Any:
        indices, values = self._terms.weights(key, terms)
        return edge.SparseVector(indices=indices, values=values)

    def payloads(self, points: Sequence[UUID]) -> list[tuple[UUID, dict[str, Any]]]:
        """`unpacked`, of the points that are there; still sealed, those that were read last are kept in memory.

        The engine takes longer to bring payloads from the disk than the rest of the search to open and look at them.
        """
        known = self._payloads
        missing = [point for point in points if point not in known]
        if missing:
            with self.reading() as engine:
                records = engine.retrieve(missing, with_payload=True, with_vector=False)
            for record in records:
                # Each look at `id` or `payload` makes it anew.
                known[record.id] = unpacked(record.payload)
        found = [(point, payload) for point in points if (payload := known.get(point)) is not None]
        if len(known) > _KEPT:
            for point in list(known)[: _KEPT // 10]:
                # Another thread may have removed it first.
                known.pop(point, None)
        return found
