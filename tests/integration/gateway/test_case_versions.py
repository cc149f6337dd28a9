# SPDX-License-Identifier: EUPL-1.2
"""Versions of a case: of checks and of people, never changed again, and signed off by a person, one exactly."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from genius_gateway.case_versions.model import GAP
from genius_gateway.runs.sealing import Owner, Sealer
from tests.support.checked import checked_case, finished_check, result
from tests.support.gateway import Gateway
from tests.support.matrix import answer
from tests.support.personal_data import as_superuser
from tests.support.shared import loose_file

OWNER, COLLEAGUE, STRANGER = "a.weber", "b.yilmaz", "d.schmidt"
RENT = {"fact": "wohnkosten_cent", "value": 64000, "reason": "Laut Mietvertrag vom 1. März, am Telefon bestätigt."}


@pytest.fixture(autouse=True, scope="module")
async def known(gateway: Gateway) -> None:
    for login in (OWNER, COLLEAGUE, STRANGER):
        async with await gateway.client(login) as client:
            assert (await client.get("/api/v1/me")).status_code == 200


def deadline(days: int = 21) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).date().isoformat()


async def first(gateway: Gateway, client: httpx.AsyncClient, **options: Any) -> tuple[str, dict[str, Any]]:
    """A case of the owner's with its first version."""
    case, run = await checked_case(gateway, OWNER, **options)
    path = f"/api/v1/cases/{case}"
    made = await client.post(f"{path}/versions", json={"run": run})
    assert made.status_code == 201, made.text
    return path, made.json()


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answered = await client.post(path, json=body)
    assert answered.status_code == status, answered.text
    found: dict[str, Any] = answered.json()
    return found


async def recheck(gateway: Gateway, client: httpx.AsyncClient, path: str, **options: Any) -> dict[str, Any]:
    facts = (await client.get(f"{path}/versions")).json()["items"][0]["version"]
    facts = (await client.get(f"{path}/versions/{facts}")).json()["set_facts"]
    run = await finished_check(gateway, OWNER, path.rsplit("/", 1)[1], {}, facts, **options)
    return await post(client, f"{path}/versions", {"run": run})


