# SPDX-License-Identifier: EUPL-1.2
"""One question for many who ask the same at once: what a cache forgets is not asked again by every request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SingleFlight(Generic[Key, Value]):
    """Nothing is kept: the next call after an answer asks anew."""

    def __init__(self) -> None:
        self._asked: dict[Key, asyncio.Task[Value]] = {}

    async def do(self, key: Key, ask: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The answer or failure of `ask`, which runs once for all that wait; one who leaves disturbs no other."""
        task = self._asked.get(key)
        if task is None:
            task = asyncio.create_task(ask())
            self._asked[key] = task
            task.add_done_callback(lambda done: self._over(key, done))
        return await asyncio.shield(task)

    def _over(self, key: Key, done: asyncio.Task[Value]) -> None:
        del self._asked[key]
        if not done.cancelled():
            done.exception()  # taken here too: perhaps nobody waits any more
