# SPDX-License-Identifier: EUPL-1.2
"""Requests that are being answered, by who asked: a stream does not outlive the rights that it was opened with."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class OpenRequests:
    """`holding` around a request; `end` cancels those of a subject, whatever they wait for."""

    def __init__(self) -> None:
        self._open: dict[UUID, set[asyncio.Task[object]]] = defaultdict(set)
        self._ended: set[asyncio.Task[object]] = set()

    @contextmanager
    def holding(self, subject: UUID) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None, "requests run in tasks"
        mine = self._open[subject]
        mine.add(task)
        try:
            yield
        finally:
            mine.discard(task)
            if not mine:
                self._open.pop(subject, None)

    def spare(self, subject: UUID) -> None:
        """The current request is what ends the rights of `subject`; it is answered to its end."""
        self._open.get(subject, set()).discard(asyncio.current_task())

    def end(self, subject: UUID, _at: float) -> None:
        for task in self._open.get(subject, set()).copy():
            self._ended.add(task)
            task.cancel()

    def was_ended(self) -> bool:
        """Whether the current request was cancelled by `end`, and not because its client left."""
        task = asyncio.current_task()
        if task is None or task not in self._ended:
            return False
        self._ended.discard(task)
        return True
