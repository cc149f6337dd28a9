# SPDX-License-Identifier: EUPL-1.2
"""What PostgreSQL itself enforces in both databases: read from the catalog, and tried on every table there is.

Nothing here names the tables: a new one is filled with a row of two owners and must hold.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from psycopg.errors import CheckViolation, InsufficientPrivilege, RaiseException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from genius_common.database import Database, RowScope
from genius_common.settings import DatabaseSettings
from genius_gateway.migrate import upgrade
from genius_retrieval.migrate import migrate
from tests.support.postgres import TestPostgres
from tests.support.tables import QUEUE, Owner, Table, Tables, candidates

OPEN = {"authorities": "names of authorities are no secret in their tenant"}
"""Tables whose rows everybody sees, and why."""
WITHOUT_A_PERSON = {"legal_holds": "maintenance has no person, and must see what it may not delete"}
"""Tables that show rows to a scope in which no person is set, and why."""
NOT_BOUND_TO_AN_AUTHORITY = {"persons", "authorities"}
"""Tables that a foreign key may name without the authority: rows of the tenant, whose ids open nothing."""
COLLEAGUES = {"memberships": "who belongs to an authority is known inside it"}
"""Tables of persons whose rows the rest of the authority sees, and why."""
OF_THE_AUTHORITY = {"grants": "kept by whoever may manage the object, which the policy decides"}
"""Tables whose rows belong to the authority, although they name a person, and why."""
OUTLIVES_AN_AUTHORITY = {"audit_records", "audit_heads", "retrieval_log", "authority_removals", "removed_authorities"}
"""Tables with an authority that its removal neither shows nor deletes: proof, and the notes of the removal itself."""
TENANT_WIDE = {("collections", "knowledge_bases"): "a CHECK leaves it to collections without an authority"}
"""References without the authority where neither side has one, and why."""
# RaiseException: the triggers of what is only appended.
_REFUSALS = (InsufficientPrivilege, CheckViolation, RaiseException)
_CREDENTIALS = ("id_hash", "token_hash", "key", "subject_key")
BY_PURPOSE = dict.fromkeys(("retrieval_log", "retrieval_checks", "retrieval_check_items"), RowScope(inspection=True))
"""Tables that nobody sees by an own row, but in a scope of their own: § 6 Abs. 3 StDAV."""
OF_MAINTENANCE = {"refusals"}
"""Tables that are seen in the scope of an authority and of no person alone."""
_POOL = 5


@dataclass
class Schema:
    """A migrated database of its own with a row of `ours` and of `theirs` in every table."""

    database: Database
    tables: Tables
    owners: dict[str, Owner]
    filled: dict[tuple[str, str], dict[str, Any]]

    def full_scope(self, name: str, table: str) -> RowScope:
        """Everything that the owner could ever set to see the row."""
        row, owner = self.filled[table, name], self.owners[name]
        credential = next((str(row[column]) for column in _CREDENTIALS if column in row), "")
        return RowScope(authority=owner.authority, person=owner.person, credential=credential)

    def of(self, name: str, table: str) -> set[str]:
        """The rows in which an id of this owner's stands, as text."""
        ids = (str(self.owners[name].authority), str(self.owners[name].person))
        return {row for row in self.tables.contents(table) if any(one in row for one in ids)}

    async def seen(self, scope: RowScope, table: str) -> set[str]:
        async with self.database.transaction(scope) as connection:
            found = await connection.execute(sa.text(f'SELECT t::text FROM "{table}" t'))
            return set(found.scalars())

    async def tried(self, scope: RowScope, statement: str, values: dict[str, Any] | None = None) -> int | None:
        """Rows that the statement would change, or None when row-level security, a privilege or a CHECK refused it."""
        async with self.database.engine.connect() as connection:
            try:
                await connection.execute(_SET, scope.parameters())
                return (await connection.execute(sa.text(statement), values or {})).rowcount
            except DBAPIError as error:
                if not isinstance(error.orig, _REFUSALS):
                    raise
                return None
            finally:
                await connection.rollback()


_SET = sa.text(
    "SELECT set_config('genius.authority', :authority, true), set_config('genius.person', :person, true),"
    " set_config('genius.scope', :scope, true), set_config('genius.credential', :credential, true)"
)


def _migrated(kind: str, server: TestPostgres) -> tuple[str, str]:
    owner, app = server.create_database(kind)
    if kind == "gateway":
        upgrade(owner)
    else:
        migrate(DatabaseSettings.model_validate({"url": app, "migration_url": owner}))
    return app, server.superuser_url(app)


