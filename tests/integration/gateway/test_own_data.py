# SPDX-License-Identifier: EUPL-1.2
"""What a person takes along, and what is left of a person after a deletion: nothing that anybody can read."""

import asyncio
import datetime as dt
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from genius_common.audit.chain import RECEIPT_DOMAIN, is_signed_by
from genius_common.audit.keys import private_key
from genius_common.crypto import Undecryptable, key_id_of
from genius_common.errors import PlatformError
from genius_common.keys_encryption import read_keks
from genius_gateway.conversations.repository import ConversationRepository
from genius_gateway.persons.confirmation import LIFETIME
from genius_gateway.persons.data import OF_PERSONS
from genius_gateway.persons.receipts import digest
from genius_gateway.runs.sealing import Sealer
from genius_stack.cli import app
from tests.support.audit_log import public_pem
from tests.support.gateway import CSRF, Gateway, log_in, running_gateway
from tests.support.personal_data import Planted, as_superuser, plant
from tests.support.postgres import TestPostgres
from tests.support.stolen import Thief, files_with, sealed_under


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    """A gateway of this module alone: people are deleted here."""
    async with running_gateway(tmp_path_factory.mktemp("own-data"), postgres_server) as running:
        yield running


async def exported(client: httpx.AsyncClient) -> zipfile.ZipFile:
    answer = await client.get("/api/v1/me/data")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def text_of(archive: zipfile.ZipFile) -> str:
    return "\n".join([*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist())])


async def sql(gateway: Gateway, statement: str, **values: Any) -> list[Any]:
    return await asyncio.to_thread(as_superuser, gateway, statement, **values)


async def offered(client: httpx.AsyncClient, path: str = "/api/v1/me/data/overview") -> dict[str, str]:
    """The header that confirms a deletion."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return {"x-confirmation": answer.json()["confirmation"]["token"]}


async def erased(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.delete("/api/v1/me/data", headers=await offered(client))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- the copy


async def test_the_copy_has_every_planted_item(own: Gateway) -> None:
    """DSG-04: for people and for machines; nothing of a neighbour, of credentials, of others' pseudonyms."""
    mine, theirs = await plant(own, "a.weber", in_case=True), await plant(own, "b.yilmaz")
    async with own.browser() as browser:
        await log_in(own, browser, "a.weber")
        archive = await exported(browser)
    text, names = text_of(archive), archive.namelist()
    for part in (
        "titel",
        "ordner",
        "frage",
        "eingabe",
        "ergebnis",
        "az",
        "wissen",
        "zweck",
        "datei",
        "bestand",
        "name.txt",
    ):
        assert f"{mine.canary}-{part}" in text, part
    assert theirs.canary not in text
    assert str(theirs.person) not in text
    for word in ("id_token", "refresh_token", "wrapped", "subject_key_hash"):
        assert word not in text
    transcript = next(name for name in names if name.startswith("gespraeche/") and mine.canary in name)
    assert archive.read(transcript).decode().splitlines()[-2:] == [f"{mine.canary}-frage", ""]
    original = next(name for name in names if name.startswith(f"dateien/mhb/{mine.file}/"))
    assert archive.read(original).decode() == f"Der Vermerk {mine.canary}-datei liegt bei."
    rows = [json.loads(line) for line in archive.read("daten/mhb/runs.ndjson").splitlines()]
    assert {row["id"] for row in rows} >= {str(mine.run), str(mine.turn)}
    (session, *_) = [json.loads(line) for line in archive.read("daten/person/sessions.ndjson").splitlines()]
    assert session["sealed"] == {"name": "Anna Weber", "username": "a.weber"}
    actions = {json.loads(line)["action"] for line in archive.read("daten/person/audit_records.ndjson").splitlines()}
    assert {"session.begin", "case.create", "person.export"} <= actions


