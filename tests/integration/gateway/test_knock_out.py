# SPDX-License-Identifier: EUPL-1.2
"""Each layer of isolation alone: with one of them opened in test code, the others still show nothing foreign."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from genius_gateway.cases import model
from genius_gateway.cases import service as cases
from genius_gateway.knowledge_bases import service
from genius_gateway.policy import access
from tests.support.checked import finished_check, result
from tests.support.gateway import Gateway
from tests.support.shared import loose_file, talk

CANARY = "Kanarienvogel-5512"
EVERYTHING = frozenset({"read", "write", "manage"})


@pytest.fixture(scope="module")
async def foreign(gateway: Gateway) -> AsyncIterator[dict[str, str]]:
    """A knowledge base with a document, a case with a file and a snapshot, shared with one colleague, all of mhb."""
    async with await gateway.client("b.yilmaz") as colleague:
        assert (await colleague.get("/api/v1/me")).status_code == 200
    async with await gateway.client("a.weber") as owner:
        kb = (
            await owner.post("/api/v1/knowledge-bases", json={"name": CANARY, "purpose": "Probe", "owner": "authority"})
        ).json()["id"]
        file = {"file": ("canary.txt", f"Der {CANARY} wohnt hier.".encode())}
        document = (await owner.post(f"/api/v1/knowledge-bases/{kb}/documents", files=file)).json()["id"]
        for _ in range(200):
            if (await owner.get(f"/api/v1/documents/{document}")).json()["state"] in {"ready", "failed"}:
                break
            await asyncio.sleep(0.1)
        case = (await owner.post("/api/v1/cases", json={"reference": CANARY})).json()["id"]
        found = await owner.post("/api/v1/search", json={"query": CANARY})
        assert CANARY in found.text
        made = await loose_file(owner, CANARY)
        await owner.post(f"/api/v1/cases/{case}/files", json={"file": made})
        recipient = {"username": "b.yilmaz"}
        run = await finished_check(gateway, "a.weber", case, {made: CANARY}, found=result(word=CANARY))
        assert (await owner.post(f"/api/v1/cases/{case}/versions", json={"run": run})).status_code == 201
        grants = await owner.put(f"/api/v1/cases/{case}/grants", json={"items": [recipient]})
        assert grants.status_code == 200, grants.text
        conversation = await talk(gateway, "a.weber", CANARY)
        await conversation.say(CANARY)
        snapshot = (await owner.post(conversation.path, json={"recipients": [recipient]})).json()["id"]
        async with await gateway.client("b.yilmaz") as colleague:
            for path in (f"cases/{case}", f"cases/{case}/versions/1", f"files/{made}/content", f"snapshots/{snapshot}"):
                assert CANARY in (await colleague.get(f"/api/v1/{path}")).text
        yield {"kb": kb, "document": document, "case": case, "file": made, "snapshot": snapshot}


async def seen(gateway: Gateway, objects: dict[str, str]) -> list[str]:
    """What of it a curator of the other authority gets to see."""
    kb, document, case = objects["kb"], objects["document"], objects["case"]
    async with await gateway.client("d.schmidt") as stranger:
        calls: list[tuple[str, str, Any]] = [
            ("GET", "/knowledge-bases", None),
            ("GET", f"/knowledge-bases/{kb}", None),
            ("GET", f"/knowledge-bases/{kb}/documents", None),
            ("GET", f"/documents/{document}", None),
            ("GET", f"/documents/{document}/content", None),
            ("GET", f"/documents/{document}/text", None),
            ("GET", f"/cases/{case}", None),
            ("GET", f"/cases/{case}/files", None),
            ("GET", f"/cases/{case}/versions/1", None),
            ("GET", f"/files/{objects['file']}/content", None),
            ("GET", f"/snapshots/{objects['snapshot']}", None),
            ("GET", "/cases", None),
            ("GET", "/snapshots", None),
            ("POST", f"/knowledge-bases/{kb}/search", {"query": CANARY}),
            ("POST", "/search", {"query": CANARY}),
            ("PATCH", f"/knowledge-bases/{kb}", {"name": "Meins"}),
            ("DELETE", f"/knowledge-bases/{kb}", None),
            ("DELETE", f"/documents/{document}", None),
        ]
        answers: list[httpx.Response] = []
        for method, path, body in calls:
            answers.append(await stranger.request(method, "/api/v1" + path, json=body))
    leaks = [str(answer.url) for answer in answers if CANARY in answer.text or "canary" in answer.text]
    # Whether it is said or not: nothing of it may have been changed either.
    async with await gateway.client("a.weber") as owner:
        state = await owner.get(f"/api/v1/knowledge-bases/{kb}")
        assert (state.status_code, state.json()["name"]) == (200, CANARY)
        assert (await owner.get(f"/api/v1/documents/{document}")).status_code == 200
    return leaks + await seen_by_a_colleague(gateway, objects)


async def seen_by_a_colleague(gateway: Gateway, objects: dict[str, str]) -> list[str]:
    """What a colleague without a grant sees of what is shared with another one."""
    case = f"/cases/{objects['case']}"
    paths = [case, f"{case}/versions/1", f"/files/{objects['file']}/content", f"/snapshots/{objects['snapshot']}"]
    async with await gateway.client("c.hoffmann") as colleague:
        answers = [await colleague.get("/api/v1" + path) for path in (*paths, "/cases", "/snapshots")]
    return [str(answer.url) for answer in answers if CANARY in answer.text]


async def test_with_all_layers(gateway: Gateway, foreign: dict[str, str]) -> None:
    """TEN-04"""
    assert await seen(gateway, foreign) == []


async def test_without_the_policy(gateway: Gateway, foreign: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """TEN-07: the rules on owner and grants allow everything; row-level security still holds."""
    for module in (access, service):
        monkeypatch.setattr(module, "rights", lambda *_: EVERYTHING)
    monkeypatch.setattr(model, "rights", lambda *_: EVERYTHING)
    monkeypatch.setattr(cases, "rights", lambda *_: EVERYTHING)
    monkeypatch.setattr(access.LoadedSnapshot, "of", lambda row, grants, _: access.LoadedSnapshot(row, True, grants))
    assert await seen(gateway, foreign) == []


@pytest.mark.parametrize(
    "table", ["knowledge_bases", "cases", "case_files", "case_versions", "snapshots", "grants", "keys"]
)
async def test_without_row_level_security(gateway: Gateway, foreign: dict[str, str], table: str) -> None:
    """TEN-07: a table's rows are open to everybody; policy and keys still hold."""
    engine = sa.create_engine(gateway.owner_url, poolclass=sa.NullPool)

    def as_owner(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))

    await asyncio.to_thread(as_owner, f"CREATE POLICY knocked_out ON {table} USING (true) WITH CHECK (true)")
    try:
        assert await seen(gateway, foreign) == []
    finally:
        await asyncio.to_thread(as_owner, f"DROP POLICY knocked_out ON {table}")


async def test_without_policy_and_rows_the_check_finds_it(
    gateway: Gateway, foreign: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test can see: with both layers open and the keys too, the name of the knowledge base shows."""
    engine = sa.create_engine(gateway.owner_url, poolclass=sa.NullPool)

    def as_owner(*statements: str) -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))

    for module in (access, service):
        monkeypatch.setattr(module, "rights", lambda *_: frozenset({"read"}))
    tables = ("knowledge_bases", "keys")
    await asyncio.to_thread(as_owner, *(f"CREATE POLICY knocked_out ON {t} FOR SELECT USING (true)" for t in tables))
    try:
        assert await seen(gateway, foreign) != []
    finally:
        await asyncio.to_thread(as_owner, *(f"DROP POLICY knocked_out ON {table}" for table in tables))
