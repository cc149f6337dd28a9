# SPDX-License-Identifier: EUPL-1.2
"""The record of what is kept is compared with the catalogs of the migrated databases: a new column breaks the build."""

import asyncio
from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from scripts import render_processing

from genius_common.processing import Table
from genius_gateway.persons.record import RECORD
from genius_gateway.retention.schedule import SCHEDULE
from genius_retrieval import record as retrieval
from tests.support.gateway import Gateway

ALL = (*RECORD, *retrieval.RECORD)


def catalog(url: str) -> dict[str, dict[str, str]]:
    """Table → column → type, as PostgreSQL has them."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        found = {
            table: {column["name"]: str(column["type"]) for column in inspector.get_columns(table)}
            for table in inspector.get_table_names()
            if not table.startswith("procrastinate_")
        }
    engine.dispose()
    return found


def differences(record: tuple[Table, ...], found: Mapping[str, Mapping[str, str]]) -> list[str]:
    listed = {table.name: set(table.columns) for table in record}
    missing = [f"{t}.{c} is not in the record" for t in found for c in found[t] if c not in listed.get(t, set())]
    gone = [f"{t}.{c} is not in the database" for t in listed for c in listed[t] if c not in found.get(t, {})]
    return missing + gone


async def test_every_column_is_in_the_record(gateway: Gateway) -> None:
    """DSG-07: both databases, both ways."""
    for url, record in ((gateway.superuser_url, RECORD), (gateway.retrieval_superuser_url, retrieval.RECORD)):
        assert differences(record, await asyncio.to_thread(catalog, url)) == []


async def test_a_new_column_would_be_found(gateway: Gateway) -> None:
    """DSG-07: the comparison can see: one column more in the catalog, one less, one table more."""
    found = await asyncio.to_thread(catalog, gateway.superuser_url)
    assert differences(RECORD, {**found, "persons": {**found["persons"], "email": "TEXT"}}) == [
        "persons.email is not in the record"
    ]
    assert differences(RECORD, {**found, "notes": {"text": "TEXT"}}) == ["notes.text is not in the record"]
    assert differences(RECORD, {**found, "units": {}}) != []


async def test_who_a_row_belongs_to_is_never_overlooked(gateway: Gateway) -> None:
    """DSG-04, DSG-07: a column that by its name holds a person's id or content is no technical one."""
    telling = {
        "owner",
        "person",
        "subject",
        "owner_person",
        "created_by",
        "uploaded_by",
        "set_by",
        "lifted_by",
        "actor",
    }
    ciphers = {"wrapped", "search_key", "name_digest", "idempotency_key", "request_digest", "previous", "hash"}
    for url, record in ((gateway.superuser_url, RECORD), (gateway.retrieval_superuser_url, retrieval.RECORD)):
        found = await asyncio.to_thread(catalog, url)
        for table in record:
            for name, column in table.columns.items():
                if name in telling:
                    assert column.category == "personal", f"{table.name}.{name}"
                if found[table.name][name] == "BYTEA" and name not in ciphers:
                    assert column.category != "technical", f"{table.name}.{name}"


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_entry_says_why(table: Table) -> None:
    """DSG-07: purpose, legal basis, retention and recipients by its kind; what each column of a person is."""
    rule = SCHEDULE[table.kind]  # type: ignore[index]
    assert all((rule.purpose, rule.basis, rule.recipients))
    for name, column in table.columns.items():
        assert (column.category == "technical") == (not column.what), name
    if table.person is not None:
        assert table.columns[table.person].category == "personal"
        assert table.erase or table.kept_because


def test_the_page_is_current() -> None:
    """DSG-07"""
    assert render_processing.PAGE.read_text(encoding="utf-8") == render_processing.page(), "run `make docs`"
