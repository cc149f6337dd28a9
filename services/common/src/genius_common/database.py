# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL under row-level security: every transaction says for whom it runs, and only for itself.

Policies of the tables read these transaction-local settings (unset = empty = no rows):
`genius.authority`, `genius.person`, `genius.scope` (`tenant` only while tenant-wide objects are written, `curation`
only while offers of other authorities are looked at, `abrufpruefung` only while the retrieval log is inspected, `keys`
and `whole` for operators' commands),
`genius.credential` (hash of a session cookie or API token, to find the row of exactly that credential).
"""

from __future__ import annotations

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from genius_common.database_reads import Asked, Statement, answers, like_the_orm
from genius_common.settings import DatabaseSettings

_SET = text(
    "SELECT set_config('genius.authority', :authority, true) AS authority,"
    " set_config('genius.person', :person, true) AS person, set_config('genius.scope', :scope, true) AS scope,"
    " set_config('genius.credential', :credential, true) AS credential"
)
_LIMIT = Statement(_SET)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowScope:
    """What the rows of one transaction may belong to. `curation`: also what others offer to the authority.

    `inspection` shows the retrieval log (§ 7 StDAV). `wide` is for operators' commands alone: `keys` = the keys of the
    tenant and of all authorities (no person's), to wrap them anew; `whole` = every row of `authority`, whoever's it is,
    to rotate or destroy keys or to remove it.
    """

    authority: UUID | None = None
    person: UUID | None = None
    tenant_wide: bool = False
    curation: bool = False
    credential: str = ""
    inspection: bool = False
    wide: Literal["", "keys", "whole"] = ""

    def parameters(self) -> dict[str, str]:
        special = "curation" if self.curation else "abrufpruefung" if self.inspection else self.wide
        return {
            "authority": str(self.authority or ""),
            "person": str(self.person or ""),
            "scope": "tenant" if self.tenant_wide else special,
            "credential": self.credential,
        }


async def rescope(connection: AsyncConnection, scope: RowScope) -> None:
    """Limit the rest of the caller's transaction to other rows: maintenance goes from owner to owner in one."""
    await connection.execute(_SET, scope.parameters())


def create_engine(settings: DatabaseSettings) -> AsyncEngine:
    """An engine whose connections are checked before use, so that a restarted PostgreSQL is survived."""
    engine = create_async_engine(
        settings.url.get_secret_value(),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # error texts end up in logs (LOG-01)
        connect_args={"connect_timeout": 5},
    )
    event.listen(engine.sync_engine, "checkout", _require_quiet)
    return engine


def _require_quiet(connection: Any, *_: object) -> None:
    """Let the pool connect anew where the server has said something since: nobody asked, so it was a farewell.

    A statement that the server answers would tell the same, one round trip later; a server that is gone without a word
    is waited for either way.
    """
    heard = select.poll()
    heard.register(connection.driver_connection.fileno(), select.POLLIN)
    if heard.poll(0):
        raise DisconnectionError


class Database:
    """The one way to a connection: `async with database.transaction(scope) as connection`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    @asynccontextmanager
    async def transaction(self, scope: RowScope) -> AsyncIterator[AsyncConnection]:
        """A transaction limited to `scope`; commits at the end, rolls back on any exception."""
        async with self.engine.begin() as connection:
            await rescope(connection, scope)
            yield connection

    async def read(self, scope: RowScope, *asked: Asked) -> list[list[Any]]:
        """The rows of each query (named tuples), in one transaction limited to `scope` and one round trip."""
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                with like_the_orm():
                    _, *rows = await answers(driver, [(_LIMIT, scope.parameters()), *asked])
            except BaseException:
                # Nobody knows how far it came: the pool must not give it out again.
                await connection.invalidate()
                raise
            return rows

    async def close(self) -> None:
        await self.engine.dispose()
