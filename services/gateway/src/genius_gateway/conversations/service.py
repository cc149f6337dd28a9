# SPDX-License-Identifier: EUPL-1.2
"""One's own conversations: list, search, change, delete, read their messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database
from genius_common.errors import FieldError, InvalidInput, NotFound
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.cases.ending import enter_case
from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.conversations.schemas import (
    ConversationBody,
    ConversationList,
    ConversationPatch,
    ConversationView,
    MessageList,
    MessageView,
)
from genius_gateway.conversations.turns import MODULE
from genius_gateway.knowledge_bases.purposes import refusals_recorded
from genius_gateway.retention.holds import require_free
from genius_gateway.retention.periods import Periods
from genius_gateway.runs.references import ReferenceCheck, Use, ids, not_found, parse_id
from genius_gateway.runs.starting import owner_of

_SEPARATOR = "~"
_CHAT = Use(MODULE, "Chat")
CancelRun = Callable[[Principal, UUID], Awaitable[None]]
DeleteFile = Callable[[Principal, UUID], Awaitable[None]]


class ConversationService:
    """Everything is limited to the caller's own rows; anybody else's conversation is as unknown as none."""

    def __init__(
        self,
        database: Database,
        audit: AuditTrail,
        conversations: ConversationRepository,
        messages: MessageRepository,
        references: ReferenceCheck,
        cancel_run: CancelRun,
        delete_file: DeleteFile,
        periods: Periods,
    ) -> None:
        self._database = database
        self._audit = audit
        self._conversations = conversations
        self._messages = messages
        self._references = references
        self._cancel_run = cancel_run
        self._delete_file = delete_file
        self._periods = periods

    async def page(self, principal: Principal, limit: int, after: str | None, query: str) -> ConversationList:
        owner = owner_of(principal)
        async with self._database.transaction(owner.scope) as connection:
            rows = await self._conversations.page(
                connection, owner, limit, _cursor(after) if after else None, query, principal.classification
            )
            opened = await self._conversations.opened(connection, rows[:limit])
            kept = await self._periods.conversations(connection, owner.authority)
        items = [ConversationView.of(row, kept) for row in opened]
        more = len(rows) > limit
        return ConversationList(items=items, next=_next(items[-1]) if more and items else None)

    async def create(self, principal: Principal, body: ConversationBody) -> ConversationView:
        owner = owner_of(principal)
        case = parse_id(body.case, "/case") if body.case is not None else None
        await self._check(principal, body.knowledge_bases, case)
        conversation = uuid4()
        values = body.model_dump(exclude={"case"}) | {"knowledge_bases": ids(body.model_dump(), "knowledge_bases", "")}
        async with self._database.transaction(owner.scope) as connection:
            if case is not None:
                await enter_case(connection, case)
            await self._conversations.insert(connection, owner, conversation, case_id=case, **values)
            await self._record(connection, principal, "conversation.create", conversation)
        return await self.get(principal, conversation)

    async def get(self, principal: Principal, conversation: UUID) -> ConversationView:
        owner = owner_of(principal)
        async with self._database.transaction(owner.scope) as connection:
            row = await self._own(connection, principal, conversation)
            kept = await self._periods.conversations(connection, owner.authority)
            return ConversationView.of((await self._conversations.opened(connection, [row]))[0], kept)

    async def change(self, principal: Principal, conversation: UUID, patch: ConversationPatch) -> ConversationView:
        """Change what was given. An active leaf inside the tree is led on to the newest leaf below it."""
        owner = owner_of(principal)
        values: dict[str, Any] = patch.model_dump(include=patch.model_fields_set)
        for name in ("title", "pinned", "active_leaf", "knowledge_bases"):
            if name in values and values[name] is None:
                raise InvalidInput(errors=[FieldError(f"/{name}", "Dieser Wert darf nicht leer sein.")])
        if chosen := values.get("knowledge_bases"):
            await self._check(principal, chosen, None)
            values["knowledge_bases"] = ids(values, "knowledge_bases", "")
        async with self._database.transaction(owner.scope) as connection:
            await self._own(connection, principal, conversation, lock=True)
            if "active_leaf" in values:
                leaf = parse_id(values["active_leaf"], "/active_leaf")
                tree = await self._messages.tree(connection, conversation)
                if leaf not in tree:
                    raise not_found(["/active_leaf"])
                values["active_leaf"] = tree.deepest(leaf)
            if values:
                await self._conversations.update(connection, owner, conversation, **values, updated_at=sa.func.now())
                await self._record(connection, principal, "conversation.change", conversation)
        return await self.get(principal, conversation)

    async def _check(self, principal: Principal, bases: list[str], case: UUID | None) -> None:
        """Chat is what knowledge bases of a conversation are read for (DSG-06)."""
        async with refusals_recorded(self._audit, principal, MODULE):
            await self._references.check(principal, {"knowledge_bases": bases}, case, _CHAT, prefix="")

    async def delete(self, principal: Principal, conversation: UUID) -> None:
        """Stop its runs, then delete it with its attached files, messages, search terms, runs and their events.

        The files go first: where retrieval can't be reached the conversation stays and may be deleted again, and no
        file is left behind that nobody sees any more.
        """
        owner = owner_of(principal)
        async with self._database.transaction(owner.scope) as connection:
            row = await self._own(connection, principal, conversation)
            await require_free(connection, owner.person, [row.case_id])
            active = await self._conversations.active_runs(connection, conversation)
            files = await self._conversations.own_files(connection, conversation)
        for run in active:
            await self._cancel_run(principal, run)
        for file in files:
            await self._delete_file(principal, file)
        async with self._database.transaction(owner.scope) as connection:
            await require_free(connection, owner.person, [row.case_id])
            if not await self._conversations.delete(connection, conversation):
                raise NotFound
            await self._record(connection, principal, "conversation.delete", conversation)

    async def messages(
        self, principal: Principal, conversation: UUID, which: Literal["path", "all"], leaf: UUID | None
    ) -> MessageList:
        """The path to the active leaf (or to `leaf`), root first, or all messages in the order of writing."""
        owner = owner_of(principal)
        async with self._database.transaction(owner.scope) as connection:
            row = await self._own(connection, principal, conversation)
            tree = await self._messages.tree(connection, conversation)
            if leaf is not None and leaf not in tree:
                raise NotFound
            ids = tree.all() if which == "all" else tree.path(leaf or row.active_leaf)
            opened = await self._messages.opened(connection, ids)
        return MessageList(items=[MessageView.of(item, tree.siblings(item["id"])) for item in opened])

    async def _own(
        self, connection: AsyncConnection, principal: Principal, conversation: UUID, *, lock: bool = False
    ) -> sa.Row[Any]:
        """The row; one above what the caller may see now is as unknown as none (TEN-15)."""
        row = await self._conversations.get(connection, conversation, lock=lock)
        if row is None or not principal.classification.covers(row.protection_class):
            raise NotFound
        return row

    async def _record(self, connection: Any, principal: Principal, action: str, conversation: UUID) -> None:
        record = AuditRecord.of(principal, action, object_kind="conversation", object_id=conversation)
        await self._audit.append(connection, record)


def _next(last: ConversationView) -> str:
    return _SEPARATOR.join(("1" if last.pinned else "0", last.updated_at.isoformat(), str(last.id)))


def _cursor(value: str) -> tuple[bool, dt.datetime, UUID]:
    try:
        pinned, updated_at, conversation = value.split(_SEPARATOR)
        return pinned == "1", dt.datetime.fromisoformat(updated_at), UUID(conversation)
    except ValueError:
        raise InvalidInput(errors=[FieldError("/after", "Dieser Wert ist ungültig.")]) from None
