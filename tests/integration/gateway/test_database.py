# SPDX-License-Identifier: EUPL-1.2
"""What PostgreSQL itself enforces, read from its catalog and tried with the application's role."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from genius_common.database import RowScope
from tests.support.gateway import Gateway

WITHOUT_AUTHORITY = {"alembic_version"}


async def test_row_level_security_is_real(gateway: Gateway) -> None:
    """TEN-08: ENABLE and FORCE with a policy on each table; the service's role owns and bypasses nothing."""
    async with gateway.state.database.engine.connect() as connection:
        tables = (
            await connection.execute(
                sa.text(
                    "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) AS owner,"
                    " current_user AS me, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies"
                    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
                )
            )
        ).all()
        role = (
            await connection.execute(
                sa.text("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
            )
        ).one()
        definers = (
            await connection.execute(
                sa.text(
                    "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
                    " WHERE n.nspname = 'public' AND p.prosecdef"
                )
            )
        ).scalar_one()
        views = (
            await connection.execute(sa.text("SELECT count(*) FROM pg_views WHERE schemaname='public'"))
        ).scalar_one()
    assert len(tables) > 15
    for table in tables:
        assert table.owner != table.me
        if table.relname not in WITHOUT_AUTHORITY and not table.relname.startswith("procrastinate"):
            assert table.relrowsecurity, table.relname
            assert table.relforcerowsecurity, table.relname
            assert table.policies, table.relname
    assert tuple(role) == (False, False, False)
    assert (definers, views) == (0, 0)


async def authorities(gateway: Gateway) -> list[UUID]:
    ids: list[UUID] = await gateway.state.authorities.ids()
    return ids


async def test_without_a_setting_there_are_no_rows(gateway: Gateway) -> None:
    """TEN-09: the default of every table with an authority is empty."""
    async with await gateway.client("a.weber") as client:
        assert (await client.post("/api/v1/cases", json={"reference": "A 1"})).status_code == 201
    async with gateway.state.database.transaction(RowScope()) as connection:
        for table in (
            "units",
            "memberships",
            "persons",
            "cases",
            "sessions",
            "audit_records",
            "usage_counters",
            "grants",
        ):
            assert (await connection.execute(sa.text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0, table


async def test_settings_do_not_outlive_their_transaction(gateway: Gateway) -> None:
    """TEN-09: 200 tasks of two authorities over a small pool, with aborts, exceptions and cancellations between."""
    first, second = await authorities(gateway)
    query = sa.text("SELECT DISTINCT authority FROM units")
    setting = sa.text("SELECT current_setting('genius.authority', true)")

    async def one(index: int) -> None:
        authority = first if index % 2 else second
        async with gateway.state.database.transaction(RowScope(authority=authority)) as connection:
            assert (await connection.execute(query)).scalars().all() == [authority]
            if index % 5 == 0:
                await connection.execute(sa.text("SELECT 1/0"))
            if index % 7 == 0:
                await asyncio.sleep(1)

    async def cut(index: int) -> None:
        try:
            async with asyncio.timeout(0.5):
                await one(index)
        except (DBAPIError, TimeoutError):
            async with gateway.state.database.engine.connect() as connection:
                assert (await connection.execute(setting)).scalar_one() in {None, ""}

    await asyncio.gather(*(cut(index) for index in range(200)))


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("INSERT INTO units (id, authority, short, name) VALUES (:id, :own, :short, 'x')", True),
        ("INSERT INTO units (id, authority, short, name) VALUES (:id, :foreign, :short, 'x')", False),
        ("UPDATE units SET authority = :foreign", False),
        ("UPDATE cases SET authority = :foreign", None),
        ("INSERT INTO authorities (id, short, name, kind) VALUES (:id, :short, 'x', 'other')", False),
        ("DELETE FROM audit_records", None),
        ("UPDATE audit_records SET action = 'x'", None),
        ("TRUNCATE audit_records", False),
        ("ALTER TABLE units DISABLE ROW LEVEL SECURITY", False),
        ("SET ROLE postgres", False),
    ],
)
async def test_writes_are_bound_too(gateway: Gateway, statement: str, allowed: bool | None) -> None:
    """TEN-10: another authority's id on insert or update is refused; None = nothing matches, so nothing happens."""
    own, foreign = await authorities(gateway)
    values: dict[str, Any] = {"id": uuid4(), "own": own, "foreign": foreign, "short": uuid4().hex[:12]}
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    try:
        async with gateway.state.database.transaction(RowScope(authority=own, person=uuid4())) as connection:
            result = await connection.execute(sa.text(statement), used)
            assert allowed is True or (allowed is None and result.rowcount == 0)
            await connection.rollback()
    except DBAPIError:
        assert allowed is False
