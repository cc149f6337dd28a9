# SPDX-License-Identifier: EUPL-1.2
"""The part of retrieval in an authority's removal and in the life of its keys, for operators' commands alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from genius_common.http import ServiceClient
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.tokens.minter import TokenMinter

NOBODY = UUID(int=0)
_LONG_S = 3600.0


class RetrievalAuthority:
    """Tokens are minted for one authority; no user and no application can ask for these scopes."""

    def __init__(self, retrieval: ServiceClient, minter: TokenMinter, tenant: str) -> None:
        self._retrieval = retrieval
        self._minter = minter
        self._tenant = tenant

    async def inventory(self, authority: UUID) -> dict[str, int]:
        """documents, superseded, files, objects, knowledge_bases, keys, collections, points."""
        found: dict[str, int] = await self._call(authority, "authority.destroy", "GET", "")
        return found

    async def destroy(self, authority: UUID, *, closed: bool) -> dict[str, Any]:
        """`{"deleted": {kind: n}, "keys": [id …]}`; `closed`: nothing is ever written there again."""
        params = {"closed": "true" if closed else "false"}
        found: dict[str, Any] = await self._call(authority, "authority.destroy", "DELETE", "", params=params)
        return found

    async def prepare(self, authority: UUID) -> None:
        """Its collection and key are there; again is no change."""
        await self._call(authority, "keys.maintain", "PUT", "")

    async def rotate(self, authority: UUID, person: UUID | None) -> UUID:
        """The id of the new content key there."""
        params = {"person": str(person)} if person else None
        found = await self._call(authority, "keys.maintain", "POST", "/keys", params=params)
        return UUID(found["key"])

    async def keys(self, authority: UUID) -> list[dict[str, Any]]:
        """Its keys there, as `genius_common.keys_rotation.KeyLine` says them."""
        found: dict[str, list[dict[str, Any]]] = await self._call(authority, "keys.maintain", "GET", "/keys")
        return found["items"]

    async def living_keys(self, authority: UUID) -> list[str]:
        return sorted(line["id"] for line in await self.keys(authority) if line["state"] != "destroyed")

    async def reseal(self, authority: UUID) -> dict[str, int]:
        found: dict[str, int] = await self._call(authority, "keys.maintain", "POST", "/reseal")
        return found

    async def rebuild(self, authority: UUID) -> UUID:
        """The id of the collection that is being built beside the one in use, under a new search key."""
        found = await self._call(authority, "keys.maintain", "POST", "/rebuild")
        return UUID(found["collection"])

    async def rebuild_progress(self, authority: UUID) -> dict[str, Any]:
        """building, done, total, unreadable (documents)."""
        found: dict[str, Any] = await self._call(authority, "keys.maintain", "GET", "/rebuild")
        return found

    async def _call(self, authority: UUID, scope: str, method: str, path: str, **options: Any) -> Any:
        principal = Principal(
            subject=NOBODY,
            tenant=self._tenant,
            authority=authority,
            scopes=frozenset({scope}),
            classification=ProtectionClass.STEUERGEHEIMNIS,
        )
        token = self._minter.for_inner(principal, "retrieval", [scope])
        return await self._retrieval.json(
            method, f"/authorities/self{path}", token=token, read_timeout=_LONG_S, **options
        )
