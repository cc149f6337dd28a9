# SPDX-License-Identifier: EUPL-1.2
"""Queries that are sent together, in a transaction of their own."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DataError

from genius_common.database import Database, RowScope, create_engine
from genius_common.database_faults import DATABASE_FAULTS
from genius_common.database_reads import Statement
from genius_common.settings import DatabaseSettings
from tests.support.postgres import TestPostgres

_WHO = Statement(
    sa.text(
        "SELECT current_setting('genius.authority') AS authority, current_setting('genius.person') AS person,"
        " transaction_timestamp() AS began, pg_backend_pid() AS backend"
    )
)
_THOSE = Statement(
    sa.select(sa.column("number", sa.Integer))
    .select_from(sa.func.generate_series(1, 9).alias("number"))
    .where(sa.column("number", sa.Integer) == sa.any_(sa.bindparam("wanted", type_=ARRAY(sa.Integer))))
)


@pytest.fixture
async def database(postgres_server: TestPostgres) -> AsyncIterator[Database]:
    _, app_url = postgres_server.create_database("reads")
    found = Database(create_engine(DatabaseSettings(url=app_url, pool_size=1)))
    yield found
    await found.close()


async def test_all_queries_see_one_transaction_of_the_scope(database: Database) -> None:
    """TEN-01: the scope holds for each of them, and for nothing on the same connection after them."""
    first, second = RowScope(authority=uuid4(), person=uuid4()), RowScope(authority=uuid4())
    (one,), numbers, (other,) = await database.read(first, (_WHO, {}), (_THOSE, {"wanted": [2, 7, 12]}), (_WHO, {}))
    assert (one.authority, one.person) == (str(first.authority), str(first.person))
    assert (other.authority, other.began, other.backend) == (one.authority, one.began, one.backend)
    assert [row.number for row in numbers] == [2, 7]
    ((later,),) = await database.read(second, (_WHO, {}))
    assert (later.authority, later.person, later.backend) == (str(second.authority), "", one.backend)
    assert later.began > one.began
    async with database.transaction(RowScope()) as connection:
        left = (await connection.execute(sa.text("SELECT current_setting('genius.authority')"))).scalar_one()
    assert left == ""


async def test_an_error_is_that_of_the_orm_and_the_connection_is_not_used_again(database: Database) -> None:
    ((before,),) = await database.read(RowScope(), (_WHO, {}))
    with pytest.raises(DataError):
        await database.read(RowScope(), (Statement(sa.text("SELECT 1/0 AS nothing")), {}), (_WHO, {}))
    ((after,),) = await database.read(RowScope(), (_WHO, {}))
    assert after.backend != before.backend


async def test_a_server_that_goes_meanwhile_is_a_database_fault(database: Database) -> None:
    """REL-06: handlers answer it with 503."""
    going = Statement(sa.text("SELECT pg_terminate_backend(pg_backend_pid()) AS gone"))
    with pytest.raises(DATABASE_FAULTS):
        await database.read(RowScope(), (going, {}), (_WHO, {}))
    assert len(await database.read(RowScope(), (_WHO, {}))) == 1


def test_a_list_without_a_fixed_text_is_refused() -> None:
    with pytest.raises(ValueError, match="array"):
        Statement(sa.select(sa.literal(1).in_([1, 2])))
