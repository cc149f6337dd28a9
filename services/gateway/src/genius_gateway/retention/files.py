# SPDX-License-Identifier: EUPL-1.2
"""Files of people in retrieval, for maintenance: which are due, and each deleted in its owner's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.tokens.minter import TokenMinter

NOBODY = UUID(int=0)
PAGE = 500


@dataclass(frozen=True, slots=True)
class OwnedFile:
    id: UUID
    owner: UUID


class RetrievalFiles:
    """Tokens are minted for one authority; no user and no application can ask for these scopes."""

    def __init__(self, retrieval: ServiceClient, minter: TokenMinter, tenant: str) -> None:
        self._retrieval = retrieval
        self._minter = minter
        self._tenant = tenant

    async def due(self, authority: UUID, before: dt.datetime, after: UUID) -> list[OwnedFile]:
        """At most 500 files uploaded before that time, in the order of their ids, after the id `after`."""
        params = {"before": before.isoformat(), "after": str(after), "limit": str(PAGE)}
        found = await self._json(authority, NOBODY, "maintenance", "GET", "/maintenance/files", params=params)
        return [OwnedFile(UUID(item["id"]), UUID(item["owner"])) for item in found["items"]]

    async def delete(self, authority: UUID, owner: UUID, file: UUID) -> None:
        """One that is gone already is as good as deleted."""
        try:
            await self._json(authority, owner, "files.write", "DELETE", f"/files/{file}")
        except PlatformError as error:
            if error.status != NotFound.status:
                raise

    async def erase(self, authority: UUID, person: UUID, bases: Sequence[UUID]) -> dict[str, Any]:
        """Everything of a person in one authority, knowledge bases `bases` and keys included.

        `{"deleted": {kind: n}, "keys": [id …]}`
        """
        found: dict[str, Any] = await self._json(
            authority, person, "person.erase", "DELETE", "/persons/self", bases=bases, read_timeout=600
        )
        return found

    async def stock(self, authority: UUID) -> dict[UUID, dict[str, Any]]:
        """Sums of each knowledge base of the authority: `documents`, `pages`, `bytes`, `changed_at`."""
        found = await self._json(authority, NOBODY, "maintenance", "GET", "/maintenance/knowledge-bases")
        return {UUID(item.pop("id")): item for item in found["items"]}

    async def inventory(self, authority: UUID, person: UUID, bases: Sequence[UUID]) -> dict[str, int]:
        """How many of each kind there are of a person in one authority."""
        found: dict[str, int] = await self._json(authority, person, "person.erase", "GET", "/persons/self", bases=bases)
        return found

    async def _json(
        self,
        authority: UUID,
        person: UUID,
        scope: str,
        method: str,
        path: str,
        *,
        bases: Sequence[UUID] = (),
        **options: Any,
    ) -> Any:
        principal = self.principal(authority, person, scope)
        token = self._minter.for_inner(principal, "retrieval", [scope], writable_knowledge_bases=bases)
        return await self._retrieval.json(method, path, token=token, **options)

    def principal(self, authority: UUID, person: UUID, *scopes: str) -> Principal:
        """Sees every protection class: what is due goes, however sensitive it is."""
        return Principal(
            subject=person,
            tenant=self._tenant,
            authority=authority,
            scopes=frozenset(scopes),
            classification=ProtectionClass.STEUERGEHEIMNIS,
        )
