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
Purpose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Uses = Annotated[list[str], Field(min_length=1, max_length=50)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewKnowledgeBase(_Model):
    """`unit` only with owner `unit`, and needed only by people of several.

    `purpose`: what it is there for (Art. 5(1)(b) GDPR); the form asks for it, an application that names none leaves it
    open, and the page of the knowledge base asks who manages it. `uses`: the modules that may read it, by id, and
    `search` for the search by people and applications; null = all of them, also those to come.
    """

    name: Name
    purpose: Purpose | None = None
    uses: Uses | None = None
    owner: Owner = "person"
    unit: UUID | None = None
    protection_class: ProtectionClass = ProtectionClass.INTERN


class KnowledgeBaseChange(_Model):
    """What is not given stays; `uses` null = all of them."""

    name: Name | None = None
    purpose: Purpose | None = None
    uses: Uses | None = None


class KnowledgeBaseMove(_Model):
    """From a person to a unit or the authority, or between those. `unit` as in `NewKnowledgeBase`."""

    owner: Owner
    unit: UUID | None = None


class AuthorityRef(_Model):
    id: UUID
    short: str
    name: str


class KnowledgeBaseView(_Model):
    """`rights`: read, write, manage. The counts are there in the view of one knowledge base.

    `shared_by`: it belongs to that other authority; whose it is in there is not said (`owner` is `authority`).
    `purpose` is null where none was stated yet, `uses` where all modules and the search may read it.
    """

    id: UUID
    name: str
    owner: Owner
    unit: UUID | None = None
    protection_class: ProtectionClass
    purpose: str | None = None
    uses: list[str] | None = None
    rights: list[Literal["read", "write", "manage"]]
    writable: bool
    documents: int | None = None
    ready: int | None = None
    failed: int | None = None
    pages: int | None = None
    created_at: dt.datetime
    shared_by: AuthorityRef | None = None


class KnowledgeBaseList(_Model):
    items: list[KnowledgeBaseView]
    next: str | None = None


class Grant(_Model):
    """Inside the own authority. `grantee` is the id of a person, unit or authority, as `/api/v1/me` shows them.

    A person may be named by `username` instead, if it has signed in before.
    """

    grantee_kind: Literal["person", "unit", "authority"]
    grantee: UUID | None = None
    username: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)] | None = None
    access: Literal["read", "write"] = "read"


class GrantList(_Model):
    items: list[Grant] = Field(max_length=500)


class GrantView(_Model):
    """`name`: of the person, unit or authority; null where it isn't known (any more)."""

    grantee_kind: Literal["person", "unit", "authority"]
    grantee: UUID
    access: Literal["read", "write"]
    name: str | None


class UnitRef(_Model):
    id: UUID
    name: str


class GrantListView(_Model):
    """`units`: those of the authority, to choose from."""

    items: list[GrantView]
    units: list[UnitRef]


ShareState = Literal["offered", "accepted"]


class NewShare(_Model):
    """`authority`: one of `authorities` of the list."""

    authority: UUID


class OutgoingShare(_Model):
    id: UUID
    authority: AuthorityRef
    state: ShareState
    offered_at: dt.datetime
    accepted_at: dt.datetime | None


class OutgoingShareList(_Model):
    items: list[OutgoingShare]
    authorities: list[AuthorityRef]


class IncomingShare(_Model):
    """`knowledge_base` once it is accepted; before, name, class, purpose and uses are all that is shown of it."""

    id: UUID
    knowledge_base: UUID | None
    name: str
    protection_class: ProtectionClass
    purpose: str | None = None
    uses: list[str] | None = None
    authority: AuthorityRef
    state: ShareState
    offered_at: dt.datetime
    accepted_at: dt.datetime | None


class IncomingShareList(_Model):
    items: list[IncomingShare]
