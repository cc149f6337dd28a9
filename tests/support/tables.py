# SPDX-License-Identifier: EUPL-1.2
"""The tables of a migrated database from its catalog, and a valid row of each for an owner, whatever its columns are.

A table that a later migration adds is found, filled and tested by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.support.postgres import conninfo

PERSON_COLUMNS = frozenset({"owner", "person", "owner_person"})
"""Columns that say which person a row belongs to."""
# Without content and without policies: the queue's ids of documents to parse, the version of the schema.
QUEUE = re.compile(r"procrastinate_\w+|alembic_version")
_SAMPLES: dict[str, Any] = {
    "bytea": b"x", "boolean": False, "double precision": 1.0, "numeric": 1,
    "date": "2026-01-01", "timestamp with time zone": "2026-01-01T00:00:00Z", "jsonb": Jsonb({}), "json": Jsonb({}),
}  # fmt: skip
_NUMBERS = count(1)


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    nullable: bool
    has_default: bool
    literals: tuple[str | None, ...] = ()
    """What a CHECK allows, if it lists texts."""

    @property
    def required(self) -> bool:
        return not (self.nullable or self.has_default)


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def owners(self) -> frozenset[str]:
        """The columns that say whose a row is."""
        return self.names & (PERSON_COLUMNS | {"authority"})


@dataclass(frozen=True)
class Owner:
    """A person in an authority."""

    authority: UUID = field(default_factory=uuid4)
    person: UUID = field(default_factory=uuid4)


class Tables:
    """Reads and fills a database as its superuser, whom neither policies nor (here) foreign keys bind."""

    def __init__(self, superuser_url: str) -> None:
        self._conninfo = conninfo(superuser_url)
        self.all = list(self._read())

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._conninfo) as connection:
            return connection.execute(statement, values or None).fetchall()  # type: ignore[arg-type]

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._conninfo) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def contents(self, table: str) -> list[str]:
        """Every row as text, to see whether something changed."""
        return sorted(row[0] for row in self.rows(f'SELECT t::text FROM "{table}" t'))

    def _read(self) -> Iterator[Table]:
        tables = self.rows(
            "SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname"
        )
        for oid, name in tables:
            if QUEUE.fullmatch(name):
                continue
            checks = " ".join(
                row[0]
                for row in self.rows(
                    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s AND contype = 'c'", oid
                )
            )
            columns = self.rows(
                "SELECT attname, format_type(atttypid, NULL), NOT attnotnull, atthasdef FROM pg_attribute"
                " WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''"
                " ORDER BY attnum",
                oid,
            )
            yield Table(name, tuple(Column(*column, _literals(checks, *column[::2])) for column in columns))

    def fill(self, table: Table, owner: Owner) -> dict[str, Any]:
        """Insert one row that belongs to `owner` and keeps every CHECK; answers it."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # no foreign keys, no triggers
            for row in candidates(table, owner):
                try:
                    connection.execute(*insertion(table.name, row))
                except (psycopg.errors.CheckViolation, psycopg.errors.NotNullViolation):  # another choice may do
                    continue
                return row
        raise AssertionError(f"no row for {table.name} keeps its checks: teach tests/support/tables.py its columns")


def rows_in(names: Collection[str]) -> str:
    """A statement that says each of these tables' name and a hash over its rows."""
    return " UNION ALL ".join(
        f"SELECT '{name}', md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM \"{name}\" t" for name in names
    )


def insertion(table: str, row: dict[str, Any]) -> tuple[sql.Composed, list[Any]]:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    return statement, list(row.values())


def candidates(table: Table, owner: Owner, *, whole: bool = False) -> Iterator[dict[str, Any]]:
    """Rows of `owner`'s: every choice of listed texts, with more and more of the owner left out unless `whole`."""
    chosen = [column for column in table.columns if column.literals]
    subsets = _subsets(sorted(table.owners))
    for kept in subsets[:1] if whole else subsets:
        for texts in product(*(column.literals for column in chosen)):
            row = {column.name: _sample(column) for column in table.columns if column.required}
            row |= {column.name: text for column, text in zip(chosen, texts, strict=True)}
            row |= {name: owner.authority if name == "authority" else owner.person for name in kept}
            # Where the row is the person or the authority itself.
            row |= {"id": owner.person} if table.name == "persons" else {}
            row |= {"id": owner.authority} if table.name == "authorities" else {}
            yield row


def _subsets(names: list[str]) -> list[list[str]]:
    return [names, *([name for name in names if name != left] for left in names), []]


def _sample(column: Column) -> Any:
    if column.literals:
        return column.literals[0]
    if column.type.endswith("[]"):
        return []
    if column.type == "uuid":
        return uuid4()
    if column.type in {"bigint", "integer"}:
        return next(_NUMBERS)
    return uuid4().hex if column.type == "text" else _SAMPLES[column.type]


def _literals(checks: str, column: str, nullable: bool) -> tuple[str | None, ...]:
    found = re.search(rf"\({column} = ANY \(ARRAY\[([^\]]+)\]", checks)
    if found is None:
        return ()
    return (*((None,) if nullable else ()), *re.findall(r"'([^']*)'::text", found[1]))
