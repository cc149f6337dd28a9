# SPDX-License-Identifier: EUPL-1.2
"""An authority joins; another one leaves, killed at every step: nothing is lost and nothing is left."""

import asyncio
import datetime as dt
import json
import secrets
import struct
import time
import zipfile
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from typer.testing import CliRunner

from genius_common.errors import PlatformError
from genius_gateway.authorities.errors import (
    ArchiveNotWritten,
    AuthorityGone,
    AuthorityHasChildren,
    AuthorityUnknown,
    HandOverRefused,
)
from genius_gateway.authorities.repository import AuthorityFile
from genius_gateway.keys.whole import tables
from genius_gateway.retention.errors import HeldBack
from genius_stack.cli import app
from genius_stack.samples import people
from tests.support.checked import finished_check, result
from tests.support.gateway import Gateway, log_in
from tests.support.operators import Operators
from tests.support.personal_data import Planted, plant, ready

# The command sleeps before it notes this step, with the step's effect done (or, for the first and last, under way).
_SLEEPS = """
CREATE TABLE IF NOT EXISTS sleep_at (step text);
CREATE OR REPLACE FUNCTION sleep_here() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM sleep_at WHERE step = NEW.step) THEN PERFORM pg_sleep(60); END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER sleep_here BEFORE INSERT OR UPDATE ON authority_removals
    FOR EACH ROW EXECUTE FUNCTION sleep_here();
"""
_ASLEEP = "SELECT {} FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
STEPS = ("closed", "handed_over", "archived", "retrieval_destroyed", "gone")


async def kill_at(operators: Operators, step: str, words: list[str]) -> None:
    """`kill -9` of the command before `step` is noted, and its connection gone with it."""
    await operators.sql("DELETE FROM sleep_at")
    await operators.sql("INSERT INTO sleep_at VALUES (:step)", step=step)
    process: BaseProcess = operators.start(*words)
    try:
        while not await operators.sql(_ASLEEP.format("pid")):
            assert process.exitcode is None, f"ended with {process.exitcode} before {step}"
            await asyncio.sleep(0.02)
    finally:
        process.kill()
        process.join()
        await operators.sql(_ASLEEP.format("pg_terminate_backend(pid)"))
        await operators.sql("DELETE FROM sleep_at")


class Leaving:
    """What d.schmidt's authority has: a shared document, a unit's, and everything that a person can have."""

    def __init__(self) -> None:
        self.canary = f"canary{secrets.token_hex(5)}"
        self.bases: dict[str, str] = {}

    async def plant(self, gateway: Gateway) -> None:
        self.person: Planted = await plant(gateway, "d.schmidt")
        self.neighbour: Planted = await plant(gateway, "a.weber")
        async with await gateway.client("d.schmidt") as client:
            unit = (await client.get("/api/v1/me")).json()["units"][0]["id"]
            for owner in ({"owner": "authority"}, {"owner": "unit", "unit": unit}):
                body = {
                    "name": f"{self.canary}-{owner['owner']}",
                    "purpose": f"{self.canary}-zweck",
                    "uses": ["search"],
                    **owner,
                }
                base = (await client.post("/api/v1/knowledge-bases", json=body)).raise_for_status().json()["id"]
                content = f"Die Satzung {self.canary}-{owner['owner']} gilt für das Stadtgebiet.".encode()
                path = f"/api/v1/knowledge-bases/{base}/documents"
                made = await client.post(path, files={"file": (f"{owner['owner']}.txt", content)})
                await ready(client, f"/api/v1/documents/{made.raise_for_status().json()['id']}")
                self.bases[owner["owner"]] = base
            await self._sign_off(gateway, client)
            await self._read_from_mhb(gateway, client)

    async def _sign_off(self, gateway: Gateway, client: httpx.AsyncClient) -> None:
        """A version of the person's case, signed off."""
        case, word = str(self.person.case), f"{self.person.canary}-fassung"
        run = await finished_check(gateway, "d.schmidt", case, {}, found=result(word=word))
        made = (await client.post(f"/api/v1/cases/{case}/versions", json={"run": run})).raise_for_status().json()
        deadline = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).date().isoformat()
        body = {"version": 1, "sha256": made["sha256"], "deadline": deadline}
        signed = (await client.post(f"/api/v1/cases/{case}/sign-off", json=body)).raise_for_status()
        self.version: dict[str, Any] = signed.json()

    async def _read_from_mhb(self, gateway: Gateway, reader: httpx.AsyncClient) -> None:
        async with await gateway.client("a.weber") as owner:
            made = await owner.post(
                "/api/v1/knowledge-bases", json={"name": "Geteilt", "purpose": "Probe", "owner": "authority"}
            )
            self.shares = f"/api/v1/knowledge-bases/{made.raise_for_status().json()['id']}/shares"
            offer = await owner.post(self.shares, json={"authority": str(self.person.authority)})
            (await reader.post(f"/api/v1/shares/{offer.raise_for_status().json()['id']}/accept")).raise_for_status()


