# SPDX-License-Identifier: EUPL-1.2
"""The scripted server on a thread of its own, for tests of any kind."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

from genius_inference.testing.server import Record, ScriptedServer


class RunningServer:
    """A started server; all methods may be called from any thread."""

    def __init__(self, server: ScriptedServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop

    @property
    def url(self) -> str:
        return self._server.url

    def script(self, *turns: str, **values: Any) -> None:
        """See `ScriptedServer.script`."""
        self._server.script(*turns, **values)

    def log(self) -> list[Record]:
        """Requests so far, oldest first."""
        return list(self._server.records)

    def clear(self) -> None:
        """Forget the log and the script."""
        self._server.records.clear()
        self._server.script()

    def stop(self) -> None:
        """Stop listening and cut what is open, before the block ends."""
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(5)

    def wait_for_requests(self, count: int, seconds: float = 5.0) -> None:
        """Return once `count` requests have come in all; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while len(self._server.records) < count:
            if time.monotonic() > deadline:
                raise TimeoutError("fewer requests came")
            time.sleep(0.001)

    def wait_for_departure(self, seconds: float = 5.0) -> Record:
        """The last request, once its client has left; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._server.records and self._server.records[-1].client_left_after is not None:
                return self._server.records[-1]
            time.sleep(0.001)
        raise TimeoutError("the client is still there")


@contextlib.contextmanager
def scripted_server(server: ScriptedServer | None = None, *, port: int = 0) -> Iterator[RunningServer]:
    """Run a server until the block ends."""
    server = server or ScriptedServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="scripted-model", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(port), loop).result(5)
        yield RunningServer(server, loop)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
