# SPDX-License-Identifier: EUPL-1.2
"""Keys rotated while requests run, and destroyed with the agreement of their holders."""

import asyncio
import datetime as dt
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from genius_common.audit.chain import APPROVAL_DOMAIN, sign
from genius_common.crypto import Undecryptable
from genius_common.database import RowScope
from genius_common.errors import NotFound
from genius_common.keys import KeyRing, keys_table
from genius_common.keys_encryption import LocalKeys, read_keks
from genius_gateway.keys.errors import ApprovalsMissing, NoKeyHolders, RequestInvalid
from genius_gateway.keys.holders import KeyHolders, KeyHolderSettings
from genius_gateway.retention.errors import HeldBack
from tests.support.gateway import Gateway
from tests.support.operators import Operators
from tests.support.personal_data import Planted, plant


@pytest.fixture
def own(operated: Gateway) -> Gateway:
    return operated


async def read(gateway: Gateway, login: str, planted: Planted) -> str:
    """All that the person sees of it, with the search in conversations and in documents."""
    async with await gateway.client(login) as client:
        answers = [
            await client.get(f"/api/v1/conversations/{planted.conversation}"),
            await client.get("/api/v1/conversations", params={"q": f"{planted.canary}-frage"}),
            await client.get(f"/api/v1/runs/{planted.run}"),
            await client.get("/api/v1/cases"),
            await client.get(f"/api/v1/files/{planted.file}/content"),
            await client.get(f"/api/v1/documents/{planted.document}/content"),
            await client.post("/api/v1/search", json={"query": f"{planted.canary}-bestand"}),
        ]
    assert [answer.status_code for answer in answers] == [200] * len(answers), [a.text[:300] for a in answers]
    return "".join(answer.text for answer in answers)


def seen(text: str, planted: Planted) -> set[str]:
    kinds = ("titel", "frage", "eingabe", "ergebnis", "az", "datei", "bestand")
    return {kind for kind in kinds if f"{planted.canary}-{kind}" in text}


@asynccontextmanager
async def requests_going_on(check: Callable[[], Awaitable[str]]) -> AsyncIterator[list[str]]:
    """`check` again and again beside what happens inside; what it answers each time."""
    answers: list[str] = []

    async def ask() -> None:
        while True:
            answers.append(await check())

    task = asyncio.create_task(ask())
    try:
        yield answers
    finally:
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_search_key_rotates_under_load(own: Gateway, operators: Operators) -> None:
    """REL-11, LOG-03: a second index under a new search key; whoever reads or searches meanwhile notices nothing."""
    planted = await plant(own, "a.weber")
    before = await read(own, "a.weber", planted)
    async with requests_going_on(lambda: read(own, "a.weber", planted)) as answers:
        done = await operators.command("keys", "rotate", "mhb", "--search")
    assert (done["retrieval"]["building"], done["retrieval"]["unreadable"]) == (False, 0)
    assert done["retrieval"]["total"] >= 1
    assert {seen(answer, planted) == seen(before, planted) for answer in answers} <= {True}
    assert seen(await read(own, "a.weber", planted), planted) == seen(before, planted)


async def test_a_content_key_rotates_under_load(own: Gateway, operators: Operators) -> None:
    """LOG-03, DSG-03: new content under the new key, old readable at any time, all sealed anew in the end."""
    planted = await plant(own, "a.weber")
    before = await read(own, "a.weber", planted)
    assert seen(before, planted) >= {"titel", "ergebnis", "az", "datei", "bestand"}
    async with requests_going_on(lambda: read(own, "a.weber", planted)) as answers:
        done = await operators.command("keys", "rotate", "mhb", "--person", str(planted.person))
        also = await operators.command("keys", "rotate", "mhb")
    assert len(answers) >= 1
    assert {frozenset(seen(answer, planted)) for answer in answers} == {frozenset(seen(before, planted))}
    assert done["gateway"]["rows"] >= 8, done
    assert done["retrieval"]["objects"] >= 2, done
    assert (also["gateway"]["keys"], also["gateway"]["left"]) == (0, 0), "persons' keys went over with the rotation"
    again = await operators.command("keys", "rotate", "mhb", "--reseal-only")
    assert again == {"gateway": {"keys": 0, "rows": 0, "left": 0},
                     "retrieval": {"keys": 0, "rows": 0, "objects": 0, "points": 0}}  # fmt: skip
    # Whatever column holds a ciphertext: none is left under a retired key, whether the record knows it or not.
    retired = await operators.sql("SELECT id FROM keys WHERE state = 'retired'")
    columns = await operators.sql(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'bytea' AND table_name <> 'keys'",
    )
    for table, column in columns:
        query = f"SELECT count(*) FROM {table} WHERE substring({column} FROM 2 FOR 16) = ANY(:retired)"
        assert await operators.sql(query, retired=[row.id.bytes for row in retired]) == [(0,)], (table, column)
    await operators.sql("UPDATE keys SET state = 'destroyed', wrapped = '' WHERE state = 'retired'")
    own.state.keys.forget()
    assert seen(await read(own, "a.weber", planted), planted) == seen(before, planted)


