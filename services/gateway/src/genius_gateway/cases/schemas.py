# SPDX-License-Identifier: EUPL-1.2
"""Cases, their grants and their files in the public API. Closed: an unknown field is refused by name (TEN-12)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from genius_common.contracts.retrieval import DocumentState, Hit, Verdict
from genius_common.principal import ProtectionClass
from genius_gateway.cases.model import Right
from genius_gateway.sharing.recipients import MOST, Recipient, Username

Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
SharedHow = Literal["by_me", "with_me"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewCase(_Model):
    """`reference` is the Aktenzeichen."""

    reference: Reference
    title: Title | None = None
    protection_class: ProtectionClass = ProtectionClass.PERSONENBEZOGEN
    retention_until: AwareDatetime | None = None


class CaseChange(_Model):
    """Only what is given is changed; `retention_until` by the owner alone."""

    reference: Reference | None = None
    title: Title | None = None
    state: Literal["open", "closed"] | None = None
    retention_until: AwareDatetime | None = None


class HandedOver(_Model):
    """Shown to both: who gave the case to whom, and when."""

    at: dt.datetime
    by: str
    to: str


class CaseView(_Model):
    """`shared`: null = with nobody. `owner_name` is there in cases of others. `rights`: read, write, manage.

    `unreadable`: in a list, where reference or title do not open; such a case can't be worked on.
    """

    id: UUID
    reference: str
    title: str | None
    protection_class: ProtectionClass
    state: str
    created_at: dt.datetime
    updated_at: dt.datetime
    retention_until: dt.datetime | None
    unreadable: bool
    rights: list[Right]
    shared: SharedHow | None
    owner_name: str | None
    handed_over: HandedOver | None


class CaseList(_Model):
    items: list[CaseView]
    next: str | None = None


class CaseGrant(Recipient):
    """A colleague by user name or a unit of one's own, and what they may do."""

    access: Literal["read", "write"] = "read"


class CaseGrants(_Model):
    """All grants of a case; setting them replaces those before."""

    items: list[CaseGrant] = Field(max_length=MOST)


class CaseGrantView(_Model):
    """`name` as the owner gave it; `unit` its id."""

    kind: Literal["person", "unit"]
    name: str
    unit: UUID | None
    access: Literal["read", "write"]
    handed_over: bool
    created_at: dt.datetime


class CaseGrantList(_Model):
    items: list[CaseGrantView]


class CaseHandover(_Model):
    """Who takes the case over: a colleague who has signed in before."""

    username: Username


class CaseFile(_Model):
    """A file that is the caller's own and not in the case yet."""

    file: UUID


class CaseFileView(_Model):
    """`state` null = the file is gone, or can't be asked for now. `own`: the caller has put it there."""

    file: UUID
    own: bool
    added_at: dt.datetime
    state: DocumentState | None


class CaseFileList(_Model):
    items: list[CaseFileView]


class CaseQuery(_Model):
    """A question to the files of a case."""

    query: str = Field(min_length=1, max_length=4000)
    limit: int = Field(default=10, ge=1, le=50)


class CaseSearchResult(_Model):
    """`files` were searched; `left_out` could not be: not read yet, failed, gone, or above the caller's class."""

    hits: list[Hit]
    verdict: Verdict
    files: int
    left_out: int
