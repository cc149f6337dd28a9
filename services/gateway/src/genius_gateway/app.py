# SPDX-License-Identifier: EUPL-1.2
"""Assembly of the gateway: middleware, routers, lifespan. Nothing is decided here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.responses import Response

from genius_common.database_faults import map_database_faults
from genius_common.errors import Unavailable
from genius_common.unreadable import UNREADABLE_VALUES
from genius_common.web import (
    ASGIApp,
    BodyLimitMiddleware,
    Receive,
    RequestIdMiddleware,
    Scope,
    Send,
    install,
)
from genius_gateway import health, internal
from genius_gateway.administration import endpoints as administration
from genius_gateway.api_tokens import endpoints as api_tokens
from genius_gateway.assembly import open_state
from genius_gateway.audit import endpoints as audit
from genius_gateway.audit import inspection
from genius_gateway.auth import endpoints as auth
from genius_gateway.auth.gate import AuthGate
from genius_gateway.callbacks import endpoints as callbacks
from genius_gateway.case_versions import endpoints as case_versions
from genius_gateway.cases import endpoints as cases
from genius_gateway.conversations import endpoints as conversations
from genius_gateway.documents import endpoints as documents
from genius_gateway.documents import quarantine
from genius_gateway.documents import search_endpoints as search
from genius_gateway.house_style import endpoints as house_style
from genius_gateway.knowledge_bases import endpoints as knowledge_bases
from genius_gateway.knowledge_bases import share_endpoints as shares
from genius_gateway.model_path import ModelPath
from genius_gateway.modules import endpoints as modules
from genius_gateway.openapi import OpenApiDocument, operation_id
from genius_gateway.operation import endpoints as operation
from genius_gateway.operation import figures
from genius_gateway.operation import stop_endpoints as model_stops
from genius_gateway.operation.backlog import EVERY_S, Backlog
from genius_gateway.persons import endpoints as persons
from genius_gateway.policy.evaluate import Policy
from genius_gateway.retention import endpoints as holds
from genius_gateway.retrieval_log import endpoints as retrieval_log
from genius_gateway.retrieval_log.binding import CaseBinding
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.retrieval_log.watch import RetrievalWatch
from genius_gateway.revocation.permission import RunPermission
from genius_gateway.runs import assembly as run_assembly
from genius_gateway.runs import endpoints as runs
from genius_gateway.runs import export_endpoints as run_exports
from genius_gateway.settings import Settings
from genius_gateway.site.boundary import BoundaryMiddleware, RequestMetrics
from genius_gateway.site.headers import SecurityHeadersMiddleware, TrustedHostMiddleware
from genius_gateway.site.ui_config import read_ui_config
from genius_gateway.site.webui import WebUi
from genius_gateway.snapshots import endpoints as snapshots
from genius_gateway.state import GatewayState
from genius_gateway.usage import endpoints as usage

ROUTERS = (
    auth,
    health,
    modules,
    runs,
    callbacks,
    run_exports,
    conversations,
    snapshots,
    knowledge_bases,
    shares,
    documents,
    quarantine,
    search,
    cases,
    case_versions,
    usage,
    audit,
    inspection,
    administration,
    house_style,
    operation,
    model_stops,
    holds,
    retrieval_log,
    persons,
    api_tokens,
    internal,
)
WEBUI = Path(__file__).parent / "webui"
_MULTIPART_OVERHEAD = 64 * 1024


class Application:
    """The ASGI application on the public port; `internal` is the one for the other services."""

    def __init__(self, settings: Settings, webui: Path = WEBUI) -> None:
        own = {} if settings.ui_config_file is None else {"ui-config.json": read_ui_config(settings.ui_config_file)}
        policy = Policy()
        registry = CollectorRegistry()
        registry.register(UNREADABLE_VALUES)
        figures.register(registry)
        self.api = _api(settings, policy, registry)
        self.internal: ASGIApp = internal.create_internal_app(self.api, registry)
        limits = settings.limits

        def body_limit(path: str) -> int:
            upload = path.endswith("/documents") or path == "/api/v1/files"
            return limits.upload_bytes + _MULTIPART_OVERHEAD if upload else limits.json_bytes

        app: ASGIApp = _ModelRoutes(self.api, BodyLimitMiddleware(self.api, body_limit))
        if settings.tax_secrecy:
            app = CaseBinding(app, self._retrieval_log, exports=settings.exports)
        app = AuthGate(app, self._state, policy)
        if settings.tax_secrecy:
            app = RetrievalWatch(app, self._retrieval_log)
        app = WebUi(app, webui, own)
        app = BoundaryMiddleware(app, RequestMetrics(registry))
        app = TrustedHostMiddleware(app, hosts=settings.hosts)
        app = SecurityHeadersMiddleware(app, secure=settings.secure)
        self._app: ASGIApp = RequestIdMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.api(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _state(self) -> GatewayState:
        state = getattr(self.api.state, "gateway", None)
        if state is None:
            raise Unavailable(retry_after=1)
        return cast("GatewayState", state)

    def _retrieval_log(self) -> RetrievalLog:
        log = self._state().retrieval_log
        assert log is not None  # the profile decides about both
        return log


def create_app(settings: Settings, webui: Path = WEBUI) -> Application:
    """The gateway; it connects to nothing before its lifespan starts.

    Raises: RuntimeError where a route has no entry in the policy table; UiConfigInvalid.
    """
    return Application(settings, webui)


def _api(settings: Settings, policy: Policy, registry: CollectorRegistry) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_state(settings, policy) as state:
            app.state.gateway = state
            app.state.model_path = ModelPath(state)
            app.state.runs = run_assembly.assemble(
                settings=settings,
                database=state.database,
                keys=state.keys,
                minter=state.minter,
                audit=state.audit,
                ledger=state.ledger,
                modules=state.modules,
                retrieval=state.retrieval,
                inference=state.inference,
                permission=RunPermission(state.database),
                retrieval_log=state.retrieval_log,
                options=settings.runs,
            )
            state.revocations.on_revoked(app.state.runs.runs.recheck)
            await app.state.runs.start()
            backlog = app.state.backlog = Backlog(state.database, lambda: _checks(state), registry)
            try:
                async with backlog.every(EVERY_S):
                    yield
            finally:
                await app.state.runs.stop()
                app.state.model_path.close()

    app = FastAPI(
        title="Genius",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=operation_id,
    )
    install(app)
    map_database_faults(app)
    for module in ROUTERS:
        app.include_router(module.router)
    content = OpenApiDocument(app)
    _require_policy(content, policy)

    async def openapi_document() -> Response:
        return Response(content.body, media_type="application/json", headers={"cache-control": "no-cache"})

    app.add_api_route("/api/v1/openapi.json", openapi_document, include_in_schema=False)
    return app


async def _checks(state: GatewayState) -> Mapping[str, str]:
    return (await state.health.now(state)).checks


def _require_policy(content: OpenApiDocument, policy: Policy) -> None:
    missing = [f"{method} {path}" for method, path in content.operations if not policy.covers(method, path)]
    if missing:
        raise RuntimeError(f"routes without an entry in policy/table.py: {', '.join(sorted(missing))}")


class _ModelRoutes:
    """`/v1` goes past the framework and keeps its own limit, whose refusals are in OpenAI's envelope."""

    def __init__(self, api: FastAPI, rest: ASGIApp) -> None:
        self._api = api
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        model_path: ModelPath | None = getattr(self._api.state, "model_path", None)
        if model_path is not None and scope["type"] == "http" and model_path.relay.serves(scope["path"]):
            await model_path.relay(scope, receive, send)
        else:
            await self._rest(scope, receive, send)
