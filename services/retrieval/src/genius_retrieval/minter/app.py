# SPDX-License-Identifier: EUPL-1.2
"""The minter's few routes. It makes and removes collections itself, and gives out tokens for one collection each.

Its only caller is the retrieval service, known by a secret: jobs of the ingestion and deletions run without a person,
so that no principal token could stand for them (docs/adr/0004). Names of collections are ids and nothing else.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.middleware import Middleware

from genius_common import web
from genius_common.errors import NotAuthenticated, Unavailable
from genius_common.settings import read_secret
from genius_retrieval.access import parse_id
from genius_retrieval.minter.server import QdrantServer
from genius_retrieval.minter.settings import Settings
from genius_retrieval.minter.tokens import Operation, mint

_BODY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Parts:
    """What the process holds; `api_key` leaves it only inside of signatures."""

    api_key: str
    secret: str
    server: QdrantServer


class TokenRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    operation: Operation


class Minted(BaseModel):
    """`expires_at` in seconds since 1970; `server` is the version of the Qdrant server."""

    token: str
    expires_at: int
    server: str


def _parts(request: Request) -> Parts:
    found = request.app.state.parts
    assert isinstance(found, Parts)
    return found


def _require_caller(request: Request) -> None:
    shown = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {_parts(request).secret}".encode()):
        raise NotAuthenticated


def _collection(request: Request) -> UUID:
    return parse_id(request.path_params["collection"])


Here = Annotated[Parts, Depends(_parts)]
Collection = Annotated[UUID, Depends(_collection)]
router = APIRouter(prefix="/collections/{collection}", dependencies=[Depends(_require_caller)])
health = APIRouter(prefix="/health")


@router.post("/tokens")
async def token(parts: Here, collection: Collection, request: TokenRequest, response: Response) -> Minted:
    """A token for one operation class on one collection. 503 while the server can't be asked or is too old."""
    version = await parts.server.version()
    response.headers["cache-control"] = "no-store"
    minted, expires = mint(parts.api_key, collection, request.operation)
    return Minted(token=minted, expires_at=expires, server=version)


@router.put("", status_code=204)
async def ensure(
    parts: Here, collection: Collection, dense_size: Annotated[int | None, Query(ge=1, le=8192)] = None
) -> None:
    """Make the collection with its indexes where it is missing; `dense_size`: numbers of a dense vector."""
    await parts.server.ensure(collection, dense_size)


@router.delete("", status_code=204)
async def drop(parts: Here, collection: Collection) -> None:
    await parts.server.drop(collection)


@health.get("/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@health.get("/ready")
async def ready(parts: Here, response: Response) -> dict[str, object]:
    """503 while the Qdrant server can't be asked or is too old."""
    try:
        version = await parts.server.version(within=2)
    except Unavailable:
        response.status_code = 503
        return {"status": "down", "checks": {"qdrant": "down"}}
    return {"status": "ok", "checks": {"qdrant": "ok"}, "server": version}


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application. Raises: OSError, ValueError for secrets that are missing or too short."""
    api_key, secret = read_secret(settings.api_key_file), read_secret(settings.caller_secret_file)
    server = QdrantServer(settings.qdrant_url, api_key)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await server.close()

    app = FastAPI(
        title="Genius Qdrant minter",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(web.RequestIdMiddleware),
            Middleware(web.BodyLimitMiddleware, limit=lambda _: _BODY_BYTES),
        ],
    )
    app.state.parts = Parts(api_key, secret, server)
    web.install(app)
    app.include_router(router)
    app.include_router(health)
    return app
