# SPDX-License-Identifier: EUPL-1.2
"""Work that a gateway process repeats by the clock while it runs: checkpoints, retention, refusals taken over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable


@contextlib.asynccontextmanager
async def periodically(work: Callable[[], Awaitable[object]], seconds: float) -> AsyncIterator[None]:
    """Await `work` every `seconds` while the context is open, the first time after that long.

    `work` handles the faults that a next time may get over; any other ends the repetition.
    """

    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds)
            await work()

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
