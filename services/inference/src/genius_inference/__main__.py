# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_inference`: the service on uvicorn with uvloop and httptools."""

from __future__ import annotations

from genius_common.serving import Drain, serve_draining
from genius_common.telemetry import configure_logging
from genius_inference.app import create_app
from genius_inference.settings import Settings


def main() -> None:
    settings = Settings()  # type: ignore[call-arg]  # from the environment
    configure_logging("inference", settings.log_level)
    drain = Drain(settings.drain.notice_s, settings.drain.open_s)
    serve_draining(create_app(settings), settings, drain)


if __name__ == "__main__":
    main()
