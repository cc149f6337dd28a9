# SPDX-License-Identifier: EUPL-1.2
"""The end of a case: what belonged to it is looked for afterwards in both databases, the store and the index."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from genius_common.errors import NotFound
from genius_gateway.cases.ending import close_case, enter_case
from genius_gateway.runs.sealing import Owner
from genius_retrieval.index.edge import EdgeIndex
from tests.support.checked import finished_check
from tests.support.gateway import Gateway, running_gateway
from tests.support.personal_data import as_superuser
from tests.support.postgres import TestPostgres
from tests.support.shared import loose_file, talk
from tests.support.tables import Tables

OWNER, COLLEAGUE, AUDITOR = "a.weber", "b.yilmaz", "r.koenig"
# Who did what when, and that it was deleted: without content, kept by their own times.
_PROOFS = ("audit_records", "audit_heads", "audit_checkpoints", "legal_holds", "deletion_receipts")


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    """A gateway of this module alone: its index is opened, its clock turned forward."""
    async with running_gateway(tmp_path_factory.mktemp("ending"), postgres_server) as running:
        for login in (OWNER, COLLEAGUE):
            async with await running.client(login) as client:
                assert (await client.get("/api/v1/me")).status_code == 200
        yield running


@dataclass
class Folder:
    """A case in which two people work: files of both, a conversation, runs of both, a version, a shared copy."""

    gateway: Gateway
    id: UUID
    files: list[UUID]
    theirs: UUID
    named: UUID
    conversation: UUID
    runs: list[str]

    @property
    def path(self) -> str:
        return f"/api/v1/cases/{self.id}"

    @property
    def everything(self) -> list[str]:
        ids = [self.id, self.conversation, self.theirs, self.named, *self.files]
        return [*map(str, ids), *self.runs]

    async def points(self) -> dict[UUID, tuple[UUID, int]]:
        """File → its collection and how many points the index was told of."""
        query = "SELECT id, collection, points FROM documents WHERE id = ANY(:ids)"
        engine = sa.create_engine(self.gateway.retrieval_superuser_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            rows = connection.execute(sa.text(query), {"ids": [*self.files, self.theirs, self.named]}).all()
        engine.dispose()
        return {row.id: (row.collection, row.points) for row in rows}


async def folder(gateway: Gateway) -> Folder:
    word = f"Vorgang{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        case = (await owner.post("/api/v1/cases", json={"reference": word, "title": word})).json()["id"]
        path = f"/api/v1/cases/{case}"
        shared = await owner.put(f"{path}/grants", json={"items": [{"username": COLLEAGUE, "access": "write"}]})
        assert shared.status_code == 200, shared.text
        own = await loose_file(owner, f"{word}-antrag")
        chatted, named = await loose_file(owner, f"{word}-anhang"), await loose_file(owner, f"{word}-eingabe")
        theirs = await loose_file(colleague, f"{word}-mietvertrag")
        for client, file in ((owner, own), (colleague, theirs)):
            assert (await client.post(f"{path}/files", json={"file": file})).status_code == 201
        conversation = await talk(gateway, OWNER, word, case_id=UUID(case))
        await conversation.say(f"Was steht in {word}?", files=(chatted,))
        copied = await owner.post(conversation.path, json={"recipients": [{"username": COLLEAGUE}]})
        assert copied.status_code in {201, 403}, copied.text
        check = await finished_check(gateway, OWNER, case, {own: "a", theirs: "b"})
        version = await owner.post(f"{path}/versions", json={"run": check})
        assert version.status_code == 201, version.text
    runs = [
        check,
        await finished_check(gateway, OWNER, case, {named: "c"}),
        await finished_check(gateway, COLLEAGUE, case, {theirs: "b"}),
    ]
    files = [UUID(own), UUID(chatted)]
    return Folder(gateway, UUID(case), files, UUID(theirs), UUID(named), conversation.id, runs)


def found_in_databases(gateway: Gateway, ids: list[str]) -> list[str]:
    """Tables of both databases in whose rows one of the ids stands; the queue of retrieval has what is to be done."""
    found = []
    for url in (gateway.superuser_url, gateway.retrieval_superuser_url):
        tables = Tables(url)
        for table in tables.all:
            rows = tables.contents(table.name) if table.name not in _PROOFS else []
            if any(one in row for row in rows for one in ids):
                found.append(table.name)
    return found


def objects(gateway: Gateway) -> set[str]:
    root = Path(gateway.retrieval.data_dir) / "data" / "objects"
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


async def deleted(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.delete(path)
    assert answer.status_code == 204, answer.text


async def test_nothing_of_it_is_left(own: Gateway) -> None:
    """SOZ-01, DSG-05: files of all who worked in it, runs, conversation, copy, versions, objects and points."""
    stored = objects(own)
    case = await folder(own)
    points = await case.points()
    assert set(points) == {*case.files, case.theirs, case.named}
    assert all(count > 0 for _, count in points.values())
    assert {"runs", "conversations", "messages", "case_versions"} <= set(found_in_databases(own, case.everything))
    assert objects(own) > stored
    async with await own.client(OWNER) as owner:
        await deleted(owner, case.path)
        assert (await owner.get(case.path)).status_code == 404
        for run in case.runs:
            assert (await owner.get(f"/api/v1/runs/{run}")).status_code == 404
    assert found_in_databases(own, case.everything) == []
    for _ in range(200):  # the objects are a job of retrieval's
        if objects(own) == stored:
            break
        await asyncio.sleep(0.05)
    assert objects(own) == stored
    await asyncio.to_thread(own.retrieval.stop)
    index = EdgeIndex(Path(own.retrieval.data_dir) / "data" / "index")
    left = [await index.count(collection, file) for file, (collection, _) in points.items()]
    await index.close()
    await asyncio.to_thread(own.retrieval.start)
    assert left == [0] * 4


async def test_it_is_in_the_trail_before_and_after(own: Gateway) -> None:
    """AUD-02: files go after their record is durable; numbers only."""
    case = await folder(own)
    async with await own.client(OWNER) as owner:
        await deleted(owner, case.path)
    query = "SELECT action, facts FROM audit_records WHERE object = :id AND action LIKE 'case.delete%' ORDER BY seq"
    before, after = await asyncio.to_thread(as_superuser, own, query, id=case.id)
    assert (before.action, before.facts["files"]) == ("case.delete_files", 4)
    counts = {"cases": 1, "conversations": 1, "messages": 1, "runs": 3, "files": 4}
    assert (after.action, {name: after.facts[name] for name in counts}) == ("case.delete", counts)


async def test_what_others_hold_too_stays(own: Gateway) -> None:
    """A file of another case or conversation stays there; other runs and conversations of both people stay."""
    case, other = await folder(own), await folder(own)
    async with await own.client(OWNER) as owner:
        added = await owner.post(f"{other.path}/files", json={"file": str(case.files[0])})
        assert added.status_code == 201
        private = await talk(own, OWNER, "Anderes")
        await private.say("Und was steht hier?", files=(str(case.files[1]),))
        await deleted(owner, case.path)
        for file in case.files:
            assert (await owner.get(f"/api/v1/files/{file}/text")).status_code == 200
        assert (await owner.get(f"/api/v1/files/{case.named}")).status_code == 404
        listed = (await owner.get(f"{other.path}/files")).json()["items"]
        assert {item["file"] for item in listed} == {str(case.files[0]), str(other.files[0]), str(other.theirs)}
        assert (await owner.get(f"/api/v1/conversations/{private.id}")).status_code == 200
        for run in other.runs[:2]:
            assert (await owner.get(f"/api/v1/runs/{run}")).status_code == 200
        await deleted(owner, other.path)
        assert (await owner.get(f"/api/v1/files/{case.files[0]}")).status_code == 404  # now its last place has ended
    assert found_in_databases(own, other.everything) == []


async def test_without_retrieval_it_stays_whole(own: Gateway) -> None:
    """SOZ-01: never half; the same request ends it when retrieval is back."""
    case = await folder(own)
    before = await asyncio.to_thread(found_in_databases, own, case.everything)
    async with await own.client(OWNER) as owner:
        with own.without_retrieval():
            assert (await owner.delete(case.path)).status_code == 503
        assert await asyncio.to_thread(found_in_databases, own, case.everything) == before
        await deleted(owner, case.path)
    assert found_in_databases(own, case.everything) == []


@pytest.mark.parametrize("state", ["queued", "running"])
async def test_what_runs_in_it_is_awaited(own: Gateway, state: str) -> None:
    """SOZ-01: also a colleague's; said with what to do, and nothing is deleted."""
    case = await folder(own)
    change = "UPDATE runs SET state = :state, finished_at = NULL WHERE id = CAST(:id AS uuid)"
    await asyncio.to_thread(as_superuser, own, change, id=case.runs[2], state=state)
    async with await own.client(OWNER) as owner:
        refused = await owner.delete(case.path)
        assert (refused.status_code, refused.json()["code"]) == (409, "case_busy")
        assert (await owner.get(f"/api/v1/files/{case.files[0]}")).status_code == 200
        await asyncio.to_thread(as_superuser, own, change, id=case.runs[2], state="failed")
        await deleted(owner, case.path)