def sign(version: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": version["version"], "sha256": version["sha256"], "deadline": deadline(), **more}


async def test_a_check_a_correction_a_check_and_a_sign_off(gateway: Gateway) -> None:
    """KI-04, APP-02: each fact says where it is from; each change is a version; a person signs one with a deadline."""
    async with await gateway.client(OWNER) as client:
        path, one = await first(gateway, client)
        assert (one["version"], one["checked"], one["complete"], one["signed"]) == (1, True, False, None)
        assert one["counts"] == {"missing": 1, "unclear": 1, "present": 1, "not_applicable": 1}
        fact = one["facts"]["wohnkosten_cent"]
        assert (fact["source"], fact["file"], fact["page"]) == ("file", "antrag.pdf", 1)
        assert fact["quote"] == "Gesamtmiete 612,00 EUR"

        two = await post(client, f"{path}/corrections", {"version": 1, "facts": [RENT]})
        assert (two["version"], two["based_on"], two["checked"]) == (2, 1, False)
        fact = two["facts"]["wohnkosten_cent"]
        assert (fact["source"], fact["value"], fact["by"], fact["reason"]) == (
            "person", 64000, "Anna Weber", RENT["reason"],
        )  # fmt: skip
        assert fact["read"]["value"] == 61200
        assert two["set_facts"] == {"wohnkosten_cent": 64000}
        refused = await post(client, f"{path}/sign-off", sign(two), 409)
        assert refused["code"] == "version_not_checked"

        three = await recheck(gateway, client, path, found=result(rent=64000))
        assert (three["version"], three["checked"]) == (3, True)
        assert three["facts"]["wohnkosten_cent"]["read"]["value"] == 61200
        signed = await post(client, f"{path}/sign-off", sign(three))
        assert signed["signed"]["by"] == "Anna Weber"
        day = dt.date.fromisoformat(signed["signed"]["deadline"])
        assert f"bis zum {day:%d.%m.%Y} ein" in signed["letter"]["text"]
        assert GAP not in signed["letter"]["text"]
        assert signed["sha256"] == three["sha256"]
        assert (await post(client, f"{path}/sign-off", sign(three), 409))["code"] == "version_signed"

        four = await post(client, f"{path}/corrections", {"version": 3, "accepted": ["mietbescheinigung"]})
        assert (four["version"], four["signed"], four["checked"]) == (4, None, True)
        assert four["accepted"]["mietbescheinigung"]["by"] == "Anna Weber"
        assert GAP in four["letter"]["text"]
        items = (await client.get(f"{path}/versions")).json()["items"]
        assert [(item["version"], item["signed"] is not None) for item in items] == [
            (4, False), (3, True), (2, False), (1, False),
        ]  # fmt: skip
        assert (await client.get(f"{path}/versions/1")).json() == one
    query = (
        "SELECT action, facts FROM audit_records WHERE object = CAST(:id AS uuid) AND action LIKE 'case.%' ORDER BY seq"
    )
    trail = await asyncio.to_thread(as_superuser, gateway, query, id=path.rsplit("/", 1)[1])
    assert [row[0] for row in trail][1:] == ["case.version"] * 3 + ["case.sign_off", "case.version"]
    assert trail[4][1]["sha256"] == three["sha256"]


async def test_only_the_newest_as_seen_is_signed_or_changed(gateway: Gateway) -> None:
    """KI-04: what somebody else has changed meanwhile is never signed unseen."""
    async with await gateway.client(OWNER) as client:
        path, one = await first(gateway, client)
        two = await post(client, f"{path}/corrections", {"version": 1, "accepted": ["lohnabrechnung"]})
        for wanted in (sign(one), {**sign(two), "sha256": "0" * 64}):
            assert (await post(client, f"{path}/sign-off", wanted, 409))["code"] == "version_outdated"
        refused = await post(client, f"{path}/corrections", {"version": 1, "facts": [RENT]}, 409)
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("version_outdated", "/version")
        both = await asyncio.gather(
            *(client.post(f"{path}/corrections", json={"version": 2, "facts": [RENT]}) for _ in range(2))
        )
        assert sorted(answered.status_code for answered in both) == [201, 409]
        await client.patch(path, json={"state": "closed"})
        refused = await post(client, f"{path}/corrections", {"version": 3, "facts": [RENT]}, 409)
        assert refused["code"] == "case_closed"


async def test_the_deadline_belongs_to_the_letter(gateway: Gateway) -> None:
    """KI-04: no letter without one, none in the past, none where nothing is asked for."""
    async with await gateway.client(OWNER) as client:
        path, one = await first(gateway, client)
        for wrong in (None, deadline(0), deadline(-1), deadline(400)):
            refused = await post(client, f"{path}/sign-off", sign(one, deadline=wrong), 400)
            assert refused["errors"][0]["pointer"] == "/deadline", wrong
        path, whole = await first(gateway, client, found=result(missing=False))
        assert (whole["complete"], whole["letter"]) == (True, None)
        refused = await post(client, f"{path}/sign-off", sign(whole), 400)
        assert refused["errors"][0]["pointer"] == "/deadline"
        signed = await post(client, f"{path}/sign-off", sign(whole, deadline=None))
        assert (signed["signed"]["deadline"], signed["letter"]) == (None, None)


async def test_the_letter_in_a_persons_words(gateway: Gateway) -> None:
    """KI-04: rewritten with a reason, its gap for the deadline kept; a new check writes it anew."""
    async with await gateway.client(OWNER) as client:
        path, _ = await first(gateway, client)
        words = {"text": "Bitte melden Sie sich.", "reason": "Auf Bitte der Antragstellerin kürzer."}
        refused = await post(client, f"{path}/corrections", {"version": 1, "letter": words}, 422)
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("letter_without_gap", "/letter/text")
        words["text"] = f"Bitte melden Sie sich bis zum {GAP}."
        two = await post(client, f"{path}/corrections", {"version": 1, "letter": words})
        assert (two["letter"]["text"], two["letter"]["reason"]) == (words["text"], words["reason"])
        three = await recheck(gateway, client, path)
        assert (three["letter"]["rewritten"], three["letter"]["text"] != words["text"]) == (None, True)
        await post(client, f"{path}/corrections", {"version": 3, "accepted": ["mietbescheinigung", "lohnabrechnung"]})
        changed = result()
        changed["requirements"]["lohnabrechnung"]["status"] = "present"
        five = await recheck(gateway, client, path, found=changed)
        assert set(five["accepted"]) == {"mietbescheinigung"}  # what was agreed to is no longer so


async def test_a_correction_is_taken_back(gateway: Gateway) -> None:
    """APP-02"""
    async with await gateway.client(OWNER) as client:
        path, _ = await first(gateway, client)
        added = {"fact": "anzahl_zimmer", "value": 3, "reason": "Am Telefon erfragt."}
        two = await post(client, f"{path}/corrections", {"version": 1, "facts": [RENT, added]})
        assert two["facts"]["anzahl_zimmer"]["read"] is None
        back = {"fact": "wohnkosten_cent", "withdraw": True, "reason": "Verwechselt."}
        three = await post(client, f"{path}/corrections", {"version": 2, "facts": [back]})
        assert three["facts"]["wohnkosten_cent"]["source"] == "file"
        assert three["set_facts"] == {"anzahl_zimmer": 3}
        refused = await post(client, f"{path}/corrections", {"version": 3, "facts": [back]}, 400)
        assert refused["errors"][0]["pointer"] == "/facts/0/fact"
        changes = (await client.get(f"{path}/versions/1/difference/2")).json()
        assert changes["facts"] == [
            {"name": "anzahl_zimmer", "before": None, "after": 3},
            {"name": "wohnkosten_cent", "before": 61200, "after": 64000},
        ]
        assert (changes["requirements"], changes["letter_changed"]) == ([], False)
        assert (await client.get(f"{path}/versions/1/difference/9")).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"version": 1, "facts": [{"fact": "x", "value": 1}]}, "/facts/0/reason"),
        ({"version": 1, "facts": [{"fact": "x", "value": 1, "reason": "  "}]}, "/facts/0/reason"),
        ({"version": 1, "facts": [{"fact": "x y", "value": 1, "reason": "weil"}]}, "/facts/0/fact"),
        ({"version": 1, "facts": [{"fact": "x", "value": "y" * 20_001, "reason": "weil"}]}, "/facts/0/value"),
        ({"version": 1, "accepted": ["gibt-es-nicht"]}, "/accepted/0"),
        ({"version": 1, "letter": {"text": "x", "reason": ""}}, "/letter/reason"),
        ({"version": 1, "by": "jemand anders", "accepted": ["lohnabrechnung"]}, "/by"),
        ({"version": 1}, ""),
    ],
)
async def test_what_is_wrong_is_named(gateway: Gateway, body: dict[str, Any], pointer: str) -> None:
    """TEN-12: a reason is not left out, nobody acts in another's name."""
    async with await gateway.client(OWNER) as client:
        path, _ = await first(gateway, client)
        refused = await post(client, f"{path}/corrections", body, 400)
        assert refused["errors"][0]["pointer"] == pointer
        assert len((await client.get(f"{path}/versions")).json()["items"]) == 1


