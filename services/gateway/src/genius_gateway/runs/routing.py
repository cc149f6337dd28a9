# SPDX-License-Identifier: EUPL-1.2
"""Routes that answer 503 while the database is away, instead of an internal error."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from genius_common.database_faults import DatabaseUnavailable
from genius_gateway.runs.repository import TRANSIENT


class DatabaseRoute(APIRoute):
    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except TRANSIENT as error:
                raise DatabaseUnavailable(retry_after=5) from error

        return answer
