# SPDX-License-Identifier: EUPL-1.2
"""Rows of versions. Every call works in the row scope of the case's owner, whose key seals them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import Undecryptable
from genius_common.principal import ProtectionClass
from genius_gateway.case_versions.model import Content, Signature, Version
from genius_gateway.runs.sealing import Owner, Sealer

_COLUMNS = "id, case_id, number, protection_class, digest, content, made_at, signature"
_ALL = text(f"SELECT {_COLUMNS} FROM case_versions WHERE case_id = :case ORDER BY number DESC")  # noqa: S608 constants
_ONE = text(f"SELECT {_COLUMNS} FROM case_versions WHERE case_id = :case AND number = :number")  # noqa: S608 constants
_LAST = text(
    f"SELECT {_COLUMNS} FROM case_versions WHERE case_id = :case ORDER BY number DESC LIMIT 1"  # noqa: S608 constants
)
_LOCK = text("SELECT 1 FROM cases WHERE id = :case FOR UPDATE")
_INSERT = text(
    "INSERT INTO case_versions (id, case_id, number, authority, owner, protection_class, digest, content)"
    " VALUES (:id, :case, :number, :authority, :owner, :protection_class, :digest, :content)"
)
_SIGN = text("UPDATE case_versions SET signature = :signature, signed_at = now() WHERE id = :id AND signature IS NULL")
_RESEAL = text("UPDATE case_versions SET owner = :owner, content = :content, signature = :signature WHERE id = :id")
_TOUCH = text("UPDATE cases SET updated_at = now() WHERE id = :case")


class VersionRepository:
    """What is opened is held against its digest: content that is not that of the version does not open."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def lock(self, connection: AsyncConnection, case: UUID) -> None:
        """One change of a case after the other, until the transaction ends."""
        await connection.execute(_LOCK, {"case": case})

    async def all(self, connection: AsyncConnection, case: UUID) -> list[Version]:
        """The newest first."""
        return await self._opened(connection, (await connection.execute(_ALL, {"case": case})).all())

    async def one(self, connection: AsyncConnection, case: UUID, number: int) -> Version | None:
        rows = (await connection.execute(_ONE, {"case": case, "number": number})).all()
        return next(iter(await self._opened(connection, rows)), None)

    async def last(self, connection: AsyncConnection, case: UUID) -> Version | None:
        rows = (await connection.execute(_LAST, {"case": case})).all()
        return next(iter(await self._opened(connection, rows)), None)

    async def add(
        self,
        connection: AsyncConnection,
        owner: Owner,
        case: UUID,
        number: int,
        content: Content,
        protection_class: ProtectionClass,
    ) -> str:
        """Answers the digest, in hex."""
        identifier, plain = uuid4(), content.dump()
        digest = hashlib.sha256(plain)
        values = {
            "id": identifier,
            "case": case,
            "number": number,
            "authority": owner.authority,
            "owner": owner.person,
            "protection_class": protection_class.value,
            "digest": digest.digest(),
            "content": await self._sealer.seal(connection, owner, orjson.loads(plain), _place("content", identifier)),
        }
        await connection.execute(_INSERT, values)
        await connection.execute(_TOUCH, {"case": case})
        return digest.hexdigest()

    async def sign(self, connection: AsyncConnection, owner: Owner, case: UUID, version: UUID, by: Signature) -> bool:
        """False where it was signed meanwhile."""
        value = by.model_dump(mode="json")
        sealed = await self._sealer.seal(connection, owner, value, _place("signature", version))
        done = (await connection.execute(_SIGN, {"id": version, "signature": sealed})).rowcount == 1
        await connection.execute(_TOUCH, {"case": case})
        return done

    async def take_over(self, connection: AsyncConnection, owner: Owner, versions: Sequence[Version]) -> None:
        """Seal them for a new owner of the case, in whose scope this is; nothing else of them changes."""
        for version in versions:
            content = orjson.loads(version.content.dump())
            signature = version.signature.model_dump(mode="json") if version.signature else None
            values = {
                "id": version.id,
                "owner": owner.person,
                "content": await self._sealer.seal(connection, owner, content, _place("content", version.id)),
                "signature": await self._sealer.seal(connection, owner, signature, _place("signature", version.id))
                if signature
                else None,
            }
            await connection.execute(_RESEAL, values)

    async def _opened(self, connection: AsyncConnection, rows: Sequence[Any]) -> list[Version]:
        contents = await self._sealer.open_all(connection, [(row.content, _place("content", row.id)) for row in rows])
        signed = [row for row in rows if row.signature is not None]
        opened = await self._sealer.open_all(
            connection, [(row.signature, _place("signature", row.id)) for row in signed]
        )
        signatures = {row.id: Signature.model_validate(value) for row, value in zip(signed, opened, strict=True)}
        return [_version(row, content, signatures.get(row.id)) for row, content in zip(rows, contents, strict=True)]


def _version(row: Any, content: dict[str, Any], signature: Signature | None) -> Version:
    plain = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    if hashlib.sha256(plain).digest() != bytes(row.digest):
        raise Undecryptable
    return Version(
        id=row.id,
        number=row.number,
        protection_class=ProtectionClass(row.protection_class),
        made_at=row.made_at,
        digest=bytes(row.digest).hex(),
        content=Content.model_validate(content),
        signature=signature,
    )


def _place(column: str, identifier: UUID) -> str:
    return f"case_versions/{column}/{identifier}"