async def test_only_a_whole_check_of_all_files_becomes_a_version(gateway: Gateway) -> None:
    """APP-02, TEN-03: another's run, another case's, an unfinished one, one of other files or facts is refused."""
    async with await gateway.client(OWNER) as client, await gateway.client(COLLEAGUE) as colleague:
        path, one = await first(gateway, client)
        case = path.rsplit("/", 1)[1]
        file = await loose_file(client, "Antrag")
        await client.post(f"{path}/files", json={"file": file})
        assert (await post(client, f"{path}/sign-off", sign(one), 409))["code"] == "case_files_changed"
        _, elsewhere = await checked_case(gateway, OWNER)
        theirs = await finished_check(gateway, COLLEAGUE, case, {file: "a"})
        for unknown in (theirs, str(uuid4())):
            refused = await post(client, f"{path}/versions", {"run": unknown}, 404)
            assert refused["errors"][0]["pointer"] == "/run"
        unfinished = await finished_check(gateway, OWNER, case, {file: "a"}, state="failed")
        partial = await finished_check(gateway, OWNER, case, {file: "a"}, partial=True)
        other = await finished_check(gateway, OWNER, case, {file: "a"}, found={"text": "x"})
        module = await finished_check(gateway, OWNER, case, {file: "a"}, module="summarise")
        for run in (elsewhere, unfinished, partial, other, module):
            assert (await post(client, f"{path}/versions", {"run": run}, 422))["code"] == "run_is_no_check"
        without = await finished_check(gateway, OWNER, case, {})
        assert (await post(client, f"{path}/versions", {"run": without}, 409))["code"] == "case_files_changed"
        early = await finished_check(gateway, OWNER, case, {file: "a"})
        run = await finished_check(gateway, OWNER, case, {file: "a"})
        two = await post(client, f"{path}/versions", {"run": run})
        assert await post(client, f"{path}/versions", {"run": run}) == two  # again: the same
        assert (await post(client, f"{path}/versions", {"run": early}, 409))["code"] == "check_outdated"
        await post(client, f"{path}/corrections", {"version": 2, "facts": [RENT]})
        blind = await finished_check(gateway, OWNER, case, {file: "a"})
        assert (await post(client, f"{path}/versions", {"run": blind}, 409))["code"] == "check_outdated"
        assert (await colleague.get(f"{path}/versions")).status_code == 404


