# SPDX-License-Identifier: EUPL-1.2
"""Documents of knowledge bases and files of persons: accept, list, read, delete."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.retrieval import NOT_THERE_TO_REPLACE, DocumentPage, DocumentState
from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, Forbidden, InvalidInput, NotFound
from genius_common.names import display_name
from genius_common.principal import Principal, ProtectionClass
from genius_retrieval.access import may_see_class, require_readable, require_writable, row_scope, write_scope
from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.retrying import require_retryable
from genius_retrieval.documents.sealing import Owner, Sealing, name_digest, owner_of, seal_text
from genius_retrieval.errors import AlreadyReplaced, ClassAboveBase, IndexUnavailable
from genius_retrieval.index.port import CollectionIndex
from genius_retrieval.ingest.queue import IngestQueue, Leftovers, Target
from genius_retrieval.ingest.reasons import CLASS_RAISED
from genius_retrieval.knowledge_bases import repository as knowledge_bases
from genius_retrieval.knowledge_bases.purposes import require_for_run
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.parsing.builder import is_marked
from genius_retrieval.refusals import repository as refusals
from genius_retrieval.tables import documents

_EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)


@dataclass(frozen=True, slots=True)
class Upload:
    """Received bytes. `content` is None where they were more than allowed; `size` and `version` are of all."""

    name: str
    content: bytes | None
    size: int
    version: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Upload:
        return cls(name, content, len(content), hashlib.sha256(content).hexdigest())

    @property
    def refusal(self) -> str | None:
        """The reason code of an upload that needs no parser to be refused."""
        if self.content is None:
            return "too_large"
        if is_marked(self.name):
            return "vs_marking"
        return None if self.content else "empty"


class DocumentService:
    """What the endpoints of documents and files do."""

    def __init__(
        self,
        database: Database,
        sealing: Sealing,
        objects: ObjectStorage,
        queue: IngestQueue,
        index: CollectionIndex,
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._objects = objects
        self._queue = queue
        self._index = index

    async def add_document(
        self,
        principal: Principal,
        knowledge_base: UUID,
        upload: Upload,
        stated: ProtectionClass | None = None,
        replaces: UUID | None = None,
    ) -> DocumentState:
        """Accept a document; the same content again answers the existing one with a warning `duplicate`.

        Once ready it supersedes older ones of its name, and the document `replaces` whatever that is called.
        It carries its knowledge base's class. Raises: ClassAboveBase where it is `stated` or known to be higher;
        NotFound where `replaces` is no document of this knowledge base; AlreadyReplaced where it no longer holds.
        """
        require_writable(principal, knowledge_base)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await knowledge_bases.get(connection, knowledge_base)
            if base is None or not may_see_class(principal, base.protection_class):
                raise NotFound
            known = await self._known_class(connection, principal, upload)
            if known is ProtectionClass.INTERN:
                known = None  # what a file gets without anybody's word stands against no open knowledge base
            require_within_base(base.protection_class, [stated, known])
            if replaces is not None:
                await _require_current(connection, knowledge_base, replaces)
        values = {
            "kind": "document",
            "knowledge_base": knowledge_base,
            "owner_kind": "authority" if base.authority else "tenant",
            "protection_class": base.protection_class,
            "replaces": replaces,
        }
        return await self._add(principal, Owner(base.authority), upload, values)

    async def add_file(
        self, principal: Principal, upload: Upload, protection_class: ProtectionClass = ProtectionClass.INTERN
    ) -> DocumentState:
        """Accept a file of the caller. A higher class under which they have the same content goes on, and is said."""
        if principal.authority is None or not may_see_class(principal, protection_class):
            raise Forbidden
        async with self._database.transaction(row_scope(principal)) as connection:
            known = await self._known_class(connection, principal, upload)
        actual = ProtectionClass.highest([protection_class, *([known] if known else [])])
        values = {
            "kind": "file",
            "owner_kind": "person",
            "owner_person": principal.subject,
            "protection_class": actual.value,
            "warnings": [] if actual is protection_class else [CLASS_RAISED],
        }
        return await self._add(principal, Owner(principal.authority, principal.subject), upload, values)

    @staticmethod
    async def _known_class(connection: AsyncConnection, principal: Principal, upload: Upload) -> ProtectionClass | None:
        """The highest class of the same content among the caller's files and readable knowledge bases."""
        found = await repository.classes_of_version(connection, upload.version, principal)
        seen = [ProtectionClass(item) for item in found if may_see_class(principal, item)]
        return ProtectionClass.highest(seen) if seen else None

    async def _add(self, principal: Principal, owner: Owner, upload: Upload, values: dict[str, Any]) -> DocumentState:
        scope = write_scope(principal, owner.authority)
        identifier, original = uuid4(), uuid4() if upload.refusal is None else None
        name = display_name(upload.name)
        async with self._database.transaction(scope) as connection:
            if base := values.get("knowledge_base"):
                await repository.claim_version(connection, base, upload.version)
                if existing := await repository.same_version(connection, base, upload.version):
                    await self._replace_by(connection, existing, values.get("replaces"))
                    return await self._told(connection, principal, existing, "duplicate")
            key = await self._sealing.key(connection, owner)
            if original and upload.content is not None:
                await self._objects.put(original, upload.content, key)
            row = await repository.insert(
                connection,
                {
                    **values,
                    "id": identifier,
                    "authority": owner.authority,
                    "uploaded_by": principal.subject,
                    "name": seal_text(key, name, "name", identifier),
                    "name_digest": name_digest(key, name),
                    "state": "failed" if upload.refusal else "queued",
                    "reason": upload.refusal,
                    "size": upload.size,
                    "version": upload.version,
                    "original": original,
                },
            )
            if upload.refusal:
                await refusals.note(connection, row, upload.refusal)
            if original:
                await self._queue.defer(connection, Target(identifier, owner.authority, principal.subject))
            return await self._told(connection, principal, row)

    async def _replace_by(self, connection: AsyncConnection, existing: Row, replaces: UUID | None) -> None:
        """What is there already replaces it: now, or when it is ready."""
        if replaces is None or replaces == existing.id:
            return
        await repository.update(connection, existing.id, replaces=replaces)
        row = await repository.get(connection, existing.id, lock=True)
        if row is not None and row.state == "ready":
            for other in await repository.supersede(connection, row):
                await self._queue.defer(connection, points_of(other))

    async def state(self, principal: Principal, identifier: UUID, kind: str) -> DocumentState:
        async with self._database.transaction(row_scope(principal)) as connection:
            row = await opened(connection, principal, identifier, kind)
            return await self._told(connection, principal, row)

    async def _told(self, connection: AsyncConnection, principal: Principal, row: Row, *extra: str) -> DocumentState:
        """The state, with how it was read for those alone who look after it: another authority may only read it."""
        state = await self._sealing.state(connection, row, extra)
        kept = row.knowledge_base is None or row.knowledge_base in principal.writable_knowledge_bases
        return state if kept else state.model_copy(update={"processing": None})

    async def list_documents(
        self, principal: Principal, knowledge_base: UUID, limit: int, after: str | None, *, superseded: bool = False
    ) -> DocumentPage:
        """Current documents, or all, in order of upload; `after` is the `next` of the page before."""
        require_readable(principal, knowledge_base)
        async with self._database.transaction(row_scope(principal)) as connection:
            base = await knowledge_bases.get(connection, knowledge_base)
            if base is None or not may_see_class(principal, base.protection_class):
                raise NotFound
            await require_for_run(connection, principal, knowledge_base)
            found = await repository.page(connection, knowledge_base, limit, _cursor(after), superseded)
            rows = [row for row in found[:limit] if may_see_class(principal, row.protection_class)]
            items = [await self._told(connection, principal, row) for row in rows]
        more = len(found) > limit
        return DocumentPage(items=items, next=_as_cursor(found[limit - 1]) if more else None)

    async def delete(self, principal: Principal, identifier: UUID, kind: str) -> None:
        """Remove the document: out of the search at once, then its objects."""
        async with self._database.transaction(row_scope(principal)) as connection:
            row = visible(principal, await repository.get(connection, identifier), kind)
        if row.knowledge_base:
            require_writable(principal, row.knowledge_base)
        await self.delete_rows(write_scope(principal, row.authority), [row])

    async def retry(self, principal: Principal, identifier: UUID, kind: str) -> DocumentState:
        """Read a failed document once more, with what the platform can read by now.

        Raises: NotFound, Forbidden, NothingToRetry.
        """
        async with self._database.transaction(row_scope(principal)) as connection:
            row = visible(principal, await repository.get(connection, identifier), kind)
        if row.knowledge_base:
            require_writable(principal, row.knowledge_base)
        async with self._database.transaction(write_scope(principal, row.authority)) as connection:
            current = visible(principal, await repository.get(connection, identifier, lock=True), kind)
            await require_retryable(connection, current)
            await repository.update(connection, identifier, state="queued", reason=None, processing=None, working=None)
            await self._queue.defer(connection, Target(identifier, row.authority, principal.subject))
            again = visible(principal, await repository.get(connection, identifier), kind)
            return await self._told(connection, principal, again)

    async def quarantine(self, principal: Principal, identifier: UUID, locked: bool) -> DocumentState:
        """Lock a document of a knowledge base at once, or let it hold again; to repeat it changes nothing (INJ-06).

        Its points stay where they are: each answer is checked against the row. Raises: NotFound.
        """
        async with self._database.transaction(row_scope(principal)) as connection:
            row = visible(principal, await repository.get(connection, identifier), "document")
        require_writable(principal, row.knowledge_base)
        async with self._database.transaction(write_scope(principal, row.authority)) as connection:
            since = sa.func.coalesce(documents.c.quarantined_at, sa.func.now()) if locked else None
            await repository.update(connection, identifier, quarantined_at=since)
            changed = visible(principal, await repository.get(connection, identifier), "document")
            return await self._told(connection, principal, changed)

    async def list_files(self, principal: Principal, limit: int, after: str | None) -> DocumentPage:
        """The caller's own files in order of upload; never for a run, which gets its files named."""
        if principal.run is not None:
            raise Forbidden
        async with self._database.transaction(row_scope(principal)) as connection:
            found = await repository.files_page(connection, principal.subject, limit, _cursor(after))
            rows = [row for row in found[:limit] if may_see_class(principal, row.protection_class)]
            items = [await self._told(connection, principal, row) for row in rows]
        return DocumentPage(items=items, next=_as_cursor(found[limit - 1]) if len(found) > limit else None)

    async def delete_rows(self, scope: RowScope, rows: Sequence[Row]) -> list[Leftovers]:
        """Delete rows with all that hangs on them, points at once, objects by a job; returns what they leave."""
        removed: list[Leftovers] = []
        async with self._database.transaction(scope) as connection:
            for row in rows:
                if gone := await repository.remove(connection, row.id):
                    left = leftovers_of(gone)
                    removed.append(left)
                    await self._queue.defer(connection, left)
        for left in removed:
            for collection in left.collections:
                # The job removes them when the index is back; until then the answer's check keeps them away.
                with contextlib.suppress(IndexUnavailable):
                    await self._index.delete_document(collection, left.document)
        return removed


