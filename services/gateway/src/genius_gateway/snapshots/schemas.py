# SPDX-License-Identifier: EUPL-1.2
"""Snapshots in the public API. Closed: an unknown field is refused by name (TEN-12)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from genius_common.principal import ProtectionClass
from genius_gateway.sharing.recipients import MOST, Recipient

AI_NOTE = (
    "Antworten in diesem Gespräch hat eine KI erzeugt (Art. 50 KI-VO). Prüfen Sie sie, bevor Sie sie verwenden; "
    "entscheiden müssen Menschen."
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewSnapshot(_Model):
    """`expires_at` omitted = after the days of the retention schedule (30).

    `show_answers`: the owner confirms that recipients read answers also where they may not read a source of them.
    """

    recipients: list[Recipient] = Field(min_length=1, max_length=MOST)
    expires_at: AwareDatetime | None = None
    show_answers: bool = False


class RecipientView(_Model):
    """`name` as the owner gave it."""

    kind: Literal["person", "unit"]
    name: str
    unit: UUID | None


class SnapshotView(_Model):
    """`conversation` and `recipients` are shown to the owner alone. `messages` is their number."""

    id: UUID
    title: str | None
    shared_by: str
    own: bool
    conversation: UUID | None
    recipients: list[RecipientView]
    show_answers: bool
    messages: int
    protection_class: ProtectionClass
    created_at: dt.datetime
    expires_at: dt.datetime


class SnapshotList(_Model):
    items: list[SnapshotView]
    next: str | None = None


class SnapshotMessage(_Model):
    """A message as it was. `files` are names: the files themselves are not shared.

    A citation whose source the reader may not read is `{"number", "withheld": true}` and nothing else. `withheld`: the
    text is left out, because the reader may not read a source of it and the owner has not confirmed to show it.
    `unsupported`: sentences of the text with what no source of theirs holds, `[{"text", "missing"}]`.
    """

    role: Literal["user", "assistant"]
    text: str
    withheld: bool
    citations: list[dict[str, Any]]
    unsupported: list[dict[str, Any]]
    mode: str | None
    model: str | None
    state: str
    files: list[str]
    protection_class: ProtectionClass
    created_at: dt.datetime
    ai_generated: bool


class SnapshotContent(SnapshotView):
    """The whole of it, with what the reader may see now."""

    items: list[SnapshotMessage]
    ai_note: str
