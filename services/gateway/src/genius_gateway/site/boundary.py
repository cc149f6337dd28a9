# SPDX-License-Identifier: EUPL-1.2
"""The outermost layer: counts requests, and lets no exception reach the server's log, whose text may hold content."""

from __future__ import annotations

import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from genius_common.errors import PlatformError
from genius_common.web import ASGIApp, Message, ProblemResponse, Receive, Scope, Send, request_id

log = structlog.get_logger(__name__)
_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


class BoundaryMiddleware:
    """Metrics by action of the policy table and status; nothing of persons, paths or ids is a label."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._requests = Counter(
            "genius_gateway_requests_total", "Requests by action and status", ["action", "status"], registry=registry
        )
        self._seconds = Histogram(
            "genius_gateway_first_byte_seconds",
            "From the request to the start of the answer",
            ["action"],
            buckets=_BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        started = False

        async def counted(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                action = scope.get("state", {}).get("action", "none")
                self._requests.labels(action, message["status"]).inc()
                self._seconds.labels(action).observe(time.perf_counter() - begin)
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception as error:  # noqa: BLE001 - last boundary: the text of a foreign error may hold content (LOG-01)
            # What the framework has answered it raises again; then there is nothing left to do.
            if not started:
                log.error("unexpected error", error=type(error).__name__, request_id=request_id(scope))
                await ProblemResponse(PlatformError(), request_id(scope))(scope, receive, counted)
