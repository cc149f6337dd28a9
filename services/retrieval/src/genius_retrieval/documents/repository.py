# SPDX-License-Identifier: EUPL-1.2
"""Rows of documents and files. Every function works on the connection of a transaction with its row scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.principal import Principal
from genius_retrieval.tables import documents

Row = sa.Row[Any]
_c = documents.c


async def insert(connection: AsyncConnection, values: dict[str, Any]) -> Row:
    found: Row = (await connection.execute(sa.insert(documents).values(values).returning(documents))).one()
    return found


async def get(connection: AsyncConnection, identifier: UUID, *, lock: bool = False) -> Row | None:
    query = sa.select(documents).where(_c.id == identifier)
    return (await connection.execute(query.with_for_update() if lock else query)).one_or_none()


async def update(connection: AsyncConnection, identifier: UUID, **values: Any) -> bool:
    """Whether the row was still there."""
    change = sa.update(documents).where(_c.id == identifier).values(**values, updated_at=sa.func.now())
    return bool((await connection.execute(change)).rowcount)


async def note_progress(connection: AsyncConnection, identifier: UUID, working: dict[str, Any]) -> bool:
    """Whether the row was still there, and being worked on."""
    change = sa.update(documents).where(_c.id == identifier, _c.state.in_(("parsing", "indexing")))
    return bool((await connection.execute(change.values(working=working))).rowcount)


async def remove(connection: AsyncConnection, identifier: UUID) -> Row | None:
    """The row that is gone; what it had superseded is superseded by its own successor from now on, if it has one.

    Without one, that stays superseded: to delete a version is not to say that the one before it holds again.
    """
    deletion = sa.delete(documents).where(_c.id == identifier).returning(documents)
    gone = (await connection.execute(deletion)).one_or_none()
    if gone is not None and gone.superseded_by is not None:
        before = sa.update(documents).where(_c.superseded_by == gone.id, _c.id != gone.superseded_by)
        await connection.execute(before.values(superseded_by=gone.superseded_by))
    return gone


async def claim_version(connection: AsyncConnection, knowledge_base: UUID, version: str) -> None:
    """Let no other transaction look for and insert the same content in this knowledge base until this one ends."""
    claimed = sa.func.hashtextextended(f"{knowledge_base}/{version}", 0)
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(claimed)))


async def claim_laws(connection: AsyncConnection, knowledge_base: UUID) -> None:
    """Wait until no other transaction has the laws of this knowledge base, and have them until this one ends."""
    claimed = sa.func.hashtextextended(f"laws/{knowledge_base}", 0)
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(claimed)))


async def same_version(connection: AsyncConnection, knowledge_base: UUID, version: str) -> Row | None:
    """A current document with exactly this content, being ingested or ready."""
    query = sa.select(documents).where(
        _c.knowledge_base == knowledge_base,
        _c.version == version,
        _c.state != "failed",
        _c.superseded_by.is_(None),
    )
    return (await connection.execute(query.limit(1))).one_or_none()


async def classes_of_version(connection: AsyncConnection, version: str, principal: Principal) -> Sequence[str]:
    """The classes under which the principal has this content: as a file, or in a knowledge base of the token."""
    bases = principal.knowledge_bases | principal.writable_knowledge_bases
    own = sa.and_(_c.kind == "file", _c.owner_person == principal.subject, _c.authority == principal.authority)
    query = (
        sa.select(_c.protection_class)
        .distinct()
        .where(_c.version == version, sa.or_(own, _c.knowledge_base.in_(bases)))
    )
    return (await connection.execute(query)).scalars().all()


async def supersede(connection: AsyncConnection, row: Row) -> Sequence[Row]:
    """Mark what `row` replaces, and all older ones of its name, as superseded by it; answers them.

    Also those that are still being read: who is ready first doesn't matter, the later upload holds. What supersedes
    `row` itself stays, directly or not: two that are to replace each other would both be gone.
    """
    older = sa.tuple_(_c.created_at, _c.id) < sa.tuple_(sa.literal(row.created_at), sa.literal(row.id))
    change = (
        sa.update(documents)
        .where(
            _c.knowledge_base == row.knowledge_base,
            _c.id != row.id,
            _c.state != "failed",
            _c.superseded_by.is_(None),
            _c.id.not_in(_successors(row)),
            sa.or_(_c.id == row.replaces, sa.and_(_c.name_digest == row.name_digest, older)),
        )
        .values(superseded_by=row.id)
        .returning(documents)
    )
    found: Sequence[Row] = (await connection.execute(change)).all()
    return found


async def later_of_its_name(connection: AsyncConnection, row: Row) -> bool:
    """Whether a later upload of its name holds, or is on its way."""
    later = sa.tuple_(_c.created_at, _c.id) > sa.tuple_(sa.literal(row.created_at), sa.literal(row.id))
    same = (_c.knowledge_base == row.knowledge_base, _c.name_digest == row.name_digest, _c.state != "failed", later)
    return (await connection.execute(sa.select(_c.id).where(*same).limit(1))).first() is not None


async def newest(connection: AsyncConnection, row: Row) -> Row | None:
    """What holds instead of a superseded document; None where that was deleted."""
    query = sa.select(documents).where(_c.id.in_(_successors(row)), _c.superseded_by.is_(None))
    return (await connection.execute(query)).one_or_none()


def _successors(row: Row) -> sa.Select[Any]:
    """Ids of what supersedes `row`, what supersedes that, and so on. A document once met is not followed again."""
    known = sa.select(_c.superseded_by.label("id")).where(_c.id == row.id).cte("successors", recursive=True)
    chain = known.union(sa.select(_c.superseded_by).join(known, _c.id == known.c.id))
    return sa.select(chain.c.id).where(chain.c.id.is_not(None))


async def page(
    connection: AsyncConnection,
    knowledge_base: UUID,
    limit: int,
    after: tuple[dt.datetime, UUID] | None,
    superseded: bool,
) -> Sequence[Row]:
    """Documents of a knowledge base in order of their upload, one more than `limit` if there are more.

    The current ones, or with `superseded` those that no longer hold too.
    """
    query = sa.select(documents).where(_c.knowledge_base == knowledge_base)
    if not superseded:
        query = query.where(_c.superseded_by.is_(None))
    if after:
        query = query.where(sa.tuple_(_c.created_at, _c.id) > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return (await connection.execute(query.order_by(_c.created_at, _c.id).limit(limit + 1))).all()


async def files_page(
    connection: AsyncConnection, owner: UUID, limit: int, after: tuple[dt.datetime, UUID] | None
) -> Sequence[Row]:
    """Files of a person in order of their upload, one more than `limit` if there are more."""
    query = sa.select(documents).where(_c.kind == "file", _c.owner_person == owner)
    if after:
        query = query.where(sa.tuple_(_c.created_at, _c.id) > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return (await connection.execute(query.order_by(_c.created_at, _c.id).limit(limit + 1))).all()


async def of_knowledge_base(connection: AsyncConnection, knowledge_base: UUID) -> Sequence[Row]:
    return (await connection.execute(sa.select(documents).where(_c.knowledge_base == knowledge_base))).all()


async def counts(connection: AsyncConnection, knowledge_base: UUID) -> Row:
    """documents, ready, failed, pages of the current documents."""
    query = sa.select(
        sa.func.count().label("documents"),
        sa.func.count().filter(_c.state == "ready").label("ready"),
        sa.func.count().filter(_c.state == "failed").label("failed"),
        sa.func.coalesce(sa.func.sum(_c.pages), 0).label("pages"),
    ).where(_c.knowledge_base == knowledge_base, _c.superseded_by.is_(None))
    return (await connection.execute(query)).one()
