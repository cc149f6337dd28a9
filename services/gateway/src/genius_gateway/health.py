# SPDX-License-Identifier: EUPL-1.2
"""Whether the gateway and what it depends on work now."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

import aiohttp
import orjson
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from genius_gateway.dependencies import State
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1/health", tags=["health"])
Condition = Literal["ok", "degraded", "down"]
_TIMEOUT = aiohttp.ClientTimeout(total=2)
_CACHE_S = 1.0


class Health(BaseModel):
    """`degraded`: works in parts, for instance without a model; `down`: does not work."""

    status: Condition
    checks: dict[str, Condition]


class HealthChecks:
    """Asks all dependencies at once, at most once a second however often it is asked itself."""

    def __init__(self) -> None:
        self._at = 0.0
        self._last: Health | None = None
        self._lock = asyncio.Lock()

    async def now(self, state: GatewayState) -> Health:
        async with self._lock:
            if self._last is None or time.monotonic() - self._at > _CACHE_S:
                self._last = await _ask_all(state)
                self._at = time.monotonic()
            return self._last


async def _ask_all(state: GatewayState) -> Health:
    settings = state.settings
    results = await asyncio.gather(
        _database(state),
        _identity(state),
        _service(state, settings.inference_url),
        _service(state, settings.retrieval_url),
        _service(state, settings.modules_url),
    )
    checks = dict(zip(("postgresql", "identity", "inference", "retrieval", "modules"), results, strict=True))
    if checks["postgresql"] == "down":
        return Health(status="down", checks=checks)
    return Health(status="ok" if set(results) == {"ok"} else "degraded", checks=checks)


async def _database(state: GatewayState) -> Condition:
    try:
        async with asyncio.timeout(2), state.database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return "down"
    return "ok"


async def _identity(state: GatewayState) -> Condition:
    if not await state.provider.check():
        return "down"
    return "degraded" if state.follower and state.follower.late else "ok"


async def _service(state: GatewayState, url: str) -> Condition:
    try:
        async with state.http.get(f"{url.rstrip('/')}/health/ready", timeout=_TIMEOUT) as response:
            status = orjson.loads(await response.read()).get("status")
    except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError, AttributeError):
        return "down"
    return status if status in {"ok", "degraded"} else "down"


@router.get("/live")
async def get_liveness() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/ready", response_model=Health)
async def get_readiness(state: State) -> Response:
    """503 only where the gateway itself can't work; a missing model or service is `degraded`."""
    health = await state.health.now(state)
    return JSONResponse(health.model_dump(), status_code=503 if health.status == "down" else 200)
