# SPDX-License-Identifier: EUPL-1.2
"""Filters in the types of Qdrant Edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import qdrant_edge as edge

from genius_retrieval.index.filters import access_filter, hidden_filter, outline_filter
from genius_retrieval.index.port import Access

_KEPT = 1_000
# What a thousand accesses may name of documents for the memory's sake; of longer ones it is counted each time.
_NAMED = 200


class EdgeDialect:
    def equals(self, key: str, value: str) -> Any:
        return edge.FieldCondition(key, match=edge.MatchValue(value))

    def any_of(self, key: str, values: Sequence[str]) -> Any:
        return edge.FieldCondition(key, match=edge.MatchAny(list(values)))

    def points(self, identifiers: Sequence[UUID]) -> Any:
        return edge.HasIdCondition(set(identifiers))

    def every(self, conditions: Sequence[Any], none_of: Sequence[Any] = ()) -> Any:
        return edge.Filter(must=list(conditions), must_not=list(none_of) or None)

    def either(self, conditions: Sequence[Any]) -> Any:
        return edge.Filter(should=list(conditions))


EDGE = EdgeDialect()


class Outlines:
    """Which accesses are told by their outline alone, counted once and forgotten with each write of the shard.

    The engine looks at a filter's conditions for each point and anew for the IDF of each list. Where the outline holds
    no point that is not permitted (one count tells), it says the same in a quarter of the time.
    """

    def __init__(self) -> None:
        self._known: dict[Access, bool] = {}

    def forget(self) -> None:
        """After each write. Who counted meanwhile keeps it in the dictionary that is gone."""
        self._known = {}

    def permitted(self, engine: Any, access: Access) -> Any:
        """The filter with the fewest conditions that matches exactly what `access` permits."""
        outline = outline_filter(EDGE, access)
        if outline is None:
            return access_filter(EDGE, access)
        known = self._known
        whole = known.get(access)
        if whole is None:
            hidden = edge.CountRequest(exact=True, filter=hidden_filter(EDGE, access))
            whole = not engine.count(hidden)
            if len(access.documents or ()) <= _NAMED:
                known[access] = whole
            if len(known) > _KEPT:
                # Another thread may have removed it first.
                known.pop(next(iter(known)), None)
        return outline if whole else access_filter(EDGE, access)
