# SPDX-License-Identifier: EUPL-1.2
"""All rows of one authority by the record of tables, whoever's they are: counted and deleted, never opened here.

Every call works in a transaction of `RowScope(authority=…, wide="whole")`, which only operators' commands open.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import RowScope
from genius_common.processing import Table
from genius_gateway.persons.record import RECORD

KEPT = {
    "audit_records": "Nachweis: die Kette bleibt prüfbar, Inhalte enthält sie nicht",
    "audit_heads": "Nachweis: das Ende der Kette",
    "keys": "vernichtet: die Zeilen nennen noch die Kennungen der Schlüssel, nicht mehr sie",
    "legal_holds": "Nachweis aufgehobener Sperren",
    "retrieval_log": "Abrufprotokoll (§ 6 StDAV): zwei Jahre, dann gelöscht",
    "authorities": "die Kennung bleibt vergeben, damit sie nie wieder benutzt wird",
    "authority_removals": "Nachweis des Ausscheidens",
}
"""Tables whose rows outlive an authority, and why."""
CONTENT_KINDS = frozenset({"runs", "conversations", "snapshots", "cases", "knowledge_bases", "files"})
"""Kinds of data that keys of an authority protect."""
_GRANTED = text("DELETE FROM grants WHERE grantee_authority = :authority")


def whole(authority: UUID) -> RowScope:
    return RowScope(authority=authority, wide="whole")


def tables(*, content_only: bool = False) -> Iterator[Table]:
    """Those that go with an authority, in the order in which they can be deleted."""
    for table in RECORD:
        if "authority" in table.columns and table.name not in KEPT and (not content_only or _is_content(table)):
            yield table


def _is_content(table: Table) -> bool:
    return table.kind in CONTENT_KINDS


async def counts(connection: AsyncConnection, authority: UUID) -> dict[str, int]:
    """Table → number of rows, those kept too; tables without any are left out."""
    found: dict[str, int] = {}
    for table in RECORD:
        if "authority" not in table.columns or table.name in {"authority_removals", "retrieval_log", "audit_heads"}:
            continue
        query = text(f"SELECT count(*) FROM {table.name} WHERE authority = :authority")  # noqa: S608 our own names
        if number := (await connection.execute(query, {"authority": authority})).scalar_one():
            found[table.name] = number
    incoming = text("SELECT count(*) FROM grants WHERE grantee_authority = :a AND authority <> :a")
    if number := (await connection.execute(incoming, {"a": authority})).scalar_one():
        found["grants_of_others"] = number
    return found


async def delete(connection: AsyncConnection, authority: UUID, *, content_only: bool = False) -> dict[str, int]:
    """Delete the rows; answers how many of each table. Grants go in both directions with the authority itself."""
    values, gone = {"authority": authority}, dict[str, int]()
    if not content_only:
        gone["grants_of_others"] = (await connection.execute(_GRANTED, values)).rowcount
    for table in tables(content_only=content_only):
        statement = text(f"DELETE FROM {table.name} WHERE authority = :authority")  # noqa: S608 our own names
        gone[table.name] = (await connection.execute(statement, values)).rowcount
    return {name: number for name, number in gone.items() if number}


async def content_counts(connection: AsyncConnection, authority: UUID, person: UUID | None) -> dict[str, int]:
    """Table → rows that keys of the authority, or of that person in it, protect; tables without any are left out."""
    found: dict[str, int] = {}
    for table in tables(content_only=True):
        if person is not None and table.person is None:
            continue
        owner = f" AND {table.person} = :person" if person is not None else ""
        query = text(f"SELECT count(*) FROM {table.name} WHERE authority = :authority{owner}")  # noqa: S608 our names
        if number := (await connection.execute(query, {"authority": authority, "person": person})).scalar_one():
            found[table.name] = number
    return found


async def delete_of(connection: AsyncConnection, authority: UUID, person: UUID) -> dict[str, int]:
    """Delete what a person's keys protect in the authority; answers how many rows of each table."""
    gone: dict[str, int] = {}
    for table in tables(content_only=True):
        if table.person is not None:
            owned = f"authority = :authority AND {table.person} = :person"
            statement = text(f"DELETE FROM {table.name} WHERE {owned}")  # noqa: S608 our own names
            done = await connection.execute(statement, {"authority": authority, "person": person})
            gone[table.name] = done.rowcount
    return {name: number for name, number in gone.items() if number}


async def owners(connection: AsyncConnection, authority: UUID) -> list[UUID]:
    """Everybody who owns a row there, also who has left the authority since."""
    found: set[UUID] = set()
    for table in tables():
        if table.person and not table.as_text:
            query = f"SELECT DISTINCT {table.person} FROM {table.name} WHERE authority = :authority"  # noqa: S608
            rows = await connection.execute(text(query), {"authority": authority})
            found |= {owner for owner in rows.scalars() if owner is not None}
    return sorted(found)
