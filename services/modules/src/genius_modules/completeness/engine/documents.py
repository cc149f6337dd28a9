# SPDX-License-Identifier: EUPL-1.2
"""Whether the documents of an accepted type suffice: for the right person, readable, and valid on the reference day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from genius_modules.completeness.engine.facts import Facts
from genius_modules.completeness.engine.matching import same_person
from genius_modules.completeness.engine.result import Outcome, unique
from genius_modules.completeness.engine.validity import months_before, shortfall
from genius_modules.completeness.observed import ObservedDocument, ObservedPerson, Place
from genius_modules.completeness.rules.model import Requirement

MISSING = Outcome(code="dokument-fehlt")


@dataclass(slots=True)
class _Sorted:
    """Documents of the accepted types.

    `own` name the right person, `other` only strangers, `closed` nobody can read, `nameless` do not say a name.
    """

    own: list[ObservedDocument]
    other: list[ObservedDocument]
    closed: list[ObservedDocument]
    nameless: list[ObservedDocument]


def judge_documents(requirement: Requirement, facts: Facts, person: ObservedPerson | None) -> Outcome:
    """For `person`, or for the household (None). The condition is known to hold."""
    found = _sort(requirement, facts, person)
    if requirement.validity.rule == "months_before":
        return _of_months(found, facts.reference, requirement.validity.months or 0)
    short = [(document, shortfall(requirement.validity, document, facts.reference)) for document in found.own]
    if valid := [document for document, code in short if code is None]:
        return Outcome(code="erfuellt", evidence=places_of(valid))
    for code in ("veraltet", "teilzeitraum"):
        if fell := [document for document, reason in short if reason == code]:
            return Outcome(code=code, evidence=places_of(fell))
    return _without(found, [document for document, reason in short if reason == "unleserlich"])


def _of_months(found: _Sorted, reference: dt.date, count: int) -> Outcome:
    wanted = months_before(reference, count)
    covering = [document for document in found.own if set(_months(document)) & set(wanted)]
    covered = {month for document in covering for month in _months(document)}
    open_months = tuple(month for month in wanted if month not in covered)
    if not open_months and wanted:
        return Outcome(code="erfuellt", evidence=pages_of(covering))
    if found.closed and covering:
        return Outcome(code=_closed(found.closed), evidence=places_of(found.closed), months=open_months)
    if covering:
        return Outcome(code="teilzeitraum", evidence=pages_of(covering), months=open_months)
    if dated := [document for document in found.own if _months(document)]:
        return Outcome(code="veraltet", evidence=pages_of(dated), months=open_months)
    rest = _without(found, found.own)
    return Outcome(code=rest.code, evidence=rest.evidence, months=open_months)


def _months(document: ObservedDocument) -> Sequence[str]:
    return document.values.get("months") or ()


def _without(found: _Sorted, undated: Sequence[ObservedDocument]) -> Outcome:
    """No document of the right person that could be judged."""
    if found.closed:
        return Outcome(code=_closed(found.closed), evidence=places_of(found.closed))
    if unread := [*undated, *found.nameless]:
        return Outcome(code="unleserlich", evidence=places_of(unread))
    if found.other:
        return Outcome(code="falsche-person", evidence=places_of(found.other))
    return MISSING


def _closed(documents: Sequence[ObservedDocument]) -> str:
    reasons = {document.unreadable_reason or "unleserlich" for document in documents}
    return "unleserlich" if "unleserlich" in reasons else "nicht-pruefbar"


def _sort(requirement: Requirement, facts: Facts, person: ObservedPerson | None) -> _Sorted:
    found = _Sorted([], [], [], [])
    for document in distinct(facts.observed.documents):
        kind = document.document_type if document.readable else document.document_type or document.expected_type
        if kind not in requirement.accepted_documents:
            continue
        members = [member for member in facts.persons if names(document, facts, member)]
        ours = person is None or person in members
        if not document.readable:
            if not members or ours:
                found.closed.append(document)
        elif members:
            if ours:
                found.own.append(document)
        else:
            (found.other if document.names else found.nameless).append(document)
    return found


def distinct(documents: Sequence[ObservedDocument]) -> list[ObservedDocument]:
    """Each document once, in an order that does not depend on how the files came."""
    files = {document.file for document in documents}
    kept = [document for document in documents if document.duplicate_of not in files]
    return sorted(kept, key=lambda document: (document.file, document.pages))


def names(document: ObservedDocument, facts: Facts, person: ObservedPerson) -> bool:
    """Whether a document is about a person of the application."""
    name, born = facts.name(person), facts.born(person)
    return any(same_person(named, day, name, born) for named, day in document.names)


def pages_of(documents: Sequence[ObservedDocument]) -> tuple[Place, ...]:
    """Every page that shows something of them."""
    return unique(place for document in documents for place in document.places or (_first(document),))


def places_of(documents: Sequence[ObservedDocument]) -> tuple[Place, ...]:
    """Where they begin."""
    return unique(_first(document) for document in documents)


def _first(document: ObservedDocument) -> Place:
    if document.places:
        return document.places[0]
    return Place(file=document.file, page=document.pages[0] if document.pages else 1)
