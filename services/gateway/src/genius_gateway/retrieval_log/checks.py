# SPDX-License-Identifier: EUPL-1.2
"""Checks whether retrievals were allowed (§ 7 StDAV): a sample by lot, a decision on each, a result in the audit trail.

Every call is recorded in its own transaction: nobody reads the log without a record (AO-05).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections import Counter
from typing import Any, get_args
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope, rescope
from genius_common.errors import NotFound
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.audit.checkpoints import Checkpoints
from genius_gateway.retrieval_log.errors import CheckClosed, CheckUnfinished
from genius_gateway.retrieval_log.reading import INSPECTION, LogReader
from genius_gateway.retrieval_log.schemas import (
    Check,
    CheckWithItems,
    Decision,
    Entry,
    Item,
    Narrowed,
    NewCheck,
    NewDecision,
)

_INSERT = text(
    "INSERT INTO retrieval_checks (id, period_from, period_until, seed, population, size, created_by)"
    " VALUES (:id, :period_from, :period_until, :seed, :population, :size, :created_by)"
)
_INSERT_ITEM = text(
    "INSERT INTO retrieval_check_items (check_id, position, retrieval, at) VALUES (:check, :position, :retrieval, :at)"
)
_ALL = text(
    "SELECT c.*, (SELECT coalesce(jsonb_object_agg(decision, n), '{}') FROM (SELECT decision, count(*) AS n"
    " FROM retrieval_check_items WHERE check_id = c.id GROUP BY decision) decided) AS counts"
    " FROM retrieval_checks c ORDER BY at DESC, id LIMIT 500"
)
_ONE = text("SELECT * FROM retrieval_checks WHERE id = :id FOR UPDATE")
_ITEMS = text("SELECT * FROM retrieval_check_items WHERE check_id = :id ORDER BY position")
_DECIDE = text(
    "UPDATE retrieval_check_items SET decision = :decision, reason = :reason, decided_by = :by, decided_at = now()"
    " WHERE check_id = :check AND retrieval = :retrieval"
)
_CLOSE = text("UPDATE retrieval_checks SET closed_at = now(), digest = :digest WHERE id = :id")


class RetrievalChecks:
    """For the role `abrufpruefung`; each method raises NotFound where a check is not there."""

    def __init__(self, database: Database, keys: KeyRing, checkpoints: Checkpoints) -> None:
        self._database = database
        self._keys = keys
        self._reader = LogReader(keys)
        self._checkpoints = checkpoints

    async def entries(
        self,
        principal: Principal,
        begin: dt.datetime,
        until: dt.datetime,
        after: tuple[dt.datetime, UUID],
        size: int,
        narrowed: Narrowed,
    ) -> list[Entry]:
        """A page of the log; the record says what it was narrowed to."""
        facts = {f"only_{name}": value for name, value in narrowed.model_dump(mode="json", exclude_none=True).items()}
        async with self._database.transaction(INSPECTION) as connection:
            found = await self._reader.page(connection, begin, until, after, size, narrowed)
            await _record(connection, AuditRecord.of(principal, "retrieval_log.read", entries=len(found), **facts))
        return found

    async def draw(self, principal: Principal, wanted: NewCheck) -> CheckWithItems:
        """Draw a sample; its seed stands in the audit trail before anybody has decided anything."""
        identifier, seed = uuid4(), wanted.seed or secrets.token_hex(16)
        async with self._database.transaction(INSPECTION) as connection:
            period = (wanted.period_from, wanted.period_until)
            population, drawn = await self._reader.draw(connection, *period, seed, wanted.size)
            values = {**wanted.model_dump(), "id": identifier, "seed": seed, "population": population}
            await connection.execute(_INSERT, {**values, "size": len(drawn), "created_by": principal.subject})
            for position, (retrieval, at) in enumerate(drawn, start=1):
                item = {"check": identifier, "position": position, "retrieval": retrieval, "at": at}
                await connection.execute(_INSERT_ITEM, item)
            found = await self._check(connection, identifier)
            facts: dict[str, Any] = {"seed": seed, "population": population, "size": len(drawn)}
            await _record(connection, _of(principal, "retrieval_check.create", identifier, **facts))
        return found

    async def listed(self, principal: Principal) -> list[Check]:
        """The newest 500, without their items."""
        async with self._database.transaction(INSPECTION) as connection:
            rows = (await connection.execute(_ALL)).mappings().all()
            await _record(connection, AuditRecord.of(principal, "retrieval_check.list", checks=len(rows)))
        return [Check(**row) for row in rows]

    async def get(self, principal: Principal, identifier: UUID, action: str = "retrieval_check.read") -> CheckWithItems:
        """`action` is how the reading stands in the audit trail."""
        async with self._database.transaction(INSPECTION) as connection:
            found = await self._check(connection, identifier)
            await _record(connection, _of(principal, action, identifier, entries=len(found.items)))
        return found

    async def decide(self, principal: Principal, identifier: UUID, retrieval: UUID, wanted: NewDecision) -> None:
        """Raises: CheckClosed."""
        async with self._database.transaction(INSPECTION) as connection:
            await self._open(connection, identifier)
            sealed = None
            if wanted.reason:
                key = await self._keys.tenant_key(connection, "audit")
                sealed = key.seal(wanted.reason.encode(), _place(identifier, retrieval))
            values = {"check": identifier, "retrieval": retrieval, "decision": wanted.decision, "reason": sealed}
            if (await connection.execute(_DECIDE, {**values, "by": principal.subject})).rowcount != 1:
                raise NotFound
            facts = {"retrieval": str(retrieval), "decision": wanted.decision}
            await _record(connection, _of(principal, "retrieval_check.decide", identifier, **facts))

    async def close(self, principal: Principal, identifier: UUID, *, undecided: bool) -> CheckWithItems:
        """End it; the digest of the result goes into the audit trail, and a signed checkpoint over that at once.

        Raises: CheckClosed; CheckUnfinished unless `undecided` ones may stay.
        """
        async with self._database.transaction(INSPECTION) as connection:
            await self._open(connection, identifier)
            before = await self._check(connection, identifier)
            counts = {name: before.counts.get(name, 0) for name in get_args(Decision)}
            if counts["offen"] + counts["zu_klaeren"] and not undecided:
                raise CheckUnfinished
            digest = result_digest(before)
            await connection.execute(_CLOSE, {"id": identifier, "digest": digest})
            found = await self._check(connection, identifier)
            await _record(connection, _of(principal, "retrieval_check.close", identifier, digest=digest, **counts))
        await self._checkpoints.make()
        return found

    async def _open(self, connection: AsyncConnection, identifier: UUID) -> None:
        row = (await connection.execute(_ONE, {"id": identifier})).one_or_none()
        if row is None:
            raise NotFound
        if row.closed_at is not None:
            raise CheckClosed

    async def _check(self, connection: AsyncConnection, identifier: UUID) -> CheckWithItems:
        check = (await connection.execute(_ONE, {"id": identifier})).mappings().one_or_none()
        if check is None:
            raise NotFound
        rows = (await connection.execute(_ITEMS, {"id": identifier})).all()
        entries = await self._reader.some(connection, [item.retrieval for item in rows])
        key = await self._keys.tenant_key(connection, "audit")
        items = [
            Item(
                position=item.position,
                retrieval=item.retrieval,
                entry=entries.get(item.retrieval),
                decision=item.decision,
                reason=key.open(bytes(item.reason), _place(identifier, item.retrieval)).decode()
                if item.reason
                else None,
                decided_by=item.decided_by,
                decided_at=item.decided_at,
            )
            for item in rows
        ]
        return CheckWithItems(**check, counts=Counter(item.decision for item in items), items=items)


def result_digest(check: CheckWithItems) -> str:
    """SHA-256 (hex) over id, seed and the decisions in the order of the lots: JSON, sorted keys, no spaces."""
    decisions = [[str(item.retrieval), item.decision] for item in check.items]
    content = {"check": str(check.id), "seed": check.seed, "population": check.population, "decisions": decisions}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _place(check: UUID, retrieval: UUID) -> str:
    return f"retrieval_check_items/reason/{check}/{retrieval}"


def _of(principal: Principal, action: str, check: UUID, **facts: Any) -> AuditRecord:
    return AuditRecord.of(principal, action, object_kind="retrieval_check", object_id=check, **facts)


async def _record(connection: AsyncConnection, record: AuditRecord) -> None:
    """Last in the transaction: a chain is written in the scope that it belongs to."""
    await rescope(connection, RowScope(authority=record.authority, tenant_wide=record.authority is None))
    await append(connection, [record])
