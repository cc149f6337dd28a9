# SPDX-License-Identifier: EUPL-1.2
"""Ids inside an input: each must exist and be readable for the caller before a run starts (TEN-03)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from genius_common.contracts.modules import RunFile
from genius_common.errors import FieldError, InvalidInput, NotFound
from genius_common.principal import Principal, ProtectionClass


class Library(Protocol):
    """What the caller may read outside of runs and conversations."""

    async def readable_knowledge_bases(self, principal: Principal) -> dict[UUID, ProtectionClass]: ...

    async def has_document(self, principal: Principal, document: UUID) -> bool: ...

    async def file(self, principal: Principal, file: UUID) -> RunFile | None: ...

    async def has_case(self, principal: Principal, case: UUID) -> bool: ...


@dataclass(frozen=True, slots=True)
class References:
    files: list[RunFile]
    protection_class: ProtectionClass
    case: UUID | None = None


def parse_id(value: Any, pointer: str) -> UUID:
    """An id as given; one that is no UUID is as unknown as a foreign one."""
    try:
        return UUID(str(value))
    except ValueError:
        raise not_found([pointer]) from None


def ids(data: dict[str, Any], field: str, prefix: str = "/input") -> list[UUID]:
    values = data.get(field)
    if not isinstance(values, list):
        return []
    return [parse_id(value, f"{prefix}/{field}/{index}") for index, value in enumerate(values)]


def not_found(pointers: Iterable[str]) -> NotFound:
    return NotFound(errors=[FieldError(pointer, NotFound.default_detail) for pointer in pointers])


class ReferenceCheck:
    """Looks every reference up in the caller's name."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def readable(self, principal: Principal) -> dict[UUID, ProtectionClass]:
        """The knowledge bases that the caller may read, with their classes."""
        return await self._library.readable_knowledge_bases(principal)

    async def check(
        self, principal: Principal, data: dict[str, Any], case: UUID | None, prefix: str = "/input"
    ) -> References:
        """The files of the run and its protection class. Raises `NotFound` naming each field that is not there."""
        classes, missing = await self._knowledge_bases(principal, data, prefix)
        for index, identifier in enumerate(ids(data, "documents", prefix)):
            if not await self._library.has_document(principal, identifier):
                missing.append(f"{prefix}/documents/{index}")
        files = []
        for index, identifier in enumerate(ids(data, "files", prefix)):
            if (file := await self._library.file(principal, identifier)) is None:
                missing.append(f"{prefix}/files/{index}")
            else:
                files.append(file)
        if case is not None and not await self._library.has_case(principal, case):
            missing.append("/case")
        if missing:
            raise not_found(missing)
        highest = ProtectionClass.highest([ProtectionClass.INTERN, *classes])
        if highest.rank > principal.classification.rank:
            raise InvalidInput("Diese Inhalte haben eine höhere Schutzklasse, als Sie verwenden dürfen.")
        return References(files, highest, case)

    async def _knowledge_bases(
        self, principal: Principal, data: dict[str, Any], prefix: str
    ) -> tuple[list[ProtectionClass], list[str]]:
        """The classes of the wanted knowledge bases, and pointers to those that the caller can't read."""
        wanted = ids(data, "knowledge_bases", prefix)
        readable = await self._library.readable_knowledge_bases(principal) if wanted else {}
        missing = [f"{prefix}/knowledge_bases/{n}" for n, identifier in enumerate(wanted) if identifier not in readable]
        return [readable[identifier] for identifier in wanted if identifier in readable], missing
