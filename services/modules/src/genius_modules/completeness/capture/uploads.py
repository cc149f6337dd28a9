# SPDX-License-Identifier: EUPL-1.2
"""Files of a run as retrieval hands them on, with the token of the run."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.retrieval import DocumentState
from genius_modules.context import RunContext
from genius_modules.errors import FileNotReady

_POLL_FIRST_S, _POLL_MAX_S = 0.15, 1.5


class Uploads:
    """`reading.Files` of one run. A file that failed is told as such: it stops no other (unlike `ReadyFiles`)."""

    def __init__(self, ctx: RunContext) -> None:
        self._ctx = ctx
        self._until = time.monotonic() + ctx.file_wait_s

    async def state(self, file: UUID) -> DocumentState:
        """Waits until it is read. Raises: NotFound for a foreign or unknown file, FileNotReady after the patience."""
        pause = _POLL_FIRST_S
        while True:
            state = await self._ctx.retrieval.file_state(await self._ctx.token(), file)
            if state.state in {"ready", "failed"}:
                return state
            if time.monotonic() > self._until:
                raise FileNotReady(f"„{state.name}“ wird noch verarbeitet. Bitte versuchen Sie es später erneut.")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _POLL_MAX_S)

    async def layout(self, file: UUID) -> DocumentLayout:
        return await self._ctx.retrieval.file_layout(await self._ctx.token(), file)
