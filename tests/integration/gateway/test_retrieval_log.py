# SPDX-License-Identifier: EUPL-1.2
"""The retrieval log of the tax administration's tenant: complete, before a byte leaves, for one purpose, two years."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from genius_common.database import RowScope
from genius_common.principal import Role
from genius_gateway.policy.table import RULES
from genius_gateway.retention.schedule import two_years_before
from genius_gateway.retrieval_log.kinds import RETRIEVALS
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.matrix import Passport
from tests.support.personal_data import as_superuser
from tests.support.taxes import TaxCase, entries, logged, tax_case

REQUESTS = 1000
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
async def case(tax: Gateway) -> TaxCase:
    return await tax_case(tax)


# --- complete (AO-04)


def _kinds_of_request(case: TaxCase) -> list[tuple[str, str, dict[str, Any]]]:
    """What a person may ask, and what is refused: (method, path, options)."""
    named, foreign = {"x-case": case.id}, {"x-case": case.foreign}
    search = {"json": {"query": "Kanarienvogel", "limit": 3}}
    unknown = str(uuid4())
    return [
        ("POST", "/api/v1/search", {**search, "headers": named}),
        ("POST", "/api/v1/search", search),
        ("POST", "/api/v1/search", {**search, "headers": foreign}),
        ("POST", "/api/v1/search", {"json": {"query": ""}, "headers": named}),
        ("POST", f"/api/v1/knowledge-bases/{unknown}/search", {**search, "headers": named}),
        ("GET", f"/api/v1/knowledge-bases/{case.knowledge_base}/documents", {"headers": named}),
        ("GET", f"/api/v1/documents/{case.document}", {"headers": named}),
        ("GET", f"/api/v1/documents/{case.document}/text", {"headers": named}),
        ("GET", f"/api/v1/documents/{case.document}/pages/1?case={case.id}", {}),
        ("GET", f"/api/v1/documents/{case.document}/pages/1", {}),
        ("GET", f"/api/v1/documents/{unknown}/content", {"headers": named}),
        ("GET", f"/api/v1/files/{case.file}/text", {"headers": named}),
        ("GET", f"/api/v1/files/{case.file}/content", {"headers": named}),
        ("GET", f"/api/v1/files/{unknown}/pages/1", {"headers": foreign}),
    ]  # fmt: skip


def _one_of(kinds: list[tuple[str, str, dict[str, Any]]], chance: random.Random) -> tuple[str, str, dict[str, Any]]:
    # A picture is drawn by a process of its own, which costs more than all the rest.
    return chance.choices(kinds, weights=[0.1 if "?case=" in path else 1 for _, path, _ in kinds])[0]


async def _cut(gateway: Gateway, token: str, method: str, path: str, options: dict[str, Any]) -> None:
    """Send a request and hang up at once, before any answer."""
    request = httpx.Request(
        method, gateway.url + path, json=options.get("json"),
        headers={**options.get("headers", {}), "authorization": f"Bearer {token}"},
    )  # fmt: skip
    head = f"{method} {request.url.raw_path.decode()} HTTP/1.1\r\n" + "".join(
        f"{k}: {v}\r\n" for k, v in request.headers.items()
    )
    _, writer = await asyncio.open_connection(request.url.host, request.url.port)
    writer.write(head.encode() + b"\r\n" + request.content)
    await writer.drain()
    writer.close()


@pytest.mark.thorough
@pytest.mark.timeout(300)
async def test_every_retrieval_has_one_entry(tax: Gateway, case: TaxCase) -> None:
    """AO-04: 1,000 requests by four people, a third of them refused, a tenth cut off: 1,000 entries, each in place."""
    chance = random.Random(6)
    kinds = _kinds_of_request(case)
    people = ("a.weber", "b.yilmaz", "d.schmidt", "r.koenig")  # the last one has no right to any
    tokens = {name: await tax.token(name) for name in people}
    before = await logged(tax)
    answers: Counter[str] = Counter()
    gate = asyncio.Semaphore(12)

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        (name,), (method, path, options) = chance.choices(people, weights=(4, 1, 1, 1)), _one_of(kinds, chance)
        async with gate:
            if number % 10 == 0:
                await _cut(tax, tokens[name], method, path, options)
                return
            headers = {**options.get("headers", {}), "authorization": f"Bearer {tokens[name]}"}
            answer = await client.request(method, path, json=options.get("json"), headers=headers)
        answers["erteilt" if answer.status_code < 400 else "abgelehnt"] += 1
        assert answer.status_code in {200, 400, 403, 404}, answer.text

    async with AsyncClient(base_url=tax.url, timeout=60) as client:
        await asyncio.gather(*(ask(client, number) for number in range(REQUESTS)))
    for _ in range(200):  # those cut off are still being worked on
        if await logged(tax) >= before + REQUESTS:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
    assert await logged(tax) == before + REQUESTS
    rows = await entries(tax, REQUESTS)
    outcomes = Counter(row["outcome"] for row in rows)
    assert all(outcomes[outcome] >= answers[outcome] for outcome in answers)
    assert answers["abgelehnt"] > REQUESTS / 4
    assert answers["erteilt"] > REQUESTS / 10
    for row in rows:
        assert row["login"] in people
        assert row["at"]
        assert (row["outcome"] == "erteilt") <= (row["case"] is not None and row["reference"] is not None), row
    print(f"{REQUESTS} requests, {REQUESTS} entries: {dict(outcomes)}")


async def test_an_entry_says_what_was_handed_out(tax: Gateway, case: TaxCase) -> None:
    """AO-04: user id, time, case, kind and class of data, number of hits; never a word of query or content."""
    async with await tax.client("a.weber") as client:
        headers = {"x-case": case.id}
        hits = (await client.post("/api/v1/search", json={"query": case.word}, headers=headers)).json()["hits"]
        assert hits
        await client.get(f"/api/v1/documents/{case.document}/pages/1", headers=headers)
        ran = await client.post(
            "/api/v1/modules/ask-documents/runs",
            json={"input": {"question": f"Wo wohnt {case.word}?"}, "case": case.id},
        )
        assert ran.status_code == 200, ran.text
    search, page, run = await entries(tax, 3)
    common = {
        "login": "a.weber",
        "case": case.id,
        "reference": case.reference,
        "outcome": "erteilt",
        "application": None,
    }
    assert search.items() >= {**common, "kind": "trefferliste", "category": "intern", "hits": len(hits)}.items()
    assert page.items() >= {**common, "kind": "seitenbild", "category": "intern", "object": case.document}.items()
    assert run.items() >= {**common, "kind": "auftrag", "object": ran.json()["id"]}.items()
    stored = await asyncio.to_thread(as_superuser, tax, "SELECT t::text FROM retrieval_log t")
    assert not [row for row in stored if any(word in row[0] for word in (case.word, case.reference, "weber"))]


@pytest.fixture
async def closed(tax: Gateway) -> AsyncIterator[None]:
    """The log can't be written."""
    await asyncio.to_thread(as_superuser, tax, "ALTER TABLE retrieval_log RENAME TO retrieval_log_away")
    yield
    await asyncio.to_thread(as_superuser, tax, "ALTER TABLE retrieval_log_away RENAME TO retrieval_log")


