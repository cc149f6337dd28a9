# SPDX-License-Identifier: EUPL-1.2
"""Cases shared inside an authority, their files, and a case that gets another owner."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from tests.support.gateway import Gateway
from tests.support.matrix import answer
from tests.support.personal_data import as_superuser
from tests.support.shared import loose_file

OWNER, COLLEAGUE, ADMINISTRATOR, STRANGER = "a.weber", "b.yilmaz", "c.hoffmann", "d.schmidt"


@pytest.fixture(autouse=True, scope="module")
async def known(gateway: Gateway) -> None:
    """All have signed in once."""
    for login in (OWNER, COLLEAGUE, ADMINISTRATOR, STRANGER):
        async with await gateway.client(login) as client:
            assert (await client.get("/api/v1/me")).status_code == 200


async def case(client: httpx.AsyncClient, word: str, **body: Any) -> str:
    made = await client.post("/api/v1/cases", json={"reference": word, "title": f"{word}-titel", **body})
    assert made.status_code == 201, made.text
    return f"/api/v1/cases/{made.json()['id']}"


async def grant(client: httpx.AsyncClient, path: str, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answered = await client.put(f"{path}/grants", json={"items": list(items)})
    assert answered.status_code == 200, answered.text
    found: list[dict[str, Any]] = answered.json()["items"]
    return found


async def listed(client: httpx.AsyncClient, path: str, shared: str = "") -> dict[str, Any] | None:
    query = f"?shared={shared}" if shared else ""
    items = (await client.get(f"/api/v1/cases{query}")).json()["items"]
    return next((item for item in items if path.endswith(item["id"])), None)


async def trail(gateway: Gateway, path: str) -> list[str]:
    query = "SELECT action FROM audit_records WHERE object = CAST(:id AS uuid) ORDER BY seq"
    return [row[0] for row in await asyncio.to_thread(as_superuser, gateway, query, id=path.rsplit("/", 1)[1])]


async def test_a_grant_opens_reading_then_writing(gateway: Gateway) -> None:
    """TEN-01, TEN-14: nothing before; reading is not writing, writing not managing; taken back it is closed."""
    word = f"AZ{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        path = await case(owner, word)
        assert (await listed(owner, path) or {})["shared"] is None
        assert (await colleague.get(path)).status_code == 404
        (one,) = await grant(owner, path, {"username": COLLEAGUE})
        assert (one["name"], one["access"], one["handed_over"]) == (COLLEAGUE, "read", False)
        seen = (await colleague.get(path)).json()
        assert (seen["reference"], seen["rights"], seen["owner_name"]) == (word, ["read"], "Anna Weber")
        assert (await colleague.patch(path, json={"title": "x"})).status_code == 403
        assert (await listed(colleague, path, "with_me") or {})["shared"] == "with_me"
        assert await listed(colleague, path, "by_me") is None
        assert (await listed(owner, path, "by_me") or {})["shared"] == "by_me"
        await grant(owner, path, {"username": COLLEAGUE, "access": "write"})
        changed = await colleague.patch(path, json={"title": f"{word}-neu", "state": "closed"})
        assert (changed.status_code, changed.json()["rights"]) == (200, ["read", "write"])
        assert (await owner.get(path)).json()["title"] == f"{word}-neu"
        for method, tail, body in (
            ("PATCH", "", {"retention_until": "2040-01-01T00:00:00Z"}),
            ("DELETE", "", None),
            ("GET", "/grants", None),
            ("PUT", "/grants", {"items": []}),
            ("POST", "/owner", {"username": COLLEAGUE}),
        ):
            assert (await colleague.request(method, path + tail, json=body)).status_code == 403, (method, tail)
        assert await grant(owner, path) == []
        assert (await colleague.get(path)).status_code == 404
        assert await listed(colleague, path) is None
    assert (await trail(gateway, path)).count("case.grants") == 3


async def test_nobody_else_sees_it(gateway: Gateway) -> None:
    """TEN-02, TEN-14: other colleagues, administrators and other authorities get the answer of an unknown case."""
    word = f"AZ{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner:
        path = await case(owner, word)
        await grant(owner, path, {"username": COLLEAGUE, "access": "write"})
    for login in (ADMINISTRATOR, STRANGER):
        async with await gateway.client(login) as client:
            assert answer(await client.get(path)) == answer(await client.get(f"/api/v1/cases/{uuid4()}"))
            assert word not in (await client.get("/api/v1/cases")).text


async def test_grants_stay_inside_the_authority(gateway: Gateway) -> None:
    """TEN-03: names and units of elsewhere like those of nobody, each named by its field; nothing is changed then."""
    async with await gateway.client(STRANGER) as client:
        foreign = (await client.get("/api/v1/me")).json()["units"][0]["id"]
    async with await gateway.client(OWNER) as owner:
        path = await case(owner, "AZ fremd")
        await grant(owner, path, {"username": COLLEAGUE})
        items = [{"username": STRANGER}, {"username": "niemand"}, {"unit": foreign}, {"unit": str(uuid4())}]
        refused = await owner.put(f"{path}/grants", json={"items": items})
        assert (refused.status_code, refused.json()["code"]) == (422, "recipient_unknown")
        places = [error["pointer"] for error in refused.json()["errors"]]
        assert places == ["/items/0/username", "/items/1/username", "/items/2/unit", "/items/3/unit"]
        assert len({error["detail"] for error in refused.json()["errors"]}) == 1
        answers = [answer(await owner.post(f"{path}/owner", json={"username": name})) for name in (STRANGER, "niemand")]
        assert answers[0] == answers[1]
        assert answers[0][1]["errors"][0]["pointer"] == "/username"  # type: ignore[index]
        assert len((await owner.get(f"{path}/grants")).json()["items"]) == 1


async def test_its_files_are_read_with_the_grant(gateway: Gateway) -> None:
    """TEN-01, TEN-03, TEN-04: only files in the case, only while there is a grant; each opening is recorded."""
    word = f"Akte{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        path = await case(owner, word)
        inside, outside = await loose_file(owner, f"{word}-drin"), await loose_file(owner, f"{word}-privat")
        theirs = await loose_file(colleague, f"{word}-fremd")
        await grant(owner, path, {"username": COLLEAGUE})
        assert (await owner.post(f"{path}/files", json={"file": inside})).status_code == 201
        for unknown in (theirs, str(uuid4())):
            refused = await owner.post(f"{path}/files", json={"file": unknown})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/file")
        (one,) = (await colleague.get(f"{path}/files")).json()["items"]
        assert (one["file"], one["own"], one["state"]["name"]) == (inside, False, f"{word}-drin.txt")
        for tail in ("", "/content", "/text"):
            assert (await colleague.get(f"/api/v1/files/{inside}{tail}")).status_code == 200, tail
            assert (await colleague.get(f"/api/v1/files/{outside}{tail}")).status_code == 404, tail
        assert f"{word}-drin" in (await colleague.get(f"/api/v1/files/{inside}/content")).text
        assert (await colleague.delete(f"/api/v1/files/{inside}")).status_code == 403
        assert (await colleague.post(f"/api/v1/files/{inside}/retry")).status_code == 403
        assert (await colleague.post(f"/api/v1/files/{outside}/retry")).status_code == 404
        nothing = await owner.post(f"/api/v1/files/{inside}/retry")
        assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_retry")
        assert (await colleague.post(f"{path}/files", json={"file": theirs})).status_code == 403
        assert (await colleague.delete(f"{path}/files/{inside}")).status_code == 403
        await grant(owner, path, {"username": COLLEAGUE, "access": "write"})
        assert (await colleague.post(f"{path}/files", json={"file": theirs})).status_code == 201
        assert f"{word}-fremd" in (await owner.get(f"/api/v1/files/{theirs}/content")).text
        await grant(owner, path)
        for tail in ("", "/content", "/text"):
            assert (await colleague.get(f"/api/v1/files/{inside}{tail}")).status_code == 404
        assert (await owner.delete(f"{path}/files/{theirs}")).status_code == 204
        assert (await owner.get(f"/api/v1/files/{theirs}")).status_code == 404
        assert (await colleague.get(f"/api/v1/files/{theirs}")).status_code == 200
    query = "SELECT count(*) FROM audit_records WHERE action = 'case.file_read' AND object = CAST(:id AS uuid)"
    assert (await asyncio.to_thread(as_superuser, gateway, query, id=inside))[0][0] == 3


async def test_a_file_of_a_case_outlives_its_conversation(gateway: Gateway) -> None:
    """DSG-05: deleting the conversation that it was attached to takes the file only while no case holds it."""
    word = f"Akte{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner:
        path = await case(owner, word)
        kept, lost = await loose_file(owner, f"{word}-a"), await loose_file(owner, f"{word}-b")
        await owner.post(f"{path}/files", json={"file": kept})
        made = (await owner.post("/api/v1/conversations", json={"title": word})).json()["id"]
        place = "id, conversation, authority, owner, role, content, state, files"
        statement = (
            f"INSERT INTO messages ({place}) SELECT gen_random_uuid(), id, authority, owner, 'user', title, 'complete',"
            " ARRAY[CAST(:kept AS uuid), CAST(:lost AS uuid)] FROM conversations WHERE id = CAST(:id AS uuid)"
        )
        await asyncio.to_thread(as_superuser, gateway, statement, id=made, kept=kept, lost=lost)
        assert (await owner.delete(f"/api/v1/conversations/{made}")).status_code == 204
        assert (await owner.get(f"/api/v1/files/{kept}")).status_code == 200
        assert (await owner.get(f"/api/v1/files/{lost}")).status_code == 404


async def test_a_case_gets_another_owner(gateway: Gateway) -> None:
    """TEN-01, TEN-13: for a deputy: both see it, the old one reads on; conversations stay whose they are."""
    word = f"AZ{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        path = await case(owner, word)
        identifier = path.rsplit("/", 1)[1]
        file = await loose_file(owner, f"{word}-datei")
        await owner.post(f"{path}/files", json={"file": file})
        chat = (await owner.post("/api/v1/conversations", json={"case": identifier, "title": word})).json()["id"]
        await grant(owner, path, {"username": ADMINISTRATOR})
        given = await owner.post(f"{path}/owner", json={"username": COLLEAGUE})
        assert given.status_code == 200, given.text
        old, new = given.json(), (await colleague.get(path)).json()
        assert (old["rights"], old["shared"], old["owner_name"]) == (["read"], "with_me", COLLEAGUE)
        assert (new["rights"], new["shared"]) == (["read", "write", "manage"], "by_me")
        assert old["handed_over"] == new["handed_over"]
        assert (new["handed_over"]["by"], new["handed_over"]["to"]) == ("Anna Weber", COLLEAGUE)
        assert (new["reference"], new["title"]) == (word, f"{word}-titel")
        assert (await owner.patch(path, json={"title": "x"})).status_code == 403
        assert (await owner.delete(path)).status_code == 403
        kept = {(one["name"], one["handed_over"]) for one in (await colleague.get(f"{path}/grants")).json()["items"]}
        assert kept == {(ADMINISTRATOR, False), ("Anna Weber", True)}
        (copied,) = (await colleague.get(f"{path}/files")).json()["items"]
        assert (copied["own"], copied["state"]["name"], copied["file"] == file) == (True, f"{word}-datei.txt", False)
        assert (await owner.delete(f"/api/v1/files/{file}")).status_code == 204
        for client in (owner, colleague):
            assert f"{word}-datei" in (await client.get(f"/api/v1/files/{copied['file']}/content")).text
        assert (await colleague.get(f"/api/v1/conversations/{chat}")).status_code == 404
        assert (await owner.get(f"/api/v1/conversations/{chat}")).status_code == 200
        async with await gateway.client(ADMINISTRATOR) as other:
            assert (await other.get(path)).json()["owner_name"] == COLLEAGUE
        await grant(colleague, path)
        assert (await owner.get(path)).status_code == 404
    assert "case.hand_over" in await trail(gateway, path)


async def test_a_hold_keeps_the_owner(gateway: Gateway) -> None:
    """DSG-05: while the auditor holds a case it stays whose it is; grants are no deletion and go on."""
    async with await gateway.client(OWNER) as owner, await gateway.client("r.koenig") as auditor:
        path = await case(owner, "AZ gesperrt")
        held = await auditor.post("/api/v1/holds", json={"case": path.rsplit("/", 1)[1], "reason": "verfahren"})
        refused = await owner.post(f"{path}/owner", json={"username": COLLEAGUE})
        assert (refused.status_code, refused.json()["code"]) == (409, "legal_hold")
        await grant(owner, path, {"username": COLLEAGUE})
        assert (await auditor.post(f"/api/v1/holds/{held.json()['id']}/lift", json={"reason": "erledigt"})).is_success
        assert (await owner.post(f"{path}/owner", json={"username": COLLEAGUE})).status_code == 200


async def test_without_retrieval_a_case_stays_where_it_is(gateway: Gateway) -> None:
    """TEN-01, DSG-05: files that can't be copied stop it; no copy is left, nothing has changed hands."""
    word = f"AZ{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        path = await case(owner, word)
        first, second = await loose_file(owner, f"{word}-a"), await loose_file(owner, f"{word}-b")
        for file in (first, second):
            await owner.post(f"{path}/files", json={"file": file})
        before = (await colleague.get("/api/v1/me/data/overview")).json()["items"]
        find = sa.text("SELECT original FROM documents WHERE id = CAST(:id AS uuid)")
        point = sa.text("UPDATE documents SET original = :at WHERE id = CAST(:id AS uuid)")
        engine = sa.create_engine(gateway.retrieval_superuser_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            there = connection.execute(find, {"id": second}).scalar_one()
            connection.execute(point, {"id": second, "at": uuid4()})
        refused = await owner.post(f"{path}/owner", json={"username": COLLEAGUE})
        assert refused.status_code >= 500, refused.text
        assert (await owner.get(path)).json()["rights"] == ["read", "write", "manage"]
        assert (await colleague.get(path)).status_code == 404
        after = (await colleague.get("/api/v1/me/data/overview")).json()["items"]
        assert [one["counts"] for one in after if one["kind"] == "files"] == [
            one["counts"] for one in before if one["kind"] == "files"
        ]
        with engine.begin() as connection:  # others look at all that this person has
            connection.execute(point, {"id": second, "at": there})
