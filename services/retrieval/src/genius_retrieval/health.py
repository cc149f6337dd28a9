# SPDX-License-Identifier: EUPL-1.2
"""Liveness, and readiness with its parts."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database import RowScope
from genius_retrieval.http import App

router = APIRouter(prefix="/health")


@router.get("/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/ready")
async def ready(app: App, response: Response) -> dict[str, object]:
    """503 without database or index; `degraded` without the parsers' system-call filter, Tesseract or a model.

    So is an ingestion whose worker, a process beside this one, gives no sign of life: searches go on.

    `engine` names what the index runs on.
    """
    database, worked_off = await _database(app)
    checks = {
        "database": database,
        "index": "ok" if await app.index.ready() else "down",
        "ingestion": "ok" if worked_off else "degraded" if app.worker_beside else "down",
        "parsers": "degraded" if app.parsers.caged is False else "ok",
        "text_recognition": "degraded" if app.parsers.reads_scans is False else "ok",
    }
    # Without its model, or while that is `loading`, the search goes on by words.
    for name, model in (("dense", app.models.current), ("rerank", app.reranker)):
        if model:
            checks[name] = model.state
    status = "down" if "down" in checks.values() else "degraded" if "degraded" in checks.values() else "ok"
    response.status_code = 503 if status == "down" else 200
    return {"status": status, "checks": checks, "engine": app.index.engine}


async def _database(app: App) -> tuple[str, bool]:
    """Its state, and whether the queue in it is worked off."""
    try:
        async with app.database.transaction(RowScope()) as connection:
            return "ok", await app.queue.is_worked_off(connection)
    except (SQLAlchemyError, OSError):
        return "down", False
