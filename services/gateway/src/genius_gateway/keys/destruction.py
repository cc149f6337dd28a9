# SPDX-License-Identifier: EUPL-1.2
"""The keys of an authority, or of a person in it, destroyed with all that they protect; the authority goes on.

Retrieval first, then rows, keys, receipt and record in one transaction; a killed destruction is repeated with the same
approved request. Counts of what retrieval had destroyed by then are missing in the receipt of a repetition (its trail
names the first attempt); keys and rows of this database never are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope, rescope
from genius_common.errors import NotFound
from genius_common.keys_rotation import KeyMaintenance
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.holds import require_no_holds
from genius_gateway.keys import whole as rows
from genius_gateway.keys.holders import Approved
from genius_gateway.keys.receipt import body_of
from genius_gateway.keys.retrieval import RetrievalAuthority
from genius_gateway.persons.receipts import Receipts, digest
from genius_gateway.retention.files import RetrievalFiles

_TENANT = RowScope(tenant_wide=True)
_BASES = text("SELECT id FROM knowledge_bases WHERE authority = :authority AND owner_person = :person ORDER BY id")


class Destruction:
    """`look` is the dry run; `run` needs an approved request."""

    def __init__(
        self,
        database: Database,
        maintenance: KeyMaintenance,
        retrieval: RetrievalAuthority,
        files: RetrievalFiles,
        receipts: Receipts,
        audit: AuditTrail,
    ) -> None:
        self._database = database
        self._maintenance = maintenance
        self._retrieval = retrieval
        self._files = files
        self._receipts = receipts
        self._audit = audit

    async def look(self, authority: UUID, person: UUID | None) -> dict[str, dict[str, int]]:
        """Store → kind → number of what would become unreadable and be deleted; `keys` are counted too."""
        async with self._database.transaction(rows.whole(authority)) as connection:
            here = await rows.content_counts(connection, authority, person)
            lines = await self._maintenance.lines(connection, authority)
            bases = await self._bases(connection, authority, person)
        here["keys"] = sum(line.state != "destroyed" and person in (None, line.person) for line in lines)
        if person is None:
            return {"gateway": here, "retrieval": await self._retrieval.inventory(authority)}
        return {"gateway": here, "retrieval": await self._files.inventory(authority, person, bases)}

    async def run(self, approved: Approved) -> dict[str, Any]:
        """The signed receipt; the same one where it is done already. Raises: HeldBack, and what retrieval refuses."""
        request = approved.request
        try:
            return await self._receipts.get(request.request)
        except NotFound:
            pass
        authority, person = request.authority, request.person
        async with self._database.transaction(rows.whole(authority)) as connection:
            people = [person] if person else await rows.owners(connection, authority)
            bases = await self._bases(connection, authority, person)
        await require_no_holds(self._database, authority, people)
        # Durable before the effect outside of this database (AUD-02).
        facts = {"receipt": str(request.request), "authority": str(authority)}
        await self._audit.record(_record("keys.destroy_begin", authority, person, facts))
        if person is None:
            there = await self._retrieval.destroy(authority, closed=False)
        else:
            there = await self._files.erase(authority, person, bases)
        return await self._end(approved, there)

    async def _end(self, approved: Approved, there: dict[str, Any]) -> dict[str, Any]:
        request = approved.request
        authority, person = request.authority, request.person
        async with self._database.transaction(rows.whole(authority)) as connection:
            if person is None:
                deleted = await rows.delete(connection, authority, content_only=True)
            else:
                deleted = await rows.delete_of(connection, authority, person)
            destroyed = await self._maintenance.destroy(connection, authority, person)
            body = body_of(
                approved,
                {
                    "deleted": {"gateway": deleted, "retrieval": there["deleted"]},
                    "keys_destroyed": {"gateway": [str(key) for key in destroyed], "retrieval": there["keys"]},
                },
            )
            await rescope(connection, _TENANT)
            signed = await self._receipts.keep(connection, body)
            facts = {"receipt": body["receipt"], "sha256": digest(body), "approvals": len(approved.holders)}
            facts |= {"authority": str(authority)}
            await append(connection, [_record("keys.destroy", authority, person, facts)])
        return signed

    async def _bases(self, connection: AsyncConnection, authority: UUID, person: UUID | None) -> list[UUID]:
        values = {"authority": authority, "person": person}
        return list((await connection.execute(_BASES, values)).scalars())


def _record(action: str, authority: UUID, person: UUID | None, facts: Mapping[str, int | str]) -> AuditRecord:
    kind, identifier = ("person", person) if person else ("authority", authority)
    return AuditRecord(action=action, authority=None, object_kind=kind, object=identifier, facts={**facts})
