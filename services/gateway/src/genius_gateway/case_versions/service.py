# SPDX-License-Identifier: EUPL-1.2
"""Versions of a case: made of checks and of what people change, read, compared, signed off.

Everything is decided by `ObjectAccess.case_in`, in the transaction of the effect; rows are read and written in the
scope of the case's owner, records in the caller's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database
from genius_common.errors import FieldError, NotFound
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.auth.identity import Identity
from genius_gateway.case_versions.changing import changed, checked, signed
from genius_gateway.case_versions.checks import Checks
from genius_gateway.case_versions.difference import difference
from genius_gateway.case_versions.errors import (
    CaseClosed,
    CaseFilesChanged,
    TooManyVersions,
    VersionNotChecked,
    VersionOutdated,
    VersionSigned,
)
from genius_gateway.case_versions.model import Content, Version
from genius_gateway.case_versions.repository import VersionRepository
from genius_gateway.case_versions.schemas import Changes, SignOff
from genius_gateway.cases.model import Case, Right
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.runs.sealing import Owner
from genius_gateway.runs.starting import owner_of
from genius_gateway.scopes import in_name_of, row_scope

_MOST = 500
_FILES = text("SELECT file, owner FROM case_files WHERE case_id = :case ORDER BY added_at, file")


@dataclass(frozen=True, slots=True)
class FileOfCase:
    """A file and whose it is."""

    file: UUID
    owner: UUID


@dataclass(frozen=True, slots=True)
class _Opened:
    """A case in a transaction of the caller's; `in_it` are its files now."""

    connection: AsyncConnection
    case: Case
    owner: Owner
    in_it: list[FileOfCase]

    @property
    def files(self) -> frozenset[UUID]:
        return frozenset(one.file for one in self.in_it)