async def test_who_may_what(gateway: Gateway) -> None:
    """TEN-01, TEN-14, KI-04: a grant to read reads, one to write signs; nobody else sees that there is one."""
    async with await gateway.client(OWNER) as client, await gateway.client(COLLEAGUE) as colleague:
        path, one = await first(gateway, client)
        unknown = f"/api/v1/cases/{uuid4()}"
        for login in (COLLEAGUE, STRANGER):
            async with await gateway.client(login) as other:
                for tail in ("/versions", "/versions/1", "/versions/1/difference/1"):
                    assert answer(await other.get(path + tail)) == answer(await other.get(unknown + tail))
        await client.put(f"{path}/grants", json={"items": [{"username": COLLEAGUE}]})
        assert (await colleague.get(f"{path}/versions/1")).json() == one
        for tail, body in (("/corrections", {"version": 1, "facts": [RENT]}), ("/sign-off", sign(one))):
            await post(colleague, path + tail, body, 403)
        await client.put(f"{path}/grants", json={"items": [{"username": COLLEAGUE, "access": "write"}]})
        two = await post(colleague, f"{path}/corrections", {"version": 1, "accepted": ["lohnabrechnung"]})
        signed = await post(colleague, f"{path}/sign-off", sign(two))
        assert signed["signed"]["by"] == two["by"] != one["by"]
        assert (await client.get(f"{path}/versions/2")).json() == signed


async def test_no_application_signs(gateway: Gateway) -> None:
    """KI-04: neither an application nor an API token corrects or signs; a person does."""
    async with await gateway.client("mhb-fachverfahren") as application:
        for tail in ("/corrections", "/sign-off"):
            assert (await application.post(f"/api/v1/cases/{uuid4()}{tail}", json={})).status_code == 403


