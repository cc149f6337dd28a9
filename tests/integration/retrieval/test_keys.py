# SPDX-License-Identifier: EUPL-1.2
"""The key hierarchy of `genius_common.keys` on a real database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from genius_common.crypto import Undecryptable, new_secret
from genius_common.database import Database, RowScope
from genius_common.keys import KeyRing
from genius_common.keys_encryption import LocalKeys, read_keks
from genius_retrieval.tables import keys, metadata
from tests.support.postgres import TestPostgres
from tests.support.retrieval import running_service

KEK = new_secret()


@pytest.fixture(scope="module")
async def database(postgres_server: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    with running_service(postgres_server, tmp_path_factory.mktemp("keys"), start=False) as service:
        database = Database(create_async_engine(service.app_url))
        yield database
        await database.close()


async def test_keys_are_made_once_and_open_again(database: Database) -> None:
    authority, person = uuid4(), uuid4()
    scope = RowScope(authority=authority, person=person)
    async with database.transaction(scope) as connection:
        first = await KeyRing(LocalKeys(KEK), keys).person_key(connection, authority, person)
        sealed = first.seal("Größe".encode(), "x/1")
    ring = KeyRing(LocalKeys(KEK), keys)
    async with database.transaction(scope) as connection:
        assert await ring.person_key(connection, authority, person) == first
        assert (await ring.by_id(connection, first.id)).open(sealed, "x/1").decode() == "Größe"
        assert (await ring.authority_key(connection, authority)).id != first.id


async def test_at_once_from_many_sides_there_is_one_key(database: Database) -> None:
    authority = uuid4()

    async def make() -> object:
        async with database.transaction(RowScope(authority=authority)) as connection:
            return (await KeyRing(LocalKeys(KEK), keys).authority_key(connection, authority)).id

    assert len(set(await asyncio.gather(*(make() for _ in range(5))))) == 1


async def test_a_key_of_a_failed_transaction_is_not_remembered(database: Database) -> None:
    """Content sealed afterwards must open with a key that exists."""
    authority, ring = uuid4(), KeyRing(LocalKeys(KEK), keys)
    scope = RowScope(authority=authority)
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with database.transaction(scope) as connection:
            lost = await ring.authority_key(connection, authority)
            assert await ring.authority_key(connection, authority) == lost
            raise RuntimeError
    async with database.transaction(scope) as connection:
        kept = await ring.authority_key(connection, authority)
    async with database.transaction(scope) as connection:
        assert kept.id != lost.id
        assert (await KeyRing(LocalKeys(KEK), keys).by_id(connection, kept.id)).secret == kept.secret


async def test_foreign_keys_are_out_of_reach(database: Database) -> None:
    """TEN-07 in part: the database gives out no key of another authority or person, cached or not."""
    authority, person, ring = uuid4(), uuid4(), KeyRing(LocalKeys(KEK), keys)
    async with database.transaction(RowScope(authority=authority, person=person)) as connection:
        own = await ring.person_key(connection, authority, person)
        shared = await ring.authority_key(connection, authority)
    async with database.transaction(RowScope(authority=authority, person=person)) as connection:
        await ring.by_id(connection, own.id)
    for scope in (
        RowScope(),
        RowScope(authority=uuid4(), person=person),
        RowScope(authority=authority, person=uuid4()),
    ):
        async with database.transaction(scope) as connection:
            with pytest.raises(Undecryptable):
                await ring.by_id(connection, own.id)
    async with database.transaction(RowScope(authority=uuid4())) as connection:
        with pytest.raises(Undecryptable):
            await ring.by_id(connection, shared.id)
    with pytest.raises(DBAPIError):
        async with database.transaction(RowScope(authority=uuid4())) as connection:
            await KeyRing(LocalKeys(KEK), keys).authority_key(connection, uuid4())


async def test_the_tenants_key_is_made_by_operation_only(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.transaction(RowScope(authority=uuid4())) as connection:
            await KeyRing(LocalKeys(KEK), keys).tenant_key(connection)
    async with database.transaction(RowScope(tenant_wide=True)) as connection:
        made = await KeyRing(LocalKeys(KEK), keys).tenant_key(connection)
    async with database.transaction(RowScope(authority=uuid4())) as connection:
        assert (await KeyRing(LocalKeys(KEK), keys).by_id(connection, made.id)).secret == made.secret


async def test_a_destroyed_key_opens_nothing(database: Database) -> None:
    authority, ring = uuid4(), KeyRing(LocalKeys(KEK), keys)
    scope = RowScope(authority=authority)
    async with database.transaction(scope) as connection:
        key = await ring.authority_key(connection, authority)
    async with database.transaction(scope) as connection:
        await ring.destroy(connection, key.id)
    async with database.transaction(scope) as connection:
        with pytest.raises(Undecryptable):
            await ring.by_id(connection, key.id)
        row = (await connection.execute(sa.select(keys).where(keys.c.id == key.id))).one()
        assert (row.state, row.wrapped) == ("destroyed", b"")
        assert (await ring.authority_key(connection, authority)).id != key.id


async def test_another_key_encryption_key_opens_nothing(database: Database) -> None:
    authority = uuid4()
    async with database.transaction(RowScope(authority=authority)) as connection:
        key = await KeyRing(LocalKeys(KEK), keys).authority_key(connection, authority)
    async with database.transaction(RowScope(authority=authority)) as connection:
        with pytest.raises(Undecryptable):
            await KeyRing(LocalKeys(new_secret()), keys).by_id(connection, key.id)


def test_the_file_of_the_key_encryption_key(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    path.write_text(KEK.hex() + "\n")
    assert read_keks(path) == [KEK]
    path.write_text("abcd")
    with pytest.raises(ValueError):
        read_keks(path)


# Tables that a library, or genius_common for every service, brings with its statements.
OF_OTHERS = ("procrastinate", "tenant_binding")


async def test_migrations_make_what_the_tables_say(database: Database) -> None:
    def difference(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(OF_OTHERS)},
        )
        return [item for item in compare_metadata(context, metadata) if "comment" not in str(item[0])]

    async with database.engine.connect() as connection:
        assert await connection.run_sync(difference) == []
