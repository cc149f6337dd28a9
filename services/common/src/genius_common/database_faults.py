# SPDX-License-Identifier: EUPL-1.2
"""A database that is away is a 503 that says to try again, on every route and never a defect of ours."""

from __future__ import annotations

import structlog
from fastapi import FastAPI
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import Response

from genius_common.errors import Unavailable
from genius_common.web import ProblemResponse, request_id

log = structlog.get_logger(__name__)

DATABASE_FAULTS = (OperationalError, InterfaceError, InternalError, PendingRollbackError, PoolTimeout)
"""What SQLAlchemy raises when PostgreSQL is away, restarts, or dies in the middle of a transaction."""


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"
    title = "Datenbank nicht erreichbar"
    default_detail = "Die Datenbank ist zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut."


def map_database_faults(app: FastAPI) -> None:
    """Answer `DATABASE_FAULTS` of any endpoint of `app` with `DatabaseUnavailable`."""

    async def away(request: Request, error: Exception) -> Response:
        log.error("database not available", error=type(error).__name__, request_id=request_id(request.scope))
        return ProblemResponse(DatabaseUnavailable(retry_after=5), request_id(request.scope))

    for kind in DATABASE_FAULTS:
        app.add_exception_handler(kind, away)
