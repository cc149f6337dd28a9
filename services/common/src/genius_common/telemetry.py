# SPDX-License-Identifier: EUPL-1.2
"""Logs as JSON lines on stderr without content, and the Prometheus exposition."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import Response

LOG_FIELDS = frozenset({
    "timestamp", "level", "service", "message", "request_id",
    # What was done, by whom, to what: codes, pseudonyms and ids, never names.
    "error", "code", "where", "reason", "outcome", "action", "kind", "object", "subject", "application", "api_token",
    "client", "run", "job", "task", "module", "document", "collection", "table", "column", "path", "version",
    # Numbers and times.
    "status", "attempt", "sessions", "deleted", "records", "oldest", "retry_in", "exit_code",
})  # fmt: skip
"""All fields that a log line may have; any other is left out and counted in `left_out` (LOG-01)."""
LONGEST_VALUE = 500
"""Characters. Container runtimes cut lines at 16 KiB, and half a line is no JSON object any more (LOG-02)."""


def _without_foreign_text(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Type and place of an exception instead of its text, which may hold content (LOG-01)."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        last = next(reversed(traceback.extract_tb(error.__traceback__)), None)
        event["error"] = type(error).__name__
        event["where"] = f"{last.filename}:{last.lineno}" if last else ""
    record = event.get("_record")
    if record is not None and record.name == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]  # then the exception's representation follows
    return event


def _listed(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Listed fields alone, each a number or a short text; of other values the type, since they may show content."""
    kept = {name: _plain(value) for name, value in event.items() if name in LOG_FIELDS}
    if left_out := len(event) - len(kept):
        kept["left_out"] = left_out
    return kept


def _plain(value: Any) -> str | float | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value) if isinstance(value, str | UUID | dt.date) else type(value).__name__
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def configure_logging(service: str, level: str) -> None:
    """One pipeline for structlog and stdlib loggers: one event, one JSON line (LOG-02), UTC."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _without_foreign_text,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("message"),
                _listed,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Access lines hold paths with ids and cost 6 µs each; metrics count requests instead.
    logging.getLogger("uvicorn.access").disabled = True
    # The same of each call to a Qdrant server, whose client writes a line for it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def metrics_response(registry: CollectorRegistry) -> Response:
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


def metrics_endpoint(registry: CollectorRegistry) -> Callable[[Request], Awaitable[Response]]:
    """A route handler that exposes `registry`."""

    async def metrics(_: Request) -> Response:
        return metrics_response(registry)

    return metrics
