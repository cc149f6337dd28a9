# SPDX-License-Identifier: EUPL-1.2
"""Files of a case for its new owner: copied, so that they stay when whoever gave the case away is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.retrieval import DocumentState
from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_gateway.runs.sealing import Owner
from genius_gateway.tokens.minter import TokenMinter

log = structlog.get_logger(__name__)
_CHUNK = 64 * 1024
_SILENCE_S = 120.0
_OF_OWNER = text("SELECT file FROM case_files WHERE case_id = :case AND owner = :owner ORDER BY added_at, file")
_REMOVE = text("DELETE FROM case_files WHERE case_id = :case AND file = ANY(:files)")
_ADD = text("INSERT INTO case_files (case_id, file, authority, owner) VALUES (:case, :file, :authority, :owner)")


class FileCopies:
    """In retrieval a file is sealed with its owner's key, so another owner needs another file with another id."""

    def __init__(self, minter: TokenMinter, retrieval: ServiceClient) -> None:
        self._minter = minter
        self._retrieval = retrieval

    async def of(self, connection: AsyncConnection, owner: Owner, case: UUID) -> list[UUID]:
        """The files in the case that are the owner's own."""
        values = {"case": case, "owner": owner.person}
        return list((await connection.execute(_OF_OWNER, values)).scalars())

    async def copy(self, principal: Principal, to: UUID, files: Sequence[UUID]) -> dict[UUID, UUID]:
        """Old to new id, all or none; a file that is gone has no copy. Raises what retrieval refuses."""
        made: dict[UUID, UUID] = {}
        try:
            for file in files:
                if (copied := await self._one(principal, _as(principal, to), file)) is not None:
                    made[file] = copied
        except BaseException:  # a request that is cancelled leaves no copies either; raised again
            await self.undo(principal, to, made.values())
            raise
        return made

    async def undo(self, principal: Principal, to: UUID, copies: Iterable[UUID]) -> None:
        """What can't be deleted now is a file without a case, which retention takes."""
        token = self._minter.for_inner(_as(principal, to), "retrieval", ["files.write"])
        for copied in copies:
            try:
                await self._retrieval.json("DELETE", f"/files/{copied}", token=token)
            except PlatformError as error:
                log.warning("copy of a file is left", error=error.code)

    async def link(
        self, connection: AsyncConnection, new: Owner, case: UUID, files: Sequence[UUID], copies: dict[UUID, UUID]
    ) -> None:
        """The copies take the places of the originals; in the scope of the case's new owner."""
        await connection.execute(_REMOVE, {"case": case, "files": list(files)})
        for file in (copies[file] for file in files if file in copies):
            values = {"case": case, "file": file, "authority": new.authority, "owner": new.person}
            await connection.execute(_ADD, values)

    async def _one(self, giver: Principal, receiver: Principal, file: UUID) -> UUID | None:
        read = self._minter.for_inner(giver, "retrieval", ["files.read"])
        write = self._minter.for_inner(receiver, "retrieval", ["files.write"])
        try:
            state = DocumentState.model_validate(await self._retrieval.json("GET", f"/files/{file}", token=read))
        except PlatformError as error:
            if error.status == NotFound.status:
                return None
            raise
        content = self._retrieval.stream("GET", f"/files/{file}/content", token=read, read_timeout=_SILENCE_S)
        async with content as source:
            made = await self._retrieval.json(
                "POST",
                "/files",
                token=write,
                params={"name": state.name, "protection_class": state.protection_class.value},
                data=source.content.iter_chunked(_CHUNK),
                headers={"content-type": "application/octet-stream"},
                read_timeout=_SILENCE_S,
            )
        return DocumentState.model_validate(made).id


def _as(principal: Principal, person: UUID) -> Principal:
    return replace(principal, subject=person, units=frozenset(), application=None)
