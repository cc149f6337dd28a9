# SPDX-License-Identifier: EUPL-1.2
"""Input and result of a completeness check, as `docs/explanation/completeness.md` tells them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from genius_common.contracts.modules import ChatTurn
from genius_common.errors import FieldError
from genius_modules.base import ModuleInput
from genius_modules.completeness.given import wrong
from genius_modules.completeness.offered import Offered
from genius_modules.completeness.rules.model import Status
from genius_modules.schema import form


class CompletenessInput(ModuleInput):
    """What is to be checked against which rule set: `input_of` names those that there are.

    `facts` replace what is read: by the names of the rule set, for a person `p1.name`. `as_of` is the day on which the
    application came in; it counts only where no entry stamp is found.
    """

    offered: ClassVar[Mapping[str, Offered]] = {}

    rule_set: str
    files: list[UUID] = Field(
        min_length=1, max_length=100, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )
    facts: dict[str, Any] | None = Field(default=None, json_schema_extra=form(("Angaben", "Facts"), widget="hidden"))
    as_of: dt.date | None = Field(
        default=None,
        json_schema_extra=form(
            ("Eingang", "Received on"),
            help_text=(
                "JJJJ-MM-TT. Gilt nur, wenn kein Eingangsstempel gefunden wird; sonst der Tag des Hochladens.",
                "YYYY-MM-DD. Counts only where no entry stamp is found; else the day of the upload.",
            ),
        ),
    )

    @override
    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        found = self.offered.get(self.rule_set)
        if found is None:
            names = ", ".join(self.offered)
            return [FieldError("/rule_set", f"Dieses Regelwerk gibt es hier nicht. Es gibt: {names}.")]
        return wrong(found.stored.rules, self.facts or {})


def input_of(rule_sets: Mapping[str, Offered]) -> type[CompletenessInput]:
    """The input of an installation that has these rule sets."""
    titles = {name: (one.stored.rules.title, one.stored.rules.title) for name, one in rule_sets.items()}
    extra = {**form(("Regelwerk", "Rule set"), options=titles), "enum": list(titles)}

    class OfferedInput(CompletenessInput):
        offered = rule_sets

        rule_set: str = Field(json_schema_extra=extra)

    return OfferedInput


class _Result(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(_Result):
    """`quote` is verbatim text of the page, empty where the page has none (a blank field)."""

    file: str
    page: int
    quote: str = ""


class CheckedFile(_Result):
    """A file of the input and its name, by which `Evidence` tells it: so its page can be opened."""

    file: UUID
    name: str


class FoundFact(_Result):
    """`state` is `invalid` where something stands there that is no valid value: `raw`. `given`: the caller set it."""

    value: Any
    state: Literal["stated", "blank", "invalid"]
    raw: str | None = None
    file: str | None = None
    page: int | None = None
    quote: str | None = None
    given: bool = False


class FoundDocument(_Result):
    """`person` is the id of the first person of the household whom it names."""

    file: str
    pages: list[int]
    document_type: str | None
    title: str | None
    person: str | None
    names: list[str]
    readable: bool
    unreadable_reason: str | None = None
    values: dict[str, Any]
    quote: str
    notices: list[str]
    duplicate_of: str | None = None


class PersonOutcome(_Result):
    name: str
    status: Status
    reason_code: str
    reason: str
    evidence: list[Evidence]


class RequirementOutcome(_Result):
    title: str
    kind: Literal["field", "document", "consistency"]
    status: Status
    reason_code: str
    reason: str
    evidence: list[Evidence]
    facts: list[str]
    legal_basis: list[str]
    persons: dict[str, PersonOutcome]


class LetterDraft(_Result):
    """`items` are the requirements asked for, `text` is empty where nothing is open."""

    items: list[str]
    text: str


class CompletenessResult(_Result):
    """`switched_off`: requirements of the rule set that this installation does not check, title by id."""

    schema_version: Literal[1] = 1
    rule_set: str
    catalogue_sha256: str
    principle: str
    reference_date: dt.date
    application_file: str | None
    complete: bool
    files: list[CheckedFile]
    facts: dict[str, FoundFact]
    documents: list[FoundDocument]
    requirements: dict[str, RequirementOutcome]
    switched_off: dict[str, str]
    letter: LetterDraft
    mode: Literal["template"] = "template"
