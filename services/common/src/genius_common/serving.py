# SPDX-License-Identifier: EUPL-1.2
"""How an inner service listens."""

from __future__ import annotations

from typing import Any

import uvicorn

from genius_common.settings import ServiceSettings

# Longer than the 30 s of our clients, so that they never write to a closing connection.
KEEP_ALIVE_S = 75


def serve(app: Any, settings: ServiceSettings) -> None:
    """Serve the ASGI application `app` until a signal ends the process; open requests get 10 s then."""
    uvicorn.run(
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
        timeout_graceful_shutdown=10,
    )
