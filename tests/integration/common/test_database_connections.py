# SPDX-License-Identifier: EUPL-1.2
"""Connections of the pool that the server ended while nobody used them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from genius_common.database import Database, RowScope, create_engine
from genius_common.settings import DatabaseSettings
from tests.support.postgres import TestPostgres

_SIZE = 3
_OTHERS = sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = :app")
_MINE = sa.text("SELECT current_user, pg_backend_pid()")


@pytest.fixture
async def database(postgres_server: TestPostgres) -> AsyncIterator[Database]:
    _, app_url = postgres_server.create_database("connections")
    found = Database(create_engine(DatabaseSettings(url=app_url, pool_size=_SIZE)))
    yield found
    await found.close()


async def _used(database: Database) -> dict[int, str]:
    """Every connection of the pool at once: backend and role."""
    meet = asyncio.Barrier(_SIZE)

    async def one() -> tuple[str, int]:
        async with database.transaction(RowScope()) as connection:
            row = (await connection.execute(_MINE)).one()
            await meet.wait()
            return row[0], row[1]

    return {backend: role for role, backend in await asyncio.gather(*(one() for _ in range(_SIZE)))}


async def test_a_restarted_server_is_not_noticed(database: Database, postgres_server: TestPostgres) -> None:
    """REL-06: whoever asks next gets a new connection, and nobody an error."""
    before = await _used(database)
    superuser = create_async_engine(postgres_server.url)
    async with superuser.connect() as connection:
        ended = (await connection.execute(_OTHERS, {"app": next(iter(before.values()))})).scalars().all()
    await superuser.dispose()
    assert len(ended) == _SIZE
    after = await _used(database)
    assert len(after) == _SIZE
    assert not set(after) & set(before)


async def test_a_connection_in_order_is_used_again(database: Database) -> None:
    before = await _used(database)
    assert await _used(database) == before
