# SPDX-License-Identifier: EUPL-1.2
"""What a version holds, and how the next one comes of it: plain values and pure functions.

A version is the result of a check as the module gave it, with the facts that people have set since, what they have
accepted and, where they have rewritten it, the letter. `checked`: the result knows all facts that are set.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from genius_common.principal import ProtectionClass

MODULE = "completeness"
GAP = "[Frist: wird bei der Freigabe gesetzt]"
"""What stands in a letter until the deadline is set."""
_GAP = re.compile(r"\[[^\[\]\n]{0,60}[Ff]rist[^\[\]\n]{0,60}\]")
OPEN = ("missing", "unclear")
"""Statuses of requirements that a letter asks for."""
Status = Literal["missing", "unclear", "present", "not_applicable"]


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class By(_Stored):
    """Who, by the name that the directory gave; empty where an application or an API token acted."""

    person: UUID
    name: str
    at: dt.datetime


class Correction(_Stored):
    """A fact that a person has set. `read`: what the last check without it had found, null = nothing."""

    fact: str
    value: Any
    reason: str
    by: By
    read: Any = None


class Acceptance(_Stored):
    """A person agrees with the status of a requirement; it holds as long as the status stays."""

    status: Status
    by: By


class Rewritten(_Stored):
    """The letter in a person's words."""

    text: str
    reason: str
    by: By


class CheckedFile(_Stored):
    file: UUID
    name: str


class Requirement(BaseModel):
    """Section 6 of the specification; more fields pass as they are."""

    model_config = ConfigDict(extra="allow", frozen=True)

    status: Status


class Letter(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    items: list[str]
    text: str


class CheckResult(BaseModel):
    """The result of a run of `completeness`. The gateway has held it against the module's own schema already."""

    model_config = ConfigDict(extra="allow", frozen=True)

    rule_set: str
    catalogue_sha256: str
    reference_date: str | None = None
    complete: bool
    facts: dict[str, Any]
    documents: list[dict[str, Any]]
    requirements: dict[str, Requirement]
    switched_off: dict[str, str] = Field(default_factory=dict)
    letter: Letter | None = None


class Content(_Stored):
    """What is sealed. `salt`: nobody finds a content by its digest."""

    salt: str
    by: By
    based_on: int | None
    run: UUID
    module_version: str
    checked: bool
    files: list[CheckedFile]
    result: CheckResult
    corrections: list[Correction] = Field(default_factory=list)
    accepted: dict[str, Acceptance] = Field(default_factory=dict)
    rewritten: Rewritten | None = None

    @property
    def set_facts(self) -> dict[str, Any]:
        """Name → value of what people have set: the `facts` of the next check."""
        return {one.fact: one.value for one in self.corrections}

    @property
    def letter(self) -> str | None:
        """Its text as it stands now; null where nothing is asked for."""
        if self.rewritten is not None:
            return self.rewritten.text
        return self.result.letter.text if self.result.letter is not None and self.asks else None

    @property
    def asks(self) -> bool:
        return not self.result.complete

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        """Every fact with where it is from: a file (as the check read it), or a person."""
        found = {name: {"source": "file", **_mapping(value)} for name, value in self.result.facts.items()}
        for one in self.corrections:
            said = {"source": "person", "value": one.value, "reason": one.reason}
            found[one.fact] = {**said, "by": one.by.name, "at": one.by.at.isoformat(), "read": one.read}
        return found

    @property
    def counts(self) -> dict[str, int]:
        statuses = [one.status for one in self.result.requirements.values()]
        return {name: statuses.count(name) for name in ("missing", "unclear", "present", "not_applicable")}

    def dump(self) -> bytes:
        """The one form that digests and seals: keys in order."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


class Signature(_Stored):
    """`letter` has the deadline in it."""

    by: By
    deadline: dt.date | None
    letter: str | None


class Version(BaseModel):
    """A version as loaded. `digest` is the SHA-256 of its content, in hex."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    number: int
    protection_class: ProtectionClass
    made_at: dt.datetime
    digest: str
    content: Content
    signature: Signature | None


def with_deadline(letter: str, deadline: dt.date) -> str | None:
    """The letter with the day in place of each gap; None where there is no gap."""
    filled, places = _GAP.subn(f"{deadline:%d.%m.%Y}", letter)
    return filled if places else None


def kept_acceptances(accepted: dict[str, Acceptance], result: CheckResult) -> dict[str, Acceptance]:
    """Those whose requirement still has the status that was accepted."""
    found = result.requirements
    return {name: one for name, one in accepted.items() if name in found and found[name].status == one.status}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"value": value}
