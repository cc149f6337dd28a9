# SPDX-License-Identifier: EUPL-1.2
"""The files of a case: whoever may read the case reads them, in the name of the person whose they are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from genius_common.contracts.retrieval import DocumentState
from genius_common.database import Database
from genius_common.errors import FieldError, Forbidden, NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.cases.ending import enter_case
from genius_gateway.cases.errors import CaseFull
from genius_gateway.cases.schemas import CaseFileView
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.scopes import row_scope
from genius_gateway.tokens.minter import TokenMinter

_MOST = 200
_AT_ONCE = 8
_LIST = text("SELECT file, owner, added_at FROM case_files WHERE case_id = :case ORDER BY added_at, file")
_ONE = text("SELECT owner FROM case_files WHERE case_id = :case AND file = :file")
_ADD = text(
    "INSERT INTO case_files (case_id, file, authority, owner) VALUES (:case, :file, :authority, :owner)"
    " ON CONFLICT DO NOTHING"
)
_REMOVE = text("DELETE FROM case_files WHERE case_id = :case AND file = :file")


class CaseFiles:
    """Which files belong to a case; the files themselves are retrieval's."""

    def __init__(self, database: Database, access: ObjectAccess, minter: TokenMinter, retrieval: ServiceClient) -> None:
        self._database = database
        self._access = access
        self._minter = minter
        self._retrieval = retrieval

    async def all(self, principal: Principal, case: UUID) -> list[CaseFileView]:
        """Raises: NotFound."""
        async with self._database.transaction(row_scope(principal)) as connection:
            await self._access.case_in(connection, principal, case, "read")
            rows = (await connection.execute(_LIST, {"case": case})).all()
        return await self._states(principal, rows)

    async def ready(self, principal: Principal, case: UUID) -> tuple[dict[UUID, list[UUID]], int]:
        """The files that can be searched now, by whose they are, and how many can't. Raises: NotFound."""
        async with self._database.transaction(row_scope(principal)) as connection:
            await self._access.case_in(connection, principal, case, "read")
            rows = (await connection.execute(_LIST, {"case": case})).all()
        found: dict[UUID, list[UUID]] = {}
        for row, view in zip(rows, await self._states(principal, rows), strict=True):
            state = view.state
            if state is not None and state.state == "ready" and principal.classification.covers(state.protection_class):
                found.setdefault(row.owner, []).append(row.file)
        return found, len(rows) - sum(map(len, found.values()))

    async def add(self, principal: Principal, case: UUID, file: UUID) -> list[CaseFileView]:
        """One's own file, into a case that one may write. Raises: NotFound (with the field), Forbidden, CaseFull."""
        await self._access.load_case(principal, case, "write")
        if await self._state(principal, file) is None:
            raise NotFound(errors=[FieldError("/file", NotFound.default_detail)])
        async with self._database.transaction(row_scope(principal)) as connection:
            await self._access.case_in(connection, principal, case, "write")
            await enter_case(connection, case)
            if len((await connection.execute(_LIST, {"case": case})).all()) >= _MOST:
                raise CaseFull
            values = {"case": case, "file": file, "authority": principal.authority, "owner": principal.subject}
            await connection.execute(_ADD, values)
            await append(connection, [_record(principal, "case.file_add", case, file)])
        return await self.all(principal, case)

    async def remove(self, principal: Principal, case: UUID, file: UUID) -> None:
        """By whose it is, while they may write, or by the owner of the case; the file itself stays.

        Raises: NotFound, Forbidden.
        """
        async with self._database.transaction(row_scope(principal)) as connection:
            loaded = await self._access.case_in(connection, principal, case, "write")
            row = (await connection.execute(_ONE, {"case": case, "file": file})).one_or_none()
            if row is None:
                raise NotFound
            if row.owner != principal.subject and "manage" not in loaded.rights:
                raise Forbidden("Diese Datei hat eine andere Person in den Vorgang gelegt.")
            await connection.execute(_REMOVE, {"case": case, "file": file})
            await append(connection, [_record(principal, "case.file_remove", case, file)])

    async def _states(self, principal: Principal, rows: Sequence[Any]) -> list[CaseFileView]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def view(row: Any) -> CaseFileView:
            async with slots:
                reader = replace(principal, subject=row.owner, units=frozenset(), application=None)
                state = await self._state(principal if row.owner == principal.subject else reader, row.file)
            return CaseFileView(file=row.file, own=row.owner == principal.subject, added_at=row.added_at, state=state)

        return list(await asyncio.gather(*(view(row) for row in rows)))

    async def _state(self, principal: Principal, file: UUID) -> DocumentState | None:
        token = self._minter.for_inner(principal, "retrieval", ["files.read"])
        try:
            return DocumentState.model_validate(await self._retrieval.json("GET", f"/files/{file}", token=token))
        except PlatformError as error:
            if error.status == NotFound.status:
                return None
            raise


def _record(principal: Principal, action: str, case: UUID, file: UUID) -> AuditRecord:
    return AuditRecord.of(principal, action, object_kind="case", object_id=case, file=str(file))