async def test_the_key_encryption_key_rotates_under_load(own: Gateway, operators: Operators) -> None:
    """LOG-03: old and new for a while, then the old one is refused; no request fails, a second run changes nothing."""
    planted = await plant(own, "b.yilmaz")
    file = own.settings.kek_file
    assert file
    old, new = read_keks(file)[0], secrets.token_bytes(32)

    async def check() -> str:
        own.state.keys.forget()  # each request unwraps anew
        return await read(own, "b.yilmaz", planted)

    before = seen(await check(), planted)
    async with requests_going_on(check) as answers:
        replace(file, new, old)
        done = await operators.command("keys", "rewrap")
        replace(file, new)
        await plant(own, "b.yilmaz")
        again = await operators.command("keys", "rewrap")
    assert done["left"] == 0
    assert done["done"] >= 3
    assert again == {"done": 0, "left": 0}
    assert answers
    assert all(seen(answer, planted) == before for answer in answers)
    ring = KeyRing(LocalKeys(old), keys_table(sa.MetaData()))
    async with own.state.database.transaction(RowScope(authority=planted.authority)) as connection:
        with pytest.raises(Undecryptable):
            await ring.authority_key(connection, planted.authority)


def replace(file: Path, *keks: bytes) -> None:
    """As operators do it, notes kept: a new file in its place."""
    notes = [line for line in file.read_text().splitlines() if line.startswith("#")]
    fresh = file.with_name("kek.new")
    fresh.write_text("\n".join([*(kek.hex() for kek in keks), *notes]) + "\n")
    fresh.replace(file)


async def test_a_killed_rewrapping_goes_on(own: Gateway, operators: Operators) -> None:
    """LOG-03: with half of the keys under the new version everything opens, and the rest follows."""
    planted = await plant(own, "b.yilmaz")
    file = own.settings.kek_file
    assert file
    old, new = read_keks(file)[0], secrets.token_bytes(32)
    both = LocalKeys(new, old)
    (row,) = await operators.sql("SELECT id, wrapped, wrapped_by FROM keys WHERE scope = 'authority' AND authority = :a"
                            " AND purpose = 'content' AND state = 'active'", a=planted.authority)  # fmt: skip
    fresh = await both.rewrap(bytes(row.wrapped), row.wrapped_by, row.id)
    replace(file, new, old)
    await operators.sql(
        "UPDATE keys SET wrapped = :w, wrapped_by = :by WHERE id = :id", w=fresh.value, by=fresh.by, id=row.id
    )
    own.state.keys.forget()
    assert seen(await read(own, "b.yilmaz", planted), planted)
    assert (await operators.command("keys", "rewrap"))["left"] == 0
    replace(file, new)
    own.state.keys.forget()
    assert seen(await read(own, "b.yilmaz", planted), planted)


async def test_nobody_destroys_a_key_alone(own: Gateway, operators: Operators, tmp_path: Path) -> None:
    """DSG-03: two of three named holders sign exactly this request, in time; nothing else does."""
    asked = await operators.command("keys", "destroy", "mhb", "--ask")
    request = asked["request"]
    assert request["scope"]["gateway"]["keys"] >= 2
    stranger = Operators(own, tmp_path)
    for file in (
        operators.signed(request),
        operators.signed(request, "Leitung"),
        operators.signed(request, "Leitung", "Leitung"),
        operators.signed({**request, "short": "musterstadt"}, "Leitung", "Datenschutz"),
    ):
        content = json.loads(file.read_text())
        if content["request"]["short"] != request["short"]:
            content["request"]["short"] = request["short"]  # changed after it was signed
            file.write_text(json.dumps(content))
        with pytest.raises(ApprovalsMissing):
            await operators.command("keys", "destroy", "mhb", "--request", str(file))
    foreign = operators.signed(request, "Leitung")
    content = json.loads(foreign.read_text())
    content["signatures"].append(sign(stranger.keys["Datenschutz"], request, APPROVAL_DOMAIN))
    foreign.write_text(json.dumps(content))
    with pytest.raises(ApprovalsMissing):
        await operators.command("keys", "destroy", "mhb", "--request", str(foreign))
    both = operators.signed(request, "Leitung", "Datenschutz")
    with pytest.raises(RequestInvalid):
        await operators.command("authorities", "remove", "mhb", "--request", str(both))
    late = {**request, "expires_at": (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)).isoformat()}
    expired = operators.signed(late, "Leitung", "Datenschutz")
    with pytest.raises(RequestInvalid):
        await operators.command("keys", "destroy", "mhb", "--request", str(expired))
    with pytest.raises(NoKeyHolders):
        KeyHolders(KeyHolderSettings(), "test").require(both.read_bytes(), "keys.destroy")
    with pytest.raises(ValueError, match="fewer"):
        KeyHolders(KeyHolderSettings(file=operators.file, approvals=4), "test")