async def test_the_copy_is_recorded_and_streamed(own: Gateway) -> None:
    """DSG-04, AUD-01: a large file goes through in pieces; the record is there before the first byte."""
    async with await own.client("e.nowak") as client:
        me = UUID((await client.get("/api/v1/me")).json()["id"])
        content = uuid4().bytes * 100_000
        await client.post("/api/v1/files", files={"file": ("gross.bin", content)})
        async with client.stream("GET", "/api/v1/me/data") as answer:
            pieces = [len(piece) async for piece in answer.aiter_raw()]
            query = "SELECT * FROM audit_records WHERE action = 'person.export' AND actor = :me"
            (record,) = await sql(own, query, me=me)
        assert "content-length" not in answer.headers
        assert len(pieces) > 3
        assert (record.object, record.facts) == (me, {})
        archive = await exported(client)
        name = next(name for name in archive.namelist() if name.endswith("gross.bin"))
        assert archive.read(name) == content


async def test_a_copy_that_breaks_off_is_no_file(own: Gateway) -> None:
    """DSG-04: where retrieval fails in the middle the answer is cut, never a whole file with less in it."""
    await plant(own, "a.weber")
    await asyncio.to_thread(own.retrieval.kill)
    try:
        async with await own.client("a.weber") as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/api/v1/me/data")
    finally:
        await asyncio.to_thread(own.retrieval.start)


async def test_operators_and_auditors_have_data_too(own: Gateway) -> None:
    """DSG-04: also who belongs to no authority; applications have none."""
    for login in ("o.petrova", "r.koenig"):
        async with await own.client(login) as client:
            archive = await exported(client)
            assert "daten/person/persons.ndjson" in archive.namelist()
            assert {item["kind"] for item in (await client.get("/api/v1/me/data/overview")).json()["items"]} > {"runs"}
    async with await own.client("mhb-fachverfahren") as client:
        for method, path in (("GET", ""), ("GET", "/overview"), ("DELETE", "")):
            assert (await client.request(method, f"/api/v1/me/data{path}")).status_code == 403


# --- the deletion


