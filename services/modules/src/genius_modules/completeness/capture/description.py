# SPDX-License-Identifier: EUPL-1.2
"""How a form and the documents of a procedure are read, as data: labels, kinds of fields, options (`forms/*.json`)."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "text", "date", "money", "decimal", "integer", "iban", "bool", "choice", "list", "name", "address", "signature"
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormField(_Model):
    """`labels`: as forms call it, whole ones and beginnings. `options` by value of the fact, of a bool true and false.

    `none` are the words that answer a list with "nothing". `parts` are labels of the parts of an address: street,
    postcode, town, postcode_town, whole. `order` is how a name in one field is written.
    """

    fact: str
    kind: Kind
    labels: list[str] = Field(default_factory=list)
    options: dict[str, list[str]] = Field(default_factory=dict)
    none: list[str] = Field(default_factory=list)
    parts: dict[Literal["strasse", "plz", "ort", "plz_ort", "whole"], list[str]] = Field(default_factory=dict)
    order: Literal["family_first", "given_first"] = "family_first"
    negative: bool = True

    @property
    def all_labels(self) -> list[str]:
        return [*self.labels, *(label for labels in self.parts.values() for label in labels)]

    @property
    def choices(self) -> dict[str, list[str]]:
        if self.kind == "bool" and not self.options:
            return {"true": ["Ja"], "false": ["Nein"]}
        return {**self.options, **({"": self.none} if self.none else {})}


class Measure(_Model):
    """A number behind one of `words` in the cell of `labels`; with `at_least` the fact is whether it reaches that.

    `unless`: the yes-no fact of the household that answers for everybody: no = `otherwise`, open = null.
    """

    fact: str
    labels: list[str]
    words: list[str]
    at_least: int | None = None
    unless: str
    otherwise: bool | int


class Grouped(_Model):
    """A fact that follows from another: the group whose words hold its value, else `otherwise`."""

    fact: str
    source: str
    groups: dict[str, list[str]]
    otherwise: str


class Persons(_Model):
    """`headings`: what begins a person, "{n}" stands for a number. `applicant`: facts of the first one outside."""

    headings: list[str]
    fields: list[FormField]
    measures: list[Measure] = Field(default_factory=list)
    grouped: list[Grouped] = Field(default_factory=list)
    applicant: list[FormField] = Field(default_factory=list)


class DocumentReading(_Model):
    """What is read of one type of document: labels of each value; empty = the value is not read.

    `months`: "each" page has one, "all" that stand there; `notable` are the words of a booking that counts.
    """

    names: list[str] = Field(default_factory=list)
    people: bool = False
    issued: list[str] = Field(default_factory=list)
    months: Literal["", "each", "all"] = ""
    period: list[str] = Field(default_factory=list)
    valid_until: list[str] = Field(default_factory=list)
    unlimited: list[str] = Field(default_factory=list)
    year: list[str] = Field(default_factory=list)
    year_in_title: bool = False
    amount: list[str] = Field(default_factory=list)
    booking: list[str] = Field(default_factory=list)
    address: list[str] = Field(default_factory=list)
    wins_over: list[str] = Field(default_factory=list)
    only_if_nothing_else: bool = False


class FormDescription(_Model):
    """`other_labels` are labels of the form that no fact is read from; they end the value before them."""

    form: str
    document_type: str
    received: FormField
    fields: list[FormField]
    persons: Persons
    other_labels: list[str] = Field(default_factory=list)
    documents: dict[str, DocumentReading] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> FormDescription:
        names = [field.fact for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("a fact is described twice")
        unknown = {measure.unless for measure in self.persons.measures} - set(names)
        if unknown:
            raise ValueError(f"measures name facts that the form does not have: {sorted(unknown)}")
        return self


def forms() -> frozenset[str]:
    """Ids of the forms that are described."""
    folder = resources.files("genius_modules.completeness").joinpath("forms")
    return frozenset(file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json"))


@functools.cache
def load_form(name: str) -> FormDescription:
    """The description `forms/<name>.json`. Raises: FileNotFoundError, pydantic.ValidationError."""
    source = resources.files("genius_modules.completeness").joinpath("forms", f"{name}.json")
    return FormDescription.model_validate_json(source.read_text(encoding="utf-8"))
