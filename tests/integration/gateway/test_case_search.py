# SPDX-License-Identifier: EUPL-1.2
"""A case's own knowledge base: its files, searched by those who may read the case and found by nobody else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.gateway import Gateway
from tests.support.matrix import answer
from tests.support.personal_data import as_superuser, ready
from tests.support.shared import loose_file
from tests.support.taxes import entries, logged, tax_case

OWNER, COLLEAGUE, ADMINISTRATOR, STRANGER = "a.weber", "b.yilmaz", "c.hoffmann", "d.schmidt"


class Shelf:
    """A case of two people's files; each holds a word that stands nowhere else."""

    def __init__(self, path: str, words: dict[str, str], files: dict[str, str]) -> None:
        self.path, self.words, self.files = path, words, files

    async def ask(self, client: httpx.AsyncClient, query: str, status: int = 200, **more: Any) -> dict[str, Any]:
        found = await client.post(f"{self.path}/search", json={"query": query, **more})
        assert found.status_code == status, found.text
        said: dict[str, Any] = found.json()
        return said


@pytest.fixture
async def shelf(gateway: Gateway) -> AsyncIterator[Shelf]:
    words = {login: f"Kennwort{uuid4().hex[:8]}" for login in (OWNER, COLLEAGUE)}
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        await colleague.get("/api/v1/me")
        case = (await owner.post("/api/v1/cases", json={"reference": "W 7-2026"})).json()["id"]
        path = f"/api/v1/cases/{case}"
        granted = await owner.put(f"{path}/grants", json={"items": [{"username": COLLEAGUE, "access": "write"}]})
        assert granted.status_code == 200
        files = {}
        for login, client in ((OWNER, owner), (COLLEAGUE, colleague)):
            files[login] = await loose_file(client, words[login])
            assert (await client.post(f"{path}/files", json={"file": files[login]})).status_code == 201
        yield Shelf(path, words, files)
        await owner.delete(path)


async def test_whoever_may_read_the_case_finds_everybodys_files(gateway: Gateway, shelf: Shelf) -> None:
    """SOZ-01, TEN-01: both find what both have put in, with its place; a reader too, and no more after that."""
    for login in (OWNER, COLLEAGUE):
        async with await gateway.client(login) as client:
            for of, word in shelf.words.items():
                found = await shelf.ask(client, word)
                best = found["hits"][0]
                assert (best["document"], word in best["text"], best["char_from"]) == (shelf.files[of], True, 0)
                assert (found["files"], found["left_out"], found["verdict"]["answerable"]) == (2, 0, True)
            assert len((await shelf.ask(client, "Datei steht", limit=1))["hits"]) == 1
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        await owner.put(f"{shelf.path}/grants", json={"items": [{"username": COLLEAGUE}]})
        assert (await shelf.ask(colleague, shelf.words[OWNER]))["hits"]
        await owner.put(f"{shelf.path}/grants", json={"items": []})
        await shelf.ask(colleague, shelf.words[OWNER], 404)


async def test_nobody_else_learns_of_it(gateway: Gateway, shelf: Shelf) -> None:
    """TEN-02, TEN-03, TEN-14: a foreign case answers as an unknown one; roles open nothing."""
    for login in (ADMINISTRATOR, STRANGER):
        async with await gateway.client(login) as client:
            body = {"query": shelf.words[OWNER]}
            unknown = await client.post(f"/api/v1/cases/{uuid4()}/search", json=body)
            assert answer(await client.post(f"{shelf.path}/search", json=body)) == answer(unknown)


async def test_outside_of_the_case_it_is_not_found(gateway: Gateway, shelf: Shelf) -> None:
    """SOZ-01: no search over knowledge bases, not even its owner's; no other case."""
    async with await gateway.client(OWNER) as owner:
        everywhere = await owner.post("/api/v1/search", json={"query": shelf.words[OWNER], "limit": 50})
        assert shelf.words[OWNER] not in everywhere.text
        other = (await owner.post("/api/v1/cases", json={"reference": "W 8-2026"})).json()["id"]
        found = await owner.post(f"/api/v1/cases/{other}/search", json={"query": shelf.words[OWNER]})
        assert (found.json()["hits"], found.json()["files"], found.json()["verdict"]["answerable"]) == ([], 0, False)


