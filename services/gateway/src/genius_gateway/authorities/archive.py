# SPDX-License-Identifier: EUPL-1.2
"""The encrypted archive of an authority that leaves: a ZIP file whose every member is sealed with the archive's key.

`manifest.json` is in clear and lists each member with the SHA-256 of its ciphertext, so that anybody can check the file
without the key. Members are numbered: names of files and titles are content, and stand sealed in the member `names`.
`genius authority open-archive` checks and opens it. A member is bound to the removal and its number.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from genius_common.archive import FORMAT, MANIFEST, NAMES, member_place
from genius_common.crypto import ContentKey
from genius_common.database import Database
from genius_gateway.authorities.errors import ArchiveNotWritten
from genius_gateway.authorities.plan import RemovalPlan
from genius_gateway.keys.whole import owners, whole
from genius_gateway.persons.data import Reader
from genius_gateway.persons.export import DataExport
from genius_gateway.persons.record import RECORD

_CASES = next(table for table in RECORD if table.name == "cases")
Members = AsyncIterator[tuple[str, AsyncIterator[bytes]]]


@dataclass(frozen=True, slots=True)
class Archived:
    """`sha256` is the whole file's, in hex."""

    sha256: str
    members: int
    key: UUID


class AuthorityArchive:
    """`write` makes the file beside its place and moves it there when it is whole and on the disk."""

    def __init__(self, database: Database, reader: Reader, export: DataExport) -> None:
        self._database = database
        self._reader = reader
        self._export = export

    async def write(self, path: Path, key: ContentKey, removal: UUID, authority: UUID, plan: RemovalPlan) -> Archived:
        """Raises: ArchiveNotWritten, and what can't be read: better none than one that lacks something."""
        if _is_foreign(path, removal):
            raise ArchiveNotWritten
        try:
            return await self._write(path, key, removal, authority, plan)
        except OSError as error:
            raise ArchiveNotWritten(f"{path} ist nicht schreibbar: {error.strerror}.") from error

    async def _write(self, path: Path, key: ContentKey, removal: UUID, authority: UUID, plan: RemovalPlan) -> Archived:
        unfinished = path.with_name(f".{path.name}.unfinished")
        listed: list[dict[str, str | int]] = []
        names: dict[str, str] = {}
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                async for name, content in self._members(authority, plan):
                    number = f"{len(names) + 1:08}"
                    names[number] = name
                    plain = b"".join([part async for part in content])
                    listed.append(_add(archive, number, key.seal(plain, member_place(removal, number))))
                listed.append(_add(archive, NAMES, key.seal(orjson.dumps(names), member_place(removal, NAMES))))
                manifest = {"format": FORMAT, "removal": str(removal), "authority": str(authority),
                            "key": str(key.id), "members": listed}  # fmt: skip
                archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        unfinished.replace(path)
        return Archived(digest, len(names), key.id)

    async def _members(self, authority: UUID, plan: RemovalPlan) -> Members:
        async with self._database.transaction(whole(authority)) as connection:
            people = await owners(connection, authority)
        if plan.knowledge == "archive":
            async for member in self._export.shared_knowledge(authority):
                yield member
        for person in people:
            if plan.personal == "archive":
                async for member in self._export.of_authority(person, authority, f"personen/{person}"):
                    yield member
            elif plan.cases == "archive":
                yield f"vorgaenge/{person}.ndjson", self._cases(person, authority)

    async def _cases(self, person: UUID, authority: UUID) -> AsyncIterator[bytes]:
        async for row in self._reader.rows(_CASES, person, authority):
            yield orjson.dumps(row) + b"\n"


def _is_foreign(path: Path, removal: UUID) -> bool:
    """Whether there is a file that no earlier attempt of this removal has written: it is not replaced."""
    if not path.exists():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(orjson.loads(archive.read(MANIFEST))["removal"] != str(removal))
    except (zipfile.BadZipFile, OSError, KeyError, TypeError, orjson.JSONDecodeError):
        return True


def _add(archive: zipfile.ZipFile, name: str, sealed: bytes) -> dict[str, str | int]:
    archive.writestr(name, sealed)
    return {"name": name, "sha256": hashlib.sha256(sealed).hexdigest(), "size": len(sealed)}