class CaseVersions:
    """Who may read the case reads them; who may write it adds to them and signs."""

    def __init__(self, database: Database, access: ObjectAccess, versions: VersionRepository, checks: Checks) -> None:
        self._database = database
        self._access = access
        self._versions = versions
        self._checks = checks

    async def all(self, principal: Principal, case: UUID) -> list[Version]:
        """The newest first. Raises: NotFound."""
        async with self._open(principal, case, "read") as opened:
            return await self._listed(principal, opened)

    async def whole(self, principal: Principal, case: UUID) -> tuple[Case, list[Version], list[FileOfCase]]:
        """The case, its versions (the newest first) and its files. Raises: NotFound."""
        async with self._open(principal, case, "read") as opened:
            return opened.case, await self._listed(principal, opened), opened.in_it

    async def get(self, principal: Principal, case: UUID, number: int) -> Version:
        """Raises: NotFound."""
        async with self._open(principal, case, "read") as opened:
            return await self._one(principal, opened, number)

    async def difference(self, principal: Principal, case: UUID, before: int, after: int) -> dict[str, Any]:
        """Raises: NotFound."""
        async with self._open(principal, case, "read") as opened:
            first = await self._one(principal, opened, before)
            second = await self._one(principal, opened, after)
        return difference(first.content, second.content)

    async def add_check(self, identity: Identity, case: UUID, run: UUID) -> Version:
        """The result of a check of the caller's as a new version; the same run again is the same version.

        Raises: NotFound, Forbidden, RunIsNoCheck, CaseFilesChanged, CheckOutdated.
        """
        principal = identity.principal
        async with self._open(principal, case, "write") as opened:
            found = await self._checks.load(opened.connection, principal, case, run)
            async with in_name_of(opened.connection, principal, opened.owner.person):
                last = await self._locked(opened)
                if last is not None and last.content.checked and last.content.run == run:
                    return last
                found.require_files(opened.files)
                content = checked(identity, found, last)
                classes = [opened.case.protection_class, found.protection_class]
                number = await self._add(opened, last, content, ProtectionClass.highest(classes))
            await self._record(opened, principal, "case.version", number)
            return await self._one(principal, opened, number)

    async def change(self, identity: Identity, case: UUID, wanted: Changes) -> Version:
        """What a person sets, accepts or rewrites, as a new version.

        Raises: NotFound, Forbidden, VersionOutdated, InvalidInput, LetterWithoutGap.
        """
        principal = identity.principal
        async with self._open(principal, case, "write") as opened:
            async with in_name_of(opened.connection, principal, opened.owner.person):
                last = await self._latest(principal, opened, wanted.version)
                number = await self._add(opened, last, changed(identity, wanted, last), last.protection_class)
            await self._record(opened, principal, "case.version", number)
            return await self._one(principal, opened, number)

    async def sign(self, identity: Identity, case: UUID, wanted: SignOff) -> Version:
        """Raises: NotFound, Forbidden, VersionOutdated, VersionNotChecked, VersionSigned, CaseFilesChanged."""
        principal = identity.principal
        async with self._open(principal, case, "write") as opened:
            async with in_name_of(opened.connection, principal, opened.owner.person):
                last = await self._latest(principal, opened, wanted.version)
                if last.digest != wanted.sha256:
                    raise VersionOutdated
                if last.signature is not None:
                    raise VersionSigned
                if not last.content.checked:
                    raise VersionNotChecked
                if frozenset(one.file for one in last.content.files) != opened.files:
                    raise CaseFilesChanged
                by = signed(identity, wanted, last.content)
                if not await self._versions.sign(opened.connection, opened.owner, case, last.id, by):
                    raise VersionSigned
            await self._record(opened, principal, "case.sign_off", last.number, sha256=last.digest)
            return await self._one(principal, opened, last.number)

    @asynccontextmanager
    async def _open(self, principal: Principal, identifier: UUID, right: Right) -> AsyncIterator[_Opened]:
        async with self._database.transaction(row_scope(principal)) as connection:
            case = (await self._access.case_in(connection, principal, identifier, right)).case
            if right == "write" and case.state != "open":
                raise CaseClosed
            files = [FileOfCase(row.file, row.owner) for row in await connection.execute(_FILES, {"case": identifier})]
            owner = replace(owner_of(principal), person=case.owner)
            yield _Opened(connection, case, owner, files)

    async def _listed(self, principal: Principal, opened: _Opened) -> list[Version]:
        async with in_name_of(opened.connection, principal, opened.owner.person):
            found = await self._versions.all(opened.connection, opened.case.id)
        return [one for one in found if principal.classification.covers(one.protection_class)]

    async def _one(self, principal: Principal, opened: _Opened, number: int) -> Version:
        async with in_name_of(opened.connection, principal, opened.owner.person):
            found = await self._versions.one(opened.connection, opened.case.id, number)
        if found is None or not principal.classification.covers(found.protection_class):
            raise NotFound
        return found

    async def _locked(self, opened: _Opened) -> Version | None:
        """The latest version; until the transaction ends there is no other. In the owner's scope."""
        await self._versions.lock(opened.connection, opened.case.id)
        return await self._versions.last(opened.connection, opened.case.id)

    async def _latest(self, principal: Principal, opened: _Opened, seen: int) -> Version:
        """Raises: NotFound (the case has none), VersionOutdated."""
        last = await self._locked(opened)
        if last is None or not principal.classification.covers(last.protection_class):
            raise NotFound(errors=[FieldError("/version", NotFound.default_detail)])
        if last.number != seen:
            raise VersionOutdated(errors=[FieldError("/version", f"Die neueste Fassung ist {last.number}.")])
        return last

    async def _add(self, opened: _Opened, last: Version | None, content: Content, upto: ProtectionClass) -> int:
        number = last.number + 1 if last is not None else 1
        if number > _MOST:
            raise TooManyVersions
        await self._versions.add(opened.connection, opened.owner, opened.case.id, number, content, upto)
        return number

    async def _record(
        self, opened: _Opened, principal: Principal, action: str, number: int, **facts: int | str | bool
    ) -> None:
        record = AuditRecord.of(principal, action, object_kind="case", object_id=opened.case.id)
        await append(opened.connection, [replace(record, facts={**record.facts, "version": number, **facts})])
