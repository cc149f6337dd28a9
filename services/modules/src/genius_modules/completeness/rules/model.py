# SPDX-License-Identifier: EUPL-1.2
"""A rule set: which facts and documents a procedure asks for, when, on what legal basis, and in which words.

Everything that belongs to one procedure stands here, nothing of it in the engine. The file is YAML or JSON.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Status = Literal["present", "missing", "unclear", "not_applicable"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([-_.][a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]

REASONS: dict[str, Status] = {
    "erfuellt": "present",
    "feld-leer": "missing",
    "dokument-fehlt": "missing",
    "unleserlich": "unclear",
    "nicht-pruefbar": "unclear",
    "falsche-person": "unclear",
    "veraltet": "unclear",
    "teilzeitraum": "unclear",
    "ungueltiger-wert": "unclear",
    "widerspruch": "unclear",
    "bedingung-unbekannt": "unclear",
    "bedingung-falsch": "not_applicable",
}
"""The reasons that the engine gives, with their status. A rule set gives each its words."""


class RuleModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(RuleModel):
    """A three-valued condition: exactly one of `always`, `all`, `any`, `not`, or `fact` with one comparison."""

    always: Literal[True] | None = None
    all: list[Condition] | None = Field(default=None, min_length=1)
    any: list[Condition] | None = Field(default=None, min_length=1)
    negated: Condition | None = Field(default=None, alias="not")
    fact: str | None = None
    eq: str | int | bool | None = None
    one_of: list[str | int] | None = Field(default=None, alias="in", min_length=1)
    contains: str | int | None = None
    gte: int | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Condition:
        kinds = (self.always, self.all, self.any, self.negated, self.fact)
        comparisons = (self.eq, self.one_of, self.contains, self.gte)
        given = sum(kind is not None for kind in kinds)
        compared = sum(comparison is not None for comparison in comparisons)
        if given != 1 or compared != (1 if self.fact is not None else 0):
            raise ValueError("Eine Bedingung ist genau eines von always, all, any, not oder fact mit einem Vergleich.")
        return self

    def facts(self) -> set[str]:
        """Names of the facts that it compares."""
        below = [*(self.all or ()), *(self.any or ()), *((self.negated,) if self.negated else ())]
        return ({self.fact} if self.fact else set()).union(*(part.facts() for part in below))


class FactType(RuleModel):
    """A fact. `person.` in front: one for each person. `when`: a yes-no fact that follows from other facts.

    `labels` are the words for its values in letters.
    """

    id: Identifier
    type: Literal["date", "enum", "string", "bool", "object", "integer", "decimal", "list"]
    text: Text
    values: list[str] = []
    derived: bool = False
    when: Condition | None = None
    labels: dict[str, Text] = {}


class Reason(RuleModel):
    status: Status
    text: Text


class DocumentType(RuleModel):
    """A kind of document. `strong` words in the title decide, `weak` ones support; see the capture."""

    id: Identifier
    title: Text
    strong: list[Text] = Field(min_length=1)
    weak: list[Text] = []
    names: str = ""
    note: str | None = None
    precedence: str | None = None


class Validity(RuleModel):
    """When a document counts. `value` names what is read from it for `booking_within_months`."""

    rule: Literal[
        "none",
        "months_before",
        "max_age_months",
        "covers_reference_date",
        "valid_on_reference_date",
        "calendar_year",
        "booking_within_months",
    ]
    months: int | None = Field(default=None, ge=1, le=120)
    max_years_back: int | None = Field(default=None, ge=0, le=50)
    value: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Validity:
        needs_months = self.rule in ("months_before", "max_age_months", "booking_within_months")
        if needs_months != (self.months is not None):
            raise ValueError(f"„months“ gehört zu dieser Gültigkeitsregel {'dazu' if needs_months else 'nicht'}.")
        if (self.rule == "calendar_year") != (self.max_years_back is not None):
            raise ValueError("„max_years_back“ gehört zu „calendar_year“, und nur dazu.")
        if (self.rule == "booking_within_months") != (self.value is not None):
            raise ValueError("„value“ gehört zu „booking_within_months“, und nur dazu.")
        return self


class Check(RuleModel):
    """One part of a field: a fact that must be stated, and what makes a stated one valid.

    `parts` are the keys an object must have, with a pattern each. `minimum` for numbers. `no_means` is the status of
    an answer "no" where only "yes" will do. `iban`: country, length and check digits. `member_unless`: the name of a
    person of the application, unless the condition holds. `if_yes_somebody`: to "yes" belongs a person for whom the
    condition holds.
    """

    fact: str
    parts: dict[str, str] = {}
    pattern: str | None = None
    minimum: int | None = None
    no_means: Literal["missing", "unclear"] | None = None
    iban: bool = False
    member_unless: Condition | None = None
    if_yes_somebody: Condition | None = None


class Source(RuleModel):
    """One side of a comparison: a fact, the number of people on the form, or a value of a document.

    `count`: how many different entries the lists of all documents of the type have together.
    """

    fact: str | None = None
    people: bool = False
    document: str | None = None
    value: str | None = None
    count: bool = False

    @model_validator(mode="after")
    def _one_kind(self) -> Source:
        if sum((self.fact is not None, self.people, self.document is not None)) != 1:
            raise ValueError("Eine Quelle ist genau eines von fact, people oder document.")
        if (self.document is None) != (self.value is None):
            raise ValueError("Zu „document“ gehört „value“.")
        return self


class Compare(RuleModel):
    """What a `consistency` requirement compares. `counts` is the derived fact for how many sources there are."""

    kind: Literal["number", "money", "address"]
    counts: str
    sources: list[Source] = Field(min_length=2)


class StatusRules(RuleModel):
    present: Text
    missing: Text
    unclear: Text


class Wording(RuleModel):
    ask: Text
    why: Text


class Requirement(RuleModel):
    id: Identifier
    title: Text
    kind: Literal["field", "document", "consistency"]
    scope: Literal["household", "person"]
    condition: Condition
    condition_text: Text
    legal_basis: list[Text] = Field(min_length=1)
    accepted_documents: list[str] = Field(min_length=1)
    validity: Validity
    validity_text: Text
    status_rules: StatusRules
    letter: Wording
    checks: list[Check] = []
    compare: Compare | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Requirement:
        if (self.kind == "field") != bool(self.checks):
            raise ValueError("„checks“ gehört zu jeder Anforderung der Art „field“, und nur dazu.")
        if (self.kind == "consistency") != (self.compare is not None):
            raise ValueError("„compare“ gehört zu jeder Anforderung der Art „consistency“, und nur dazu.")
        return self


class Letter(RuleModel):
    opening: Text
    item_missing: Text
    item_unclear: Text
    item_condition_unknown: str = ""
    closing: Text
    deadline_rule: Text


class People(RuleModel):
    """Which facts (without `person.`) name a person: `name` in the order for letters, `born` the day of birth."""

    name: list[str] = Field(min_length=1)
    born: str


class RuleSet(RuleModel):
    """A whole rule set.

    `reference_fact` is the day that validity is judged by. `placeholders`: further words of the letter, each for the
    value of a fact.
    """

    schema_version: Literal[1]
    rule_set: Identifier
    title: Text
    law_as_of: dt.date
    principle: Text
    reference_fact: str
    people: People
    reasons: dict[str, Reason]
    facts: list[FactType] = Field(min_length=1)
    document_types: list[DocumentType] = Field(min_length=1)
    requirements: list[Requirement] = Field(min_length=1)
    placeholders: dict[str, str] = {}
    letter: Letter

    def fact(self, name: str) -> FactType | None:
        return next((fact for fact in self.facts if fact.id == name), None)


def json_schema() -> dict[str, Any]:
    """The published schema of the file."""
    return RuleSet.model_json_schema(by_alias=True)
