# SPDX-License-Identifier: EUPL-1.2
"""Conversations shared as frozen copies: who reads what, what stays hidden, and how it ends."""

import asyncio
import datetime as dt
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_common.crypto import Undecryptable
from genius_common.database import RowScope
from genius_gateway.retention.schedule import SCHEDULE
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.matrix import Passport, answer
from tests.support.personal_data import as_superuser
from tests.support.shared import Talk, loose_file, source, talk

OWNER, COLLEAGUE, ADMINISTRATOR, STRANGER = "a.weber", "b.yilmaz", "c.hoffmann", "d.schmidt"
SENSITIVE = ("sozialdaten", "steuergeheimnis")
WITH_COLLEAGUE = {"recipients": [{"username": COLLEAGUE}]}


async def known(gateway: Gateway, *logins: str) -> None:
    """They have signed in once: before, nobody can share anything with them."""
    for login in logins:
        async with await gateway.client(login) as client:
            assert (await client.get("/api/v1/me")).status_code == 200


async def shared(client: httpx.AsyncClient, conversation: Talk, **body: Any) -> dict[str, Any]:
    made = await client.post(conversation.path, json={**WITH_COLLEAGUE, **body})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def read(gateway: Gateway, login: str, snapshot: str) -> httpx.Response:
    async with await gateway.client(login) as client:
        return await client.get(f"/api/v1/snapshots/{snapshot}")


async def left_of(gateway: Gateway, snapshot: str) -> int:
    """Rows of a snapshot and of its grants, whoever looks."""
    mine = "CAST(:id AS uuid)"
    query = f"SELECT id FROM snapshots WHERE id = {mine} UNION ALL SELECT id FROM grants WHERE object = {mine}"
    return len(await asyncio.to_thread(as_superuser, gateway, query, id=snapshot))


async def unit_member(gateway: Gateway) -> dict[str, str]:
    """c.hoffmann as a clerk of a.weber's unit."""
    groups = ["/behoerden/mhb", "/behoerden/mhb/referat-401"]
    token = Passport(gateway).token(
        ADMINISTRATOR, "mhb", None, groups=groups, realm_access={"roles": ["sachbearbeitung"]}
    )
    return {"authorization": f"Bearer {token}"}


async def simple(gateway: Gateway, word: str) -> Talk:
    await known(gateway, COLLEAGUE, STRANGER)
    found = await talk(gateway, OWNER, f"{word}-titel")
    await found.say(f"{word}-frage")
    await found.say(f"{word}-antwort", role="assistant")
    return found


async def test_a_recipient_reads_it_as_it_was(gateway: Gateway) -> None:
    """TEN-01, TEN-13: the visible branch, frozen; no later message, no other branch; nobody else sees it."""
    word = f"Kanarie{uuid4().hex[:8]}"
    conversation = await simple(gateway, word)
    await conversation.say(f"{word}-verworfen", parent=None)
    conversation.leaf = conversation.messages[1]
    async with await gateway.client(OWNER) as owner:
        file = await loose_file(owner, f"{word}-datei")
        await conversation.say(f"{word}-nachfrage", files=(file,))
        made = await shared(owner, conversation)
        await conversation.say(f"{word}-spaeter", role="assistant")
        assert (made["own"], made["messages"], made["shared_by"]) == (True, 3, "Anna Weber")
        assert [(one["kind"], one["name"]) for one in made["recipients"]] == [("person", COLLEAGUE)]
        days = dt.datetime.fromisoformat(made["expires_at"]) - dt.datetime.fromisoformat(made["created_at"])
        assert abs(days - dt.timedelta(days=SCHEDULE["snapshots"].days or 0)) < dt.timedelta(minutes=1)
    found = (await read(gateway, COLLEAGUE, made["id"])).json()
    assert [message["text"] for message in found["items"]] == [f"{word}-frage", f"{word}-antwort", f"{word}-nachfrage"]
    assert [message["ai_generated"] for message in found["items"]] == [False, True, False]
    assert "KI" in found["ai_note"]
    assert found["items"][2]["files"] == [f"{word}-datei.txt"]
    assert (found["own"], found["recipients"], found["conversation"]) == (False, [], None)
    assert file not in str(found), "the file is named, not shared"
    assert str(conversation.id) not in str(found)
    async with await gateway.client(COLLEAGUE) as colleague:
        assert (await colleague.get(f"/api/v1/files/{file}")).status_code == 404
        assert (await colleague.get(f"/api/v1/conversations/{conversation.id}")).status_code == 404
        (listed,) = [i for i in (await colleague.get("/api/v1/snapshots")).json()["items"] if i["id"] == made["id"]]
        assert (listed["title"], listed["own"]) == (f"{word}-titel", False)
        refused = await colleague.delete(f"/api/v1/snapshots/{made['id']}")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    unknown = answer(await read(gateway, ADMINISTRATOR, str(uuid4())))
    for login in (ADMINISTRATOR, STRANGER):
        assert answer(await read(gateway, login, made["id"])) == unknown
        async with await gateway.client(login) as client:
            assert word not in (await client.get("/api/v1/snapshots")).text