@pytest.mark.usefixtures("closed")
async def test_without_the_log_nothing_leaves(tax: Gateway, case: TaxCase) -> None:
    """AO-04: fail closed. A 503 instead of hits, text, pictures; a run is not begun; what reads nothing goes on."""
    runs = "SELECT count(*) FROM runs"
    before = await asyncio.to_thread(as_superuser, tax, runs)
    async with await tax.client("a.weber") as client:
        headers = {"x-case": case.id}
        answers = [
            await client.post("/api/v1/search", json={"query": case.word}, headers=headers),
            await client.get(f"/api/v1/documents/{case.document}/text", headers=headers),
            await client.get(f"/api/v1/documents/{case.document}/pages/1", headers=headers),
            await client.post(
                "/api/v1/modules/ask-documents/runs", json={"input": {"question": case.word}, "case": case.id}
            ),
        ]
        assert (await client.get("/api/v1/cases")).status_code == 200
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "retrieval_log_unavailable")
        assert case.word not in answer.text
    assert await asyncio.to_thread(as_superuser, tax, runs) == before


# --- for one purpose (AO-05)


async def test_one_role_reads_it_and_each_reading_is_recorded(tax: Gateway) -> None:
    """AO-05: of all roles only the inspection, and nobody without a record."""
    passport, count = Passport(tax), "SELECT count(*) FROM audit_records WHERE action LIKE 'retrieval_%'"
    period = {"period_from": "2020-01-01T00:00:00Z", "period_until": "2100-01-01T00:00:00Z"}
    before = (await asyncio.to_thread(as_superuser, tax, count))[0][0]
    allowed = []
    async with AsyncClient(base_url=tax.url, timeout=30) as client:
        for role in Role:
            authority = None if role in {Role.BETRIEB, Role.REVISION, Role.ABRUFPRUEFUNG} else "mhb"
            headers = {"authorization": f"Bearer {passport.token('p.' + role, authority, role)}"}
            for rule in (rule for rule in RULES if rule.action.startswith("retrieval_")):
                path = re.sub(r"\{\w+\}", str(uuid4()), rule.path)
                answer = await client.request(
                    rule.method, path, headers=headers, params=period if rule.method == "GET" else None
                )
                if answer.status_code != 403:
                    allowed.append((role, rule.action))
    assert {role for role, _ in allowed} == {Role.ABRUFPRUEFUNG}
    assert len(allowed) == 7
    # The list, the list of checks; an unknown check and one without a body read nothing.
    assert (await asyncio.to_thread(as_superuser, tax, count))[0][0] == before + 2


