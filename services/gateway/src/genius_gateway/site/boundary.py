# SPDX-License-Identifier: EUPL-1.2
"""The outermost layer: counts requests, and lets no exception reach the server's log, whose text may hold content."""

from __future__ import annotations

import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.requests import ClientDisconnect

from genius_common.errors import PlatformError
from genius_common.web import ASGIApp, Message, Receive, Scope, Send, request_id
from genius_gateway.site.refusal import refuse

log = structlog.get_logger(__name__)
_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


class RequestMetrics:
    """Metrics by action of the policy table and status; nothing of persons, paths or ids is a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
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
        # To look a series up by its labels costs more than to count.
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def started(self, scope: Scope, status: int, seconds: float) -> None:
        """An answer began `seconds` after its request."""
        action = scope.get("state", {}).get("action", "none")
        found = self._series.get((action, status))
        if found is None:
            found = self._requests.labels(action, status), self._seconds.labels(action)
            self._series[action, status] = found
        found[0].inc()
        found[1].observe(seconds)


class BoundaryMiddleware:
    """`metrics` are those of the public port; the inner one has none of its own."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics | None = None) -> None:
        self._app = app
        self._metrics = metrics

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
                if self._metrics is not None:
                    self._metrics.started(scope, message["status"], time.perf_counter() - begin)
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except Exception as error:  # noqa: BLE001 - last boundary: the text of a foreign error may hold content (LOG-01)
            # What the framework has answered it raises again; then there is nothing left to do.
            if not started:
                log.error("unexpected error", error=type(error).__name__, request_id=request_id(scope))
                await refuse(PlatformError(), scope, receive, counted)
