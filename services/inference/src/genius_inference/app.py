# SPDX-License-Identifier: EUPL-1.2
"""Assembly: the hot routes as raw ASGI in front, FastAPI for health, metrics and everything unknown."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import JSONResponse

from genius_common.auth import Authenticator
from genius_common.errors import Unavailable
from genius_common.http import create_session
from genius_common.telemetry import metrics_endpoint
from genius_common.tokens import TokenVerifier
from genius_common.upstream.client import UpstreamClient
from genius_common.upstream.routes import RawRoutes
from genius_common.web import ASGIApp, Message, Receive, RequestIdMiddleware, Scope, Send, install
from genius_inference.catalogue import Catalogue
from genius_inference.errors import RouterEnds
from genius_inference.fair_queue.gate import Gate
from genius_inference.hotpath import HotPath, Parts
from genius_inference.metering import Metering
from genius_inference.metrics import Metrics
from genius_inference.replicas.replica import Replica
from genius_inference.replicas.watch import Reports
from genius_inference.settings import Settings
from genius_inference.stops import Stops

AUDIENCE = "inference"


class Application:
    """The ASGI application of inference; build it with `create_app`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hot: RawRoutes | None = None
        self._catalogue: Catalogue | None = None
        self.replicas: list[Replica] = []
        self._authenticator: Authenticator | None = None
        self.gate: Gate | None = None
        self._stops: Stops | None = None
        self._draining = False
        self._registry = CollectorRegistry()
        rest = FastAPI(title="Genius inference", lifespan=self._lifespan, docs_url=None, redoc_url=None)
        install(rest)
        rest.add_api_route("/health/live", self._live, include_in_schema=False)
        rest.add_api_route("/health/ready", self._ready, include_in_schema=False)
        rest.add_api_route("/load", self._load, include_in_schema=False)
        rest.add_route("/metrics", metrics_endpoint(self._registry), include_in_schema=False)
        self._rest: ASGIApp = RequestIdMiddleware(rest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._draining and scope["type"] == "http":
            send = _ending_connection(send)
        hot = self._hot
        if hot is not None and scope["type"] == "http" and hot.serves(scope["path"]):
            await hot(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    def drain(self) -> None:
        """See `genius_common.serving.Draining`: not ready any more, and no connection is kept."""
        self._draining = True

    def cut(self) -> None:
        """Open answers end with a typed error, before the server would cut them without a word (REL-04)."""
        if self._stops is not None:
            self._stops.end_all(RouterEnds(retry_after=1))

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        settings = self._settings
        session = create_session()
        verifier = TokenVerifier(AUDIENCE, settings.tenant)
        metrics = Metrics(self._registry)
        clock = asyncio.get_running_loop().time
        gate = self.gate = Gate(settings.queue, clock)
        metrics.in_flight.set_function(lambda: float(gate.in_flight))
        metrics.waiting.set_function(lambda: float(gate.waiting))
        self.replicas = _replicas(settings, clock)
        for replica in self.replicas:
            metrics.watch(replica)
        self._authenticator = Authenticator(session, settings.jwks_url, verifier)
        highest, single = settings.highest_class, settings.protection.models
        self._catalogue = Catalogue(self.replicas, settings.upstream, highest, single, gate.offer, own=settings.models)
        stops = self._stops = Stops(self._authenticator, clock)
        metrics.stops_age.set_function(lambda: stops.age)
        metering = Metering(session, settings.jwks_url)
        parts = Parts(
            authenticator=self._authenticator,
            catalogue=self._catalogue,
            gate=gate,
            metrics=metrics,
            stops=stops,
            metering=metering,
        )
        self._hot = HotPath(settings, parts).routes
        reports = Reports(settings.upstream.report_s)
        watchers = [
            asyncio.create_task(work)
            for work in (self._catalogue.keep_fresh(), reports.keep_fresh(self.replicas), stops.keep_fresh())
            if self.replicas
        ]
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            for watcher in watchers:
                watcher.cancel()
            reports.close()
            for replica in self.replicas:
                replica.client.close()
            await metering.close()
            await session.close()

    async def _live(self) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def _ready(self) -> JSONResponse:
        """Ready also without a model: the platform works on, degraded, and says so."""
        if self._draining:
            return JSONResponse({"status": "draining", "checks": {}}, status_code=503)
        catalogue = self._catalogue
        if catalogue is None or not catalogue.configured:
            return JSONResponse({"status": "degraded", "checks": {"model": "degraded"}})
        state = "ok" if catalogue.all() else "down"
        return JSONResponse({"status": "ok" if state == "ok" else "degraded", "checks": {"model": state}})

    async def _load(self, request: Request) -> JSONResponse:
        """Requests at the models, for the gateway alone: `{"in_flight", "limit", "waiting", "authorities": {id: n}}`.

        Needs the scope `maintenance`, which is in no user's and no application's token.
        """
        gate = self.gate
        if self._authenticator is None or gate is None:
            raise Unavailable(retry_after=1)
        principal = await self._authenticator.principal(request.headers.get("authorization"))
        principal.require_scope("maintenance")
        return JSONResponse(
            {
                "in_flight": gate.in_flight,
                "limit": gate.slots,
                "waiting": gate.waiting,
                "authorities": gate.by_authority(),
            }
        )


def _ending_connection(send: Send) -> Send:
    """Answers that tell the client to use this connection no more."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return sending


def _replicas(settings: Settings, clock: Callable[[], float]) -> list[Replica]:
    upstream = settings.upstream
    headers = {}
    if upstream.api_key is not None:
        headers["authorization"] = f"Bearer {upstream.api_key.get_secret_value()}"
    return [Replica(url, UpstreamClient(url, headers=headers), upstream.slots, clock) for url in upstream.urls]


def create_app(settings: Settings) -> Application:
    """The service as ASGI application; it connects to nothing before its lifespan starts."""
    return Application(settings)
