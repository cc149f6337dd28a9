# SPDX-License-Identifier: EUPL-1.2
"""What an authority leaves to another one: copied there under its keys and into its collection; the source goes later.

Documents go the way of every upload (type check, parsing, index), so that the receiving authority holds what its own
rules let in. Ids of the copies follow from those of the sources: a second run goes on where the first was killed.
Grants end: the receiving authority decides anew who reads.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text

from genius_common.crypto import key_id_of
from genius_common.database import Database, RowScope
from genius_common.http import ServiceClient
from genius_common.keys import KeyRing
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.authorities.errors import HandOverIncomplete, HandOverRefused
from genius_gateway.authorities.plan import RemovalPlan
from genius_gateway.keys.whole import whole
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.repository import KnowledgeBaseRepository
from genius_gateway.tokens.minter import TokenMinter

NOBODY = UUID(int=0)
_NAMESPACE = UUID("5b1f4c1e-6f0e-4d0a-9a55-7d1c8a6f0e21")
_READY_S = 600.0
_SCOPES = frozenset({"documents.read", "documents.write", "knowledge-bases.manage"})
_SHARED = text("SELECT id FROM knowledge_bases WHERE authority = :authority AND owner_kind <> 'person' ORDER BY id")
_CASES = text("SELECT * FROM cases WHERE authority = :authority ORDER BY id")
_CASE = text(
    "INSERT INTO cases (id, authority, owner, reference, title, protection_class, state, created_at, updated_at,"
    " retention_until) VALUES (:id, :authority, :owner, :reference, :title, :protection_class, :state, :created_at,"
    " :updated_at, :retention_until) ON CONFLICT DO NOTHING"
)
_VERSIONS = text("SELECT * FROM case_versions WHERE authority = :authority ORDER BY case_id, number")
_VERSION = text(
    "INSERT INTO case_versions (id, case_id, number, authority, owner, protection_class, digest, content, made_at,"
    " signed_at, signature) VALUES (:id, :case_id, :number, :authority, :owner, :protection_class, :digest, :content,"
    " :made_at, :signed_at, :signature) ON CONFLICT DO NOTHING"
)
_TARGET = text("SELECT 1 FROM authorities WHERE id = :id AND state = 'active'")
_MEMBER = text("SELECT 1 FROM memberships WHERE authority = :id AND person = :person")


def successor_id(identifier: UUID, to: UUID) -> UUID:
    """The id of the copy in the receiving authority."""
    return uuid5(_NAMESPACE, f"{identifier}/{to}")


class HandOver:
    """Repeatable; answers how many knowledge bases, documents and cases are in the receiving authority now."""

    def __init__(
        self, database: Database, keys: KeyRing, retrieval: ServiceClient, minter: TokenMinter, tenant: str
    ) -> None:
        self._database = database
        self._keys = keys
        self._bases = KnowledgeBaseRepository(keys)
        self._retrieval = retrieval
        self._minter = minter
        self._tenant = tenant

    async def require_receivers(self, plan: RemovalPlan, leaving: UUID) -> None:
        """Raises: HandOverRefused."""
        if plan.to is None:
            return
        async with self._database.transaction(RowScope(authority=plan.to)) as connection:
            active = (await connection.execute(_TARGET, {"id": plan.to})).first()
            values = {"id": plan.to, "person": plan.receiver}
            member = plan.receiver is None or (await connection.execute(_MEMBER, values)).first()
        if plan.to == leaving or not (active and member):
            raise HandOverRefused

    async def run(self, leaving: UUID, plan: RemovalPlan) -> dict[str, int]:
        """Raises: HandOverRefused, HandOverIncomplete, and what retrieval refuses."""
        await self.require_receivers(plan, leaving)
        done: dict[str, int] = {}
        if plan.to is not None and plan.knowledge == "hand_over":
            bases = await self._shared(leaving)
            documents = [await self._base(base, leaving, plan.to) for base in bases]
            done |= {"knowledge_bases": len(bases), "documents": sum(documents)}
        if plan.to is not None and plan.receiver is not None and plan.cases == "hand_over":
            done["cases"] = await self._cases(leaving, plan.to, plan.receiver)
        return done

    async def _shared(self, leaving: UUID) -> list[KnowledgeBase]:
        async with self._database.transaction(whole(leaving)) as connection:
            wanted = list((await connection.execute(_SHARED, {"authority": leaving})).scalars())
            found = [await self._bases.get(connection, identifier) for identifier in wanted]
        return [base for base in found if base is not None]

    async def _base(self, base: KnowledgeBase, leaving: UUID, to: UUID) -> int:
        copy = KnowledgeBase(
            id=successor_id(base.id, to), authority=to, owner_kind="authority", owner_person=None, owner_unit=None,
            name=base.name, protection_class=base.protection_class, purpose=base.purpose, uses=base.uses,
            created_at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        async with self._database.transaction(RowScope(authority=to)) as connection:
            if await self._bases.get(connection, copy.id) is None:
                await self._bases.insert(connection, copy, NOBODY)
        source, target = self._principal(leaving, base.id), self._principal(to, copy.id)
        body = {"authority": str(to), "protection_class": base.protection_class.value, "uses": base.uses}
        await self._call(target, "PUT", f"/knowledge-bases/{copy.id}", body=body)
        wanted: set[str] = set()
        async for document in self._documents(source, base.id):
            if document["state"] == "ready":
                wanted.add(document["version"])
                await self._copy(source, target, copy.id, document)
        await self._arrived(target, copy.id, wanted)
        return len(wanted)

    async def _copy(self, source: Principal, target: Principal, base: UUID, document: dict[str, Any]) -> None:
        path = f"/documents/{document['id']}/content"
        async with self._retrieval.stream("GET", path, token=self._token(source), read_timeout=60) as response:
            content = await response.read()
        params, headers = {"name": document["name"]}, {"content-type": "application/octet-stream"}
        await self._call(
            target, "POST", f"/knowledge-bases/{base}/documents", params=params, data=content, headers=headers
        )

    async def _arrived(self, target: Principal, base: UUID, wanted: set[str]) -> None:
        """Every version is readable there. Raises: HandOverIncomplete."""
        end = time.monotonic() + _READY_S
        while True:
            states = {doc["version"]: doc["state"] async for doc in self._documents(target, base)}
            missing = [version for version in wanted if states.get(version) != "ready"]
            if not missing:
                return
            if any(states.get(version) in {None, "failed"} for version in missing) or time.monotonic() > end:
                raise HandOverIncomplete
            await asyncio.sleep(0.2)

    async def _documents(self, principal: Principal, base: UUID) -> AsyncIterator[dict[str, Any]]:
        after: str | None = None
        while True:
            params = {"limit": "200"} | ({"after": after} if after else {})
            page = await self._call(principal, "GET", f"/knowledge-bases/{base}/documents", params=params)
            for document in page["items"]:
                yield document
            after = page.get("next")
            if after is None:
                return

    async def _cases(self, leaving: UUID, to: UUID, receiver: UUID) -> int:
        async with self._database.transaction(whole(leaving)) as connection:
            rows = (await connection.execute(_CASES, {"authority": leaving})).mappings().all()
            opened = [(row, await self._opened(connection, row)) for row in rows]
        for row, (reference, title) in opened:
            identifier = successor_id(row["id"], to)
            async with self._database.transaction(RowScope(authority=to, person=receiver)) as connection:
                key = await self._keys.person_key(connection, to, receiver)
                sealed = {
                    "reference": key.seal(reference, f"cases/reference/{identifier}"),
                    "title": key.seal(title, f"cases/title/{identifier}") if title is not None else None,
                }
                await connection.execute(_CASE, {**row, **sealed, "id": identifier, "authority": to, "owner": receiver})
        await self._versions(leaving, to, receiver)
        return len(opened)

    async def _versions(self, leaving: UUID, to: UUID, receiver: UUID) -> None:
        """Versions go with their cases, with digest, number and sign-off as they are."""
        async with self._database.transaction(whole(leaving)) as connection:
            rows = (await connection.execute(_VERSIONS, {"authority": leaving})).mappings().all()
            opened = [
                (row, [await self._value(connection, row, name, "case_versions") for name in ("content", "signature")])
                for row in rows
            ]
        for row, (content, signature) in opened:
            identifier = successor_id(row["id"], to)
            async with self._database.transaction(RowScope(authority=to, person=receiver)) as connection:
                key = await self._keys.person_key(connection, to, receiver)
                sealed = {
                    name: key.seal(value, f"case_versions/{name}/{identifier}") if value is not None else None
                    for name, value in (("content", content), ("signature", signature))
                }
                place = {"id": identifier, "case_id": successor_id(row["case_id"], to)}
                await connection.execute(_VERSION, {**row, **sealed, **place, "authority": to, "owner": receiver})

    async def _opened(self, connection: Any, row: Any) -> tuple[bytes, bytes | None]:
        reference = await self._value(connection, row, "reference", "cases")
        assert reference is not None
        return reference, await self._value(connection, row, "title", "cases")

    async def _value(self, connection: Any, row: Any, column: str, table: str) -> bytes | None:
        sealed = row[column]
        if sealed is None:
            return None
        key = await self._keys.by_id(connection, key_id_of(sealed))
        return key.open(sealed, f"{table}/{column}/{row['id']}")

    def _principal(self, authority: UUID, base: UUID) -> Principal:
        return Principal(
            subject=NOBODY, tenant=self._tenant, authority=authority, scopes=_SCOPES,
            classification=ProtectionClass.STEUERGEHEIMNIS, writable_knowledge_bases=frozenset({base}),
        )  # fmt: skip

    def _token(self, principal: Principal) -> str:
        """Asked for at each call: a hand-over may take longer than a token lives."""
        writable = principal.writable_knowledge_bases
        return self._minter.for_inner(principal, "retrieval", _SCOPES, writable_knowledge_bases=writable)

    async def _call(self, principal: Principal, method: str, path: str, **options: Any) -> Any:
        return await self._retrieval.json(method, path, token=self._token(principal), **options)
