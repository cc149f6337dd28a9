# SPDX-License-Identifier: EUPL-1.2
"""Samples of the retrieval log (§ 7 StDAV): drawn by lot that anybody can repeat, decided, closed, audited."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from genius_gateway.retrieval_log.checks import result_digest
from genius_gateway.retrieval_log.schemas import CheckWithItems
from genius_stack.cli import app
from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser
from tests.support.taxes import EVER, entries, tax_case

CHECKS = "/api/v1/retrieval-checks"


@pytest.fixture(scope="module")
async def period(tax: Gateway) -> dict[str, str]:
    """A period with 40 retrievals in it, all of them refused: no case was named."""
    await tax_case(tax)
    async with await tax.client("a.weber") as client:
        for _ in range(40):
            assert (await client.post("/api/v1/search", json={"query": "x"})).status_code == 400
    rows = await entries(tax, 40)
    ends = await asyncio.to_thread(
        as_superuser, tax, "SELECT (CAST(:at AS timestamptz) + interval '1 microsecond')::text", at=rows[-1]["at"]
    )
    return {"period_from": rows[0]["at"], "period_until": ends[0][0].replace(" ", "T").replace("+00", "+00:00")}


async def _draw(client: httpx.AsyncClient, period: dict[str, str], **values: Any) -> dict[str, Any]:
    answer = await client.post(CHECKS, json={**period, "size": 10, **values})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _facts(tax: Gateway, action: str, check: str) -> list[dict[str, Any]]:
    query = "SELECT facts FROM audit_records WHERE action = :action AND object = CAST(:check AS uuid) ORDER BY seq"
    rows = await asyncio.to_thread(as_superuser, tax, query, action=action, check=check)
    return [row[0] for row in rows]


async def test_the_lot_can_be_repeated_by_anybody(tax: Gateway, period: dict[str, str]) -> None:
    """AO-07: the same seed draws the same, another one others; the order is that of SHA-256 over seed and id."""
    async with await tax.client("v.lindner") as client:
        first, again = [await _draw(client, period, seed="los-2026-11") for _ in range(2)]
        other = await _draw(client, period)
        everything = await _draw(client, period, size=500, seed="los-2026-11")
    drawn = [item["retrieval"] for item in first["items"]]
    assert (first["population"], first["size"], len(set(drawn))) == (40, 10, 10)
    assert drawn == [item["retrieval"] for item in again["items"]]
    assert drawn != [item["retrieval"] for item in other["items"]]
    assert len(other["seed"]) == 32
    ids = [item["retrieval"] for item in everything["items"]]
    assert len(ids) == 40
    by_lot = sorted(ids, key=lambda one: hashlib.sha256(f"los-2026-11:{one}".encode()).hexdigest())
    assert ids == by_lot
    assert drawn == by_lot[:10]
    assert (await _facts(tax, "retrieval_check.create", first["id"]))[0]["seed"] == "los-2026-11"


async def test_each_retrieval_is_drawn_as_often_as_another(tax: Gateway, period: dict[str, str]) -> None:
    """AO-07: 30 lots of 10 out of 40 draw each 7.5 times on average; none is never or always drawn."""
    counts: dict[str, int] = {}
    async with await tax.client("v.lindner") as client:
        for number in range(30):
            for item in (await _draw(client, period, seed=f"gleich-{number:04}"))["items"]:
                counts[item["retrieval"]] = counts.get(item["retrieval"], 0) + 1
    assert len(counts) == 40
    assert max(counts.values()) <= 20


async def test_decisions_are_kept_and_the_result_is_signed(tax: Gateway, period: dict[str, str]) -> None:
    """AO-07: allowed, not allowed with a reason, open; closed it can't be changed, and its digest is in the trail."""
    async with await tax.client("v.lindner") as client:
        check = await _draw(client, period, size=3)
        path = f"{CHECKS}/{check['id']}"
        first, second, third = (item["retrieval"] for item in check["items"])

        async def decide(retrieval: str, **body: Any) -> int:
            return (await client.put(f"{path}/items/{retrieval}", json=body)).status_code

        assert await decide(first, decision="zulaessig") == 204
        assert await decide(second, decision="nicht_zulaessig") == 400, "needs a reason"
        assert await decide(second, decision="nicht_zulaessig", reason="Kanarie: kein dienstlicher Anlass") == 204
        assert await decide(third, decision="vielleicht") == 400
        assert await decide(str(uuid4()), decision="zulaessig") == 404
        assert (await client.post(f"{path}/close", json={})).json()["code"] == "retrieval_check_unfinished"
        closed = (await client.post(f"{path}/close", json={"open": True})).json()
        for answer in (
            await client.post(f"{path}/close", json={"open": True}),
            await client.put(f"{path}/items/{third}", json={"decision": "zulaessig"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "retrieval_check_closed")
        read = (await client.get(path)).json()
        listed = (await client.get(CHECKS)).json()["items"]
    assert read == closed
    assert [item["decision"] for item in read["items"]] == ["zulaessig", "nicht_zulaessig", "offen"]
    assert read["items"][1]["reason"] == "Kanarie: kein dienstlicher Anlass"
    assert read["items"][0]["entry"]["login"] == "a.weber"
    assert next(one for one in listed if one["id"] == check["id"])["digest"] == read["digest"]
    assert read["digest"] == result_digest(CheckWithItems.model_validate_json(orjson.dumps(read)))
    (facts,) = await _facts(tax, "retrieval_check.close", check["id"])
    assert facts == {"digest": read["digest"], "zulaessig": 1, "nicht_zulaessig": 1, "offen": 1, "zu_klaeren": 0}
    assert len(await _facts(tax, "retrieval_check.decide", check["id"])) == 2
    # Signed: the newest checkpoint covers the whole chain of the tenant.
    newest = await asyncio.to_thread(
        as_superuser, tax, "SELECT body FROM audit_checkpoints ORDER BY number DESC LIMIT 1"
    )
    head = await asyncio.to_thread(
        as_superuser,
        tax,
        "SELECT max(seq) FROM audit_records WHERE chain = 'tenant' AND action = 'retrieval_check.close'",
    )
    assert orjson.loads(newest[0][0])["heads"]["tenant"]["seq"] >= head[0][0]
    stored = await asyncio.to_thread(as_superuser, tax, "SELECT t::text FROM retrieval_check_items t")
    assert not [row for row in stored if "Kanarie" in row[0]], "reasons are sealed"


async def test_what_is_to_be_clarified_is_not_done(tax: Gateway, period: dict[str, str]) -> None:
    """AO-07: it says what is to be clarified, keeps the check from its end, and is counted where checks are listed."""
    async with await tax.client("v.lindner") as client:
        check = await _draw(client, period, size=2)
        assert check["counts"] == {"offen": 2}
        path = f"{CHECKS}/{check['id']}"
        first, second = (item["retrieval"] for item in check["items"])
        wanted = {"decision": "zu_klaeren"}
        assert (await client.put(f"{path}/items/{first}", json=wanted)).status_code == 400
        wanted["reason"] = "Vertretung? Sachgebietsleitung fragen"
        assert (await client.put(f"{path}/items/{first}", json=wanted)).status_code == 204
        assert (await client.put(f"{path}/items/{second}", json={"decision": "zulaessig"})).status_code == 204
        assert (await client.post(f"{path}/close", json={})).json()["code"] == "retrieval_check_unfinished"
        listed = (await client.get(CHECKS)).json()["items"]
        assert next(one for one in listed if one["id"] == check["id"])["counts"] == {"zu_klaeren": 1, "zulaessig": 1}
        assert (await client.post(f"{path}/close", json={"open": True})).status_code == 200
    assert (await _facts(tax, "retrieval_check.close", check["id"]))[0]["zu_klaeren"] == 1


async def test_a_check_is_taken_along_as_a_file(tax: Gateway, period: dict[str, str]) -> None:
    """AO-05, AO-07: a table and the whole as JSON, each recorded; what people wrote is no formula in a spreadsheet."""
    async with await tax.client("v.lindner") as client:
        check = await _draw(client, period, size=2)
        path = f"{CHECKS}/{check['id']}"
        wanted = {"decision": "nicht_zulaessig", "reason": '=HYPERLINK("x"); „kein Anlass“'}
        retrieval = check["items"][0]["retrieval"]
        assert (await client.put(f"{path}/items/{retrieval}", json=wanted)).status_code == 204
        table, whole = await client.get(f"{path}/export"), await client.get(f"{path}/export?format=json")
        assert (await client.get(f"{path}/export?format=xlsx")).status_code == 400
        read = (await client.get(path)).json()
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"].endswith('.csv"')
    assert table.content.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";")
    assert (first["Benutzer"], first["Entscheidung"], second["Entscheidung"]) == ("a.weber", "nicht_zulaessig", "offen")
    assert first["Begründung"] == '\'=HYPERLINK("x"); „kein Anlass“'
    assert whole.json() == read
    assert len(await _facts(tax, "retrieval_check.export", check["id"])) == 2


async def test_the_log_is_narrowed_but_not_to_a_person(tax: Gateway, period: dict[str, str]) -> None:
    """AO-05: by kind, outcome, class and case, and the record says so; a person is no field."""
    case = await tax_case(tax)
    async with await tax.client("a.weber") as client:
        await client.post("/api/v1/search", json={"query": "x"}, headers={"x-case": case.id})
    async with await tax.client("v.lindner") as client:

        async def read(**params: str) -> list[dict[str, Any]]:
            answer = await client.get("/api/v1/retrievals", params={**EVER, "limit": "500", **params})
            assert answer.status_code == 200, answer.text
            found: list[dict[str, Any]] = answer.json()["items"]
            return found

        everything = await read()
        for name, value in (("kind", "trefferliste"), ("outcome", "abgelehnt"), ("case", case.id)):
            found = await read(**{name: value})
            assert found == [entry for entry in everything if entry[name] == value], name
            assert found
            assert len(found) < len(everything)
        assert await read(case=case.id, outcome="abgelehnt") == []
        assert await read(category="sozialdaten") == []
        assert (await client.get("/api/v1/retrievals", params={**EVER, "kind": "alles"})).status_code == 400
        named = await read(person=everything[0]["person"])
    assert len(named) == len(everything), "unknown, and so without effect"
    query = "SELECT facts FROM audit_records WHERE action = 'retrieval_log.read' AND facts ? 'only_case' ORDER BY seq"
    facts = [row[0] for row in await asyncio.to_thread(as_superuser, tax, query)]
    assert facts[-1] == {"entries": 0, "only_case": case.id, "only_outcome": "abgelehnt"}


async def test_the_command_draws_decides_and_closes(tax: Gateway, period: dict[str, str], tmp_path: Path) -> None:
    """AO-07: `genius abrufpruefung`, as somebody uses it who has an address and a token."""
    token = tmp_path / "token"
    token.write_text(await tax.token("v.lindner") + "\n")

    async def genius(*arguments: str) -> str:
        command = ["abrufpruefung", *arguments, "--url", tax.url, "--token-file", str(token)]
        done = await asyncio.to_thread(CliRunner().invoke, app, command)
        assert done.exit_code == 0, done.output
        return done.output

    times = ["--from", period["period_from"][:19], "--until", "2099-01-01"]
    check = orjson.loads(await genius("sample", "--size", "2", "--seed", "befehl-1", *times, "--json"))
    first, second = (item["retrieval"] for item in check["items"])
    await genius("decide", check["id"], first, "nicht_zulaessig", "--reason", "kein Anlass")
    await genius("decide", check["id"], second, "zulaessig")
    assert "a.weber" in await genius("show", check["id"], "--json")
    closed = orjson.loads(await genius("close", check["id"], "--json"))
    assert [item["decision"] for item in closed["items"]] == ["nicht_zulaessig", "zulaessig"]
    listed = orjson.loads(await genius("list", "--json"))
    assert next(one for one in listed if one["id"] == check["id"])["digest"] == closed["digest"]
    assert "Prüfung" in await genius("list")


async def test_a_period_is_a_period(tax: Gateway) -> None:
    """AO-07: wrong input names its field and draws nothing; an empty period is an empty sample."""
    async with await tax.client("v.lindner") as client:
        for wrong in (
            {"size": 0},
            {"size": 501},
            {"seed": "kurz"},
            {"seed": "a' OR 1=1 --"},
            {"period_from": "gestern"},
        ):
            answer = await client.post(CHECKS, json={**EVER, "size": 5, **wrong})
            assert answer.status_code == 400, wrong
            assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(wrong))}"
        turned = {"period_from": EVER["period_until"], "period_until": EVER["period_from"], "size": 1}
        assert (await client.post(CHECKS, json=turned)).status_code == 400
        early = await _draw(client, {"period_from": "2001-01-01T00:00:00Z", "period_until": "2001-01-02T00:00:00Z"})
        assert (early["population"], early["size"], early["items"]) == (0, 0, [])
        assert (await client.get("/api/v1/retrievals", params={**EVER, "after": "x~y"})).status_code == 400
        assert (await client.get(f"{CHECKS}/{uuid4()}")).status_code == 404
