# SPDX-License-Identifier: EUPL-1.2
"""The auditor's view: every record is found and on one page, each search leaves one of its own, checks are real."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_gateway.audit.chain import AuditRecord
from tests.support.gateway import Gateway
from tests.support.personal_data import as_superuser

EVER = {"since": "2026-01-01T00:00:00Z", "until": "2026-12-31T00:00:00Z"}


def period() -> dict[str, str]:
    now = dt.datetime.now(dt.UTC)
    return {"since": (now - dt.timedelta(days=1)).isoformat(), "until": (now + dt.timedelta(days=1)).isoformat()}


async def found(client: httpx.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    """All pages of a search."""
    items: list[dict[str, Any]] = []
    after = None
    while True:
        answer = await client.post("/api/v1/audit/search", json={**period(), **wanted, "after": after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        after = page["next"]
        if after is None:
            return items


async def test_every_record_is_on_one_page(gateway: Gateway) -> None:
    """AUD-01: the pages together are the trail, each record once, the newest first, as it was hashed."""
    authority = (await gateway.state.authorities.ids())[0]
    actor = uuid4()
    await asyncio.gather(
        *(
            gateway.state.audit.record(
                AuditRecord(action="snapshot.read", authority=chain, actor=actor, facts={"n": n})
            )
            for n in range(12)
            for chain in (authority, None)
        )
    )
    async with await gateway.client("r.koenig") as auditor:
        everything = await found(auditor, action="snapshot.read", limit=5)
        items = [item for item in everything if item["actor"] == str(actor)]
        assert sorted((item["chain"], item["facts"]["n"]) for item in items) == sorted(
            (chain, n) for n in range(12) for chain in (str(authority), "tenant")
        )
        assert [item["at"] for item in items] == sorted((item["at"] for item in items), reverse=True)
        lines = map(json.loads, (await auditor.get("/api/v1/audit/export")).text.splitlines())
        by_place = {(line["chain"], line["seq"]): line for line in lines if "seq" in line}
        for item in items:
            line = by_place[item["chain"], item["seq"]]
            assert all(line[name] == item[name] for name in ("action", "actor", "facts", "outcome"))
        for area, chain in (("snapshot", str(authority)), ("snapshot.read", "tenant")):
            some = await found(auditor, action=area, authority=chain)
            assert sum(item["actor"] == str(actor) for item in some) == 12
        assert len(await found(auditor, person=str(actor), reason="pruefung", action="snapshot")) == 24


async def test_a_search_for_a_person_needs_a_reason_and_leaves_it(gateway: Gateway) -> None:
    """PER-01: without a reason it is refused; with one it stands in the trail, whose pseudonym it was and who asked."""
    person = str(uuid4())
    async with await gateway.client("r.koenig") as auditor:
        me = (await auditor.get("/api/v1/me")).json()["id"]
        for wrong in ({"person": person}, {"reason": "vorfall"}, {"person": person, "reason": "neugier"}):
            assert (await auditor.post("/api/v1/audit/search", json={**EVER, **wrong})).status_code == 400
        await found(auditor, person=person, reason="vorfall")
        (record,) = await found(auditor, action="audit.search", object=person)
    assert (record["actor"], record["facts"]) == (me, {"by_person": True, "reason": "vorfall"})


async def test_a_receipt_is_found_by_its_number(gateway: Gateway) -> None:
    """DSG-04: what names a receipt or a hold is found by that id."""
    receipt = str(uuid4())
    await gateway.state.audit.record(AuditRecord(action="person.erase", authority=None, facts={"receipt": receipt}))
    async with await gateway.client("r.koenig") as auditor:
        assert [item["action"] for item in await found(auditor, object=receipt)] == ["person.erase"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "2025-01-01T00:00:00Z"},
        {"until": "2029-01-01T00:00:00Z"},
        {"since": "2026-01-01"},
        {"since": "9999-12-31T00:00:00Z"},
        {"action": "run'; DROP"},
        {"action": "%"},
        {"authority": "mhb"},
        {"after": "x"},
        {"after": "2026-01-01T00:00:00~tenant~1"},
        {"after": "2026-01-01T00:00:00+00:00~ten\x00ant~1"},
        {"after": f"2026-01-01T00:00:00+00:00~tenant~{'9' * 30}"},
        {"limit": 0},
        {"query": "Weber"},
    ],
)
async def test_nonsense_is_refused(gateway: Gateway, wrong: dict[str, Any]) -> None:
    """AUD-01: a wrong filter is a 400, never an empty list that looks like an answer."""
    async with await gateway.client("r.koenig") as auditor:
        answer = await auditor.post("/api/v1/audit/search", json={**EVER, **wrong})
    assert answer.status_code == 400, answer.text


async def checked(gateway: Gateway) -> dict[str, Any]:
    async with await gateway.client("r.koenig") as auditor:
        answer = await auditor.post("/api/v1/audit/verify")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert "total" in lines[0]
    result: dict[str, Any] = lines[-1]["result"]
    return result


async def test_the_check_in_the_page_is_a_real_one(gateway: Gateway) -> None:
    """AUD-04: it holds for the trail as it is, and finds one changed record of it."""
    await gateway.state.audit.record(AuditRecord(action="person.find", authority=None, facts={"n": 1}))
    before = await checked(gateway)
    assert (before["holds"], before["faults"]) == (True, 0)
    assert before["records"] > 0
    change = (
        "ALTER TABLE audit_records DISABLE TRIGGER audit_append_only",
        "UPDATE audit_records SET facts = CAST(:facts AS jsonb) WHERE action = 'person.find' AND facts ? 'n'",
        "ALTER TABLE audit_records ENABLE TRIGGER audit_append_only",
    )
    await asyncio.to_thread(as_superuser, gateway, *change, facts='{"n": 2}')
    try:
        after = await checked(gateway)
    finally:
        await asyncio.to_thread(as_superuser, gateway, *change, facts='{"n": 1}')
    assert (after["holds"], after["faults"]) == (False, 1)
    assert (after["first_faults"][0]["kind"], after["first_faults"][0]["chain"]) == ("changed", "tenant")


async def test_checkpoints_say_who_has_signed(gateway: Gateway) -> None:
    """AUD-05: the newest first, with what it covers; records after it are counted."""
    await gateway.state.checkpoints.make()
    async with await gateway.client("r.koenig") as auditor:
        state = (await auditor.get("/api/v1/audit/checkpoints")).json()
    newest = state["items"][0]
    assert newest["signatures"][0] == {"key": state["operator"], "by": "operator"}
    assert state["uncovered"] >= 0
    assert len(state["witnesses"]) == 1
    numbers = [item["number"] for item in state["items"]]
    assert numbers == sorted(numbers, reverse=True)