@pytest.fixture(scope="module", params=["gateway", "retrieval"])
async def schema(request: pytest.FixtureRequest, postgres_server: TestPostgres) -> AsyncIterator[Schema]:
    app, superuser = await asyncio.to_thread(_migrated, request.param, postgres_server)
    tables, owners = Tables(superuser), {"ours": Owner(), "theirs": Owner()}
    filled = {(t.name, name): tables.fill(t, owner) for t in tables.all for name, owner in owners.items()}
    engine = create_async_engine(app, pool_size=_POOL, max_overflow=0, pool_timeout=60)
    yield Schema(Database(engine), tables, owners, filled)
    await engine.dispose()


_TABLES = """
SELECT c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) AS owner,
    pg_has_role(current_user, c.relowner, 'MEMBER') AS has_owner,
    has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'REFERENCES')
        OR has_table_privilege(c.oid, 'TRIGGER') AS too_much,
    has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE') AS writes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_POLICIES = """
SELECT tablename, policyname, permissive, cmd, roles, coalesce(qual, '') AS qual, coalesce(with_check, '') AS checks
FROM pg_policies
"""
_ROLE = """
SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
    (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) AS memberships,
    has_schema_privilege('public', 'CREATE') AS creates
FROM pg_roles r WHERE rolname = current_user
"""
_DEFINERS = """
SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosecdef
"""


def persons(table: Table) -> frozenset[str]:
    """The columns that make a row a person's."""
    return frozenset() if table.name in OF_THE_AUTHORITY else table.owners - {"authority"}


async def read(schema: Schema, statement: str) -> Any:
    async with schema.database.engine.connect() as connection:
        return (await connection.execute(sa.text(statement))).all()


async def test_row_level_security_is_real(schema: Schema) -> None:
    """TEN-08: ENABLE and FORCE on each table; the service's role owns nothing, is nobody else, bypasses nothing."""
    tables = await read(schema, _TABLES)
    assert {table.relname for table in tables if not QUEUE.fullmatch(table.relname)} == {
        table.name for table in schema.tables.all
    }
    for table in tables:
        assert table.relkind in {"r", "p"}, f"{table.relname}: a view or foreign table would need its own proof"
        assert not table.has_owner, table.relname
        assert not table.too_much, table.relname
        if not QUEUE.fullmatch(table.relname):
            assert (table.relrowsecurity, table.relforcerowsecurity) == (True, True), table.relname
    (role,) = await read(schema, _ROLE)
    assert tuple(role) == (False, False, False, False, False, 0, False)
    assert [tuple(row) for row in await read(schema, _DEFINERS)] == [(0,)]
    assert not [table.relname for table in tables if table.relname == "alembic_version" and table.writes]


async def test_every_command_has_its_policy(schema: Schema) -> None:
    """TEN-08: reading and writing have policies that look at the transaction's settings; none is open to everybody."""
    policies = await read(schema, _POLICIES)
    for table in schema.tables.all:
        # A restrictive one only takes away from what the others admit.
        own = [p for p in policies if p.tablename == table.name and p.permissive == "PERMISSIVE"]
        commands = {policy.cmd for policy in own}
        assert {"SELECT", "INSERT"} <= commands or "ALL" in commands, f"{table.name} has policies for {commands}"
        for policy in own:
            name = f"{table.name}.{policy.policyname}"
            conditions = {"INSERT": [policy.checks], "UPDATE": [policy.qual, policy.checks]}.get(
                policy.cmd, [policy.qual, policy.checks] if policy.cmd == "ALL" else [policy.qual]
            )
            if not (table.name in OPEN and policy.cmd == "SELECT"):
                assert all("current_setting('genius." in condition for condition in conditions), name


async def test_foreign_keys_stay_inside(schema: Schema) -> None:
    """TEN-10: references are checked past the policies, so one to rows of an authority carries the authority."""
    keys = await read(
        schema,
        "SELECT conrelid::regclass::text AS source, confrelid::regclass::text AS target,"
        " pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype = 'f'",
    )
    bound = {table.name for table in schema.tables.all if "authority" in table.names} - NOT_BOUND_TO_AN_AUTHORITY
    alone = {
        (key.source, key.definition)
        for key in keys
        if key.target in bound and "authority" not in key.definition.split("REFERENCES")[0]
    }
    covered = {(key.source, key.target) for key in keys if "authority" in key.definition.split("REFERENCES")[0]}
    missing = {(s, d) for s, d in alone if (s, d.split("REFERENCES ")[1].split("(")[0]) not in covered}
    assert {(source, definition.split("REFERENCES ")[1].split("(")[0]) for source, definition in missing} <= set(
        TENANT_WIDE
    )