async def test_versions_go_with_the_case(gateway: Gateway) -> None:
    """SOZ-01, TEN-13: handed over they stay as they were, also signed; deleted with the case, nothing is left."""
    async with await gateway.client(OWNER) as client, await gateway.client(COLLEAGUE) as colleague:
        path, one = await first(gateway, client)
        signed = await post(client, f"{path}/sign-off", sign(one))
        await post(client, f"{path}/corrections", {"version": 1, "facts": [RENT]})
        assert (await client.post(f"{path}/owner", json={"username": COLLEAGUE})).status_code == 200
        for person in (client, colleague):
            assert (await person.get(f"{path}/versions/1")).json() == signed
        two = (await colleague.get(f"{path}/versions/2")).json()
        three = await post(colleague, f"{path}/corrections", {"version": 2, "accepted": ["lohnabrechnung"]})
        assert (three["facts"], three["sha256"] != two["sha256"]) == (two["facts"], True)
        assert (await colleague.delete(path)).status_code == 204
    count = "SELECT count(*) FROM case_versions WHERE case_id = CAST(:id AS uuid)"
    assert (await asyncio.to_thread(as_superuser, gateway, count, id=path.rsplit("/", 1)[1]))[0][0] == 0


async def test_a_version_is_never_changed(gateway: Gateway) -> None:
    """KI-04, KI-05: neither by the gateway's own account nor, unnoticed, by the database's owner."""
    async with await gateway.client(OWNER) as client:
        path, one = await first(gateway, client)
        await post(client, f"{path}/corrections", {"version": 1, "facts": [RENT]})
        case = path.rsplit("/", 1)[1]
        for change in ("number = 9", "digest = '\\x00'", "made_at = now() - interval '1 day'", "case_id = id"):
            statement = f"UPDATE case_versions SET {change} WHERE case_id = CAST(:id AS uuid)"
            with pytest.raises(sa.exc.DBAPIError, match="never changed"):
                await asyncio.to_thread(as_superuser, gateway, statement, id=case)
        # Another content, sealed as it should be, by someone who holds the keys.
        me = (await client.get("/api/v1/me")).json()
        owner, sealer = Owner(UUID(me["authority"]["id"]), UUID(me["id"])), Sealer(gateway.state.keys)
        async with gateway.state.database.transaction(owner.scope) as connection:
            find = sa.text("SELECT id, content FROM case_versions WHERE case_id = :case AND number = 1")
            row = (await connection.execute(find, {"case": case})).one()
            place = f"case_versions/content/{row.id}"
            content = await sealer.open(connection, row.content, place)
            content["result"]["complete"] = True
            sealed = await sealer.seal(connection, owner, content, place)
            change = sa.text("UPDATE case_versions SET content = :content WHERE id = :id")
            await connection.execute(change, {"id": row.id, "content": sealed})
        refused = await client.get(f"{path}/versions/1")
        assert (refused.status_code, refused.json()["code"]) == (500, "content_unreadable")
        assert one["version"] == 1


async def test_content_is_sealed(gateway: Gateway) -> None:
    """TEN-09: neither a fact nor a reason nor a name stands in clear."""
    word = f"Kanarie{uuid4().hex[:8]}"
    async with await gateway.client(OWNER) as client:
        path, _ = await first(gateway, client, found=result(word=word))
        await post(client, f"{path}/corrections", {"version": 1, "facts": [{**RENT, "reason": f"{word}-grund"}]})
    rows = "SELECT v::text FROM case_versions v WHERE case_id = CAST(:id AS uuid)"
    found = await asyncio.to_thread(as_superuser, gateway, rows, id=path.rsplit("/", 1)[1])
    assert len(found) == 2
    for secret in (word, "64000", "Weber"):
        assert secret not in str(found)
        assert secret.encode().hex() not in str(found)
