# SPDX-License-Identifier: EUPL-1.2
"""Conversations and messages as the API shows them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ConversationBody(BaseModel):
    """Body of `POST /conversations`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = Field(default=None, min_length=1, max_length=200)
    folder: str | None = Field(default=None, min_length=1, max_length=100)
    pinned: bool = False
    knowledge_bases: list[str] = Field(default=[], max_length=100)
    case: str | None = Field(default=None, max_length=100)


class ConversationPatch(BaseModel):
    """Body of `PATCH`: only what is given changes; `folder: null` takes it out of its folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = Field(default=None, min_length=1, max_length=200)
    folder: str | None = Field(default=None, min_length=1, max_length=100)
    pinned: bool | None = None
    active_leaf: str | None = Field(default=None, max_length=100)
    knowledge_bases: list[str] | None = Field(default=None, max_length=100)


class ConversationView(BaseModel):
    """`unreadable`: title or folder is null because what is stored does not open; a new title replaces it."""

    id: UUID
    title: str | None
    active_leaf: UUID | None
    active_run: UUID | None
    folder: str | None
    pinned: bool
    case: UUID | None
    knowledge_bases: list[UUID]
    protection_class: str
    created_at: dt.datetime
    updated_at: dt.datetime
    retention_until: dt.datetime | None
    unreadable: bool

    @classmethod
    def of(cls, row: dict[str, Any], kept: dt.timedelta) -> ConversationView:
        """`kept` after its last change it is deleted, unless it has a date of its own or belongs to a case."""
        names = set(cls.model_fields) - {"case", "retention_until"}
        until = row["retention_until"] or (row["updated_at"] + kept if row["case_id"] is None else None)
        return cls(case=row["case_id"], retention_until=until, **{name: row[name] for name in names})


class ConversationList(BaseModel):
    items: list[ConversationView]
    next: str | None = None


class MessageView(BaseModel):
    """`siblings` are the ids of all versions at this place, this one included, oldest first.

    `unsupported`: sentences with what no source of theirs holds, `[{"text", "missing"}]`.
    `case` is the one that the answer's run named; null for what a person wrote. `unreadable`: what is stored does not
    open, so there is no text and no source.
    """

    id: UUID
    parent: UUID | None
    role: str
    text: str
    citations: list[dict[str, Any]]
    unsupported: list[dict[str, Any]]
    mode: str | None
    model: str | None
    run: UUID | None
    case: UUID | None
    state: str
    siblings: list[UUID]
    created_at: dt.datetime
    files: list[UUID]
    protection_class: str
    unreadable: bool

    @classmethod
    def of(cls, row: dict[str, Any], siblings: list[UUID]) -> MessageView:
        names = set(cls.model_fields) - {"siblings", "case"}
        return cls(siblings=siblings, case=row["case_id"], **{name: row[name] for name in names})


class MessageList(BaseModel):
    items: list[MessageView]
