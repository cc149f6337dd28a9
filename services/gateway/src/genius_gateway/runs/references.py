# SPDX-License-Identifier: EUPL-1.2
"""Ids inside an input: each must exist and be readable for the caller before a run starts (TEN-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from genius_common.contracts.modules import RunFile
from genius_common.errors import FieldError, NotFound
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.knowledge_bases.purposes import require_use
from genius_gateway.protection_classes.gate import LEAST, Used, highest, require_clearance


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that the caller may read, and the knowledge base that it is in."""

    protection_class: ProtectionClass
    base: KnowledgeBase


@dataclass(frozen=True, slots=True)
class Use:
    """What knowledge bases are to be read for: a module by id, and its name in texts (DSG-06)."""

    id: str
    title: str


class Library(Protocol):
    """What the caller may read outside of runs and conversations."""

    async def readable_knowledge_bases(self, principal: Principal) -> dict[UUID, KnowledgeBase]: ...

    async def document(self, principal: Principal, document: UUID) -> FoundDocument | None: ...

    async def file(self, principal: Principal, file: UUID) -> RunFile | None: ...

    async def case_class(self, principal: Principal, case: UUID) -> ProtectionClass | None: ...


@dataclass(frozen=True, slots=True)
class References:
    """What an input names: `used` has the class of each, `attached` that of what comes with the message itself."""

    files: list[RunFile]
    used: list[Used]
    attached: ProtectionClass
    case: UUID | None = None

    @classmethod
    def together(cls, parts: Sequence[References]) -> References:
        """Of all inputs of a batch, each file once."""
        files = {file.id: file for part in parts for file in part.files}
        attached = ProtectionClass.highest([part.attached for part in parts])
        return cls(list(files.values()), [used for part in parts for used in part.used], attached, parts[0].case)

    @property
    def protection_class(self) -> ProtectionClass:
        return highest(self.used)


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


class _Remembering:
    """A library for one request of one caller, which asks for each id once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._found: dict[tuple[str, UUID | None], Any] = {}

    async def readable_knowledge_bases(self, principal: Principal) -> dict[UUID, KnowledgeBase]:
        if ("bases", None) not in self._found:
            self._found["bases", None] = await self._library.readable_knowledge_bases(principal)
        found: dict[UUID, KnowledgeBase] = self._found["bases", None]
        return found

    async def document(self, principal: Principal, document: UUID) -> FoundDocument | None:
        if ("document", document) not in self._found:
            self._found["document", document] = await self._library.document(principal, document)
        found: FoundDocument | None = self._found["document", document]
        return found

    async def file(self, principal: Principal, file: UUID) -> RunFile | None:
        if ("file", file) not in self._found:
            self._found["file", file] = await self._library.file(principal, file)
        found: RunFile | None = self._found["file", file]
        return found

    async def case_class(self, principal: Principal, case: UUID) -> ProtectionClass | None:
        if ("case", case) not in self._found:
            self._found["case", case] = await self._library.case_class(principal, case)
        found: ProtectionClass | None = self._found["case", case]
        return found


class ReferenceCheck:
    """Looks every reference up in the caller's name."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def check_all(
        self,
        principal: Principal,
        inputs: Sequence[tuple[str, dict[str, Any]]],
        case: UUID | None,
        use: Use,
        stated: ProtectionClass | None = None,
    ) -> list[References]:
        """`check` of each input with its pointer; what several of them name is looked up once."""
        once = ReferenceCheck(_Remembering(self._library))
        return [await once.check(principal, data, case, use, prefix, stated) for prefix, data in inputs]

    async def readable(self, principal: Principal) -> dict[UUID, KnowledgeBase]:
        """The knowledge bases that the caller may read."""
        return await self._library.readable_knowledge_bases(principal)

    async def check(
        self,
        principal: Principal,
        data: dict[str, Any],
        case: UUID | None,
        use: Use,
        prefix: str = "/input",
        stated: ProtectionClass | None = None,
    ) -> References:
        """The files of the run, and the class of everything named; `stated` is that of the input's own words.

        Raises: NotFound naming each field that is not there; ClassAboveClearance naming what is above the caller's;
        UseRefused naming what is not there for `use`.
        """
        used: list[Used] = []
        missing: list[str] = []
        bases = await self._knowledge_bases(principal, data, prefix, used, missing)
        bases += await self._documents(principal, data, prefix, used, missing)
        files = []
        for index, identifier in enumerate(ids(data, "files", prefix)):
            pointer = f"{prefix}/files/{index}"
            if (file := await self._library.file(principal, identifier)) is None:
                missing.append(pointer)
            else:
                files.append(file)
                used.append(Used(pointer, file.protection_class))
        if case is not None:
            _note(await self._library.case_class(principal, case), "/case", used, missing)
        if missing:
            raise not_found(missing)
        if stated is not None:
            used.append(Used("/protection_class", stated))
        require_clearance(principal, used)
        require_use(use.id, use.title, bases)
        own = [LEAST, *(file.protection_class for file in files), *([stated] if stated else [])]
        return References(files, used, ProtectionClass.highest(own), case)

    async def _documents(
        self, principal: Principal, data: dict[str, Any], prefix: str, used: list[Used], missing: list[str]
    ) -> list[tuple[str, KnowledgeBase]]:
        """The knowledge bases of the wanted documents, with the pointer of each document."""
        bases = []
        for index, identifier in enumerate(ids(data, "documents", prefix)):
            pointer = f"{prefix}/documents/{index}"
            found = await self._library.document(principal, identifier)
            _note(found.protection_class if found else None, pointer, used, missing)
            if found is not None:
                bases.append((pointer, found.base))
        return bases

    async def _knowledge_bases(
        self, principal: Principal, data: dict[str, Any], prefix: str, used: list[Used], missing: list[str]
    ) -> list[tuple[str, KnowledgeBase]]:
        """The wanted knowledge bases with their pointers."""
        bases = []
        wanted = ids(data, "knowledge_bases", prefix)
        readable = await self._library.readable_knowledge_bases(principal) if wanted else {}
        for index, identifier in enumerate(wanted):
            pointer = f"{prefix}/knowledge_bases/{index}"
            base = readable.get(identifier)
            _note(base.protection_class if base else None, pointer, used, missing)
            if base is not None:
                bases.append((pointer, base))
        return bases


def _note(found: ProtectionClass | None, pointer: str, used: list[Used], missing: list[str]) -> None:
    if found is None:
        missing.append(pointer)
    else:
        used.append(Used(pointer, found))