async def test_who_may_see_a_row_sees_it(schema: Schema) -> None:
    """The tests below can see: with all of the owner's settings every table shows the owner's row."""
    for table in schema.tables.all:
        scope = schema.full_scope("ours", table.name)
        person = None if table.name in OF_MAINTENANCE else scope.person
        wide = RowScope(authority=scope.authority, person=person, credential=scope.credential, tenant_wide=True)
        assert await schema.seen(BY_PURPOSE.get(table.name, wide), table.name), table.name


async def test_operators_scopes_show_one_authority_or_keys_alone(schema: Schema) -> None:
    """TEN-08, TEN-09: `whole` shows all of one authority and nothing of another, `keys` keys and no person's.

    A table that a later migration makes must be shown, too: else a removal would leave its rows behind. Call
    `genius_authority_rows()` there (see 0014_authorities_leave.py).
    """
    theirs = schema.owners["theirs"]
    for table in schema.tables.all:
        whole = await schema.seen(RowScope(authority=theirs.authority, wide="whole"), table.name)
        if table.name not in OPEN | WITHOUT_A_PERSON:
            assert not whole & schema.of("ours", table.name), table.name
        if "authority" in table.names and table.name not in OUTLIVES_AN_AUTHORITY:
            assert whole & schema.of("theirs", table.name), table.name
        keys = await schema.seen(RowScope(wide="keys"), table.name)
        if table.name == "keys":
            assert not any(str(owner.person) in row for row in keys for owner in schema.owners.values())
        elif table.name not in OPEN | WITHOUT_A_PERSON:
            assert not keys, table.name


async def test_without_a_setting_there_are_no_rows(schema: Schema) -> None:
    """TEN-09: the default of every table is empty."""
    for table in schema.tables.all:
        if table.name not in OPEN | WITHOUT_A_PERSON:
            seen = await schema.seen(RowScope(), table.name)
            assert not seen & (schema.of("ours", table.name) | schema.of("theirs", table.name)), table.name
            assert not seen or table.owners, f"{table.name}: rows of nobody are shown to everybody"


async def test_nobody_sees_a_foreign_row(schema: Schema) -> None:
    """TEN-08, TEN-09: not with all settings of another owner, not as a colleague, not as maintenance of another."""
    theirs = schema.owners["theirs"]
    for table in schema.tables.all:
        rows = schema.of("ours", table.name)
        assert rows or not table.owners, table.name
        scopes = [schema.full_scope("theirs", table.name), RowScope(authority=theirs.authority)]
        if table.name in OPEN:
            continue
        if table.name in WITHOUT_A_PERSON:
            scopes.pop()
        if persons(table) and table.name not in COLLEAGUES:
            scopes.append(RowScope(authority=schema.owners["ours"].authority, person=uuid4()))
        for scope in scopes:
            assert not rows & await schema.seen(scope, table.name), (table.name, scope)


async def test_nobody_makes_a_foreign_row(schema: Schema) -> None:
    """TEN-10: an INSERT with another's authority or person is refused on every table, before any other check."""
    ours = schema.owners["ours"]
    for table in schema.tables.all:
        scope = schema.full_scope("ours", table.name)
        for stranger in (
            Owner(),
            schema.owners["theirs"],
            *([Owner(person=ours.person)] if "authority" in table.owners else []),
            *([Owner(authority=ours.authority)] if persons(table) else []),
        ):
            for row in candidates(table, stranger, whole=True):
                names = ", ".join(f'"{name}"' for name in row)
                statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join(f":{name}" for name in row)})'
                assert await schema.tried(scope, statement, row) is None, (table.name, row)


async def test_nobody_moves_a_row(schema: Schema) -> None:
    """TEN-10: an UPDATE that gives the own row to another is refused; where no UPDATE is open it changes nothing."""
    theirs, moved = schema.owners["theirs"], 0
    for table in schema.tables.all:
        scope = schema.full_scope("ours", table.name)
        for column in sorted(persons(table) | (table.owners & {"authority"})):
            target = theirs.authority if column == "authority" else theirs.person
            result = await schema.tried(scope, f'UPDATE "{table.name}" SET "{column}" = :to', {"to": target})
            assert result in {None, 0}, (table.name, column)
            moved += result is None
    assert moved > len(schema.tables.all) // 2, "most tables let their owner write, so most refusals are the policies'"


