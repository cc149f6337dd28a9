# SPDX-License-Identifier: EUPL-1.2
"""Knowledge bases and grants in the public API. Closed: an unknown field is refused by name (TEN-12)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from genius_common.principal import ProtectionClass

Owner = Literal["person", "unit", "authority", "tenant"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewKnowledgeBase(_Model):
    """`unit` only with owner `unit`, and needed only by people of several."""

    name: Name
    owner: Owner = "person"
    unit: UUID | None = None
    protection_class: ProtectionClass = ProtectionClass.INTERN


class KnowledgeBaseChange(_Model):
    name: Name


class KnowledgeBaseView(_Model):
    """`rights`: read, write, manage. The counts are there in the view of one knowledge base."""

    id: UUID
    name: str
    owner: Owner
    unit: UUID | None = None
    protection_class: ProtectionClass
    rights: list[Literal["read", "write", "manage"]]
    writable: bool
    documents: int | None = None
    ready: int | None = None
    failed: int | None = None
    pages: int | None = None
    created_at: dt.datetime


class KnowledgeBaseList(_Model):
    items: list[KnowledgeBaseView]
    next: str | None = None


class Grant(_Model):
    """`grantee` is the id of a person, unit or authority, as `/api/v1/me` shows them."""

    grantee_kind: Literal["person", "unit", "authority"]
    grantee: UUID
    access: Literal["read", "write"] = "read"


class GrantList(_Model):
    items: list[Grant] = Field(max_length=500)


class ImportRequest(_Model):
    source: Literal["gesetze"]
