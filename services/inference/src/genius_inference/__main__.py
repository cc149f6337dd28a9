# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_inference`: the service on uvicorn with uvloop and httptools."""

from __future__ import annotations

import uvicorn

from genius_common.telemetry import configure_logging
from genius_inference.app import create_app
from genius_inference.settings import Settings

KEEP_ALIVE_S = 75


def main() -> None:
    settings = Settings()  # type: ignore[call-arg]  # from the environment
    configure_logging("inference", settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