async def test_nobody_touches_a_foreign_row(schema: Schema) -> None:
    """TEN-10: an UPDATE and a DELETE without any condition stay within the scope."""
    for table in schema.tables.all:
        scope = schema.full_scope("ours", table.name)
        column = table.columns[0].name
        changes = (f'UPDATE "{table.name}" SET "{column}" = "{column}"', f'DELETE FROM "{table.name}"')
        for statement in changes:
            touched = await schema.tried(scope, statement)
            own = len(schema.of("ours", table.name))
            assert touched is None or touched <= own, (table.name, statement, touched)


_FORBIDDEN = (
    'ALTER TABLE "{}" DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE "{}" NO FORCE ROW LEVEL SECURITY',
    'TRUNCATE "{}"',
    'DROP TABLE "{}"',
    'CREATE POLICY open ON "{}" USING (true)',
    'LOCK TABLE "{}" IN ACCESS EXCLUSIVE MODE',
)


@pytest.mark.parametrize("statement", _FORBIDDEN)
async def test_the_role_cannot_open_a_table(schema: Schema, statement: str) -> None:
    """TEN-08"""
    for table in schema.tables.all:
        if statement.startswith("LOCK"):
            continue
        assert await schema.tried(RowScope(tenant_wide=True), statement.format(table.name)) is None, table.name


@pytest.mark.parametrize("statement", ["SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "CREATE TABLE x ()"])
async def test_the_role_cannot_become_another(schema: Schema, statement: str) -> None:
    """TEN-08"""
    with pytest.raises(DBAPIError):
        async with schema.database.engine.connect() as connection:
            await connection.execute(sa.text(statement))


class Aborted(Exception):
    """What goes wrong in application code."""


async def test_settings_do_not_outlive_their_transaction(schema: Schema) -> None:
    """TEN-09: 200 scopes at a time over a pool of 5, with failures, cancellations and lost connections between."""
    tables = [table for table in schema.tables.all if {"authority"} <= table.owners and table.name not in OPEN]
    chance = random.Random(9)
    setting = sa.text("SELECT current_setting('genius.authority', true), current_setting('genius.person', true)")
    ends = {"commit": 0, "sql": 0, "raise": 0, "cancel": 0, "lost": 0}

    async def one(table: Table, name: str, how: str) -> None:
        other = "theirs" if name == "ours" else "ours"
        async with schema.database.transaction(schema.full_scope(name, table.name)) as connection:
            found = await connection.execute(sa.text(f'SELECT t::text FROM "{table.name}" t'))
            assert not set(found.scalars()) & rows[table.name, other]
            if how == "sql":
                await connection.execute(sa.text("SELECT 1/0"))
            if how == "raise":
                raise Aborted
            if how == "cancel":
                await connection.execute(sa.text("SELECT pg_sleep(5)"))
            if how == "lost":
                await connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def cut(table: Table, name: str, how: str) -> None:
        task = asyncio.create_task(one(table, name, how))
        if how == "cancel":
            asyncio.get_running_loop().call_later(0.05 + chance.random() / 10, task.cancel)
        try:
            await task
        except (DBAPIError, Aborted, asyncio.CancelledError):
            ends[how] += 1
        async with schema.database.engine.connect() as connection:
            assert tuple((await connection.execute(setting)).one()) in {(None, None), ("", "")}

    rows = {(table.name, name): schema.of(name, table.name) for table in tables for name in schema.owners}
    kinds = chance.choices(["commit", "sql", "raise", "cancel", "lost"], weights=[8, 4, 4, 3, 1], k=200)
    await asyncio.gather(*(cut(chance.choice(tables), chance.choice(["ours", "theirs"]), how) for how in kinds))
    assert ends["commit"] == 0
    assert all(ends[how] for how in ("sql", "raise", "cancel", "lost"))


async def test_a_setting_that_is_no_id_opens_nothing(schema: Schema) -> None:
    """TEN-09: whatever stands in a setting, it is compared as a value."""
    tables = [table for table in schema.tables.all if table.name not in OPEN | WITHOUT_A_PERSON]
    rows = {table.name: schema.of("ours", table.name) | schema.of("theirs", table.name) for table in tables}
    for value in ("", "x", "%", "NULL", "*", "' OR true --", "{" + str(UUID(int=0)) + "}"):
        for table in tables:
            async with schema.database.engine.connect() as connection:
                await connection.execute(_SET, dict.fromkeys(("authority", "person", "scope", "credential"), value))
                try:
                    found = await connection.execute(sa.text(f'SELECT t::text FROM "{table.name}" t'))
                    seen = set(found.scalars())
                except DBAPIError:
                    seen = set()
            assert not seen & rows[table.name], (table.name, value)
