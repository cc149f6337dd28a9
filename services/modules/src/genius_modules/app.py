# SPDX-License-Identifier: EUPL-1.2
"""Assembly of the modules service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from fastapi import FastAPI, Request
from starlette.responses import Response

from genius_common.http import create_session
from genius_common.telemetry import metrics_response
from genius_common.web import BodyLimitMiddleware, RequestIdMiddleware, install
from genius_modules import registry, routes
from genius_modules.caged import routes as caged
from genius_modules.metrics import Metrics
from genius_modules.parts import Parts, assemble
from genius_modules.settings import Settings

_PROBE_S = 2.0


def create_app(settings: Settings, modules: registry.Registry | None = None) -> FastAPI:
    """The application; `modules` other than the built-ins are for tests of the contract.

    Raises: RuleSetRefused, OSError, UnicodeDecodeError where the tenant's rule sets can't be used.
    """
    offered = modules or registry.built_in(settings.rules_folder)
    metrics = Metrics([*(module.spec.id for module in offered), *settings.packages])

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with create_session() as session:
            parts = assemble(settings, offered, metrics, session)
            app.state.parts = parts
            yield
            await parts.runner.close()

    app = FastAPI(title="Genius modules", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install(app)
    app.include_router(routes.router)
    app.include_router(caged.router)

    @app.get("/metrics", include_in_schema=False)
    async def metrics_page() -> Response:
        return metrics_response(metrics.registry)

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready")
    async def ready(request: Request) -> dict[str, object]:
        return await _readiness(request.app.state.parts)

    app.add_middleware(BodyLimitMiddleware, limit=lambda _: settings.runs.max_body_bytes)
    app.add_middleware(RequestIdMiddleware)
    return app


async def _readiness(parts: Parts) -> dict[str, object]:
    """Always ready to work, perhaps degraded: without inference or retrieval some functions answer less."""
    urls = {"inference": parts.settings.inference_url, "retrieval": parts.settings.retrieval_url}
    states = await asyncio.gather(*(_probe(parts.session, str(url)) for url in urls.values()))
    checks = dict(zip(urls, states, strict=True))
    return {"status": "ok" if set(checks.values()) == {"ok"} else "degraded", "checks": checks}


async def _probe(session: aiohttp.ClientSession, url: str) -> str:
    try:
        timeout = aiohttp.ClientTimeout(total=_PROBE_S)
        async with session.get(url.rstrip("/") + "/health/live", timeout=timeout) as response:
            return "ok" if response.status == 200 else "degraded"
    except (aiohttp.ClientError, TimeoutError):
        return "down"
