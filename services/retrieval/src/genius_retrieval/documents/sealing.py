# SPDX-License-Identifier: EUPL-1.2
"""Names, titles and contents of documents under the right key: the tenant's, the authority's or the person's."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.retrieval import DocumentState, StepCount, Successor
from genius_common.crypto import ContentKey, key_id_of
from genius_common.keys import KeyRing
from genius_common.principal import ProtectionClass
from genius_common.unreadable import open_each
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.ingest import reasons
from genius_retrieval.ingest.progress import UNDERWAY, share_of
from genius_retrieval.laws.documents import MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Owner:
    """To whom a document belongs. `person` is set for files only."""

    authority: UUID | None
    person: UUID | None = None


def owner_of(row: Row) -> Owner:
    return Owner(row.authority, row.owner_person if row.kind == "file" else None)


def retryable(row: Row) -> bool:
    """Whether it failed, its original is kept, and nothing took its place."""
    return row.state == "failed" and row.original is not None and row.superseded_by is None


class Sealing:
    """Seals and opens what a document's row holds."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def key(self, connection: AsyncConnection, owner: Owner) -> ContentKey:
        """The key for new content of `owner`."""
        if owner.authority is None:
            return await self._keys.tenant_key(connection)
        if owner.person is None:
            return await self._keys.authority_key(connection, owner.authority)
        return await self._keys.person_key(connection, owner.authority, owner.person)

    async def key_of(self, connection: AsyncConnection, sealed: bytes) -> ContentKey:
        """The key that opens `sealed`, if the row scope includes it."""
        return await self._keys.by_id(connection, key_id_of(sealed))

    async def state(self, connection: AsyncConnection, row: Row, extra: tuple[str, ...] = ()) -> DocumentState:
        """The public state of a row; `extra` are codes of warnings of this answer only."""
        name, title = await self._texts(connection, row)
        working = StepCount.model_validate(row.working) if row.working and row.state in UNDERWAY else None
        return DocumentState(
            id=row.id,
            name=name or "",
            state=row.state,
            reason=reasons.failure(row.reason),
            retryable=retryable(row),
            media_type=row.media_type,
            pages=row.pages,
            size=row.size,
            version=row.version,
            title=title,
            as_of=row.as_of,
            progress=share_of(row.state, working),
            working=working,
            warnings=reasons.warnings([*row.warnings, *extra]),
            unreadable=name is None or (title is None and row.title is not None),
            knowledge_base=row.knowledge_base,
            protection_class=row.protection_class,
            created_at=row.created_at,
            replaces=row.replaces,
            processing=row.processing,
            quarantined_at=row.quarantined_at,
            superseded=row.superseded_by is not None,
            superseded_by=await self._successor(connection, row) if row.superseded_by else None,
        )

    async def _successor(self, connection: AsyncConnection, row: Row) -> Successor | None:
        found = await repository.newest(connection, row)
        if found is None:
            return None
        name = title = None
        if ProtectionClass(row.protection_class).covers(ProtectionClass(found.protection_class)):
            name, title = await self._texts(connection, found)
        return Successor(document=found.id, name=name, title=title, created_at=found.created_at)

    async def _texts(self, connection: AsyncConnection, row: Row) -> list[str | None]:
        """Name and title; None for what is not there, or does not open."""
        sealed = [(getattr(row, column), _place(column, row.id)) for column in ("name", "title")]
        return [
            value.decode() if value is not None else None for value in await open_each(self._keys, connection, sealed)
        ]


def seal_text(key: ContentKey, text: str, column: str, document: UUID) -> bytes:
    return key.seal(text.encode(), _place(column, document))


def open_text(key: ContentKey, sealed: bytes, column: str, document: UUID) -> str:
    return key.open(sealed, _place(column, document)).decode()


def _place(column: str, document: UUID) -> str:
    return f"documents/{column}/{document}"


def name_digest(key: ContentKey, name: str, media_type: str | None = None) -> bytes:
    """Finds the earlier version of the same name without the name in clear; bound to the owner's key.

    An imported law has names of its own: an upload that is called "WoGG" is no version of the law.
    """
    if media_type == MEDIA_TYPE:
        name = f"law/{name}"
    return hmac.digest(key.secret, b"name\0" + name.casefold().encode(), hashlib.sha256)