async def traces(gateway: Gateway, planted: Planted) -> dict[str, int]:
    """Table by table of both databases, from the catalog: rows that name the person or hold its canary in clear."""

    def look(url: str) -> dict[str, int]:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        found = {}
        with engine.connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                query = sa.text(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE :id OR t::text LIKE :canary')
                values = {"id": f"%{planted.person}%", "canary": f"%{planted.canary}%"}
                if number := connection.execute(query, values).scalar_one():
                    found[table] = number
        engine.dispose()
        return found

    outer = await asyncio.to_thread(look, gateway.superuser_url)
    inner = await asyncio.to_thread(look, gateway.retrieval_superuser_url)
    return {**outer, **{f"retrieval.{name}": number for name, number in inner.items()}}


async def ciphertexts(gateway: Gateway, planted: Planted) -> list[bytes]:
    """Copies of everything sealed, as an old backup or a stolen disk has them."""
    queries = (
        "SELECT content FROM messages WHERE owner = :person",
        "SELECT request FROM runs WHERE owner = :person",
        "SELECT result FROM runs WHERE owner = :person",
        "SELECT batch FROM run_events WHERE owner = :person",
        "SELECT title FROM conversations WHERE owner = :person",
        "SELECT reference FROM cases WHERE owner = :person",
    )
    found = [bytes(row[0]) for query in queries for row in await sql(gateway, query, person=planted.person)]
    objects = [path.read_bytes() for path in (gateway.retrieval.data_dir / "data/objects").rglob("*") if path.is_file()]
    return found + objects


async def retrieval_keys(gateway: Gateway, person: UUID) -> list[UUID]:
    def look() -> list[UUID]:
        engine = sa.create_engine(gateway.retrieval_superuser_url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            query = sa.text("SELECT id FROM keys WHERE person = :person AND state <> 'destroyed'")
            found = list(connection.execute(query, {"person": person}).scalars())
        engine.dispose()
        return found

    return await asyncio.to_thread(look)


async def test_nothing_readable_is_left(own: Gateway, tmp_path: Path) -> None:
    """DSG-01, DSG-02, DSG-03, AUD-07: rows, files, points, keys; the receipt says so, and the trail still holds."""
    planted, other = await plant(own, "a.weber", in_case=True), await plant(own, "b.yilmaz")
    kept = await ciphertexts(own, planted)
    assert own.settings.kek_file
    gateway_kek, retrieval_kek = read_keks(own.settings.kek_file)[0], read_keks(own.retrieval.data_dir / "kek")[0]
    outer, inner = Thief(own.superuser_url, gateway_kek), Thief(own.retrieval_superuser_url, retrieval_kek)
    assert any(outer.opens(sealed) for sealed in kept)
    assert any(inner.opens(sealed) for sealed in kept)
    there = {
        table: (await sql(own, f"SELECT count(*) FROM {table} WHERE owner = :person", person=planted.person))[0][0]
        for table in ("run_events", "runs", "message_terms", "messages", "conversations", "cases")
    }
    assert min(there.values()) > 0
    (key,) = await retrieval_keys(own, planted.person)
    # What the engine keeps of the points of files goes with the person's key.
    assert files_with(own.retrieval.data_dir / "data/index", sealed_under(key))
    before = await traces(own, planted)
    assert {"messages", "runs", "cases", "retrieval.documents"} <= before.keys()
    async with own.browser() as browser:
        await log_in(own, browser, "a.weber")
        answer = await browser.delete("/api/v1/me/data", headers={**CSRF, **await offered(browser)})
        assert answer.status_code == 200, answer.text
        assert (await browser.get("/api/v1/me")).status_code == 401
    signed = answer.json()
    body = signed["receipt"]
    # What is left names a pseudonym that stands for nobody any more, and is on the list.
    allowed = {table.name for table in OF_PERSONS if not table.erase} | {"deletion_receipts", "retrieval.keys"}
    assert (await traces(own, planted)).keys() <= allowed
    folder = own.retrieval.data_dir / "data"
    assert files_with(folder, planted.canary.encode()) == []
    destroyed = {UUID(key) for keys in body["keys_destroyed"].values() for key in keys}
    shredded = [sealed for sealed in kept if key_id_of(sealed) in destroyed]
    assert key in destroyed
    assert await retrieval_keys(own, planted.person) == []
    assert len(shredded) >= len(await ciphertexts(own, other)) // 2
    outer, inner = Thief(own.superuser_url, gateway_kek), Thief(own.retrieval_superuser_url, retrieval_kek)
    assert not any(thief.opens(sealed) for thief in (outer, inner) for sealed in shredded)
    assert not [one for one in await ciphertexts(own, planted) if key_id_of(one) in destroyed]
    assert there.items() <= body["deleted"]["gateway"].items()
    retrieval = body["deleted"]["retrieval"]
    assert retrieval["files"] >= 1 <= retrieval["documents"]
    assert retrieval["points"] >= 2 <= retrieval["objects"]
    assert all(body["keys_destroyed"].values())
    async with await own.client("b.yilmaz") as neighbour:
        text = text_of(await exported(neighbour))
        assert f"{other.canary}-frage" in text
    await _receipt_and_trail(own, signed, planted, tmp_path)


async def _receipt_and_trail(own: Gateway, signed: dict[str, Any], planted: Planted, folder: Path) -> None:
    """The receipt verifies offline until a digit is changed; the chain verifies and names it."""
    body = signed["receipt"]
    operator = private_key(own.settings.audit.key_file.read_bytes())
    assert is_signed_by(operator.public_key(), body, signed["signatures"][0], RECEIPT_DOMAIN)
    # Not to be passed off as a checkpoint of the trail.
    assert not is_signed_by(operator.public_key(), body, signed["signatures"][0])
    public, file, export = folder / "operator.pem", folder / "receipt.json", folder / "export.ndjson"
    public.write_bytes(public_pem(operator))
    for content, code in ((signed, 0), ({**signed, "receipt": {**body, "person": str(uuid4())}}, 1), ({}, 1)):
        file.write_bytes(orjson.dumps(content))
        result = CliRunner().invoke(app, ["audit", "receipt", str(file), "--operator", str(public)])
        assert (result.exit_code != 0) == bool(code)
    async with await own.client("r.koenig") as auditor:
        stored = await auditor.get(f"/api/v1/receipts/{body['receipt']}")
        assert stored.json() == signed
        export.write_bytes((await auditor.get("/api/v1/audit/export")).content)
    result = CliRunner().invoke(app, ["audit", "verify", str(export), "--operator", str(public)])
    assert result.exit_code == 0, result.stdout
    records = [json.loads(line) for line in export.read_bytes().splitlines()]
    (record,) = [r for r in records if r.get("action") == "person.erase" and r["object"] == str(planted.person)]
    assert record["facts"] == {"receipt": body["receipt"], "sha256": digest(body), "requested_by": "person"}


async def test_no_receipt_where_a_store_is_left_out(own: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """DSG-02: whatever deletion is skipped by a fault, nothing is signed and the gateway's rows stay; again works."""
    planted = await plant(own, "d.schmidt")
    async with await own.client("d.schmidt") as client:
        for name in ("delete", "living_keys"):
            with monkeypatch.context() as fault:

                async def skipped(*_: Any, name: str = name) -> Any:
                    return 0 if name == "delete" else [uuid4()]

                fault.setattr(f"genius_gateway.persons.data.{name}", skipped)
                answer = await client.delete("/api/v1/me/data", headers=await offered(client))
                assert answer.status_code in {404, 500}, name
        with own.without_retrieval():
            header = {"x-confirmation": (await _token(own, planted.person))}
            answer = await client.delete("/api/v1/me/data", headers=header)
            assert answer.status_code == 503
        query = "SELECT count(*) FROM conversations WHERE owner = :person"
        assert (await sql(own, query, person=planted.person))[0][0] == 1
        receipts = "SELECT count(*) FROM deletion_receipts WHERE body LIKE :person"
        assert (await sql(own, receipts, person=f"%{planted.person}%"))[0][0] == 0
        signed = await erased(client)
    assert signed["receipt"]["deleted"]["gateway"]["conversations"] == 1


async def _token(own: Gateway, person: UUID) -> str:
    token: str = own.state.protection.confirmations.give(person, person, dt.datetime.now(dt.UTC))[0]
    return token


async def test_what_was_under_way_is_deleted_too(own: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """DSG-01: a request that writes between the deletion and its commit leaves nothing, and the trail says so."""
    planted = await plant(own, "d.schmidt")
    receipts = own.state.protection.receipts
    keep = type(receipts).keep

    async def slow(self: Any, connection: Any, body: dict[str, Any]) -> Any:
        async with own.state.database.transaction(planted.owner.scope) as other:
            await ConversationRepository(Sealer(own.state.keys)).insert(other, planted.owner, uuid4(), title="Spät")
        return await keep(self, connection, body)

    monkeypatch.setattr(type(receipts), "keep", slow)
    async with await own.client("d.schmidt") as client:
        await erased(client)
    for table in ("conversations", "message_terms"):
        assert (await sql(own, f"SELECT count(*) FROM {table} WHERE owner = :id", id=planted.person))[0][0] == 0
    living = "SELECT count(*) FROM keys WHERE person = :id AND state <> 'destroyed'"
    assert (await sql(own, living, id=planted.person))[0][0] == 0
    late = "SELECT facts FROM audit_records WHERE action = 'person.erase_late' AND object = :id"
    assert len(await sql(own, late, id=planted.person)) == 1


async def test_a_deletion_is_confirmed(own: Gateway) -> None:
    """DSG-01: not by accident, not with another's token, not after ten minutes, not changed."""
    confirmations = own.state.protection.confirmations
    async with await own.client("e.nowak") as client:
        person = UUID((await client.get("/api/v1/me")).json()["id"])
        now = dt.datetime.now(dt.UTC)
        good, _ = confirmations.give(person, person, now)
        wrong = {
            "foreign": confirmations.give(uuid4(), person, now)[0],
            "of another": confirmations.give(person, uuid4(), now)[0],
            "old": confirmations.give(person, person, now - LIFETIME - dt.timedelta(seconds=1))[0],
            "changed": good[:-6] + "AAAAAA",
            "no base64": "ä",
            "empty": "",
        }
        assert (await client.delete("/api/v1/me/data")).json()["code"] == "confirmation_needed"
        for name, token in wrong.items():
            answer = await client.delete("/api/v1/me/data", headers={"x-confirmation": token.encode()})  # type: ignore[dict-item]
            assert (answer.status_code, answer.json()["code"]) == (409, "confirmation_needed"), name
        assert (await client.get("/api/v1/me")).json()["id"] == str(person)


async def test_a_hold_stands_against_it(own: Gateway) -> None:
    """DSG-05: for the person and for an operator; the overview says so beforehand."""
    planted = await plant(own, "e.nowak", in_case=True)
    async with await own.client("r.koenig") as auditor:
        body = {"case": str(planted.case), "reason": "verfahren"}
        hold = (await auditor.post("/api/v1/holds", json=body)).json()["id"]
    async with await own.client("e.nowak") as client:
        assert (await client.get("/api/v1/me/data/overview")).json()["held"] is True
        answer = await client.delete("/api/v1/me/data", headers=await offered(client))
        assert (answer.status_code, answer.json()["code"]) == (409, "legal_hold")
    path = f"/api/v1/persons/{planted.person}/data"
    async with await own.client("o.petrova") as operator:
        offer = (await operator.get(path)).json()
        assert offer["held"] is True
        answer = await operator.delete(path, headers={"x-confirmation": offer["confirmation"]["token"]})
        assert answer.json()["code"] == "legal_hold"
    async with await own.client("r.koenig") as auditor:
        assert (await auditor.post(f"/api/v1/holds/{hold}/lift", json={"reason": "erledigt"})).status_code == 200
    async with await own.client("e.nowak") as client:
        await erased(client)


async def test_an_operator_deletes_after_somebody_has_left(own: Gateway) -> None:
    """DSG-01, PER-01: found by the provider's id, told nothing of what there is before; others may not."""
    planted = await plant(own, "b.yilmaz")
    path = f"/api/v1/persons/{planted.person}/data"
    realm = json.loads((own.realm_dir / "realm.json").read_text())
    subject = next(user["id"] for user in realm["users"] if user["username"] == "b.yilmaz")
    for login in ("a.weber", "c.hoffmann", "r.koenig"):
        async with await own.client(login) as client:
            assert (await client.get(path)).status_code == (await client.delete(path)).status_code == 403
    async with await own.client("o.petrova") as operator:
        assert (await operator.post("/api/v1/persons/find", json={"subject": "niemand"})).status_code == 404
        found = await operator.post("/api/v1/persons/find", json={"subject": str(subject)})
        assert found.json() == {"person": str(planted.person)}
        offer = await operator.get(path)
        assert offer.json().keys() == {"person", "held", "confirmation"}
        answer = await operator.delete(path, headers=await offered(operator, path))
        assert answer.status_code == 200, answer.text
        assert answer.json()["receipt"]["requested_by"] == "betrieb"
        for unknown in (path, f"/api/v1/persons/{uuid4()}/data"):
            assert (await operator.delete(unknown)).status_code == 404
    async with await own.client("b.yilmaz") as client:
        me = (await client.get("/api/v1/me")).json()
        assert me["id"] != str(planted.person)
        assert (await client.get("/api/v1/conversations")).json()["items"] == []


async def test_who_was_not_seen_for_two_years_is_deleted(own: Gateway) -> None:
    """DSG-05: with a receipt like everybody else."""
    async with await own.client("c.hoffmann") as client:
        person = UUID((await client.get("/api/v1/me")).json()["id"])
    query = "UPDATE persons SET seen_at = now() - interval '731 days' WHERE id = :person"
    await sql(own, query, person=person)
    done = await own.state.protection.retention.run(dt.datetime.now(dt.UTC))
    assert done["persons"] == 1
    (row,) = await sql(own, "SELECT body FROM deletion_receipts WHERE body LIKE :person", person=f"%{person}%")
    assert json.loads(row.body)["requested_by"] == "retention"
    assert await sql(own, "SELECT 1 FROM persons WHERE id = :person", person=person) == []


async def test_what_cannot_be_opened_is_named_in_its_place(own: Gateway) -> None:
    """DSG-04: one damaged entry neither cuts the copy off nor goes missing; the rest of it is there."""
    damaged, whole = await plant(own, "d.schmidt"), await plant(own, "d.schmidt")
    flip = "UPDATE messages SET content = set_byte(content, 40, get_byte(content, 40) # 1) WHERE conversation = :id"
    await sql(own, flip, id=damaged.conversation)
    await sql(own, "DELETE FROM snapshots WHERE conversation = :id", id=damaged.conversation)  # a whole copy of it
    await sql(own, "UPDATE runs SET request = 'kurz' WHERE id = :id", id=damaged.run)
    async with await own.client("d.schmidt") as client:
        archive = await exported(client)
    rows = [json.loads(line) for line in archive.read("daten/musterstadt/messages.ndjson").splitlines()]
    (broken,) = [row for row in rows if row["conversation"] == str(damaged.conversation)]
    assert broken["nicht_lesbar"] == ["content"]
    assert "content" not in broken
    assert not any("nicht_lesbar" in row for row in rows if row["conversation"] == str(whole.conversation))
    text = text_of(archive)
    assert f"{damaged.canary}-frage" not in text
    assert "[Diese Nachricht lässt sich nicht mehr entschlüsseln.]" in text
    assert f"{whole.canary}-frage" in text


def lose(gateway: Gateway, file: UUID) -> None:
    """The original of a file is gone from the object store."""
    engine = sa.create_engine(gateway.retrieval_superuser_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        statement = sa.text("UPDATE documents SET original = gen_random_uuid() WHERE id = :id")
        connection.execute(statement, {"id": file})
    engine.dispose()


async def test_a_missing_original_is_named_in_its_place(own: Gateway) -> None:
    """DSG-04: one original that is gone neither cuts the copy off nor goes missing without a word."""
    gone, whole = await plant(own, "e.nowak"), await plant(own, "e.nowak")
    await asyncio.to_thread(lose, own, gone.file)
    async with await own.client("e.nowak") as client:
        names = (await exported(client)).namelist()
    assert f"dateien/musterstadt/{gone.file}/NICHT-LESBAR.txt" in names
    assert f"dateien/musterstadt/{gone.file}/{gone.canary}-name.txt" not in names
    assert f"dateien/musterstadt/{whole.file}/{whole.canary}-name.txt" in names
    async with await own.client("e.nowak") as client:  # the next test meets its own damage alone
        assert (await client.delete(f"/api/v1/files/{gone.file}")).status_code == 204


@pytest.mark.parametrize("damaged", ["row", "original"])
async def test_an_archive_before_a_destruction_is_whole_or_none(own: Gateway, damaged: str) -> None:
    """DSG-02: what the own copy names as unreadable stops an archive, since nothing is left after it."""
    planted = await plant(own, "e.nowak")
    if damaged == "row":
        await sql(own, "UPDATE runs SET request = 'kurz' WHERE id = :id", id=planted.run)
    else:
        await asyncio.to_thread(lose, own, planted.file)
    members = own.state.protection.export.of_authority(planted.person, planted.authority, "archiv")

    async def read() -> None:
        async for _, content in members:
            async for _ in content:
                pass

    with pytest.raises(PlatformError) as stopped:
        await read()
    assert stopped.value.code == Undecryptable.code
    async with await own.client("e.nowak") as client:
        assert (await client.delete(f"/api/v1/files/{planted.file}")).status_code == 204
    await sql(own, "DELETE FROM runs WHERE id = :id", id=planted.run)


async def test_a_locked_document_does_not_break_it_off(own: Gateway) -> None:
    """DSG-04, INJ-06: what is locked stays inside as long as it is, and the copy says so; the rest is there."""
    planted = await plant(own, "b.yilmaz")
    async with await own.client("b.yilmaz") as client:
        path = f"/api/v1/documents/{planted.document}/quarantine"
        assert (await client.put(path)).status_code == 200
        archive = await exported(client)
        (note,) = [name for name in archive.namelist() if name.endswith("GESPERRT.txt")]
        assert str(planted.document) in note
        assert "gesperrt" in archive.read(note).decode()
        assert f"{planted.canary}-bestand" not in text_of(archive)
        assert (await client.delete(path)).status_code == 200
        assert f"{planted.canary}-bestand" in text_of(await exported(client))
