# SPDX-License-Identifier: EUPL-1.2
"""How an inner service listens, and how it ends without breaking what it is answering (REL-02)."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any, Protocol

import uvicorn
from typing_extensions import override

from genius_common.settings import ServiceSettings

# Longer than the 30 s of our clients, so that they never write to a closing connection.
KEEP_ALIVE_S = 75
GRACE_S = 10
_LOOK_S = 0.1
_SETTLE_S = 0.3
_CUT_BEFORE_S = 1.0


@dataclass(frozen=True, slots=True)
class Drain:
    """After SIGTERM: `notice_s` seconds in which all goes on but says that it ends, then `open_s` for open answers."""

    notice_s: float
    open_s: int


class Draining(Protocol):
    """An application that wants to know of its end."""

    def drain(self) -> None:
        """The end has begun: say so, also to each client that keeps its connection."""

    def cut(self) -> None:
        """What is open now won't be finished: end it with an error that says so."""


class DrainingServer(uvicorn.Server):
    """A second signal ends it at once, as ever."""

    def __init__(self, config: uvicorn.Config, app: Draining, drain: Drain) -> None:
        super().__init__(config)
        self._app = app
        self._drain = drain

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._app.drain()
        over = loop.time() + self._drain.notice_s
        while loop.time() < over and not self.force_exit:  # noqa: ASYNC110 - uvicorn tells it by a flag alone
            await asyncio.sleep(_LOOK_S)
        for server in self.servers:
            server.close()
        # A busy loop reads late: uvicorn closes a connection whose request has come but was not read yet.
        await asyncio.sleep(_SETTLE_S)
        cutting = loop.call_later(max(self._drain.open_s - _CUT_BEFORE_S, 0), self._app.cut)
        await super().shutdown(sockets)
        cutting.cancel()


def _config(app: Any, settings: ServiceSettings, open_s: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody but our own services calls, and no address of a caller is looked at
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=open_s,
    )


def serve(app: Any, settings: ServiceSettings) -> None:
    """Serve the ASGI application `app` until a signal ends the process; open requests get 10 s then."""
    uvicorn.Server(_config(app, settings, GRACE_S)).run()


def serve_draining(app: Any, settings: ServiceSettings, drain: Drain) -> None:
    """The same for an `app` that is `Draining`, with times of its own."""
    DrainingServer(_config(app, settings, drain.open_s), app, drain).run()
