# SPDX-License-Identifier: EUPL-1.2
"""ING-11: an upload with a classification mark is refused and explained, leaves nothing, and stands in the trail."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from genius_common.database import RowScope
from tests.support import pdf
from tests.support.protection import HIGHEST, World

SECRET = "Zwölfzeilergeheimnis"
MARKED = {
    "vermerk.txt": f"VS-NUR FÜR DEN DIENSTGEBRAUCH\n\nDie {SECRET} liegt bei.".encode(),
    "vermerk.md": f"# Lage\n\nVS-NfD\n\n{SECRET}".encode(),
    "lage.pdf": pdf.build(pdf.text_page(SECRET), title="VS-NfD Lagebild"),
    "VS-NfD Lage.txt": SECRET.encode(),
}


async def _refused(client: httpx.AsyncClient, path: str, name: str, content: bytes) -> str:
    made = await client.post(path, files={"file": (name, content)})
    assert made.status_code == 202, made.text
    kind = "files" if path == "/api/v1/files" else "documents"
    identifier: str = made.json()["id"]
    for _ in range(600):
        state = (await client.get(f"/api/v1/{kind}/{identifier}")).json()
        if state["state"] in {"ready", "failed"}:
            break
        await asyncio.sleep(0.03)
    assert (state["state"], state["reason"]["code"]) == ("failed", "vs_marking")
    assert "nicht gespeichert" in state["reason"]["detail"]
    for part in ("content", "text"):
        assert (await client.get(f"/api/v1/{kind}/{identifier}/{part}")).status_code == 404
    return identifier


async def _trail(world: World, document: str) -> list[tuple[str, str, UUID]]:
    """What stands there, once the takeover that may go on by itself meanwhile is over."""
    for _ in range(200):
        await world.gateway.state.refusals.run()
        if found := await _read_trail(world, document):
            return found
        await asyncio.sleep(0.05)
    return []


async def _read_trail(world: World, document: str) -> list[tuple[str, str, UUID]]:
    query = text("SELECT action, outcome, actor FROM audit_records WHERE object = :id AND action LIKE '%.refused'")
    async with world.gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
        rows = await connection.execute(query, {"id": document})
        return [(row.action, row.outcome, row.actor) for row in rows]


def _kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize("name", MARKED)
async def test_a_marked_upload_is_refused_and_recorded(world: World, name: str) -> None:
    """ING-11, AUD-01: as file and as document; once in the trail, also where its row is deleted before."""
    world.set(model=HIGHEST)
    base = next(iter(world.ids["knowledge_bases"].values()))
    async with await world.client() as client:
        me = UUID((await client.get("/api/v1/me")).json()["id"])
        file = await _refused(client, "/api/v1/files", name, MARKED[name])
        document = await _refused(client, f"/api/v1/knowledge-bases/{base}/documents", name, MARKED[name])
        assert (await client.delete(f"/api/v1/files/{file}")).status_code == 204
    assert await _trail(world, file) == [("file.refused", "vs_marking", me)]
    assert await _trail(world, document) == [("document.refused", "vs_marking", me)]
    assert await world.gateway.state.refusals.run() == 0
    assert _kept(world.gateway.retrieval.data_dir) == []


async def test_replicas_report_once(world: World) -> None:
    """AUD-01: of many at once one writes, and a broken off report is taken up again."""
    world.set(model=HIGHEST)
    reports = world.gateway.state.refusals
    async with await world.client() as client:
        file = await _refused(client, "/api/v1/files", "a.txt", MARKED["vermerk.txt"])
    assert sum(await asyncio.gather(*(reports.run() for _ in range(4)))) <= 1  # its own round may have been faster
    assert len(await _trail(world, file)) == 1