async def test_the_owner_ends_it_at_once(gateway: Gateway) -> None:
    """TEN-01, DSG-01: for the one who has it open too; the row and its grants are gone, and both acts are recorded."""
    conversation = await simple(gateway, "Ende")
    async with await gateway.client(OWNER) as owner:
        first, second = await shared(owner, conversation), await shared(owner, conversation)
        assert {one["id"] for one in (await owner.get(conversation.path)).json()["items"]} == {
            first["id"],
            second["id"],
        }
        assert (await read(gateway, COLLEAGUE, first["id"])).status_code == 200
        assert (await owner.delete(f"/api/v1/snapshots/{first['id']}")).status_code == 204
        assert (await read(gateway, COLLEAGUE, first["id"])).status_code == 404
        assert (await read(gateway, COLLEAGUE, second["id"])).status_code == 200
        assert (await owner.delete(conversation.path)).status_code == 204
        assert (await owner.get(conversation.path)).json() == {"items": [], "next": None}
    assert (await read(gateway, COLLEAGUE, second["id"])).status_code == 404
    assert await left_of(gateway, first["id"]) + await left_of(gateway, second["id"]) == 0
    query = "SELECT action FROM audit_records WHERE object = CAST(:id AS uuid) ORDER BY seq"
    trail = [row[0] for row in await asyncio.to_thread(as_superuser, gateway, query, id=first["id"])]
    assert trail == ["snapshot.create", "snapshot.read", "snapshot.end"]


async def test_it_ends_with_its_conversation(gateway: Gateway) -> None:
    """DSG-01: deleting the conversation leaves no copy and no grant behind."""
    conversation = await simple(gateway, "Mit dem Gespräch")
    async with await gateway.client(OWNER) as owner:
        made = await shared(owner, conversation)
        assert (await owner.delete(f"/api/v1/conversations/{conversation.id}")).status_code == 204
    assert (await read(gateway, COLLEAGUE, made["id"])).status_code == 404
    assert await left_of(gateway, made["id"]) == 0


async def test_its_time_runs_out(gateway: Gateway) -> None:
    """DSG-01, DSG-05: then nobody reads it, the owner neither; a time in the past or in years is refused."""
    conversation = await simple(gateway, "Ablauf")
    now = dt.datetime.now(dt.UTC)
    async with await gateway.client(OWNER) as owner:
        for wrong in (now - dt.timedelta(minutes=1), now + dt.timedelta(days=400)):
            refused = await owner.post(conversation.path, json={**WITH_COLLEAGUE, "expires_at": wrong.isoformat()})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/expires_at")
        soon = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1.5)).isoformat()
        made = await shared(owner, conversation, expires_at=soon)
        assert (await read(gateway, COLLEAGUE, made["id"])).status_code == 200
        await asyncio.sleep(1.6)
        for login in (OWNER, COLLEAGUE):
            assert (await read(gateway, login, made["id"])).status_code == 404
        assert (await owner.get(conversation.path)).json()["items"] == []


