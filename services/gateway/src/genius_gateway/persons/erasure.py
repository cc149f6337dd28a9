# SPDX-License-Identifier: EUPL-1.2
"""Complete deletion of a person (Art. 17 GDPR): retrieval first, then the gateway's rows and keys in one transaction.

Nothing is signed before it was looked at again. Where retrieval can't do its part, the gateway's rows stay and the
deletion is repeated; what retrieval had deleted by then is named in the trail, not in the receipt of the repetition.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope, rescope
from genius_common.errors import PlatformError
from genius_common.keys import KeyRing
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.persons import data
from genius_gateway.persons.errors import ErasureIncomplete
from genius_gateway.persons.receipts import Receipts, digest
from genius_gateway.retention.files import RetrievalFiles
from genius_gateway.retention.holds import require_free
from genius_gateway.revocation.service import Revocations

log = structlog.get_logger(__name__)
RequestedBy = Literal["person", "betrieb", "retention"]
_BASES = text("SELECT id FROM knowledge_bases WHERE owner_person = :person ORDER BY id")
_GRANTS = text("DELETE FROM grants WHERE object_kind = 'knowledge_base' AND object = ANY(:bases)")


@dataclass(slots=True)
class _Found:
    """What was deleted so far."""

    gateway: Counter[str] = field(default_factory=Counter)
    retrieval: Counter[str] = field(default_factory=Counter)
    gateway_keys: list[str] = field(default_factory=list)
    retrieval_keys: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(+self.gateway or +self.retrieval or self.gateway_keys or self.retrieval_keys)

    def as_json(self) -> dict[str, Any]:
        return {
            "deleted": {"gateway": dict(+self.gateway), "retrieval": dict(+self.retrieval)},
            "keys_destroyed": {"gateway": self.gateway_keys, "retrieval": self.retrieval_keys},
        }


class Erasure:
    """`erase` is the same for the person itself, for an operator after somebody has left, and for retention."""

    def __init__(
        self,
        database: Database,
        keys: KeyRing,
        authorities: AuthorityRepository,
        files: RetrievalFiles,
        audit: AuditTrail,
        revocations: Revocations,
        receipts: Receipts,
    ) -> None:
        self._database = database
        self._keys = keys
        self._authorities = authorities
        self._files = files
        self._audit = audit
        self._revocations = revocations
        self._receipts = receipts

    async def erase(self, person: UUID, requested_by: RequestedBy, actor: UUID | None) -> dict[str, Any]:
        """The signed receipt. Raises: HeldBack, ErasureIncomplete, and what retrieval refuses."""
        receipt, found = uuid4(), _Found()
        authorities = sorted(await self._authorities.ids())
        async with self._database.transaction(RowScope(person=person)) as connection:
            # Held until the end: no hold is set while this goes on.
            await require_free(connection, person, None)
            for authority in authorities:
                await self._in_retrieval(connection, authority, person, actor, receipt, found)
            for authority in authorities:
                await self._in_authority(connection, authority, person, found)
            await self._without_authority(connection, person, found)
            body = self._receipts.body(
                receipt, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), person, requested_by, found.as_json()
            )
            await rescope(connection, RowScope(tenant_wide=True))
            await self._revocations.revoke(connection, [person])
            signed = await self._receipts.keep(connection, body)
            facts = {"receipt": str(receipt), "sha256": digest(body), "requested_by": requested_by}
            await append(connection, [_record("person.erase", person, actor, facts)])
        self._keys.forget()
        try:
            await self._late(person, authorities, actor, receipt)
        except (PlatformError, SQLAlchemyError, OSError) as error:
            # The deletion itself is done and signed; what came late goes by its retention time then.
            log.error("late rows not looked for", error=type(error).__name__)
        return signed

    async def _late(self, person: UUID, authorities: list[UUID], actor: UUID | None, receipt: UUID) -> None:
        """What a request wrote that was under way: since the commit no other can follow, its tokens are void."""
        late = _Found()
        async with self._database.transaction(RowScope(person=person)) as connection:
            for authority in authorities:
                await self._in_retrieval(connection, authority, person, actor, receipt, late)
                await self._in_authority(connection, authority, person, late)
            await self._without_authority(connection, person, late)
            if not late.anything:
                return
            await rescope(connection, RowScope(tenant_wide=True))
            facts = {"receipt": str(receipt)}
            await append(connection, [_record("person.erase_late", person, actor, facts)])
        self._keys.forget()

    async def _in_retrieval(
        self,
        connection: AsyncConnection,
        authority: UUID,
        person: UUID,
        actor: UUID | None,
        receipt: UUID,
        found: _Found,
    ) -> None:
        await rescope(connection, RowScope(authority=authority, person=person))
        bases = list((await connection.execute(_BASES, {"person": person})).scalars())
        there = await self._files.inventory(authority, person, bases)
        if not any(there.values()):
            return
        # Durable before the effect outside of this database (AUD-02); no counts: they would be of one person.
        facts = {"receipt": str(receipt), "authority": str(authority)}
        await self._audit.record(_record("person.erase_files", person, actor, facts))
        done = await self._files.erase(authority, person, bases)
        found.retrieval.update(done["deleted"])
        found.retrieval_keys += done["keys"]
        if any((await self._files.inventory(authority, person, bases)).values()):
            raise ErasureIncomplete

    async def _in_authority(self, connection: AsyncConnection, authority: UUID, person: UUID, found: _Found) -> None:
        await rescope(connection, RowScope(authority=authority, person=person))
        bases = list((await connection.execute(_BASES, {"person": person})).scalars())
        found.gateway["grants"] += (await connection.execute(_GRANTS, {"bases": bases})).rowcount
        await self._delete(connection, person, authority, found)
        for key in await data.living_keys(connection, person):
            await self._keys.destroy(connection, key)
            found.gateway_keys.append(str(key))
        if await data.living_keys(connection, person):
            raise ErasureIncomplete

    async def _without_authority(self, connection: AsyncConnection, person: UUID, found: _Found) -> None:
        await rescope(connection, RowScope(person=person))
        await self._delete(connection, person, None, found)
        # Tenant-wide knowledge bases that an operator has made.
        await rescope(connection, RowScope(person=person, tenant_wide=True))
        for table in data.OF_PERSONS:
            await data.forget(connection, table, person)

    async def _delete(self, connection: AsyncConnection, person: UUID, authority: UUID | None, found: _Found) -> None:
        tables = data.tables_in(data.ERASED, authority)
        for table in tables:
            found.gateway[table.name] += await data.delete(connection, table, person)
            await data.forget(connection, table, person)
        for table in tables:
            if await data.count(connection, table, person):
                raise ErasureIncomplete


def _record(action: str, person: UUID, actor: UUID | None, facts: dict[str, Any]) -> AuditRecord:
    return AuditRecord(action=action, authority=None, actor=actor, object_kind="person", object=person, facts=facts)
