# SPDX-License-Identifier: EUPL-1.2
"""Row-level security of the tables of runs and conversations, asked directly as the application's role."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from tests.support.gateway_runs import Person
from tests.support.postgres import conninfo

from .conftest import Schema
from .test_conversations import turn

TABLES = ("runs", "run_events", "conversations", "messages", "message_terms")
COUNT = {table: f"SELECT count(*) FROM {table}" for table in TABLES}


def as_application(schema: Schema, authority: UUID | None, person: UUID | None, *statements: str) -> list[Any]:
    """Results of `statements` in one transaction under the settings of a row scope."""
    found = []
    with psycopg.connect(conninfo(schema.app_url)) as connection:
        for name, value in (("authority", authority), ("person", person)):
            connection.execute("SELECT set_config(%s, %s, true)", (f"genius.{name}", str(value or "")))
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            found.append(cursor.fetchone()[0] if cursor.description else cursor.rowcount)
    return found


async def test_only_the_owner_in_the_authority_sees_rows(
    client: httpx.AsyncClient, schema: Schema, person: Person
) -> None:
    """TEN-08, TEN-09: without a setting, for another person, in another authority: nothing."""
    await turn(client, "echo eins zwei")
    counts = [COUNT[table] for table in TABLES]
    assert all(as_application(schema, person.authority, person.id, *counts))
    for authority, someone in ((None, None), (person.authority, uuid4()), (uuid4(), person.id), (None, person.id)):
        assert as_application(schema, authority, someone, *counts) == [0] * len(TABLES)


async def test_maintenance_finds_and_changes_nothing(client: httpx.AsyncClient, schema: Schema, person: Person) -> None:
    """TEN-10: retention and recovery see which runs and conversations there are, and what is in them stays closed."""
    await turn(client, "echo eins")
    found = dict(zip(TABLES, as_application(schema, person.authority, None, *COUNT.values()), strict=True))
    assert {table for table, rows in found.items() if rows} == {"runs", "conversations"}
    for table in TABLES:
        assert as_application(schema, person.authority, None, f"UPDATE {table} SET owner = owner") == [0]
        assert as_application(schema, person.authority, None, f"DELETE FROM {table}") == [0]


@pytest.mark.parametrize("column", ["authority", "owner"])
async def test_rows_cannot_be_moved(client: httpx.AsyncClient, schema: Schema, person: Person, column: str) -> None:
    """TEN-10"""
    await turn(client, "echo eins")
    for table in TABLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_application(schema, person.authority, person.id, f"UPDATE {table} SET {column} = gen_random_uuid()")


async def test_a_message_cannot_join_a_foreign_conversation(
    client: httpx.AsyncClient, schema: Schema, person: Person
) -> None:
    """TEN-10: a foreign key to a foreign row."""
    started = await turn(client, "echo eins")
    stranger = Person(schema.authority)
    insert = (
        "INSERT INTO messages (id, conversation, authority, owner, role, content, state) VALUES"
        f" (gen_random_uuid(), '{started['conversation']}', '{stranger.authority}', '{stranger.id}',"
        " 'user', '', 'complete')"
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        as_application(schema, stranger.authority, stranger.id, insert)