async def _require_current(connection: AsyncConnection, knowledge_base: UUID, document: UUID) -> None:
    row = await repository.get(connection, document)
    if row is None or row.knowledge_base != knowledge_base:
        raise NotFound(NOT_THERE_TO_REPLACE, errors=[FieldError("/replaces", NOT_THERE_TO_REPLACE)])
    if row.superseded_by is not None:
        raise AlreadyReplaced(errors=[FieldError("/replaces", AlreadyReplaced.default_detail)])


def require_within_base(base: str, classes: Sequence[ProtectionClass | None]) -> None:
    """Raises: ClassAboveBase. A document never lies in a knowledge base of a lower class than its own."""
    highest = ProtectionClass.highest([item for item in classes if item is not None])
    allowed = ProtectionClass(base)
    if not allowed.covers(highest):
        raise ClassAboveBase(
            f"Der Inhalt hat die Schutzklasse „{highest.label}“, die Wissensbasis nur „{allowed.label}“. Bitte wählen "
            f"Sie eine Wissensbasis der Schutzklasse „{highest.label}“."
        )


def leftovers_of(row: Row) -> Leftovers:
    return replace(points_of(row), objects=tuple(o for o in (row.original, row.canonical) if o))


def points_of(row: Row) -> Leftovers:
    """The points of a document that is kept."""
    return Leftovers(row.id, row.collection, (), row.next_collection)