async def test_a_destroyed_key_leaves_nothing_readable(own: Gateway, operators: Operators, tmp_path: Path) -> None:
    """DSG-02, DSG-03, AUD-07: one person's key in one authority; the receipt says so, and the trail still holds."""
    planted, other = await plant(own, "b.yilmaz"), await plant(own, "a.weber")
    person = str(planted.person)
    shown = await operators.command("keys", "destroy", "mhb", "--person", person)
    assert shown["gateway"]["conversations"] >= 1
    assert shown["retrieval"]["files"] >= 1
    asked = await operators.command("keys", "destroy", "mhb", "--person", person, "--ask")
    file = operators.signed(asked["request"], "Leitung", "Betrieb")
    await operators.sql("INSERT INTO legal_holds (id, person, reason, set_by, set_at) VALUES"
                   " (gen_random_uuid(), :p, 'verfahren', :p, now())", p=planted.person)  # fmt: skip
    with pytest.raises(HeldBack):
        await operators.command("keys", "destroy", "mhb", "--request", str(file))
    await operators.sql("DELETE FROM legal_holds")
    receipt = (await operators.command("keys", "destroy", "mhb", "--request", str(file)))["receipt"]
    assert (await operators.command("keys", "destroy", "mhb", "--request", str(file)))["receipt"] == receipt
    body = receipt["receipt"]
    assert body["deleted"]["gateway"]["conversations"] == shown["gateway"]["conversations"]
    assert body["deleted"]["retrieval"]["files"] == shown["retrieval"]["files"]
    assert len(body["keys_destroyed"]["gateway"]) == shown["gateway"]["keys"]
    assert sorted(body["approved_by"]) == ["Betrieb", "Leitung"]
    query = "SELECT count(*) FROM keys WHERE person = :p AND authority = :a AND state <> 'destroyed'"
    assert await operators.sql(query, p=planted.person, a=planted.authority) == [(0,)]
    assert seen(await read(own, "a.weber", other), other)
    async with await own.client("b.yilmaz") as client:
        for path in (f"conversations/{planted.conversation}", f"files/{planted.file}"):
            assert (await client.get(f"/api/v1/{path}")).status_code == NotFound.status
        assert (await client.post("/api/v1/conversations", json={"title": "neu"})).status_code == 201
    operators.check_receipt(receipt)
    await operators.check_trail()


async def test_an_authority_goes_on_without_its_old_keys(own: Gateway, operators: Operators) -> None:
    """DSG-03: content of all its people is gone with the keys; the authority works on with new ones."""
    planted, mine = await plant(own, "d.schmidt"), await plant(own, "a.weber")
    asked = await operators.command("keys", "destroy", "musterstadt", "--ask")
    file = operators.signed(asked["request"], "Datenschutz", "Betrieb")
    receipt = (await operators.command("keys", "destroy", "musterstadt", "--request", str(file)))["receipt"]["receipt"]
    assert receipt["deleted"]["retrieval"]["points"] >= 2
    living = await operators.sql("SELECT count(*) FROM keys WHERE authority = :a AND state <> 'destroyed'",
                       a=planted.authority)  # fmt: skip
    assert living == [(0,)]
    later = await plant(own, "d.schmidt")
    assert seen(await read(own, "d.schmidt", later), later)
    assert seen(await read(own, "a.weber", mine), mine)
    lines = await operators.command("keys", "list", "musterstadt")
    assert {line["state"] for line in lines["gateway"]} == {"active", "destroyed"}
    assert not any("wrapped" in line or "secret" in line for line in [*lines["gateway"], *lines["retrieval"]])
