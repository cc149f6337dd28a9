# SPDX-License-Identifier: EUPL-1.2
"""The HTTP answer of a run: server-sent events, heartbeats, and cancellation when the client is gone."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from typing_extensions import override

from genius_common import sse
from genius_common.web import Receive, Scope, Send
from genius_modules.runner import ActiveRun, frame


class RunResponse(Response):
    """Sends what the run produces. Starlette's own streaming notices a lost client only at the next send."""

    def __init__(self, active: ActiveRun, heartbeat_s: float) -> None:
        super().__init__(headers=sse.HEADERS)
        self._active = active
        self._heartbeat_s = heartbeat_s

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watcher = asyncio.create_task(self._watch(receive))
        try:
            await send(self._start())
            while (chunk := await self._next()) is not None:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watcher.cancel()
            if not self._active.ended.is_set():
                self._active.cancel()

    def _start(self) -> dict[str, Any]:
        headers = [(b"content-type", sse.CONTENT_TYPE.encode())]
        headers += [(name.encode(), value.encode()) for name, value in sse.HEADERS.items()]
        return {"type": "http.response.start", "status": 200, "headers": headers}

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._active.cancel()

    async def _next(self) -> bytes | None:
        """All frames that are ready (one write for many small pieces), a heartbeat in silence, None at the end."""
        try:
            async with asyncio.timeout(self._heartbeat_s):
                events = await self._active.take()
        except TimeoutError:
            return sse.HEARTBEAT
        return b"".join(map(frame, events)) or None
