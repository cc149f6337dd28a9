# SPDX-License-Identifier: EUPL-1.2
"""Versions of a case in the public API. Closed: an unknown field is refused by name (TEN-12)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from genius_common.principal import ProtectionClass
from genius_gateway.case_versions.model import CheckedFile, Content, Version

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
FactName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
RequirementId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,100}$")]
_VALUE_BYTES = 20_000


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewVersion(_Model):
    """`run`: a finished completeness check of the caller's, of this case and all of its files."""

    run: UUID


class FactChange(_Model):
    """A value that a person sets, or takes back (`withdraw`): then what the check reads counts again.

    Names and types of values are those of the rule set; the next check refuses what they are not.
    """

    fact: FactName
    value: Any = None
    withdraw: bool = False
    reason: Reason

    @field_validator("value")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        try:
            if len(orjson.dumps(value)) > _VALUE_BYTES:
                raise ValueError(f"a value has at most {_VALUE_BYTES} bytes")
        except TypeError as error:
            raise ValueError("not valid Unicode, or nested too deeply") from error
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.withdraw and self.value is not None:
            raise ValueError("a value that is taken back has none")
        return self


class LetterChange(_Model):
    """The letter in the person's words, with the gap for the deadline."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
    reason: Reason


class Changes(_Model):
    """What a person changes in one step. `version`: the one that they have seen, which must be the latest."""

    version: int = Field(ge=1)
    facts: list[FactChange] = Field(default_factory=list, max_length=100)
    accepted: list[RequirementId] = Field(default_factory=list, max_length=500)
    letter: LetterChange | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.facts or self.accepted or self.letter):
            raise ValueError("nothing is changed")
        names = [one.fact for one in self.facts]
        if len(names) != len(set(names)):
            raise ValueError("a fact is named twice")
        return self


class SignOff(_Model):
    """`sha256`: the digest of the version that the person has seen. `deadline`: of the letter, where there is one."""

    version: int = Field(ge=1)
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    deadline: dt.date | None = None


class SignedView(_Model):
    at: dt.datetime
    by: str
    deadline: dt.date | None


class Counts(_Model):
    missing: int
    unclear: int
    present: int
    not_applicable: int


class VersionSummary(_Model):
    """`sha256` is that of the version's content. `checked`: the result knows all facts that people have set."""

    version: int
    sha256: str
    made_at: dt.datetime
    by: str
    based_on: int | None
    checked: bool
    complete: bool
    counts: Counts
    signed: SignedView | None


class VersionList(_Model):
    """The newest first."""

    items: list[VersionSummary]


class AcceptedView(_Model):
    by: str
    at: dt.datetime


class LetterView(_Model):
    """`text`: with the deadline once signed. `rewritten`: by whom and why, where a person has changed it."""

    text: str
    items: list[str]
    rewritten: AcceptedView | None
    reason: str | None


class VersionView(VersionSummary):
    """One version. A fact: `{source: file|person, value, …}`, with file, page and quote, or who, when and why.

    Requirements and documents are as the module gave them; `accepted` by requirement. `switched_off`: requirements that
    the installation does not check, title by id. `set_facts` is what the next
    check needs as its `facts`.
    """

    run: UUID
    module_version: str
    protection_class: ProtectionClass
    rule_set: str
    catalogue_sha256: str
    reference_date: str | None
    files: list[CheckedFile]
    facts: dict[str, Any]
    set_facts: dict[str, Any]
    documents: list[dict[str, Any]]
    requirements: dict[str, Any]
    accepted: dict[str, AcceptedView]
    switched_off: dict[str, str]
    letter: LetterView | None


class Changed(_Model):
    name: str
    before: Any
    after: Any


class Difference(_Model):
    """From one version to another; null = not there."""

    before: int
    after: int
    facts: list[Changed]
    requirements: list[Changed]
    accepted: list[Changed]
    files: list[Changed]
    rule_set: list[Changed]
    letter_changed: bool


def summary(version: Version) -> dict[str, Any]:
    content, signed = version.content, version.signature
    return {
        "version": version.number,
        "sha256": version.digest,
        "made_at": version.made_at,
        "by": content.by.name,
        "based_on": content.based_on,
        "checked": content.checked,
        "complete": content.result.complete,
        "counts": Counts(**content.counts),
        "signed": SignedView(at=signed.by.at, by=signed.by.name, deadline=signed.deadline) if signed else None,
    }


def view(version: Version) -> VersionView:
    content = version.content
    result = content.result
    return VersionView(
        **summary(version),
        run=content.run,
        module_version=content.module_version,
        protection_class=version.protection_class,
        rule_set=result.rule_set,
        catalogue_sha256=result.catalogue_sha256,
        reference_date=result.reference_date,
        files=content.files,
        facts=content.facts,
        set_facts=content.set_facts,
        documents=result.documents,
        requirements={name: one.model_dump(mode="json") for name, one in result.requirements.items()},
        accepted={name: AcceptedView(by=one.by.name, at=one.by.at) for name, one in content.accepted.items()},
        switched_off=result.switched_off,
        letter=_letter(content, version),
    )


def _letter(content: Content, version: Version) -> LetterView | None:
    text = version.signature.letter if version.signature else content.letter
    if text is None:
        return None
    own = content.rewritten
    return LetterView(
        text=text,
        items=content.result.letter.items if content.result.letter else [],
        rewritten=AcceptedView(by=own.by.name, at=own.by.at) if own else None,
        reason=own.reason if own else None,
    )
