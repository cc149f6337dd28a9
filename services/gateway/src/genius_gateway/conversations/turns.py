# SPDX-License-Identifier: EUPL-1.2
"""The stored side of a chat turn: both messages exist before the run starts, so that nothing acknowledged is lost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.modules import ChatTurn
from genius_common.errors import FieldError, NotFound
from genius_common.principal import ProtectionClass
from genius_gateway.conversations.errors import (
    ConversationOfOtherCase,
    EmptyMessage,
    MessageUnreadable,
    NotAUserMessage,
)
from genius_gateway.conversations.repository import ConversationRepository, MessageRepository
from genius_gateway.conversations.tree import Tree
from genius_gateway.runs.draft import Draft
from genius_gateway.runs.ports import History
from genius_gateway.runs.references import not_found, parse_id
from genius_gateway.runs.sealing import Owner

MODULE = "chat"
_TITLE_CHARS = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """A stored turn; `input` is what the module gets (always with the message's text).

    `protection_class` is the highest that the conversation has had before.
    """

    conversation: UUID
    user_message: UUID
    answer_message: UUID
    input: dict[str, Any]
    protection_class: ProtectionClass


def title_of(message: str) -> str:
    """The first words of the first message."""
    line = " ".join(message.split())
    if len(line) <= _TITLE_CHARS:
        return line
    return line[:_TITLE_CHARS].rsplit(" ", 1)[0] + " …"


def missing(field: str) -> NotFound:
    return not_found([f"/input/{field}"])


class TurnService:
    """Prepares turns, gives the history, and keeps the answer up to date."""

    def __init__(self, conversations: ConversationRepository, messages: MessageRepository, history_chars: int) -> None:
        self._conversations = conversations
        self._messages = messages
        self._history_chars = history_chars

    async def prepare(
        self,
        connection: AsyncConnection,
        owner: Owner,
        run: UUID,
        data: dict[str, Any],
        files: list[UUID],
        case: UUID | None,
        readable: Collection[UUID],
    ) -> Turn:
        """Store the user's message (unless one is answered again) and the empty answer.

        Knowledge bases that are not given are those of the conversation, as far as they are still `readable`.
        """
        text = data.get("message")
        if data.get("regenerate") is None and (not isinstance(text, str) or not text.strip()):
            raise EmptyMessage(errors=[FieldError("/input/message", EmptyMessage.default_detail)])
        conversation, tree, stored = await self._conversation(connection, owner, data, case)
        if data.get("regenerate") is not None:
            user_message, text = await self._answered_again(
                connection, tree, parse_id(data["regenerate"], "/input/regenerate")
            )
        else:
            parent = self._parent(tree, data, stored.active_leaf if stored else None)
            user_message, text = uuid4(), str(text)
            await self._store_user_message(connection, owner, conversation, user_message, parent, text, files)
        answer = uuid4()
        await self._messages.insert(
            connection,
            owner,
            answer,
            {"text": "", "citations": []},
            conversation=conversation,
            parent=user_message,
            role="assistant",
            state="streaming",
            run=run,
        )
        await self._conversations.update(
            connection, owner, conversation, active_leaf=answer, active_run=run, updated_at=sa.func.now()
        )
        sent = {key: value for key, value in data.items() if key != "regenerate"} | {"message": text}
        if "knowledge_bases" not in data and stored and stored.knowledge_bases:
            sent["knowledge_bases"] = [str(known) for known in stored.knowledge_bases if known in readable]
        before = ProtectionClass(stored.protection_class) if stored else ProtectionClass.OFFEN
        return Turn(conversation, user_message, answer, sent, before)

    async def label(
        self, connection: AsyncConnection, turn: Turn, question: ProtectionClass, answer: ProtectionClass
    ) -> None:
        """Give both messages their class before the first word; the conversation's rises with them (TEN-15)."""
        await self._messages.raise_class(connection, turn.user_message, question)
        await self._messages.raise_class(connection, turn.answer_message, answer)
        await self._conversations.raise_class(connection, turn.conversation, answer)

    async def _conversation(
        self, connection: AsyncConnection, owner: Owner, data: dict[str, Any], case: UUID | None
    ) -> tuple[UUID, Tree, sa.Row[Any] | None]:
        chosen = [UUID(identifier) for identifier in data.get("knowledge_bases") or []]
        if data.get("conversation") is not None:
            conversation = parse_id(data["conversation"], "/input/conversation")
            stored = await self._conversations.get(connection, conversation, lock=True)
            if stored is None:
                raise missing("conversation")
            await self._of_case(connection, owner, stored, case)
            if "knowledge_bases" in data:
                await self._conversations.update(connection, owner, conversation, knowledge_bases=chosen)
            if stored.title is None and data.get("message"):
                await self._conversations.update(connection, owner, conversation, title=title_of(data["message"]))
            return conversation, await self._messages.tree(connection, conversation), stored
        for field in ("regenerate", "parent"):
            if data.get(field) is not None:
                raise missing(field)
        conversation = uuid4()
        await self._conversations.insert(
            connection,
            owner,
            conversation,
            title=title_of(str(data.get("message") or "")),
            knowledge_bases=chosen,
            case_id=case,
        )
        return conversation, Tree([]), None

    async def _of_case(self, connection: AsyncConnection, owner: Owner, stored: sa.Row[Any], case: UUID | None) -> None:
        """A conversation belongs to the first case that a turn of it names: what it knows serves no other one."""
        if case is None or case == stored.case_id:
            return
        if stored.case_id is not None:
            raise ConversationOfOtherCase(errors=[FieldError("/case", ConversationOfOtherCase.default_detail)])
        await self._conversations.update(connection, owner, stored.id, case_id=case)

    def _parent(self, tree: Tree, data: dict[str, Any], active_leaf: UUID | None) -> UUID | None:
        """`parent` as given (null = root), else the end of the path that is shown."""
        if "parent" not in data:
            return active_leaf if active_leaf in tree.all() else None
        if data["parent"] is None:
            return None
        parent = parse_id(data["parent"], "/input/parent")
        if parent not in tree:
            raise missing("parent")
        return parent

    async def _answered_again(self, connection: AsyncConnection, tree: Tree, message: UUID) -> tuple[UUID, str]:
        if message not in tree:
            raise missing("regenerate")
        if tree.role(message) != "user":
            raise NotAUserMessage(errors=[FieldError("/input/regenerate", NotAUserMessage.default_detail)])
        opened = (await self._messages.opened(connection, [message]))[0]
        if opened["unreadable"]:
            raise MessageUnreadable(errors=[FieldError("/input/regenerate", MessageUnreadable.default_detail)])
        return message, str(opened["text"])

    async def _store_user_message(
        self,
        connection: AsyncConnection,
        owner: Owner,
        conversation: UUID,
        message: UUID,
        parent: UUID | None,
        text: str,
        files: list[UUID],
    ) -> None:
        await self._messages.insert(
            connection,
            owner,
            message,
            {"text": text, "citations": []},
            conversation=conversation,
            parent=parent,
            role="user",
            state="complete",
            files=files,
        )
        await self._conversations.index(connection, owner, conversation, message, text)

    async def history(self, connection: AsyncConnection, owner: Owner, user_message: UUID) -> History:
        row = await self._messages.get(connection, user_message)
        if row is None or row.parent is None:
            return History()
        tree = await self._messages.tree(connection, row.conversation)
        found = History()
        size = 0
        for message in reversed(await self._messages.opened(connection, tree.path(row.parent))):
            size += len(message["text"])
            if size > self._history_chars:
                found.cut = True
                break
            found.unreadable |= message["unreadable"]
            if message["text"]:
                found.turns.insert(0, ChatTurn(role=message["role"], text=message["text"]))
        return found

    async def save_answer(self, connection: AsyncConnection, owner: Owner, answer_message: UUID, draft: Draft) -> None:
        await self._messages.update(connection, owner, answer_message, draft.content)

    async def end_answer(
        self, connection: AsyncConnection, owner: Owner, answer_message: UUID, draft: Draft, state: str
    ) -> None:
        message = await self._messages.get(connection, answer_message)
        if message is None:
            return
        protection = draft.protection_class(ProtectionClass(message.protection_class))
        conversation = await self._messages.update(
            connection,
            owner,
            answer_message,
            draft.content,
            state=state,
            mode=draft.mode,
            model=draft.model,
            protection_class=protection.value,
        )
        if conversation is None:
            return
        await self._conversations.index(connection, owner, conversation, answer_message, draft.text)
        stored = await self._conversations.get(connection, conversation, lock=True)
        if stored is None:
            return
        highest = ProtectionClass.highest([protection, ProtectionClass(stored.protection_class)])
        values: dict[str, Any] = {"protection_class": highest.value, "updated_at": sa.func.now()}
        if stored.active_run == message.run:
            values["active_run"] = None
        await self._conversations.update(connection, owner, conversation, **values)
