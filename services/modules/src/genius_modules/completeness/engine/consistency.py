# SPDX-License-Identifier: EUPL-1.2
"""Compares what the application and the documents say; no side wins."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from genius_modules.completeness.engine.documents import distinct, names, places_of
from genius_modules.completeness.engine.facts import Facts
from genius_modules.completeness.engine.matching import address_key, name_parts
from genius_modules.completeness.engine.result import Outcome, unique
from genius_modules.completeness.observed import Place
from genius_modules.completeness.rules.model import Compare, Requirement, Source

NOT_SAID = "keine Angabe"


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says: to compare, in words, where, and whether the application itself says it."""

    key: Hashable
    words: str
    places: tuple[Place, ...]
    by_applicant: bool


def sources(compare: Compare, facts: Facts) -> list[Said]:
    """Everything that says something, in the order of the rule set."""
    return [said for source in compare.sources for said in _said(source, compare, facts)]


def judge_consistency(requirement: Requirement, facts: Facts) -> Outcome:
    """The condition is known to hold: there are enough sources."""
    if requirement.compare is None:
        raise ValueError(f"{requirement.id} compares nothing")
    found = sources(requirement.compare, facts)
    evidence = unique(place for said in found for place in said.places)
    if len({said.key for said in found}) <= 1:
        return Outcome(code="erfuellt", evidence=evidence)
    sides = [
        " und ".join(dict.fromkeys(said.words for said in found if said.by_applicant is applicant)) or NOT_SAID
        for applicant in (True, False)
    ]
    return Outcome(code="widerspruch", evidence=evidence, sides=(sides[0], sides[1]))


def _said(source: Source, compare: Compare, facts: Facts) -> Iterator[Said]:
    if source.document is not None:
        yield from _of_documents(source, compare, facts)
    elif source.people:
        if facts.persons:
            yield Said(len(facts.persons), str(len(facts.persons)), (), True)
    elif source.fact and (value := facts.value(source.fact)) is not None:
        yield Said(_key(compare, value), _words(compare, value), facts.fact(source.fact).places, True)


def _of_documents(source: Source, compare: Compare, facts: Facts) -> Iterator[Said]:
    found = [
        document
        for document in distinct(facts.observed.documents)
        if document.readable
        and document.document_type == source.document
        and any(names(document, facts, person) for person in facts.persons)
        and document.values.get(source.value or "")
    ]
    if source.count and found:
        entries = {name_parts(str(entry)) for document in found for entry in document.values[source.value or ""]}
        yield Said(len(entries), str(len(entries)), places_of(found), False)
        return
    for document in found:
        value = document.values[source.value or ""]
        yield Said(_key(compare, value), _words(compare, value), places_of([document]), False)


def _key(compare: Compare, value: Any) -> Hashable:
    if compare.kind == "address":
        return address_key(value) if isinstance(value, Mapping) else str(value)
    return value if isinstance(value, Hashable) else str(value)


def _words(compare: Compare, value: Any) -> str:
    if compare.kind == "money":
        euros = f"{value / 100:,.2f}"
        return euros.translate(str.maketrans(",.", ".,")) + " Euro"
    if compare.kind == "address" and isinstance(value, Mapping):
        parts = [str(part) for part in value.values() if part]
        return ", ".join([*parts[:1], " ".join(parts[1:])]).rstrip(", ")
    return str(value)
