# SPDX-License-Identifier: EUPL-1.2
"""What leaves of a case: the letter of a signed version, or all of it for an E-Akte. Never what nobody signed (KI-04).

vorgang.zip: `schreiben.txt` and `schreiben.docx` (where there is a letter) · `fassung.json` · `dateien/NN name` ·
`metadaten.xml`, at the end, with the hash of each.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from genius_common.contracts.retrieval import DocumentState
from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.case_versions.errors import NoLetter, VersionNotSigned
from genius_gateway.case_versions.model import Signature, Version
from genius_gateway.case_versions.papers import Enclosed, letter, metadata, plain
from genius_gateway.case_versions.schemas import view
from genius_gateway.case_versions.service import CaseVersions, FileOfCase
from genius_gateway.cases.model import Case
from genius_gateway.export import Exporter
from genius_gateway.persons.archive import Archive
from genius_gateway.persons.export import safe
from genius_gateway.protection_classes.gate import require_may_leave
from genius_gateway.tokens.minter import TokenMinter

Form = Literal["text", "docx", "e-akte"]
_CHUNK = 64 * 1024
_SILENCE_S = 60.0
_GONE = "Die Datei ist nicht mehr vorhanden oder zurzeit nicht lesbar."


@dataclass(frozen=True, slots=True)
class Leaving:
    """A signed version that may leave, with the files of its case that can be read now."""

    case: Case
    version: Version
    signature: Signature
    files: list[tuple[FileOfCase, DocumentState | None]]


class CaseExport:
    """`prepare` decides and records, before a byte leaves; the rest writes."""

    def __init__(
        self,
        versions: CaseVersions,
        audit: AuditTrail,
        exporter: Exporter,
        minter: TokenMinter,
        retrieval: ServiceClient,
        upto: ProtectionClass,
    ) -> None:
        self._versions = versions
        self._audit = audit
        self._exporter = exporter
        self._minter = minter
        self._retrieval = retrieval
        self._upto = upto

    async def prepare(self, principal: Principal, case: UUID, number: int | None, form: Form) -> Leaving:
        """The version `number`, or the newest that is signed.

        Raises: NotFound, VersionNotSigned, NoLetter, ClassMayNotLeave.
        """
        found, versions, files = await self._versions.whole(principal, case)
        chosen = [one for one in versions if number in (None, one.number)]
        if number is not None and not chosen:
            raise NotFound
        version = next((one for one in chosen if one.signature is not None), None)
        if version is None or version.signature is None:
            raise VersionNotSigned
        require_may_leave(self._upto, version.protection_class)
        if form != "e-akte" and version.signature.letter is None:
            raise NoLetter
        states = [(file, await self._state(principal, file)) for file in files] if form == "e-akte" else []
        for _, state in states:
            if state is not None:
                require_may_leave(self._upto, state.protection_class)
        record = AuditRecord.of(principal, "case.export", object_kind="case", object_id=case)
        facts: dict[str, int | str] = {"version": version.number, "sha256": version.digest, "form": form}
        await self._audit.record(replace(record, facts={**record.facts, **facts}))
        return Leaving(found, version, version.signature, states)

    def text(self, leaving: Leaving) -> bytes:
        return plain(leaving.version, leaving.signature).encode()

    async def docx(self, leaving: Leaving) -> bytes:
        document = letter(leaving.case, leaving.version, leaving.signature)
        return (await self._exporter.file(document, "docx")).content

    async def archive(self, principal: Principal, leaving: Leaving) -> AsyncIterator[bytes]:
        """Raises PlatformError in the middle where a file can't be read on: better broken off than incomplete."""
        archive, enclosed = Archive(), list[Enclosed]()
        for name, kind, content in await self._papers(leaving):
            async for data in archive.add(name, _whole(content)):
                yield data
            digest = hashlib.sha256(content).hexdigest()
            enclosed.append(Enclosed(name=name, kind=kind, checked=True, place=name, sha256=digest, size=len(content)))
        known = {one.file for one in leaving.version.content.files}
        for number, (file, state) in enumerate(leaving.files, 1):
            checked = file.file in known
            if state is None:
                enclosed.append(Enclosed(name=str(file.file), kind="eingang", checked=checked, missing=_GONE))
                continue
            place, counted = f"dateien/{number:02} {safe(state.name)}", _Counted()
            async for data in archive.add(place, counted.through(self._content(principal, file))):
                yield data
            enclosed.append(
                Enclosed(
                    name=state.name, kind="eingang", checked=checked, place=place, sha256=counted.digest.hexdigest(),
                    size=counted.size,
                )
            )  # fmt: skip
        there = {file.file for file, _ in leaving.files}
        enclosed += [
            Enclosed(name=one.name, kind="eingang", checked=True, missing="Liegt nicht mehr im Vorgang.")
            for one in leaving.version.content.files
            if one.file not in there
        ]
        about = metadata(leaving.case, leaving.version, leaving.signature, enclosed, dt.datetime.now(dt.UTC))
        async for data in archive.add("metadaten.xml", _whole(about)):
            yield data
        for data in archive.close():
            yield data

    async def _papers(self, leaving: Leaving) -> list[tuple[str, str, bytes]]:
        made = [("fassung.json", "fassung", view(leaving.version).model_dump_json(indent=1).encode())]
        if leaving.signature.letter is not None:
            made.append(("schreiben.txt", "schreiben", self.text(leaving)))
            made.append(("schreiben.docx", "schreiben", await self.docx(leaving)))
        return made

    async def _state(self, principal: Principal, file: FileOfCase) -> DocumentState | None:
        try:
            token = self._token(principal, file)
            found = DocumentState.model_validate(await self._retrieval.json("GET", f"/files/{file.file}", token=token))
        except PlatformError as error:
            if error.status == NotFound.status:
                return None
            raise
        return None if found.unreadable else found

    async def _content(self, principal: Principal, file: FileOfCase) -> AsyncIterator[bytes]:
        path, token = f"/files/{file.file}/content", self._token(principal, file)
        async with self._retrieval.stream("GET", path, token=token, read_timeout=_SILENCE_S) as response:
            async for chunk in response.content.iter_chunked(_CHUNK):
                yield chunk

    def _token(self, principal: Principal, file: FileOfCase) -> str:
        """In the name of whose the file is: who reads the case reads its files."""
        reader = replace(principal, subject=file.owner, units=frozenset(), application=None)
        return self._minter.for_inner(
            principal if file.owner == principal.subject else reader, "retrieval", ["files.read"]
        )


class _Counted:
    """Passes content on, with its hash and size."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0

    async def through(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for part in content:
            self.digest.update(part)
            self.size += len(part)
            yield part


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
