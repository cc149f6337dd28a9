# SPDX-License-Identifier: EUPL-1.2
"""What is due goes, with all that hangs on it, at the time that the table says; a hold keeps it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from genius_common.database import RowScope
from genius_gateway.retention.schedule import KINDS, SCHEDULE, Schedule
from genius_gateway.settings import RetentionSettings
from tests.support.gateway import Gateway, running_gateway
from tests.support.personal_data import Planted, as_superuser, plant
from tests.support.postgres import TestPostgres


@pytest.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    """A gateway of this module alone: here the clock is turned forward for everybody."""
    async with running_gateway(tmp_path_factory.mktemp("retention"), postgres_server) as running:
        yield running


def after(days: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


async def count(gateway: Gateway, table: str, **where: UUID) -> int:
    condition = " AND ".join(f"{name} = :{name}" for name in where)
    rows = await asyncio.to_thread(as_superuser, gateway, f"SELECT count(*) FROM {table} WHERE {condition}", **where)
    return int(rows[0][0])


async def kept(gateway: Gateway, planted: Planted) -> dict[str, int]:
    """How much of what was planted is still there."""
    async with await gateway.client("a.weber") as client:
        file = (await client.get(f"/api/v1/files/{planted.file}")).status_code == 200
    return {
        "conversations": await count(gateway, "conversations", id=planted.conversation),
        "messages": await count(gateway, "messages", conversation=planted.conversation),
        "terms": await count(gateway, "message_terms", conversation=planted.conversation),
        "turns": await count(gateway, "runs", id=planted.turn),
        "runs": await count(gateway, "runs", id=planted.run),
        "events": await count(gateway, "run_events", run=planted.run),
        "cases": await count(gateway, "cases", id=planted.case),
        "files": int(file),
    }


async def audited(gateway: Gateway, action: str) -> list[Any]:
    query = "SELECT chain, actor, object_kind, object, facts FROM audit_records WHERE action = :action ORDER BY at"
    return await asyncio.to_thread(as_superuser, gateway, query, action=action)


async def hold(gateway: Gateway, **body: Any) -> str:
    async with await gateway.client("r.koenig") as auditor:
        answer = await auditor.post("/api/v1/holds", json={"reason": "verfahren", **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


async def lift(gateway: Gateway, identifier: str, login: str = "r.koenig") -> int:
    async with await gateway.client(login) as client:
        return (await client.post(f"/api/v1/holds/{identifier}/lift", json={"reason": "erledigt"})).status_code


async def test_each_kind_goes_at_its_time(own: Gateway) -> None:
    """DSG-05: without any setting; a day before nothing, then runs, then the conversation with all that hangs on it."""
    planted = await plant(own, "a.weber")
    everything = await kept(own, planted)
    assert set(everything.values()) == {1} | {everything["terms"]}
    await own.state.protection.retention.run(after(SCHEDULE["runs"].days - 1))
    assert await kept(own, planted) == everything
    assert (await own.state.protection.retention.run(after(SCHEDULE["runs"].days + 1)))["runs"] == 1
    assert await kept(own, planted) == {**everything, "runs": 0, "events": 0}
    done = await own.state.protection.retention.run(after(SCHEDULE["conversations"].days + 1))
    assert {"conversations": 1, "messages": 1, "runs": 1, "files": 1}.items() <= done.items()
    # An open case is in work however old it is.
    assert await kept(own, planted) == {**dict.fromkeys(everything, 0), "cases": 1}
    (record,) = [row for row in await audited(own, "retention.delete") if row.object_kind == "conversations"]
    assert (record.chain, record.actor, record.object) == (str(planted.authority), None, None)
    assert record.facts == {"conversations": 1, "messages": 1, "runs": 1, "files": 1}
    assert planted.canary not in str(await audited(own, "retention.delete"))


async def test_a_case_keeps_what_belongs_to_it(own: Gateway) -> None:
    """DSG-05: a conversation of a case lives as long as the case, and goes with it; a date of its own goes before."""
    planted = await plant(own, "a.weber", in_case=True)
    await own.state.protection.retention.run(after(5000))
    assert (await kept(own, planted))["conversations"] == 1
    async with await own.client("a.weber") as client:
        closed = {"state": "closed", "retention_until": after(900).isoformat()}
        assert (await client.patch(f"/api/v1/cases/{planted.case}", json=closed)).status_code == 200
    await own.state.protection.retention.run(after(SCHEDULE["cases"].days + 1))
    assert (await kept(own, planted))["cases"] == 1
    done = await own.state.protection.retention.run(after(901))
    assert (done["cases"], done["conversations"], done["files"]) == (1, 1, 1)
    assert set((await kept(own, planted)).values()) == {0}


async def test_a_file_of_a_case_stays_with_it(own: Gateway) -> None:
    """DSG-05: neither the time of its conversation nor its own takes a file from an open case; after it it goes."""
    planted = await plant(own, "a.weber")
    async with await own.client("a.weber") as client:
        added = await client.post(f"/api/v1/cases/{planted.case}/files", json={"file": str(planted.file)})
        assert added.status_code == 201, added.text
    await own.state.protection.retention.run(after(1000))
    found = await kept(own, planted)
    assert (found["conversations"], found["files"], found["cases"]) == (0, 1, 1)
    async with await own.client("a.weber") as client:
        assert (await client.delete(f"/api/v1/cases/{planted.case}")).status_code == 204
    await own.state.protection.retention.run(after(1000))
    assert (await kept(own, planted))["files"] == 0


async def test_a_conversation_says_until_when_it_is_kept(own: Gateway) -> None:
    """DSG-05, PER-02: by the default after its last change; what belongs to a case has no time of its own."""
    free, bound = await plant(own, "a.weber"), await plant(own, "a.weber", in_case=True)
    async with await own.client("a.weber") as client:
        shown = (await client.get(f"/api/v1/conversations/{free.conversation}")).json()
        until = dt.datetime.fromisoformat(shown["retention_until"])
        assert until - dt.datetime.fromisoformat(shown["updated_at"]) == dt.timedelta(SCHEDULE["conversations"].days)
        shown = (await client.get(f"/api/v1/conversations/{bound.conversation}")).json()
        assert shown["retention_until"] is None


async def test_a_hold_keeps_everything_of_a_person(own: Gateway) -> None:
    """DSG-05: neither the clock nor the person deletes; who may set and lift it; both are in the trail."""
    planted = await plant(own, "a.weber")
    everything = await kept(own, planted)
    identifier = await hold(own, person=str(planted.person))
    await own.state.protection.retention.run(after(3000))
    assert await kept(own, planted) == everything
    async with await own.client("a.weber") as client:
        for path in (
            f"conversations/{planted.conversation}",
            f"files/{planted.file}",
            f"cases/{planted.case}",
            f"knowledge-bases/{planted.knowledge_base}",
        ):
            answer = await client.delete(f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["code"]) == (409, "legal_hold"), path
    for login in ("a.weber", "b.yilmaz", "c.hoffmann"):
        assert await lift(own, identifier, login) == 403
    assert await lift(own, identifier, "o.petrova") == 200
    assert await lift(own, identifier) == 409
    assert await lift(own, str(uuid4())) == 404
    await own.state.protection.retention.run(after(3000))
    assert await kept(own, planted) == {**dict.fromkeys(everything, 0), "cases": 1}
    set_, lifted = (await audited(own, "hold.set"))[-1], (await audited(own, "hold.lift"))[-1]
    assert (set_.chain, set_.object, set_.facts) == (
        "tenant", planted.person, {"hold": identifier, "reason": "verfahren"},
    )  # fmt: skip
    assert (lifted.object, lifted.facts) == (planted.person, {"hold": identifier, "reason": "erledigt"})


async def test_a_hold_on_a_case_keeps_that_case(own: Gateway) -> None:
    """DSG-05: with its conversations; other things of the owner go on as ever."""
    held, free = await plant(own, "a.weber", in_case=True), await plant(own, "a.weber", in_case=True)
    async with await own.client("a.weber") as client:
        for planted in (held, free):
            await client.patch(f"/api/v1/cases/{planted.case}", json={"state": "closed"})
    identifier = await hold(own, case=str(held.case))
    await own.state.protection.retention.run(after(3000))
    assert [(await kept(own, planted))["conversations"] for planted in (held, free)] == [1, 0]
    async with await own.client("a.weber") as client:
        assert (await client.delete(f"/api/v1/conversations/{held.conversation}")).status_code == 409
    assert await lift(own, identifier) == 200
    await own.state.protection.retention.run(after(3000))
    assert set((await kept(own, held)).values()) == {0}


@pytest.mark.parametrize(
    "body", [{}, {"person": str(uuid4()), "case": str(uuid4())}, {"person": "x"}, {"person": str(uuid4()), "why": "x"}]
)
async def test_a_hold_names_one_target(own: Gateway, body: dict[str, str]) -> None:
    """DSG-05"""
    async with await own.client("r.koenig") as auditor:
        answer = await auditor.post("/api/v1/holds", json={"reason": "pruefung", **body})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
        for target in ({"person": str(uuid4())}, {"case": str(uuid4())}):
            answer = await auditor.post("/api/v1/holds", json={"reason": "pruefung", **target})
            assert answer.status_code == 404
        body = {"reason": "warum", "person": str(uuid4())}
        assert (await auditor.post("/api/v1/holds", json=body)).status_code == 400


async def test_two_holds_on_one_target_are_one_too_many(own: Gateway) -> None:
    """DSG-05: so that lifting one never leaves an unseen other."""
    planted = await plant(own, "b.yilmaz")
    identifier = await hold(own, person=str(planted.person))
    async with await own.client("o.petrova") as operator:
        body = {"person": str(planted.person), "reason": "pruefung"}
        assert (await operator.post("/api/v1/holds", json=body)).json()["code"] == "legal_hold_exists"
        listed = (await operator.get("/api/v1/holds")).json()["items"]
    assert listed[0]["id"] == identifier
    assert await lift(own, identifier) == 200


async def test_what_belongs_to_nobody_goes_too(own: Gateway) -> None:
    """DSG-05: sessions, usage, revocations, lifted holds: each at its time."""
    planted = await plant(own, "a.weber")
    now = dt.datetime.now(dt.UTC)
    await asyncio.to_thread(
        as_superuser,
        own,
        "DELETE FROM usage_counters",
        "INSERT INTO usage_counters (authority, day, kind) VALUES (:authority, :day, 'run')",
        "INSERT INTO sessions (id_hash, person, subject_key, identity, sealed, expires_at)"
        " VALUES ('old', :person, 'x', '{}', '', :expired), ('new', :person, 'x', '{}', '', :living)",
        "INSERT INTO revocations (subject, at) VALUES (:subject, :expired)",
        authority=planted.authority,
        person=planted.person,
        subject=uuid4(),
        day=now.date() - dt.timedelta(days=SCHEDULE["usage"].days + 1),
        expired=now - dt.timedelta(days=2),
        living=now + dt.timedelta(hours=1),
    )
    done = await own.state.protection.retention.run(now)
    assert (done["usage"], done["sessions"], done["revocations"]) == (1, 1, 1)
    # A clock that is wrong in the process does not end sessions that PostgreSQL holds for alive.
    await own.state.protection.retention.run(after(400))
    rows = await asyncio.to_thread(as_superuser, own, "SELECT id_hash FROM sessions WHERE subject_key = 'x'")
    assert [row.id_hash for row in rows] == ["new"]


async def test_without_retrieval_what_has_files_stays_whole(own: Gateway) -> None:
    """DSG-05, AUD-02: a conversation never goes without its files, nor its files without it."""
    planted = await plant(own, "a.weber")
    with own.without_retrieval():
        await own.state.protection.retention.run(after(SCHEDULE["conversations"].days + 1))
        assert await count(own, "conversations", id=planted.conversation) == 1
        assert await count(own, "runs", id=planted.run) == 0
    await own.state.protection.retention.run(after(SCHEDULE["conversations"].days + 1))
    assert (await kept(own, planted))["conversations"] == 0


async def test_maintenance_sees_rows_and_changes_none(own: Gateway) -> None:
    """TEN-08, TEN-10: an authority without a person finds what is due; only the owner's own scope deletes."""
    planted = await plant(own, "a.weber")
    other = next(a for a in await own.state.authorities.ids() if a != planted.authority)
    async with own.state.database.transaction(RowScope(authority=other)) as connection:
        query = sa.text("SELECT count(*) FROM conversations WHERE id = :id")
        assert (await connection.execute(query, {"id": planted.conversation})).scalar_one() == 0
    scope = RowScope(authority=planted.authority)
    for statement in ("DELETE FROM conversations", "DELETE FROM cases", "DELETE FROM runs", "DELETE FROM sessions"):
        async with own.state.database.transaction(scope) as connection:
            assert (await connection.execute(sa.text(statement))).rowcount == 0, statement
    for statement in ("UPDATE conversations SET pinned = true", "UPDATE cases SET state = 'closed'"):
        async with own.state.database.transaction(scope) as connection:
            assert (await connection.execute(sa.text(statement))).rowcount == 0, statement
    insert = sa.text(
        "INSERT INTO legal_holds (id, person, reason, set_by, set_at) VALUES (:id, :id, 'auskunft', :id, now())"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with own.state.database.transaction(scope) as connection:
            await connection.execute(insert, {"id": uuid4()})


def test_the_table_is_complete_and_settings_change_it() -> None:
    """DSG-05: every kind has purpose and legal basis; a number is changed per kind, a kind without one is refused."""
    assert set(SCHEDULE) == set(KINDS)
    for kind, rule in SCHEDULE.items():
        assert all((rule.title, rule.purpose, rule.basis, rule.recipients)), kind
        assert bool(rule.days) == bool(rule.since), kind
    changed = RetentionSettings.model_validate({"days": {"conversations": "30"}})
    schedule = Schedule(changed.days)
    assert (schedule.days("conversations"), schedule.days("runs")) == (30, SCHEDULE["runs"].days)
    for wrong in ({"conversations": 0}, {"chats": 30}, {"audit": 30}):
        with pytest.raises(ValidationError):
            RetentionSettings.model_validate({"days": wrong})
    with pytest.raises(ValueError, match="audit"):
        schedule.cutoff("audit", dt.datetime.now(dt.UTC))
