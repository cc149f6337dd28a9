# SPDX-License-Identifier: EUPL-1.2
"""An authority leaves, step by step; each step is noted when it is done, and a killed removal goes on where it was.

closed (nobody has access any more) → handed_over → archived → retrieval_destroyed → gone. Nothing is destroyed before
everything that is to stay has arrived. The last step is one transaction: rows, keys, receipt, record, state.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from genius_common.crypto import ContentKey
from genius_common.database import Database, RowScope, rescope
from genius_common.keys_rotation import KeyMaintenance
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.archive import AuthorityArchive
from genius_gateway.authorities.closing import close
from genius_gateway.authorities.errors import RemovalUnderWay
from genius_gateway.authorities.handover import HandOver
from genius_gateway.authorities.holds import active_holds, require_no_holds
from genius_gateway.authorities.plan import RemovalPlan
from genius_gateway.keys import whole as rows
from genius_gateway.keys.errors import RequestInvalid
from genius_gateway.keys.holders import Approved
from genius_gateway.keys.receipt import body_of
from genius_gateway.keys.retrieval import RetrievalAuthority
from genius_gateway.persons.receipts import Receipts, digest
from genius_gateway.revocation.service import Revocations

_TENANT = RowScope(tenant_wide=True)
_STATE = text("SELECT state FROM authorities WHERE id = :id FOR UPDATE")
_REMOVAL = text("SELECT * FROM authority_removals WHERE authority = :id")
_BEGIN = text(
    "INSERT INTO authority_removals (authority, request, plan, step, found, started_at)"
    " VALUES (:id, :request, CAST(:plan AS jsonb), 'closed', jsonb_build_object('accounts', CAST(:accounts AS int)),"
    " :at)"
)
_NOTE = text(
    "UPDATE authority_removals SET step = :step, found = found || CAST(:found AS jsonb), finished_at = :finished"
    " WHERE authority = :id"
)
_GONE = text("UPDATE authorities SET state = 'gone' WHERE id = :id")


@dataclass(frozen=True, slots=True)
class ArchiveTarget:
    """Where the archive goes, and its key."""

    path: Path
    key: ContentKey


@dataclass(frozen=True, slots=True)
class Scope:
    """What an authority has: table or kind → number. `holds`: legal holds that stand against a removal."""

    gateway: dict[str, int]
    retrieval: dict[str, int]
    holds: int


class Removal:
    """`look` is the dry run; `run` begins or goes on."""

    def __init__(
        self,
        database: Database,
        maintenance: KeyMaintenance,
        retrieval: RetrievalAuthority,
        handover: HandOver,
        archive: AuthorityArchive,
        revocations: Revocations,
        receipts: Receipts,
        audit: AuditTrail,
    ) -> None:
        self._database = database
        self._maintenance = maintenance
        self._retrieval = retrieval
        self._handover = handover
        self._archive = archive
        self._revocations = revocations
        self._receipts = receipts
        self._audit = audit

    async def look(self, authority: UUID) -> Scope:
        async with self._database.transaction(rows.whole(authority)) as connection:
            here = await rows.counts(connection, authority)
            people = await rows.owners(connection, authority)
        there = await self._retrieval.inventory(authority)
        return Scope(here, there, await active_holds(self._database, authority, people))

    async def require_possible(self, authority: UUID, plan: RemovalPlan) -> None:
        """Before anybody signs. Raises: HandOverRefused."""
        await self._handover.require_receivers(plan, authority)

    async def step(self, authority: UUID) -> str | None:
        """Up to where a removal went, None where none has begun."""
        async with self._database.transaction(_TENANT) as connection:
            row = (await connection.execute(_REMOVAL, {"id": authority})).one_or_none()
        return str(row.step) if row else None

    async def run(self, approved: Approved, target: ArchiveTarget | None, settle_s: float) -> dict[str, Any]:
        """The signed receipt. `settle_s`: how long requests under way when access ended may still write.

        Raises: HeldBack, AuthorityHasChildren, HandOverRefused, HandOverIncomplete, RemovalUnderWay, and what retrieval
        refuses; what was done until then is noted.
        """
        request = approved.request
        plan = RemovalPlan.model_validate(request.plan)
        if plan.archives and target is None:
            raise RequestInvalid("Der Antrag verlangt ein Archiv. Nennen Sie seine Datei und seinen Schlüssel.")
        row = await self._begin(approved, plan)
        if row.step == "gone":
            return await self._receipts.get(request.request)
        if row.step == "closed":
            # Where nobody had access, nothing is under way.
            settle_s = settle_s if row.found["accounts"] else 0.0
            over = row.started_at + dt.timedelta(seconds=settle_s) - dt.datetime.now(dt.UTC)
            await asyncio.sleep(max(0.0, over.total_seconds()))
            handed = await self._handover.run(request.authority, plan)
            row = await self._note(request.authority, "handed_over", handed_over=handed)
        if row.step == "handed_over":
            archived = await self._archived(request.request, request.authority, plan, target)
            row = await self._note(request.authority, "archived", archive=archived)
        if row.step == "archived":
            row = await self._destroy_in_retrieval(request.request, request.authority, row)
        return await self._end(approved, row)

    async def _begin(self, approved: Approved, plan: RemovalPlan) -> Any:
        authority, values = approved.request.authority, {"id": approved.request.authority}
        people = await self._people(authority)
        await self._handover.require_receivers(plan, authority)
        async with self._database.transaction(_TENANT) as connection:
            state = (await connection.execute(_STATE, values)).scalar_one_or_none()
            if state is None:
                raise RequestInvalid
            if state == "active":
                await require_no_holds(self._database, authority, people)
                accounts = await close(connection, authority, people, self._revocations)
                at = dt.datetime.now(dt.UTC)
                begun = {**values, "request": approved.request.request, "plan": plan.model_dump_json(), "at": at}
                begun |= {"accounts": accounts}
                await connection.execute(_BEGIN, begun)
                facts: dict[str, int | str] = {"receipt": str(approved.request.request), "accounts": accounts}
                await append(connection, [_record("authority.close", authority, facts)])
            row = (await connection.execute(_REMOVAL, values)).one_or_none()
        if row is None or row.request != approved.request.request:
            raise RemovalUnderWay
        return row

    async def _archived(
        self, removal: UUID, authority: UUID, plan: RemovalPlan, target: ArchiveTarget | None
    ) -> dict[str, Any]:
        if target is None or not plan.archives:
            return {}
        done = await self._archive.write(target.path, target.key, removal, authority, plan)
        return {"sha256": done.sha256, "members": done.members, "key": str(done.key)}

    async def _destroy_in_retrieval(self, removal: UUID, authority: UUID, row: Any) -> Any:
        await require_no_holds(self._database, authority, await self._people(authority))
        if "retrieval" not in row.found:
            # Noted before anything goes, so that the receipt of a removal that was killed is whole.
            there = await self._retrieval.inventory(authority)
            keys = await self._retrieval.living_keys(authority)
            there.pop("keys")
            await self._note(authority, "archived", retrieval=there, retrieval_keys=keys)
        # Durable before the effect outside of this database (AUD-02).
        await self._audit.record(_record("authority.destroy_files", authority, {"receipt": str(removal)}))
        await self._retrieval.destroy(authority, closed=True)
        return await self._note(authority, "retrieval_destroyed")

    async def _end(self, approved: Approved, row: Any) -> dict[str, Any]:
        authority = approved.request.authority
        await require_no_holds(self._database, authority, await self._people(authority))
        async with self._database.transaction(rows.whole(authority)) as connection:
            deleted = await rows.delete(connection, authority)
            destroyed = await self._maintenance.destroy(connection, authority)
            body = body_of(
                approved,
                {
                    "handed_over": row.found.get("handed_over", {}),
                    "archive": row.found.get("archive", {}),
                    "deleted": {"gateway": deleted, "retrieval": row.found["retrieval"]},
                    "keys_destroyed": {
                        "gateway": [str(key) for key in destroyed],
                        "retrieval": row.found["retrieval_keys"],
                    },
                },
            )
            await rescope(connection, _TENANT)
            signed = await self._receipts.keep(connection, body)
            await connection.execute(_GONE, {"id": authority})
            finished = dt.datetime.now(dt.UTC)
            await connection.execute(_NOTE, {"id": authority, "step": "gone", "found": "{}", "finished": finished})
            facts = {"receipt": body["receipt"], "sha256": digest(body), "approvals": len(approved.holders)}
            await append(connection, [_record("authority.remove", authority, facts)])
        return signed

    async def _people(self, authority: UUID) -> list[UUID]:
        async with self._database.transaction(rows.whole(authority)) as connection:
            return await rows.owners(connection, authority)

    async def _note(self, authority: UUID, step: str, **found: Any) -> Any:
        values = {"id": authority, "step": step, "found": orjson.dumps(found).decode(), "finished": None}
        async with self._database.transaction(_TENANT) as connection:
            await connection.execute(_NOTE, values)
            return (await connection.execute(_REMOVAL, {"id": authority})).one()


def _record(action: str, authority: UUID, facts: Mapping[str, int | str]) -> AuditRecord:
    """In the tenant's chain: the authority's own has ended."""
    return AuditRecord(action=action, authority=None, object_kind="authority", object=authority, facts={**facts})