async def test_a_hold_on_anybody_in_it_keeps_it(own: Gateway) -> None:
    """DSG-05: what a colleague put in is kept by the colleague's hold, and with it the case."""
    case = await folder(own)
    async with await own.client(OWNER) as owner, await own.client(COLLEAGUE) as colleague:
        person = (await colleague.get("/api/v1/me")).json()["id"]
        async with await own.client(AUDITOR) as auditor:
            hold = await auditor.post("/api/v1/holds", json={"person": person, "reason": "verfahren"})
            assert hold.status_code == 201, hold.text
            refused = await owner.delete(case.path)
            assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
            lifted = await auditor.post(f"/api/v1/holds/{hold.json()['id']}/lift", json={"reason": "erledigt"})
            assert lifted.status_code == 200
        assert (await colleague.get(f"/api/v1/files/{case.theirs}")).status_code == 200
        assert (await colleague.delete(case.path)).status_code == 403  # to write is not to delete
        await deleted(owner, case.path)


async def test_nothing_enters_while_it_ends(own: Gateway) -> None:
    """SOZ-01: a run, conversation or file that comes at the same time waits, and then finds no case any more."""
    async with await own.client(OWNER) as owner:
        me = (await owner.get("/api/v1/me")).json()
        case = UUID((await owner.post("/api/v1/cases", json={"reference": "Gleichzeitig"})).json()["id"])
        file = await loose_file(owner, "spaet")
        scope = Owner(UUID(me["authority"]["id"]), UUID(me["id"])).scope
        async with own.state.database.transaction(scope) as ending:
            await close_case(ending, case)
            late: list[asyncio.Task[Any]] = [
                asyncio.create_task(owner.post(f"/api/v1/cases/{case}/files", json={"file": file})),
                asyncio.create_task(owner.post("/api/v1/conversations", json={"title": "x", "case": str(case)})),
            ]
            done, _ = await asyncio.wait(late, timeout=0.5)
            assert done == set()
            await ending.execute(sa.text("DELETE FROM cases WHERE id = :id"), {"id": case})
        for answer in await asyncio.gather(*late):
            assert answer.status_code == 404, answer.text
        async with own.state.database.transaction(scope) as connection:
            with pytest.raises(NotFound):
                await enter_case(connection, case)
    assert found_in_databases(own, [str(case)]) == []


async def test_retention_ends_it_like_its_owner_does(own: Gateway) -> None:
    """SOZ-01, DSG-05: at the end of its time all of it goes, also a colleague's part; one that waits keeps no other."""
    due, waiting = await folder(own), await folder(own)
    async with await own.client(OWNER) as owner:
        for case in (due, waiting):
            assert (await owner.patch(case.path, json={"state": "closed"})).status_code == 200
    change = "UPDATE runs SET state = 'running' WHERE id = CAST(:id AS uuid)"
    await asyncio.to_thread(as_superuser, own, change, id=waiting.runs[2])
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=400)
    done = await own.state.protection.retention.run(later)
    assert (done["cases"], done["runs"] >= 3, done["files"] >= 4) == (1, True, True)
    assert found_in_databases(own, due.everything) == []
    assert "cases" in found_in_databases(own, [str(waiting.id)])
    await asyncio.to_thread(as_superuser, own, change.replace("running", "failed"), id=waiting.runs[2])
    assert (await own.state.protection.retention.run(later))["cases"] == 1
    assert found_in_databases(own, waiting.everything) == []