async def refused(client: httpx.AsyncClient) -> None:
    """401 or 403 within the bound of revocation; the client keeps the credential that it had before."""
    end = time.monotonic() + 10
    while (answer := await client.get("/api/v1/conversations")).status_code == 200:
        assert time.monotonic() < end, "still served"
        await asyncio.sleep(0.05)
    assert answer.status_code in {401, 403}


async def test_an_authority_joins(operated: Gateway, operators: Operators) -> None:
    """KONF.6.6, DSG-03: with keys and collection of its own; again is no change; nonsense is refused by name."""
    words = ("authorities", "add", "amt-neu", "--name", "Neues Amt", "--kind", "agency")
    first = await operators.command(*words, "--parent", "mhb")
    assert (await operators.command(*words, "--parent", "mhb"))["id"] == first["id"]
    (line,) = [
        one for one in (await operators.command("authorities", "list"))["authorities"] if one["short"] == "amt-neu"
    ]
    assert (line["parent"], line["state"]) == ("mhb", "active")
    keys = await operators.command("keys", "list", "amt-neu")
    assert [key["scope"] for key in keys["gateway"]] == [key["scope"] for key in keys["retrieval"]] == ["authority"]
    asked = await operators.command("authorities", "remove", "mhb", "--ask")
    file = operators.signed(asked["request"], "Leitung", "Betrieb")
    with pytest.raises(AuthorityHasChildren):
        await operators.command("authorities", "remove", "mhb", "--request", str(file))
    with pytest.raises(AuthorityUnknown):
        await operators.command(*words, "--parent", "gibt-es-nicht")
    with pytest.raises(ValidationError):
        await operators.command("authorities", "add", "Groß Geschrieben", "--name", "x", "--kind", "agency")
    with pytest.raises(ValidationError):
        await operators.command("authorities", "add", "anders", "--name", "x", "--kind", "verein")
    with pytest.raises(HandOverRefused):
        await operators.command("authorities", "remove", "amt-neu", "--knowledge", "hand_over", "--to", "amt-neu")