async def test_only_the_own_authority_is_reached(gateway: Gateway) -> None:
    """TEN-02, TEN-03: a name or unit of elsewhere, of nobody, not of the caller's: one answer, with the field."""
    conversation = await simple(gateway, "Empfänger")
    async with await gateway.client(STRANGER) as client:
        foreign = (await client.get("/api/v1/me")).json()["units"][0]["id"]
    async with await gateway.client(COLLEAGUE) as client:
        of_colleague = (await client.get("/api/v1/me")).json()["units"][0]["id"]
    async with await gateway.client(OWNER) as owner:
        answers = []
        for recipient in ({"username": STRANGER}, {"username": "niemand"}, {"username": "o.petrova"}):
            answers.append(answer(await owner.post(conversation.path, json={"recipients": [recipient]})))
        assert answers[0] == answers[1] == answers[2]
        assert (answers[0][0], answers[0][1]["code"]) == (422, "recipient_unknown")  # type: ignore[index]
        assert answers[0][1]["errors"][0]["pointer"] == "/recipients/0/username"  # type: ignore[index]
        answers = [
            answer(await owner.post(conversation.path, json={"recipients": [{"unit": unit}]}))
            for unit in (foreign, of_colleague, str(uuid4()))
        ]
        assert answers[0] == answers[1] == answers[2]
        assert (answers[0][0], answers[0][1]["errors"][0]["pointer"]) == (422, "/recipients/0/unit")  # type: ignore[index]
        for recipient in ({"username": OWNER}, {}, {"username": COLLEAGUE, "unit": foreign}):
            assert (await owner.post(conversation.path, json={"recipients": [recipient]})).status_code == 422
        assert (await owner.post(conversation.path, json={"recipients": []})).status_code in {400, 422}
        made = await shared(owner, conversation, recipients=[{"username": f" {COLLEAGUE.upper()} "}])
    assert (await read(gateway, COLLEAGUE, made["id"])).status_code == 200


async def test_a_unit_is_its_members(gateway: Gateway) -> None:
    """TEN-01, AUTH-08: who belongs to the unit now reads it, who does not (any more) does not."""
    conversation = await simple(gateway, "Referat")
    async with await gateway.client(OWNER) as owner:
        unit = (await owner.get("/api/v1/me")).json()["units"][0]["id"]
        made = await shared(owner, conversation, recipients=[{"unit": unit}])
    assert made["recipients"][0]["unit"] == unit
    path = f"/api/v1/snapshots/{made['id']}"
    assert (await read(gateway, COLLEAGUE, made["id"])).status_code == 404
    async with AsyncClient(base_url=gateway.url, timeout=30) as client:
        inside = await unit_member(gateway)
        assert (await client.get(path, headers=inside)).status_code == 200
        assert made["id"] in (await client.get("/api/v1/snapshots?shared=with_me", headers=inside)).text
        await known(gateway, ADMINISTRATOR)
    assert (await read(gateway, ADMINISTRATOR, made["id"])).status_code == 404


