# SPDX-License-Identifier: EUPL-1.2
"""The HTTP side of following: server-sent events with heartbeats, or the wait for the end."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.responses import Response
from typing_extensions import override

from genius_common import sse
from genius_common.web import Receive, Scope, Send
from genius_gateway.runs.follow import Follower

_LOOK_S = 1.0


class EventStream(Response):
    """Sends a run's events until the final one; ends early where the client is gone or the process stops."""

    def __init__(
        self, following: AbstractAsyncContextManager[Follower], stopping: asyncio.Event, headers: dict[str, str]
    ) -> None:
        super().__init__(headers={**sse.HEADERS, **headers})
        self._following = following
        self._stopping = stopping
        self._extra = {**sse.HEADERS, **headers}
        self._gone = asyncio.Event()

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._following as follower:
            watcher = asyncio.create_task(_watch(receive, self._gone))
            try:
                await send(self._head())
                await self._relay(follower, send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                watcher.cancel()

    def _head(self) -> dict[str, Any]:
        headers = [(b"content-type", sse.CONTENT_TYPE.encode())]
        headers += [(name.encode(), value.encode()) for name, value in self._extra.items()]
        return {"type": "http.response.start", "status": 200, "headers": headers}

    async def _relay(self, follower: Follower, send: Send) -> None:
        silent = 0.0
        while not (follower.ended or self._gone.is_set() or self._stopping.is_set()):
            events = await follower.next(_LOOK_S)
            silent = 0.0 if events else silent + _LOOK_S
            if events:
                await _body(send, b"".join(event.frame() for event in events))
            elif silent >= sse.HEARTBEAT_SECONDS:
                silent = 0.0
                await _body(send, sse.HEARTBEAT)


async def wait_for_end(follower: Follower, receive: Receive, stopping: asyncio.Event) -> bool:
    """Follow until the final event; False if the client went away or the process stops before."""
    gone = asyncio.Event()
    watcher = asyncio.create_task(_watch(receive, gone))
    try:
        while not (follower.ended or gone.is_set() or stopping.is_set()):
            await follower.next(_LOOK_S)
    finally:
        watcher.cancel()
    return follower.ended


async def _watch(receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


async def _body(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