@pytest.mark.thorough
async def test_a_killed_removal_ends_whole(operated: Gateway, operators: Operators, tmp_path: Path) -> None:
    """DSG-02, DSG-03, AUD-02, AUD-07, AUTH-08: handed over, archived, destroyed; killed before each step is noted."""
    leaving = Leaving()
    await leaving.plant(operated)
    authority = leaving.person.authority
    receiver = leaving.neighbour.person
    asked = await operators.command(
        "authorities", "remove", "musterstadt", "--knowledge", "hand_over", "--cases", "hand_over", "--to", "mhb",
        "--receiver", str(receiver), "--personal", "archive", "--ask",
    )  # fmt: skip
    assert asked["retrieval"]["documents"] == 3
    assert asked["gateway"]["conversations"] >= 1
    archive, key = tmp_path / "musterstadt.zip", tmp_path / "archiv.key"
    key.write_text(secrets.token_hex(32))
    words = ["authorities", "remove", "musterstadt", "--request", "", "--archive", str(archive),
             "--archive-key", str(key), "--settle", "0"]  # fmt: skip
    words[4] = str(operators.signed(asked["request"], "Leitung"))
    with pytest.raises(PlatformError, match="approvals_missing"):
        await operators.command(*words)
    words[4] = str(operators.signed(asked["request"], "Leitung", "Datenschutz"))
    hold = "INSERT INTO legal_holds (id, person, reason, set_by, set_at) VALUES"
    await operators.sql(f"{hold} (gen_random_uuid(), :p, 'pruefung', :p, now())", p=leaving.person.person)
    with pytest.raises(HeldBack):
        await operators.command(*words)
    await operators.sql("DELETE FROM legal_holds")
    await operators.sql(_SLEEPS)
    async with await operated.client("d.schmidt") as client, operated.browser() as browser:
        assert (await log_in(operated, browser, "e.nowak")).status_code == 303
        await kill_at(operators, "closed", words)
        assert (await client.get("/api/v1/conversations")).status_code == 200, "rolled back, nobody lost access"
        await kill_at(operators, "handed_over", words)
        # Tokens of inner services, open streams and runs end by the same notice as with every other revocation.
        assert str(leaving.person.person) in operated.state.revocations.recent(3600)
        archive.write_text("etwas anderes")
        with pytest.raises(ArchiveNotWritten):
            await operators.command(*words)
        archive.unlink()
        for step in STEPS[2:]:
            await kill_at(operators, step, words)
            await refused(client)
            await refused(browser)
    receipt = (await operators.command(*words))["receipt"]
    assert (await operators.command(*words))["receipt"] == receipt, "again is no change"
    await operators.sql("DROP TRIGGER sleep_here ON authority_removals")
    operators.check_receipt(receipt)
    check_counts(asked, receipt["receipt"])
    await check_nothing_is_left(operators, authority)
    await check_it_reads_nothing_of_others(operated, leaving)
    await check_what_was_handed_over(operated, leaving)
    check_archive(archive, key, leaving, tmp_path / "offen")
    await check_the_id_stays_taken(operated, operators, authority)
    await operators.check_trail()


def check_counts(asked: dict[str, Any], receipt: dict[str, Any]) -> None:
    """The receipt says what the dry run had shown, although the removal was killed in between."""
    there = {kind: number for kind, number in asked["retrieval"].items() if kind != "keys"}
    assert receipt["deleted"]["retrieval"] == there
    assert len(receipt["keys_destroyed"]["retrieval"]) == asked["retrieval"]["keys"]
    for table in ("conversations", "messages", "runs", "cases", "knowledge_bases"):
        assert receipt["deleted"]["gateway"][table] == asked["gateway"][table], table
    assert receipt["handed_over"]["knowledge_bases"] == receipt["handed_over"]["documents"] == 2
    assert receipt["handed_over"]["cases"] == asked["gateway"]["cases"]
    assert receipt["approved_by"] == ["Datenschutz", "Leitung"]


async def check_nothing_is_left(operators: Operators, authority: UUID) -> None:
    for table in tables():
        query = f"SELECT count(*) FROM {table.name} WHERE authority = :a"
        assert await operators.sql(query, a=authority) == [(0,)], table.name
    living = "SELECT count(*) FROM keys WHERE authority = :a AND (state <> 'destroyed' OR wrapped <> '')"
    assert await operators.sql(living, a=authority) == [(0,)]
    (line,) = [one for one in (await operators.command("authorities", "list"))["authorities"] if one["id"] == authority]
    assert line["state"] == "gone"