async def test_sources_open_with_the_readers_rights(gateway: Gateway) -> None:
    """TEN-04: of a hidden source neither quote nor name; its answer is left out; what is deleted is hidden."""
    word = f"Quelle{uuid4().hex[:6]}"
    conversation = await simple(gateway, word)
    async with await gateway.client(OWNER) as owner:
        hidden = await source(owner, f"{word}-geheim", "person")
        open_one = await source(owner, f"{word}-offen", "authority", number=2)
        doubts = [{"text": "Es kostet 5 Euro.", "missing": ["5 Euro"]}], [{"text": "B", "missing": ["2"]}]
        await conversation.say(
            f"{word}-A [1]", role="assistant", citations=(hidden, open_one), unsupported=tuple(doubts[0])
        )
        await conversation.say(f"{word}-B [2]", role="assistant", citations=(open_one,), unsupported=tuple(doubts[1]))
        strict, shown = await shared(owner, conversation), await shared(owner, conversation, show_answers=True)
        mixed, plain = (await read(gateway, COLLEAGUE, strict["id"])).json()["items"][2:]
        assert (mixed["withheld"], mixed["text"]) == (True, "")
        assert mixed["citations"][0] == {"number": 1, "withheld": True}
        assert mixed["citations"][1]["quote"] == f"Im Dokument steht {word}-offen."
        assert (plain["withheld"], plain["text"]) == (False, f"{word}-B [2]")
        assert (mixed["unsupported"], plain["unsupported"]) == ([], doubts[1])
        confirmed = await read(gateway, COLLEAGUE, shown["id"])
        assert confirmed.json()["items"][2]["text"] == f"{word}-A [1]"
        assert confirmed.json()["items"][2]["unsupported"] == doubts[0]
        for found in (confirmed.text, (await read(gateway, COLLEAGUE, strict["id"])).text):
            assert f"{word}-geheim" not in found
            assert hidden["document"] not in found
            assert hidden["knowledge_base"] not in found
        assert f"{word}-geheim" in (await read(gateway, OWNER, strict["id"])).text
        assert (await owner.delete(f"/api/v1/documents/{open_one['document']}")).status_code == 204
        assert f"{word}-offen" not in (await read(gateway, COLLEAGUE, shown["id"])).text
        assert f"{word}-offen" not in (await read(gateway, OWNER, shown["id"])).text


async def test_a_file_of_the_owner_is_a_hidden_source(gateway: Gateway) -> None:
    """TEN-04: what an answer quotes of an attached file is not shown either."""
    word = f"Anlage{uuid4().hex[:6]}"
    conversation = await simple(gateway, word)
    async with await gateway.client(OWNER) as owner:
        file = await loose_file(owner, f"{word}-inhalt")
        quote = {"number": 1, "document": file, "file": file, "quote": f"{word}-inhalt", "title": "x"}
        await conversation.say(f"{word}-C [1]", role="assistant", citations=(quote,))
        made = await shared(owner, conversation)
        assert f"{word}-inhalt" in (await read(gateway, OWNER, made["id"])).text
    found = await read(gateway, COLLEAGUE, made["id"])
    assert (found.json()["items"][-1]["withheld"], f"{word}-inhalt" in found.text) == (True, False)


@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        *((where, wanted) for where in ("conversation", "message", "citation") for wanted in SENSITIVE),
        ("case", "sozialdaten"),  # nobody makes a case of the other class outside of the tax administration's tenant
    ],
)
async def test_sensitive_classes_are_not_shared(gateway: Gateway, where: str, wanted: str) -> None:
    """TEN-15: wherever the class stands; the answer says why. What is personal may be shared and says so."""
    conversation = await simple(gateway, "Schutzklasse")
    async with await gateway.client(OWNER) as owner:
        await conversation.say("x", role="assistant", protection_class="personenbezogen")
        assert (await shared(owner, conversation))["protection_class"] == "personenbezogen"
        values: dict[str, Any] = {"protection_class": wanted}
        if where == "case":
            body = {"reference": "AZ 1", "protection_class": wanted}
            values = {"case_id": (await owner.post("/api/v1/cases", json=body)).json()["id"]}
        if where in {"conversation", "case"}:
            statement = ", ".join(
                f"{name} = CAST(:{name} AS {'uuid' if name == 'case_id' else 'text'})" for name in values
            )
            update = f"UPDATE conversations SET {statement} WHERE id = CAST(:id AS uuid)"
            await asyncio.to_thread(as_superuser, gateway, update, id=str(conversation.id), **values)
        if where == "message":
            await conversation.say("y", protection_class=wanted)
        if where == "citation":
            cited = {"number": 1, "document": str(uuid4()), "protection_class": wanted}
            await conversation.say("z", role="assistant", citations=(cited,))
        refused = await owner.post(conversation.path, json=WITH_COLLEAGUE)
    assert (refused.status_code, refused.json()["code"]) == (403, "class_not_shareable")
    assert "§ 35 SGB I" in refused.json()["detail"]


