# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_stack.identity`."""

import uvicorn

from genius_common.telemetry import configure_logging
from genius_stack.identity.app import create_app
from genius_stack.identity.settings import Settings


def main() -> None:
    settings = Settings()  # type: ignore[call-arg]  # values come from the environment
    configure_logging("identity", settings.log_level)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
