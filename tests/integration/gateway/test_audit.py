# SPDX-License-Identifier: EUPL-1.2
"""The audit trail: complete, chained, content-free, and no effect without it."""

import asyncio
from uuid import uuid4

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from genius_common.audit.verify import verify
from genius_gateway.audit.chain import AuditRecord
from tests.support.gateway import Gateway

CANARY = "Kanarienvogel-2288"


async def export(gateway: Gateway) -> bytes:
    async with await gateway.client("r.koenig") as auditor:
        response = await auditor.get("/api/v1/audit/export")
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/x-ndjson"
        return response.content


def records_of(exported: bytes) -> list[dict[str, object]]:
    lines = [orjson.loads(line) for line in exported.splitlines()]
    return [line for line in lines if "checkpoint" not in line]


async def test_what_is_done_is_recorded_without_content(gateway: Gateway) -> None:
    """AUD-03: actions and ids of effects are there, words and names of people are not."""
    async with await gateway.client("a.weber") as client:
        kb = (await client.post("/api/v1/knowledge-bases", json={"name": CANARY, "purpose": "Probe"})).json()["id"]
        await client.post(f"/api/v1/knowledge-bases/{kb}/documents", files={"file": (f"{CANARY}.txt", CANARY.encode())})
        await client.patch(f"/api/v1/knowledge-bases/{kb}", json={"name": CANARY + "2"})
        await client.delete(f"/api/v1/knowledge-bases/{kb}")
    exported = await export(gateway)
    records = records_of(exported)
    actions = [record["action"] for record in records if record["object"] == kb]
    assert actions == ["knowledge_base.create", "document.upload", "knowledge_base.change", "knowledge_base.delete"]
    raw = exported.decode()
    for word in (CANARY, "weber", "Weber", "Ministerium"):
        assert word not in raw
    assert verify(exported.splitlines()).holds


async def test_without_a_record_nothing_happens(gateway: Gateway) -> None:
    """AUD-01, AUD-02: while the trail can't be written, changes are refused and leave no trace."""
    engine = sa.create_engine(gateway.owner_url, poolclass=sa.NullPool)

    def as_owner(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))

    async with await gateway.client("d.schmidt") as client:
        await client.get("/api/v1/me")
        await asyncio.to_thread(as_owner, "ALTER TABLE audit_records ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
        try:
            refused = [
                await client.post("/api/v1/cases", json={"reference": "AUD-01"}),
                await client.post("/api/v1/knowledge-bases", json={"name": "AUD-01", "purpose": "Probe"}),
                await client.post("/api/v1/files", files={"file": ("a.txt", b"x")}),
                await client.post("/v1/chat/completions", json={"model": "m", "messages": []}),
            ]
        finally:
            await asyncio.to_thread(as_owner, "ALTER TABLE audit_records DROP CONSTRAINT full_disk")
        codes = [response.json().get("code") or response.json()["error"]["code"] for response in refused]
        assert codes == ["audit_unavailable"] * 3 + ["audit_unavailable"], codes
        for path in ("cases", "knowledge-bases"):
            assert "AUD-01" not in (await client.get(f"/api/v1/{path}")).text


async def test_concurrent_records_make_one_chain(gateway: Gateway) -> None:
    """AUD-02: group commit of many requests keeps the order whole."""
    (authority, _) = await gateway.state.authorities.ids()
    records = [
        AuditRecord(action="document.upload", authority=authority, actor=uuid4(), facts={"n": n}) for n in range(300)
    ]
    await asyncio.gather(*(gateway.state.audit.record(record) for record in records))
    exported = await export(gateway)
    assert len({r["actor"] for r in records_of(exported)} & {str(record.actor) for record in records}) == 300
    assert verify(exported.splitlines()).holds


async def test_the_trail_is_append_only(gateway: Gateway) -> None:
    """AUD-04: not even the owner of the tables changes a record by accident."""
    engine = sa.create_engine(gateway.owner_url, poolclass=sa.NullPool)
    for statement in ("UPDATE audit_records SET action = 'x'", "DELETE FROM audit_records"):
        with engine.begin() as connection:
            connection.execute(sa.text("SELECT set_config('genius.scope', 'tenant', true)"))
            assert connection.execute(sa.text(statement)).rowcount == 0
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE audit_records NO FORCE ROW LEVEL SECURITY"))
        try:
            with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
                connection.execute(sa.text(statement))
        finally:
            with engine.begin() as connection:
                connection.execute(sa.text("ALTER TABLE audit_records FORCE ROW LEVEL SECURITY"))