async def test_no_other_scope_sees_it(tax: Gateway) -> None:
    """AO-05: in PostgreSQL too: not its owner, not the authority, not the tenant's maintenance and statistics."""
    ((authority, person),) = await asyncio.to_thread(
        as_superuser, tax, "SELECT authority, person FROM retrieval_log WHERE authority IS NOT NULL LIMIT 1"
    )
    scopes = [
        RowScope(), RowScope(authority=authority), RowScope(authority=authority, person=person),
        RowScope(person=person, tenant_wide=True), RowScope(tenant_wide=True), RowScope(wide="keys"),
        RowScope(authority=authority, curation=True), RowScope(authority=authority, wide="whole"),
    ]  # fmt: skip
    for scope in scopes:
        async with tax.state.database.transaction(scope) as connection:
            assert (await connection.execute(text("SELECT count(*) FROM retrieval_log"))).scalar_one() == 0, scope
    async with tax.state.database.transaction(RowScope(inspection=True)) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM retrieval_log"))).scalar_one() > 0


async def test_nothing_joins_it(tax: Gateway) -> None:
    """AO-05: no foreign key, view, trigger of others; and no SQL outside of its folder names it but the deletion."""
    query = (
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND 'retrieval_log'::regclass IN (conrelid, confrelid)"
        " AND confrelid <> 'authorities'::regclass UNION"
        " SELECT viewname FROM pg_views WHERE definition LIKE '%retrieval_log%'"
    )
    assert await asyncio.to_thread(as_superuser, tax, query) == []
    source = ROOT / "services/gateway/src/genius_gateway"
    naming = {
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if re.search(r"(FROM|INTO|JOIN|UPDATE) retrieval_", path.read_text(encoding="utf-8"))
    }
    assert {name for name in naming if not name.startswith("retrieval_log/")} == {"retention/due.py"}


