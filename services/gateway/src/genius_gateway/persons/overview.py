# SPDX-License-Identifier: EUPL-1.2
"""What is kept of a person, how much of it, how long and why; for the person alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope, rescope
from genius_common.errors import NotFound
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.persons import data
from genius_gateway.retention.errors import HeldBack
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.retention.holds import require_free
from genius_gateway.retention.periods import Periods
from genius_gateway.retention.schedule import SCHEDULE, Kind, Schedule

_BY_SUBJECT = text("SELECT id FROM persons WHERE subject_key = :key")
_KNOWN = text("SELECT 1 FROM persons WHERE id = :person")
# What a person would count; the rest hangs on these.
_SHOWN: dict[str, Kind] = {
    "conversations": "conversations",
    "messages": "conversations",
    "snapshots": "snapshots",
    "runs": "runs",
    "cases": "cases",
    "knowledge_bases": "knowledge_bases",
    "sessions": "sessions",
    "api_tokens": "api_tokens",
    "memberships": "persons",
    "audit_records": "audit",
}
_OWN_KINDS: tuple[Kind, ...] = (
    "conversations", "snapshots", "runs", "cases", "files", "knowledge_bases", "sessions", "api_tokens", "persons",
    "audit",
)  # fmt: skip


class Overview:
    """Counts where the rows lie, in the person's own scope."""

    def __init__(
        self, database: Database, authorities: AuthorityRepository, files: RetrievalFiles, periods: Periods
    ) -> None:
        self._database = database
        self._authorities = authorities
        self._files = files
        self._periods = periods

    async def of(self, person: UUID, active: UUID | None) -> list[dict[str, Any]]:
        """Kind by kind, `days` being those of the authority `active`.

        `{"kind", "title", "days", "since", "purpose", "basis", "recipients", "counts"}`
        """
        counts: dict[Kind, Counter[str]] = {kind: Counter() for kind in _OWN_KINDS}
        authorities = await self._authorities.ids()
        async with self._database.transaction(RowScope()) as connection:
            for authority in (None, *authorities):
                for table in data.tables_in(data.OF_PERSONS, authority):
                    if kind := _SHOWN.get(table.name):
                        await rescope(connection, data.scope_of(table, person, authority))
                        counts[kind][table.name] += await data.count(connection, table, person)
        there = await asyncio.gather(*(self._files.inventory(authority, person, []) for authority in authorities))
        counts["files"]["files"] = sum(found["files"] for found in there)
        schedule = await self._periods.schedule(active)
        return [_line(kind, schedule, dict(counts[kind])) for kind in _OWN_KINDS]

    async def is_held(self, person: UUID) -> bool:
        """Whether a hold stands against a deletion."""
        async with self._database.transaction(RowScope(person=person)) as connection:
            return await _held(connection, person)

    async def find(self, subject_key: str) -> UUID:
        """The pseudonym behind the keyed subject of the provider. Raises: NotFound."""
        async with self._database.transaction(RowScope(credential=subject_key)) as connection:
            found: UUID | None = (await connection.execute(_BY_SUBJECT, {"key": subject_key})).scalar_one_or_none()
        if found is None:
            raise NotFound
        return found

    async def require_known(self, person: UUID) -> None:
        """Raises: NotFound."""
        async with self._database.transaction(RowScope(person=person)) as connection:
            if (await connection.execute(_KNOWN, {"person": person})).first() is None:
                raise NotFound


async def _held(connection: AsyncConnection, person: UUID) -> bool:
    try:
        await require_free(connection, person, None)
    except HeldBack:
        return True
    return False


def _line(kind: Kind, schedule: Schedule, counts: dict[str, int]) -> dict[str, Any]:
    rule = SCHEDULE[kind]
    return {
        "kind": kind,
        "title": rule.title,
        "days": schedule.days(kind),
        "since": rule.since,
        "purpose": rule.purpose,
        "basis": rule.basis,
        "recipients": rule.recipients,
        "counts": counts,
    }