async def test_what_can_not_be_searched_is_said(gateway: Gateway, shelf: Shelf) -> None:
    """Nothing is left out in silence: a file that could not be read counts."""
    async with await gateway.client(OWNER) as owner:
        broken = await owner.post("/api/v1/files", files={"file": ("kaputt.pdf", b"%PDF-1.7 kaputt")})
        await ready(owner, f"/api/v1/files/{broken.json()['id']}")
        assert (await owner.post(f"{shelf.path}/files", json={"file": broken.json()["id"]})).status_code == 201
        found = await shelf.ask(owner, shelf.words[OWNER])
        assert (len(found["hits"]) > 0, found["files"], found["left_out"]) == (True, 2, 1)


async def test_it_ends_with_what_is_taken_out(gateway: Gateway, shelf: Shelf) -> None:
    """SOZ-01: a file that is taken out, one that is deleted, then the case: each is found no more, and it is said."""
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        assert (await colleague.delete(f"{shelf.path}/files/{shelf.files[COLLEAGUE]}")).status_code == 204
        found = await shelf.ask(owner, shelf.words[COLLEAGUE])
        assert shelf.words[COLLEAGUE] not in str(found["hits"])
        assert (found["files"], found["left_out"]) == (1, 0)
        assert (await owner.delete(f"/api/v1/files/{shelf.files[OWNER]}")).status_code == 204
        found = await shelf.ask(owner, shelf.words[OWNER])
        assert (found["hits"], found["files"], found["left_out"]) == ([], 0, 0)
        assert (await owner.delete(shelf.path)).status_code == 204
        await shelf.ask(owner, shelf.words[OWNER], 404)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/query"),
        ({"query": ""}, "/query"),
        ({"query": "x", "limit": 0}, "/limit"),
        ({"query": "x" * 4001}, "/query"),
        ({"query": "x", "files": [str(uuid4())]}, "/files"),
    ],
)
async def test_what_is_wrong_is_named(gateway: Gateway, shelf: Shelf, body: dict[str, Any], pointer: str) -> None:
    """TEN-12: closed; which files are searched is the case's to say."""
    async with await gateway.client(OWNER) as owner:
        refused = await owner.post(f"{shelf.path}/search", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


async def test_it_is_recorded_without_its_words(gateway: Gateway, shelf: Shelf) -> None:
    """AUD-02, LOG-01: who searched which case over how many files; not what for."""
    async with await gateway.client(COLLEAGUE) as colleague:
        await shelf.ask(colleague, shelf.words[OWNER])
        with gateway.without_retrieval():
            await shelf.ask(colleague, shelf.words[OWNER], 503)
    query = "SELECT facts FROM audit_records WHERE action = 'case.search' AND object = CAST(:id AS uuid) ORDER BY seq"
    rows = await asyncio.to_thread(as_superuser, gateway, query, id=shelf.path.rsplit("/", 1)[1])
    assert rows[0].facts["files"] == 2
    assert shelf.words[OWNER] not in str(rows)


async def test_under_the_steuergeheimnis_it_is_a_retrieval(tax: Gateway) -> None:
    """AO-04, AO-08: logged for the case whose files are searched, which the path names; also where it is refused."""
    case = await tax_case(tax)
    async with await tax.client("a.weber") as client:
        before = await logged(tax)
        for identifier, status in ((case.id, 200), (case.foreign, 404)):
            found = await client.post(f"/api/v1/cases/{identifier}/search", json={"query": "Kanarienvogel"})
            assert found.status_code == status, found.text
        assert await logged(tax) == before + 2
    rows = await entries(tax, 2)
    assert {row["kind"] for row in rows} == {"trefferliste"}
    assert {(row["case"], row["outcome"]) for row in rows} == {(case.id, "erteilt"), (case.foreign, "abgelehnt")}
