# SPDX-License-Identifier: EUPL-1.2
"""A conversation's visible branch as it is now, and what a reader gets of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from genius_common.principal import ProtectionClass
from genius_gateway.conversations.errors import MessageUnreadable
from genius_gateway.snapshots.errors import AnswerUnfinished, ClassNotShareable, NothingToShare
from genius_gateway.snapshots.schemas import SnapshotMessage
from genius_gateway.snapshots.sources import key

HIGHEST = ProtectionClass.PERSONENBEZOGEN
"""What is above belongs to single people's files by law: § 35 SGB I, § 30 AO."""
GONE = "(gelöscht)"


def require_shareable(messages: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> ProtectionClass:
    """The class of the copy. Raises: NothingToShare, MessageUnreadable, AnswerUnfinished, ClassNotShareable."""
    if not messages:
        raise NothingToShare
    if any(message["unreadable"] for message in messages):
        raise MessageUnreadable
    if any(message["state"] == "streaming" for message in messages):
        raise AnswerUnfinished
    cited = [c.get("protection_class", ProtectionClass.INTERN) for m in messages for c in m["citations"]]
    of_messages = [message["protection_class"] for message in messages]
    found = ProtectionClass.highest([ProtectionClass(one) for one in (*classes, *of_messages, *cited)])
    if found.rank > HIGHEST.rank:
        raise ClassNotShareable
    return found


def frozen(message: Mapping[str, Any], names: Mapping[UUID, str | None]) -> dict[str, Any]:
    """As JSON, without the ids of messages, runs and files: those open nothing for the reader."""
    kept = ("role", "text", "citations", "unsupported", "mode", "model", "state", "protection_class")
    return {
        **{name: message[name] for name in kept},
        "created_at": message["created_at"].isoformat(),
        "files": [names.get(file) or GONE for file in message["files"]],
    }


def shown(message: Mapping[str, Any], readable: Collection[str], *, show_answers: bool) -> SnapshotMessage:
    """With the sources that the reader may read; without them the text only where the owner has confirmed that."""
    citations = [c if key(c) in readable else {"number": c["number"], "withheld": True} for c in message["citations"]]
    withheld = not show_answers and any(key(c) not in readable for c in message["citations"])
    return SnapshotMessage(
        **{name: value for name, value in message.items() if name not in {"text", "citations", "unsupported"}},
        text="" if withheld else message["text"],
        # Copies made before this was kept have none.
        unsupported=[] if withheld else message.get("unsupported", []),
        withheld=withheld,
        citations=citations,
        ai_generated=message["role"] == "assistant",
    )