async def check_it_reads_nothing_of_others(gateway: Gateway, leaving: Leaving) -> None:
    """Consent of an authority that is gone stands in neither database."""
    async with await gateway.client("a.weber") as client:
        assert (await client.get(leaving.shares)).json()["items"] == []

    def left() -> int:
        engine = sa.create_engine(gateway.retrieval.owner_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            gone = {"a": str(leaving.person.authority)}
            connection.execute(sa.text("SELECT set_config('genius.authority', :a, true)"), gone)
            return int(connection.execute(sa.text("SELECT count(*) FROM shares"), gone).scalar_one())

    assert await asyncio.to_thread(left) == 0


async def check_what_was_handed_over(gateway: Gateway, leaving: Leaving) -> None:
    async with await gateway.client("a.weber") as client:
        bases = (await client.get("/api/v1/knowledge-bases")).json()["items"]
        named = [base for base in bases if leaving.canary in base["name"]]
        assert sorted(base["name"] for base in named) == [f"{leaving.canary}-authority", f"{leaving.canary}-unit"]
        for base in named:
            assert (base["purpose"], base["uses"]) == (f"{leaving.canary}-zweck", ["search"]), "DSG-06"
            assert base["id"] not in leaving.bases.values()
            documents = (await client.get(f"/api/v1/knowledge-bases/{base['id']}/documents")).json()["items"]
            assert [document["state"] for document in documents] == ["ready"], "once, whatever was killed"
        found = (await client.post("/api/v1/search", json={"query": f"{leaving.canary}-unit"})).text
        assert f"{leaving.canary}-unit gilt" in found
        cases = (await client.get("/api/v1/cases")).json()["items"]
        (case,) = [one["id"] for one in cases if one["reference"] == f"{leaving.person.canary}-az"]
        version = (await client.get(f"/api/v1/cases/{case}/versions/1")).json()
        assert version == leaving.version, "as it was signed off"
        own = await client.get(f"/api/v1/files/{leaving.neighbour.file}/content")
        assert leaving.neighbour.canary in own.text, "the others have what they had"


def check_archive(archive: Path, key: Path, leaving: Leaving, folder: Path) -> None:
    assert leaving.person.canary.encode() not in archive.read_bytes()
    words = ["authority", "open-archive", str(archive), "--key", str(key), "--to"]
    done = CliRunner().invoke(app, [*words, str(folder)])
    assert done.exit_code == 0, done.output
    opened = b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    for kind in ("frage", "datei", "bestand", "ergebnis", "eingabe", "titel", "fassung"):
        assert f"{leaving.person.canary}-{kind}".encode() in opened, kind
    assert leaving.neighbour.canary.encode() not in opened
    change_a_sealed_byte(archive)
    again = CliRunner().invoke(
        app, ["authority", "open-archive", str(archive), "--key", str(key), "--to", f"{folder}2"]
    )
    assert again.exit_code != 0
    assert not Path(f"{folder}2").exists()


def change_a_sealed_byte(archive: Path) -> None:
    """In the largest member's ciphertext: the headers of a ZIP file hold bytes that no reader needs."""
    with zipfile.ZipFile(archive) as opened:
        largest = max(opened.infolist(), key=lambda member: member.file_size)
    broken = bytearray(archive.read_bytes())
    name_and_extra = sum(struct.unpack_from("<HH", broken, largest.header_offset + 26))
    broken[largest.header_offset + 30 + name_and_extra + largest.file_size // 2] ^= 1
    archive.write_bytes(broken)


async def check_the_id_stays_taken(gateway: Gateway, operators: Operators, authority: UUID) -> None:
    wanted = AuthorityFile.model_validate_json(people.authority_file())
    assert await gateway.state.authorities.apply(wanted) == ["musterstadt"]
    again = [{"short": "anders", "name": "x", "kind": "agency", "id": str(authority)}]
    with pytest.raises(Exception, match="authorities_pkey"):
        await gateway.state.authorities.apply(AuthorityFile.model_validate_json(json.dumps({"authorities": again})))
    with pytest.raises(AuthorityGone):
        await operators.command("authorities", "add", "musterstadt", "--name", "x", "--kind", "municipality")
    with pytest.raises(AuthorityGone):
        await operators.command("authorities", "remove", "musterstadt")
    with pytest.raises(Exception, match="does not come back"):
        await operators.sql("UPDATE authorities SET state = 'active' WHERE id = :a", a=authority)
    async with await gateway.client("d.schmidt") as client:
        assert (await client.get("/api/v1/me")).status_code == 403, "no authority is left for this account"
