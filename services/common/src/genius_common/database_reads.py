# SPDX-License-Identifier: EUPL-1.2
"""Queries of a transaction of their own, sent to PostgreSQL together: for what is asked in each request of a hot path.

Through the ORM's connection every statement is a round trip and costs as much processor time as a list of the search
engine. Row-level security is the same: the transaction says for whom it runs before the first query.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.rows import namedtuple_row
from sqlalchemy.dialects.postgresql import psycopg as dialects
from sqlalchemy.exc import DBAPIError

# How SQLAlchemy marks what it only writes when it knows the parameters.
_LATER = "__[POSTCOMPILE"
_DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]


class Statement:
    """A query of ours that is compiled once. Lists are bound as arrays (`= ANY (…)`), since an `IN` has no fixed text.

    It is given to PostgreSQL's driver as it is: only for types that the driver knows itself (ids, texts, numbers, days,
    bytes, arrays and JSON). Raises: ValueError for a query with an `IN` list.
    """

    def __init__(self, query: sa.ClauseElement) -> None:
        compiled = query.compile(dialect=_DIALECT)
        self.text = str(compiled)
        if _LATER in self.text:
            raise ValueError("bind the list as an array")
        self._constants: Mapping[str, Any] = compiled.params

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {**self._constants, **given}


Asked = tuple[Statement, Mapping[str, Any]]


async def answers(driver: psycopg.AsyncConnection[Any], asked: Sequence[Asked]) -> list[list[Any]]:
    """The rows of each statement; all in one transaction and one round trip, in the order given."""
    cursors = [driver.cursor(row_factory=namedtuple_row) for _ in asked]
    async with driver.pipeline():
        for cursor, (statement, given) in zip(cursors, asked, strict=True):
            await cursor.execute(statement.text, statement.parameters(given))
        await driver.execute("COMMIT")
    return [await cursor.fetchall() for cursor in cursors]


@contextmanager
def like_the_orm() -> Iterator[None]:
    """Turns an error of the driver into the one that SQLAlchemy raises for it, which handlers know."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from error
