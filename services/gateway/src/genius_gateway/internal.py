# SPDX-License-Identifier: EUPL-1.2
"""What only the other services call, on a port of its own: keys, fresh tokens, health, metrics."""

from __future__ import annotations

import hmac
import time
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, FastAPI, Request
from prometheus_client import CollectorRegistry
from starlette.responses import Response

from genius_common.database_faults import map_database_faults
from genius_common.errors import Forbidden, NotAuthenticated
from genius_common.model_stops import STOPS_PATH
from genius_common.principal import Principal
from genius_common.settings import read_secret
from genius_common.telemetry import metrics_endpoint
from genius_common.tokens import MAX_LIFETIME_S, TokenVerifier
from genius_common.web import ASGIApp, BodyLimitMiddleware, RequestIdMiddleware, install
from genius_gateway import health
from genius_gateway.authorities.provisioning import highest_class
from genius_gateway.dependencies import State
from genius_gateway.policy.evaluate import PERSON_SCOPES
from genius_gateway.runs.assembly import System
from genius_gateway.runs.library import module_audience
from genius_gateway.runs.metering import Hold, Metering, row_of
from genius_gateway.scopes import row_scope
from genius_gateway.site.boundary import BoundaryMiddleware
from genius_gateway.state import GatewayState

AUDIENCES = ("inference", "retrieval", "gateway")
router = APIRouter()


@router.get("/.well-known/jwks.json", tags=["auth"], summary="Keys of principal tokens")
async def get_jwks(state: State) -> dict[str, Any]:
    return state.minter.jwks()


internal_router = APIRouter()
_RETRIEVAL = UUID(int=0)
_EMBEDDING_SCOPES = frozenset({"embeddings"})
# Twice what a principal token lives at most.
_LISTED_S = 2 * MAX_LIFETIME_S


@internal_router.get("/internal/revocations")
async def revocations(state: State) -> Response:
    """Whose tokens are void, signed like them; the inner services ask every ten seconds (AUTH-08)."""
    signed = state.minter.revocations(state.revocations.recent(_LISTED_S))
    return Response(signed, media_type="application/jwt", headers={"cache-control": "no-store"})


@internal_router.get(STOPS_PATH)
async def model_stops(state: State) -> Response:
    """Which models are stopped for whom, signed; inference asks every two seconds (KI-06)."""
    signed = state.minter.stops(kept.stop for kept in await state.administration.model_stops.all())
    return Response(signed, media_type="application/jwt", headers={"cache-control": "no-store"})


@internal_router.post("/internal/runs/{run}/token")
async def fresh_token(run: UUID, request: Request, state: State) -> dict[str, Any]:
    """A module trades its run token for a fresh one while the run goes on; rights are read anew."""
    principal = _of_run(request, state, run)
    async with state.database.transaction(row_scope(principal)) as connection:
        await row_of(connection, run)
    # Without the scope it is an external module's, and stays so.
    audience = "modules" if "modules.run" in principal.scopes else module_audience(principal.use or "")
    readable = await state.knowledge_bases.readable_ids(principal)
    token = state.minter.for_inner(
        principal,
        audience,
        principal.scopes & (PERSON_SCOPES | {"run.token"}),
        run=run,
        use=principal.use,
        metered=principal.metered,
        knowledge_bases=readable & principal.knowledge_bases,
        files=principal.files,
        also_for=AUDIENCES,
    )
    return {"token": token, "expires_at": int(time.time()) + MAX_LIFETIME_S}


@internal_router.post("/internal/runs/{run}/tokens")
async def hold_tokens(run: UUID, wanted: Hold, request: Request, state: State, system: System) -> dict[str, Any]:
    """Inference, before an external module's request to a model: `{"hold", "output"}`, the tokens that it may answer.

    Raises: RunTokensSpent.
    """
    principal = _of_run(request, state, run)
    offered = await system.catalogue.get(principal.use or "")
    granted = await Metering(state.database).hold(principal, run, offered.manifest.limits.tokens, wanted)
    return {"hold": granted.id, "output": granted.output}


@internal_router.put("/internal/runs/{run}/tokens/{hold}", status_code=204)
async def settle_tokens(run: UUID, hold: UUID, used: Hold, request: Request, state: State) -> Response:
    """Inference, after it: what the request has used."""
    await Metering(state.database).settle(_of_run(request, state, run), run, str(hold), used)
    return Response(status_code=204)


def _of_run(request: Request, state: GatewayState, run: UUID) -> Principal:
    """Whose token of this run it is. Raises: NotAuthenticated, Forbidden."""
    principal = _module(request, state.settings.tenant, state.minter.jwks())
    principal.require_scope("run.token")
    if principal.run != run:
        raise Forbidden
    return principal


@internal_router.post("/internal/embeddings/token")
async def embeddings_token(request: Request, state: State) -> dict[str, str]:
    """Retrieval's own token for vectors of passages and questions, good for two minutes at least.

    Documents are read in without a person, so a secret says who asks (docs/adr/0008). It is for inference alone, for
    embeddings alone, and of the highest class that documents of this tenant can have.
    """
    file = state.settings.embeddings_secret_file
    given = request.headers.get("authorization", "").encode("latin-1")
    if file is None or not hmac.compare_digest(given, f"Bearer {read_secret(file)}".encode("ascii")):
        raise NotAuthenticated
    service = Principal(
        subject=_RETRIEVAL,
        tenant=state.settings.tenant,
        authority=None,
        scopes=_EMBEDDING_SCOPES,
        classification=highest_class(state.settings.profile),
    )
    return {"token": state.minter.for_inner(service, "inference", _EMBEDDING_SCOPES)}


def _module(request: Request, tenant: str, keys: dict[str, Any]) -> Principal:
    authorization = request.headers.get("authorization", "")
    if not authorization.startswith("Bearer "):
        raise NotAuthenticated
    verifier = TokenVerifier("gateway", tenant)
    verifier.set_keys(orjson.loads(orjson.dumps(keys)))
    return verifier.verify(authorization[7:])


def create_internal_app(public: FastAPI, registry: CollectorRegistry) -> ASGIApp:
    """Shares the state of `public`, whose lifespan owns it."""
    app = FastAPI(title="Genius gateway, internal", docs_url=None, redoc_url=None, openapi_url=None)
    app.state = public.state
    install(app)
    map_database_faults(app)
    app.include_router(router)
    app.include_router(internal_router)
    app.include_router(health.router)
    app.add_api_route("/health/live", health.get_liveness)
    app.add_api_route("/health/ready", health.get_readiness)
    app.add_route("/metrics", metrics_endpoint(registry))
    return RequestIdMiddleware(BoundaryMiddleware(BodyLimitMiddleware(app, lambda _: 65_536)))
