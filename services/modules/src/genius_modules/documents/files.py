# SPDX-License-Identifier: EUPL-1.2
"""Files of a run: wait until they are parsed, and say in the reader's words why one can't be used."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from genius_common.contracts.retrieval import DocumentState
from genius_common.events import Event, Status
from genius_modules.context import RunContext
from genius_modules.errors import FileFailed, FileNotReady

_POLL_FIRST_S = 0.15
_POLL_MAX_S = 1.5


class ReadyFiles:
    """Waits for files; `states` is filled when `wait` has ended."""

    def __init__(self, ctx: RunContext, files: Sequence[UUID]) -> None:
        self._ctx = ctx
        self._files = list(dict.fromkeys(files))
        self.states: list[DocumentState] = []

    async def wait(self) -> AsyncGenerator[Event, None]:
        """Yield `status parsing` while there is something to wait for.

        Raises `FileFailed` with retrieval's reason, `NotFound` for a foreign or unknown file, `FileNotReady` at the end
        of the patience.
        """
        until = time.monotonic() + self._ctx.file_wait_s
        for file in self._files:
            pause, told = _POLL_FIRST_S, False
            while (state := await self._state(file)).state != "ready":
                if time.monotonic() > until:
                    raise FileNotReady(f"„{state.name}“ wird noch verarbeitet. Bitte versuchen Sie es später erneut.")
                if not told:
                    yield Status(phase="parsing", detail=state.name)
                    told = True
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, _POLL_MAX_S)
            self.states.append(state)

    async def _state(self, file: UUID) -> DocumentState:
        state = await self._ctx.retrieval.file_state(await self._ctx.token(), file)
        if state.state == "failed":
            reason = state.reason.detail if state.reason else "Der Inhalt ließ sich nicht lesen."
            raise FileFailed(f"„{state.name}“ kann nicht verwendet werden: {reason}")
        return state
