# SPDX-License-Identifier: EUPL-1.2
"""What a perfect reader finds in a development dossier, made from its `expected.json`; and where a result differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from genius_modules.completeness.engine.result import Judgement, Outcome
from genius_modules.completeness.observed import Fact, Observed, ObservedDocument, ObservedPerson, Place
from genius_modules.completeness.rules.model import RuleSet

_NOT_VALID = {("13-ohne-unterschrift", "geburtsdatum"), ("13-ohne-unterschrift", "wohnkosten_cent")}
"""Null in `expected.json` because what is written there is not valid; every other null is a blank."""
_DATES = {"eingangsdatum", "einzugsdatum", "geburtsdatum"}
_STRANGER = (("Gundula Fremdenfeld", None),)
_NAMES_ADDRESS = {"mietvertrag", "mietbescheinigung", "meldebescheinigung"}


def stated(wanted: Mapping[str, Any], rules: RuleSet) -> Observed:
    """Everything that the dossier's truth says stands in it."""
    form = wanted["application"]
    facts = {name: _fact(wanted, rules, name, value, None) for name, value in form.items() if name != "personen"}
    persons = tuple(
        ObservedPerson(
            id=person["id"],
            facts={name: _fact(wanted, rules, name, value, person["id"]) for name, value in person.items()},
        )
        for person in form["personen"]
    )
    documents = tuple(_document(document, persons, form) for document in wanted["documents"])
    return Observed(
        application_file=wanted["application_file"],
        facts=facts,
        persons=persons,
        documents=documents,
        received=dt.date(2026, 12, 31),
    )


def _fact(wanted: Mapping[str, Any], rules: RuleSet, name: str, value: Any, person: str | None) -> Fact:
    places = tuple(_places(wanted, rules, name, person))
    if value is None:
        return Fact(state="invalid" if (wanted["dossier"], name) in _NOT_VALID else "blank", places=places)
    if name in _DATES:
        value = dt.date.fromisoformat(value)
    if name == "wohnflaeche_qm":
        value = Decimal(value)
    return Fact(state="stated", value=value, raw=str(value), places=places)


def _places(wanted: Mapping[str, Any], rules: RuleSet, name: str, person: str | None) -> Iterator[Place]:
    full = f"person.{name}" if person else name
    for requirement in rules.requirements:
        if any(check.fact == full for check in requirement.checks):
            cell = wanted["requirements"][requirement.id]
            cell = cell["persons"][person] if person else cell
            yield from (Place(file=place["file"], page=place["page"], quote="…") for place in cell["evidence"])


def _document(
    said: Mapping[str, Any], persons: tuple[ObservedPerson, ...], form: Mapping[str, Any]
) -> ObservedDocument:
    values = {name: _value(name, value) for name, value in said["values"].items()}
    if said["document_type"] in _NAMES_ADDRESS:
        values["address"] = form["anschrift"]
    named = next((person for person in persons if person.id == said["person"]), None)
    if named is None and said["document_type"] == "unterhaltsnachweis":
        named = persons[0]
    born = named.facts["geburtsdatum"].value if named else None
    pages = (
        tuple(range(1, len(values["months"]) + 1))
        if said["document_type"] != "verdienstbescheinigung" and (len(values.get("months", ())) > 1)
        else (1,)
    )
    return ObservedDocument(
        file=said["file"],
        pages=pages,
        document_type=said["document_type"] if said["readable"] else None,
        expected_type=said["document_type"],
        readable=said["readable"],
        unreadable_reason=None if said["readable"] else "unleserlich",
        names=((named.name, born),) if named else _STRANGER,
        values=values,
        places=tuple(Place(file=said["file"], page=page) for page in pages),
    )


def _value(name: str, value: Any) -> Any:
    if name in ("issued", "from", "to", "rent_booking"):
        return dt.date.fromisoformat(value)
    return value


def wrong_cells(found: list[Judgement], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Each difference in status, reason code or pages, also of each person."""
    for judgement in found:
        cell = wanted["requirements"][judgement.requirement.id]
        yield from _differences(judgement.requirement.id, judgement.outcome, cell)
        if set(judgement.persons) != set(cell.get("persons", {})):
            yield f"{judgement.requirement.id}: people {sorted(judgement.persons)}"
        for person, outcome in judgement.persons.items():
            yield from _differences(f"{judgement.requirement.id}/{person}", outcome, cell["persons"][person])


def _differences(name: str, outcome: Outcome, cell: Mapping[str, Any]) -> Iterator[str]:
    if (outcome.status, outcome.code) != (cell["status"], cell["reason_code"]):
        yield f"{name}: {outcome.status} {outcome.code}, truth {cell['status']} {cell['reason_code']}"
        return
    pages = {(place.file, place.page) for place in outcome.evidence}
    truth = {(place["file"], place["page"]) for place in cell["evidence"]}
    others = {(place["file"], place["page"]) for place in cell.get("evidence_alternatives", ())}
    if pages != truth and not (pages and pages <= truth | others):
        yield f"{name}: evidence {sorted(pages)}, truth {sorted(truth)}"