def visible(principal: Principal, row: Row | None, kind: str) -> Row:
    """The row if it exists for `principal`, else `NotFound`: the second look beside row-level security."""
    if row is None or row.kind != kind or not may_see_class(principal, row.protection_class):
        raise NotFound
    if kind == "document":
        require_readable(principal, row.knowledge_base)
        return row
    owner = owner_of(row)
    if owner.person != principal.subject or owner.authority != principal.authority:
        raise NotFound
    if principal.run is not None and row.id not in principal.files:
        raise NotFound
    return row


async def opened(connection: AsyncConnection, principal: Principal, identifier: UUID, kind: str) -> Row:
    """The row that `principal` may open. Raises: NotFound, PurposeNotAllowed."""
    row = visible(principal, await repository.get(connection, identifier), kind)
    await require_for_run(connection, principal, row.knowledge_base)
    return row


def _as_cursor(row: Row) -> str:
    return f"{(row.created_at - _EPOCH) // dt.timedelta(microseconds=1)}-{row.id}"


def _cursor(text: str | None) -> tuple[dt.datetime, UUID] | None:
    if text is None:
        return None
    micros, _, identifier = text.partition("-")
    try:
        moment = _EPOCH + dt.timedelta(microseconds=int(micros))
        return moment, UUID(identifier)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(errors=[FieldError("/after", "Dieser Wert stammt nicht aus einer Liste.")]) from error