async def test_what_can_not_be_shared_yet(gateway: Gateway) -> None:
    """TEN-02, TEN-13: an empty one, one that is being answered, and a foreign one like an unknown one."""
    await known(gateway, COLLEAGUE, STRANGER)
    conversation = await talk(gateway, OWNER, "leer")
    async with await gateway.client(OWNER) as owner, await gateway.client(COLLEAGUE) as colleague:
        refused = await owner.post(conversation.path, json=WITH_COLLEAGUE)
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_share")
        await conversation.say("x", role="assistant", state="streaming")
        refused = await owner.post(conversation.path, json=WITH_COLLEAGUE)
        assert (refused.status_code, refused.json()["code"]) == (409, "answer_unfinished")
        unknown = f"/api/v1/conversations/{uuid4()}/snapshots"
        for method, body in (("POST", {"recipients": [{"username": OWNER}]}), ("GET", None), ("DELETE", None)):
            answers = [
                answer(await colleague.request(method, path, json=body)) for path in (conversation.path, unknown)
            ]
            assert answers[0] == answers[1]
            assert answers[0][0] == 404


async def test_the_copy_is_sealed_by_its_owner(gateway: Gateway) -> None:
    """DSG-03, TEN-08: no word in clear; moved to another row it does not open; a reader's scope has no key."""
    word = f"Siegel{uuid4().hex[:6]}"
    conversation = await simple(gateway, word)
    async with await gateway.client(OWNER) as owner:
        first, second = await shared(owner, conversation), await shared(owner, conversation)
    query = "SELECT head, content FROM snapshots WHERE id = CAST(:id AS uuid)"
    head, content = (await asyncio.to_thread(as_superuser, gateway, query, id=first["id"]))[0]
    assert word.encode() not in bytes(head) + bytes(content)
    other = "SELECT content FROM snapshots WHERE id = CAST(:a AS uuid)"
    move = f"UPDATE snapshots SET content = ({other}) WHERE id = CAST(:b AS uuid)"
    await asyncio.to_thread(as_superuser, gateway, move, a=first["id"], b=second["id"])
    assert (await read(gateway, COLLEAGUE, second["id"])).json()["code"] == Undecryptable.code
    async with await gateway.client(COLLEAGUE) as client:
        me = (await client.get("/api/v1/me")).json()["id"]
    access = gateway.state.access
    async with gateway.state.database.transaction(
        RowScope(authority=conversation.owner.authority, person=me)
    ) as connection:
        row = await access._snapshots.row(connection, first["id"])
        assert row is not None
        with pytest.raises(Undecryptable):
            await access._snapshots.content(connection, row)


async def test_retention_takes_what_has_ended(gateway: Gateway) -> None:
    """DSG-01, DSG-05: with its grants, at the next run; a hold on the owner keeps the row, but nobody reads it."""
    conversation = await simple(gateway, "Aufbewahrung")
    past = "UPDATE snapshots SET expires_at = now() - interval '1 second' WHERE id = CAST(:id AS uuid)"
    run = gateway.state.protection.retention.run
    async with await gateway.client(OWNER) as owner, await gateway.client("r.koenig") as auditor:
        first, second = await shared(owner, conversation), await shared(owner, conversation)
        await asyncio.to_thread(as_superuser, gateway, past, id=first["id"])
        assert (await run(dt.datetime.now(dt.UTC)))["snapshots"] >= 1
        assert (await left_of(gateway, first["id"]), await left_of(gateway, second["id"])) == (0, 2)
        hold = {"person": str(conversation.owner.person), "reason": "verfahren"}
        held = (await auditor.post("/api/v1/holds", json=hold)).json()["id"]
        try:
            assert (await owner.delete(f"/api/v1/snapshots/{second['id']}")).status_code == 204
            assert (await read(gateway, COLLEAGUE, second["id"])).status_code == 404
            await run(dt.datetime.now(dt.UTC))
            assert await left_of(gateway, second["id"]) == 1
        finally:
            await auditor.post(f"/api/v1/holds/{held}/lift", json={"reason": "erledigt"})
        await run(dt.datetime.now(dt.UTC))
        assert await left_of(gateway, second["id"]) == 0
