# SPDX-License-Identifier: EUPL-1.2
"""Start the service: `python -m genius_modules`."""

from __future__ import annotations

import os

import uvicorn

from genius_common.telemetry import configure_logging
from genius_modules.app import create_app
from genius_modules.settings import Settings

KEEP_ALIVE_S = 75  # longer than the 30 s of our clients, so that they never write to a closing connection


def main() -> None:
    # langchain-core would send prompts to a tracing service if somebody's environment asks for it; never here.
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        os.environ[name] = "false"
    settings = Settings()  # type: ignore[call-arg]  # from the environment
    configure_logging("modules", settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