async def test_the_application_only_appends(tax: Gateway) -> None:
    """AO-04: an entry is not changed, and not deleted before its time, in any scope of the service's own role."""
    for scope in (RowScope(tenant_wide=True), RowScope(inspection=True), RowScope(wide="keys")):
        for statement in ("UPDATE retrieval_log SET outcome = 'abgelehnt'", "DELETE FROM retrieval_log"):
            async with tax.state.database.transaction(scope) as connection:
                assert (await connection.execute(text(statement))).rowcount == 0, (scope, statement)
    with pytest.raises(DBAPIError, match="never changed"):
        await asyncio.to_thread(as_superuser, tax, "UPDATE retrieval_log SET outcome = 'abgelehnt'")


# --- two years (AO-06, AUD-08)


async def _planted(tax: Gateway, at: dt.datetime) -> UUID:
    identifier = uuid4()
    await asyncio.to_thread(
        as_superuser, tax,
        "INSERT INTO retrieval_log (id, at, person, kind, outcome, sealed)"
        " SELECT :id, :at, person, kind, outcome, sealed FROM retrieval_log LIMIT 1",
        id=identifier, at=at,
    )  # fmt: skip
    return identifier


async def _there(tax: Gateway, identifier: UUID) -> bool:
    return bool(await asyncio.to_thread(as_superuser, tax, "SELECT 1 FROM retrieval_log WHERE id = :id", id=identifier))


async def test_two_years_then_gone(tax: Gateway, case: TaxCase) -> None:
    """AO-06, AUD-08: on day 730 it is there, then deleted; the trail of AI use stays; a wrong clock deletes nothing."""
    del case
    now = dt.datetime.now(dt.UTC)
    limit = two_years_before(now)
    young = await _planted(tax, limit + dt.timedelta(minutes=5))
    old = await _planted(tax, limit - dt.timedelta(minutes=5))
    audited = "SELECT count(*) FROM audit_records WHERE action <> 'retention.expired'"
    before = (await asyncio.to_thread(as_superuser, tax, audited))[0][0]
    retention = tax.state.protection.retention
    await retention.run(now - dt.timedelta(days=1))
    assert await _there(tax, old), "not a day early"
    await retention.run(dt.datetime.now(dt.UTC))
    assert (await _there(tax, young), await _there(tax, old)) == (True, False)
    # A clock that is three years ahead meets the database's own, which keeps what is not two years old.
    assert await _there(tax, young)
    counts = await retention.run(now + dt.timedelta(days=3 * 365))
    assert counts["retrievals"] == 0
    assert await _there(tax, young)
    assert (await asyncio.to_thread(as_superuser, tax, audited))[0][0] >= before, "the audit trail has no end"


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001 bounds of a strategy are naive
def test_two_years_are_by_the_calendar(now: dt.datetime) -> None:
    """AO-06: never less than 730 days, one more with a leap day between."""
    age = now - two_years_before(now)
    assert age in {dt.timedelta(days=730), dt.timedelta(days=731)}
    assert two_years_before(now).year == now.year - 2


# --- nothing is forgotten


SHOWN = {"document", "file", "case_file", "case_version", "snapshot"}


def test_every_route_that_shows_documents_is_a_retrieval() -> None:
    """AO-04: generated over the policy table, so that a new route can't be left out unnoticed."""
    shown = {rule.action for rule in RULES if rule.action == "search" or rule.action.split(".")[0] in SHOWN}
    without = {
        "document.upload", "document.delete", "document.retry", "document.lock", "document.unlock", "document.answers",
        "file.upload", "file.delete", "file.read", "file.retry",
        "case_file.add", "case_file.remove",
        "case_version.add", "case_version.correct", "case_version.list",  # the caller's own; numbers
        "snapshot.create", "snapshot.list_own", "snapshot.list", "snapshot.end", "snapshot.end_all",
    }  # fmt: skip
    assert shown - without == set(RETRIEVALS) - {"run.start"}
