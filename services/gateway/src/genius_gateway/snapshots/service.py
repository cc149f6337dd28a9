# SPDX-License-Identifier: EUPL-1.2
"""Share a conversation as a frozen copy, read one, end it. Who reads is decided anew each time, and so are sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database
from genius_common.errors import FieldError, Forbidden, InvalidInput, NotFound
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.auth.identity import Identity
from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.policy.access import LoadedSnapshot, ObjectAccess
from genius_gateway.retention.errors import HeldBack
from genius_gateway.retention.holds import require_free
from genius_gateway.retention.schedule import Schedule
from genius_gateway.runs.sealing import Owner
from genius_gateway.runs.starting import owner_of
from genius_gateway.scopes import in_name_of, row_scope
from genius_gateway.sharing.grants import Access
from genius_gateway.sharing.recipients import Grantee, Recipients
from genius_gateway.sharing.rows import SharedRows
from genius_gateway.snapshots.freezing import frozen, require_shareable, shown
from genius_gateway.snapshots.schemas import (
    AI_NOTE,
    NewSnapshot,
    RecipientView,
    SnapshotContent,
    SnapshotList,
    SnapshotView,
)
from genius_gateway.snapshots.sources import Sources

LONGEST = dt.timedelta(days=366)
_SEPARATOR = "~"
_CASE_CLASS = text("SELECT protection_class FROM cases WHERE id = :id")
_EXPIRY = "Bitte nennen Sie eine Zeit in der Zukunft, höchstens ein Jahr von heute an."


class SnapshotService:
    """Objects are found by `ObjectAccess.snapshot_in` alone; conversations in their owner's row scope alone."""

    def __init__(
        self,
        database: Database,
        access: ObjectAccess,
        conversations: ConversationRepository,
        messages: MessageRepository,
        rows: SharedRows,
        recipients: Recipients,
        sources: Sources,
        schedule: Schedule,
    ) -> None:
        self._database = database
        self._access = access
        self._conversations = conversations
        self._messages = messages
        self._snapshots = rows.snapshots
        self._grants = rows.grants
        self._recipients = recipients
        self._sources = sources
        self._schedule = schedule

    # --- the owner's side

    async def create(self, identity: Identity, conversation: UUID, wanted: NewSnapshot) -> SnapshotView:
        """Raises: NotFound, RecipientUnknown, NothingToShare, AnswerUnfinished, ClassNotShareable, InvalidInput."""
        principal = identity.principal
        owner = owner_of(principal)
        expires_at = self._expiry(wanted.expires_at)
        async with self._database.transaction(owner.scope) as connection:
            # Who must not see the conversation learns nothing of recipients either.
            title, messages, classes = await self._branch(connection, conversation)
            grantees = await self._recipients.resolve(connection, principal, wanted.recipients, "/recipients")
        protection_class = require_shareable(messages, classes)
        files = {file for message in messages for file in message["files"]}
        names = {file: await self._sources.file_name(principal, file) for file in sorted(files)}
        identifier = uuid4()
        async with self._database.transaction(owner.scope) as connection:
            if await self._conversations.get(connection, conversation, lock=True) is None:
                raise NotFound
            await self._snapshots.insert(
                connection,
                owner,
                identifier,
                {"title": title, "shared_by": identity.name},
                [frozen(message, names) for message in messages],
                conversation=conversation,
                shows_answers=wanted.show_answers,
                protection_class=protection_class.value,
                expires_at=expires_at,
            )
            await self._give(connection, owner, identifier, grantees, identity.name)
            facts = {"recipients": len(grantees), "messages": len(messages), "show_answers": wanted.show_answers}
            await append(connection, [_record(principal, "snapshot.create", identifier, **facts)])
        return await self._own_view(principal, identifier)

    async def of_conversation(self, principal: Principal, conversation: UUID) -> SnapshotList:
        """All that are shared now of an own conversation. Raises: NotFound."""
        async with self._database.transaction(owner_of(principal).scope) as connection:
            row = await self._conversations.get(connection, conversation)
            if row is None or not principal.classification.covers(row.protection_class):
                raise NotFound
            rows = await self._snapshots.page(connection, principal.subject, 1000, conversation=conversation)
            return SnapshotList(items=await self._views(connection, principal, rows))

    async def end_all(self, principal: Principal, conversation: UUID) -> None:
        """Raises: NotFound."""
        while shares := (await self.of_conversation(principal, conversation)).items:
            for snapshot in shares:
                await self.end(principal, snapshot.id)

    async def end(self, principal: Principal, identifier: UUID) -> None:
        """From the commit on nobody reads it. A hold keeps the row until it is lifted. Raises: NotFound, Forbidden."""
        async with self._database.transaction(row_scope(principal)) as connection:
            if not (await self._access.snapshot_in(connection, principal, identifier)).own:
                raise Forbidden("Das hat eine andere Person mit Ihnen geteilt; beenden kann es nur sie.")
            await self._grants.clear(connection, "snapshot", identifier)
            try:
                await require_free(connection, principal.subject, None)
                await self._snapshots.delete(connection, identifier)
            except HeldBack:
                await self._snapshots.expire(connection, identifier)
            await append(connection, [_record(principal, "snapshot.end", identifier)])

    # --- both sides

    async def page(self, principal: Principal, *, mine: bool | None, limit: int, after: str | None) -> SnapshotList:
        """The newest first; `mine` False = what others share with the caller."""
        async with self._database.transaction(owner_of(principal).scope) as connection:
            start = _cursor(after) if after else None
            rows = await self._snapshots.page(connection, principal.subject, limit + 1, mine=mine, after=start)
            items = await self._views(connection, principal, rows[:limit])
        more = len(rows) > limit
        return SnapshotList(items=items, next=_next(rows[limit - 1]) if more else None)

    async def read(self, principal: Principal, identifier: UUID) -> SnapshotContent:
        """With the reader's own rights to every source, as they are now. Recorded. Raises: NotFound."""
        async with self._database.transaction(owner_of(principal).scope) as connection:
            loaded = await self._access.snapshot_in(connection, principal, identifier)
            if not principal.classification.covers(loaded.row.protection_class):
                raise NotFound
            view = await self._view(connection, principal, loaded)
            async with in_name_of(connection, principal, loaded.row.owner):
                messages = await self._snapshots.content(connection, loaded.row)
            await append(connection, [_record(principal, "snapshot.read", identifier)])
        cited = [citation for message in messages for citation in message["citations"]]
        readable = await self._sources.readable(principal, cited)
        items = [shown(message, readable, show_answers=loaded.row.shows_answers) for message in messages]
        return SnapshotContent(**view.model_dump(), items=items, ai_note=AI_NOTE)

    # --- parts

    async def _branch(
        self, connection: AsyncConnection, conversation: UUID
    ) -> tuple[str | None, Sequence[dict[str, Any]], list[str]]:
        """Title, messages of the visible branch, and the classes of the conversation and of its case."""
        row = await self._conversations.get(connection, conversation)
        if row is None:
            raise NotFound
        tree = await self._messages.tree(connection, conversation)
        messages = await self._messages.opened(connection, tree.path(row.active_leaf))
        (opened,) = await self._conversations.opened(connection, [row])
        case = (await connection.execute(_CASE_CLASS, {"id": row.case_id})).scalar_one_or_none()
        return opened["title"], messages, [row.protection_class, *([case] if case else [])]

    async def _give(
        self, connection: AsyncConnection, owner: Owner, identifier: UUID, grantees: Sequence[Grantee], sender: str
    ) -> None:
        reading: list[tuple[Grantee, Access]] = [(grantee, "read") for grantee in grantees]
        await self._grants.give(connection, owner, "snapshot", identifier, reading, sender)

    def _expiry(self, wanted: dt.datetime | None) -> dt.datetime:
        now = dt.datetime.now(dt.UTC)
        if wanted is None:
            return now + dt.timedelta(days=self._schedule.days("snapshots") or 0)
        if not now < wanted <= now + LONGEST:
            raise InvalidInput(errors=[FieldError("/expires_at", _EXPIRY)])
        return wanted

    async def _own_view(self, principal: Principal, identifier: UUID) -> SnapshotView:
        async with self._database.transaction(row_scope(principal)) as connection:
            loaded = await self._access.snapshot_in(connection, principal, identifier)
            return await self._view(connection, principal, loaded)

    async def _views(
        self, connection: AsyncConnection, principal: Principal, rows: Sequence[Any]
    ) -> list[SnapshotView]:
        grants = await self._grants.all(connection, "snapshot")
        found = [LoadedSnapshot.of(row, grants.get(row.id, []), principal) for row in rows]
        return [await self._view(connection, principal, loaded) for loaded in found if loaded is not None]

    async def _view(self, connection: AsyncConnection, principal: Principal, loaded: LoadedSnapshot) -> SnapshotView:
        row = loaded.row
        async with in_name_of(connection, principal, row.owner):
            head = await self._snapshots.head(connection, row)
            names = await self._grants.names(connection, loaded.grants) if loaded.own else []
        recipients = [
            RecipientView(
                kind=grant.row.grantee_kind,
                name=name.recipient,
                unit=grant.row.grantee if grant.row.grantee_kind == "unit" else None,
            )
            for grant, name in zip(loaded.grants if loaded.own else [], names, strict=True)
        ]
        return SnapshotView(
            id=row.id,
            title=head["title"],
            shared_by=head["shared_by"],
            own=loaded.own,
            conversation=row.conversation if loaded.own else None,
            recipients=recipients,
            show_answers=row.shows_answers,
            messages=row.messages,
            protection_class=row.protection_class,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )


def _record(principal: Principal, action: str, snapshot: UUID, **facts: int | bool) -> AuditRecord:
    return replace(AuditRecord.of(principal, action, object_kind="snapshot", object_id=snapshot), facts=dict(facts))


def _next(last: Any) -> str:
    return f"{last.created_at.isoformat()}{_SEPARATOR}{last.id}"


def _cursor(value: str) -> tuple[dt.datetime, UUID]:
    try:
        at, snapshot = value.split(_SEPARATOR)
        return dt.datetime.fromisoformat(at), UUID(snapshot)
    except ValueError:
        raise InvalidInput(errors=[FieldError("/after", "Dieser Wert stammt nicht aus einer Liste.")]) from None
