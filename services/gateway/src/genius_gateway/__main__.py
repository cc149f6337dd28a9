# SPDX-License-Identifier: EUPL-1.2
"""`python -m genius_gateway` serves; `migrate`, `authorities …`, `keys …` and `models …` are for operators."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import uvicorn
import uvloop
from pydantic import ValidationError
from typing_extensions import override

from genius_common.telemetry import configure_logging
from genius_gateway import commands as operators
from genius_gateway.app import create_app
from genius_gateway.migrate import upgrade
from genius_gateway.settings import Settings
from genius_gateway.site.ui_config import UiConfigInvalid


class _Inner(uvicorn.Server):
    """Ends with the public server, which alone listens to signals."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _owner_url(settings: Settings) -> str:
    url = settings.database.migration_url
    if url is None:
        sys.exit("GENIUS_GATEWAY_DATABASE__MIGRATION_URL is needed for this command")
    return url.get_secret_value()


def _server_options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": True,
        "proxy_headers": settings.trusted_proxies is not None,
        "forwarded_allow_ips": settings.trusted_proxies or "",
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": 3,
        "h11_max_incomplete_event_size": 65_536,
    }


async def _serve(settings: Settings) -> None:
    app = create_app(settings)
    options = _server_options(settings)
    public = uvicorn.Server(uvicorn.Config(app, port=settings.port, lifespan="on", **options))
    if settings.internal_port is None:
        await public.serve()
        return
    inner = _Inner(uvicorn.Config(app.internal, port=settings.internal_port, lifespan="off", **options))
    inner_task = asyncio.create_task(inner.serve())
    try:
        await public.serve()
    finally:
        inner.should_exit = True
        await inner_task


def main() -> None:
    parser = argparse.ArgumentParser(prog="genius_gateway")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="bring the database to this version")
    operators.add_parsers(commands)
    arguments = parser.parse_args()
    try:
        settings = Settings()  # type: ignore[call-arg]  # from the environment
    except ValidationError as error:
        sys.exit(f"settings of the gateway: {error}")
    configure_logging("gateway", settings.log_level)
    if arguments.command == "migrate":
        upgrade(_owner_url(settings))
    elif arguments.command in {"authorities", "keys", "models"}:
        sys.exit(operators.run(settings, arguments))
    else:
        try:
            uvloop.run(_serve(settings))
        except UiConfigInvalid as error:
            sys.exit(f"settings of the gateway: {error}")


if __name__ == "__main__":
    main()
