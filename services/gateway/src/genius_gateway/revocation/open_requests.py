# SPDX-License-Identifier: EUPL-1.2
"""Requests that are being answered, by who asked: a stream does not outlive the rights that it was opened with.

They are known by the subject and, in a browser, by the session.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID


class OpenRequests:
    """`holding` around a request; `end` and `end_session` cancel what is open, whatever it waits for."""

    def __init__(self) -> None:
        self._open: dict[UUID | str, set[asyncio.Task[object]]] = defaultdict(set)
        self._ended: set[asyncio.Task[object]] = set()

    @contextmanager
    def holding(self, actors: Collection[UUID], session: str | None = None) -> Iterator[None]:
        """`actors`: the person, application or API token whose rights the request has."""
        task = asyncio.current_task()
        assert task is not None, "requests run in tasks"
        names: list[UUID | str] = [*actors, *([session] if session is not None else [])]
        for name in names:
            self._open[name].add(task)
        try:
            yield
        finally:
            for name in names:
                self._open[name].discard(task)
                if not self._open[name]:
                    del self._open[name]

    def spare(self, subject: UUID) -> None:
        """The current request is what ends the rights of `subject`; it is answered to its end."""
        self._open.get(subject, set()).discard(asyncio.current_task())

    def end(self, subject: UUID, _at: float) -> None:
        self._cancel(self._open.get(subject, set()))

    def end_session(self, session: str) -> None:
        """All but the current request, which is what ends the session."""
        self._cancel(self._open.get(session, set()) - {asyncio.current_task()})

    def _cancel(self, tasks: Iterable[asyncio.Task[object] | None]) -> None:
        for task in [task for task in tasks if task is not None]:
            self._ended.add(task)
            task.cancel()

    def was_ended(self) -> bool:
        """Whether the current request was cancelled by `end`, and not because its client left."""
        task = asyncio.current_task()
        if task is None or task not in self._ended:
            return False
        self._ended.discard(task)
        return True
