# SPDX-License-Identifier: EUPL-1.2
"""A person's rows by the record: counted, read, deleted. Every call runs in a scope of that person."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, Undecryptable, key_id_of
from genius_common.database import Database, RowScope
from genius_common.keys import KeyRing
from genius_common.processing import Column, Table
from genius_gateway.persons.record import RECORD

PAGE = 200
UNREADABLE = "nicht_lesbar"
"""In a row that is handed out: the columns that couldn't be opened (key gone, ciphertext damaged), if there are any."""
NOBODY = UUID(int=0)
OF_PERSONS = tuple(table for table in RECORD if table.person)
EXPORTED = tuple(table for table in OF_PERSONS if not table.not_exported)
ERASED = tuple(table for table in OF_PERSONS if table.erase)
_KEYS = text("SELECT id FROM keys WHERE person = :person AND state <> 'destroyed' ORDER BY id")


def scope_of(table: Table, person: UUID, authority: UUID | None) -> RowScope:
    """In which the person's rows of `table` are seen."""
    return RowScope(
        authority=authority if table.where == "authority" else None,
        person=person,
        tenant_wide=table.where == "tenant",
        credential=str(person) if table.as_text else "",
    )


def _values(table: Table, person: UUID) -> dict[str, Any]:
    return {"person": str(person) if table.as_text else person}


def tables_in(tables: tuple[Table, ...], authority: UUID | None) -> list[Table]:
    """Those whose rows are seen in an authority, or without one."""
    return [table for table in tables if (table.where == "authority") == (authority is not None)]


async def count(connection: AsyncConnection, table: Table, person: UUID) -> int:
    found: int = (await connection.execute(_count(table), _values(table, person))).scalar_one()
    return found


async def delete(connection: AsyncConnection, table: Table, person: UUID) -> int:
    return (await connection.execute(_delete(table), _values(table, person))).rowcount


async def forget(connection: AsyncConnection, table: Table, person: UUID) -> None:
    """Overwrite the person's id where it stands in rows of others."""
    for name, column in table.columns.items():
        if column.forget:
            statement = f"UPDATE {table.name} SET {name} = :nobody WHERE {name} = :person"  # noqa: S608 our own names
            await connection.execute(text(statement), {"nobody": NOBODY, "person": person})


async def living_keys(connection: AsyncConnection, person: UUID) -> list[UUID]:
    return list((await connection.execute(_KEYS, {"person": person})).scalars())


def _count(table: Table) -> TextClause:
    return text(f"SELECT count(*) FROM {table.name} WHERE {table.person} = :person")  # noqa: S608 our own names


def _delete(table: Table) -> TextClause:
    return text(f"DELETE FROM {table.name} WHERE {table.person} = :person")  # noqa: S608 our own names


class Reader:
    """Opens a person's rows, page by page: a slow reader holds no connection of the database."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self._database = database
        self._keys = keys

    async def rows(
        self, table: Table, person: UUID, authority: UUID | None, *, naming: bool = False, **only: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Each row as it goes into an export: sealed columns opened, what is not the person's to see left out.

        `naming`: a column that can't be opened is named under `UNREADABLE`; the rest of the row, and all others, are
        there. Else it raises Undecryptable: who destroys what was read wants all of it or nothing.
        `only` narrows by columns of ours: `conversation=id`.
        """
        key = ", ".join(table.key)
        places = ", ".join(f":k{index}" for index in range(len(table.key)))
        chosen = "".join(f" AND {name} = :{name}" for name in only)
        begin = f"SELECT * FROM {table.name} WHERE {table.person} = :person{chosen}"  # noqa: S608 our own names
        order = f" ORDER BY {key} LIMIT {PAGE}"
        values = {**_values(table, person), **only}
        statement = text(begin + order)
        while True:
            async with self._database.transaction(scope_of(table, person, authority)) as connection:
                found = (await connection.execute(statement, values)).mappings().all()
                opened = await self.opened(connection, table, [dict(row) for row in found], naming=naming)
            for row in opened:
                yield row
            if len(found) < PAGE:
                return
            values |= {f"k{index}": found[-1][name] for index, name in enumerate(table.key)}
            statement = text(f"{begin} AND ({key}) > ({places}){order}")

    async def opened(
        self, connection: AsyncConnection, table: Table, rows: list[dict[str, Any]], *, naming: bool = False
    ) -> list[dict[str, Any]]:
        """Whole rows as they go into an export, in a scope that sees their keys; see `rows`."""
        sealed = [name for name, column in table.columns.items() if column.place is not None]
        # Each key is asked for once in a page.
        used = {_key_id(row[name]) for row in rows for name in sealed if row[name] is not None}
        keys = {identifier: await self._key(connection, identifier) for identifier in used}
        opened = [_readable(table, row, keys) for row in rows]
        if not naming and any(UNREADABLE in row for row in opened):
            raise Undecryptable
        return opened

    async def _key(self, connection: AsyncConnection, identifier: UUID | None) -> ContentKey | None:
        try:
            return await self._keys.by_id(connection, identifier) if identifier else None
        except Undecryptable:
            return None


def _key_id(sealed: bytes) -> UUID | None:
    try:
        return key_id_of(sealed)
    except Undecryptable:
        return None


def _readable(table: Table, row: dict[str, Any], keys: dict[UUID | None, ContentKey | None]) -> dict[str, Any]:
    opened: dict[str, Any] = {}
    unreadable: list[str] = []
    for name, column in table.columns.items():
        value = row.get(name)
        if column.of_others or value is None:
            continue
        if column.place is not None:
            try:
                opened[name] = _open(column, keys[_key_id(value)], value, column.place.format(**row))
            except Undecryptable:
                unreadable.append(name)
        elif not isinstance(value, bytes | memoryview):
            # Digests in bytes say nothing to anybody.
            opened[name] = _plain(value)
    return opened | ({UNREADABLE: unreadable} if unreadable else {})


def _open(column: Column, key: ContentKey | None, value: bytes, place: str) -> Any:
    if key is None:
        raise Undecryptable
    plain = key.open(bytes(value), place)
    if column.form == "text":
        return plain.decode()
    content = orjson.loads(plain)
    if column.withheld:
        return {name: member for name, member in content.items() if name not in column.withheld}
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value
