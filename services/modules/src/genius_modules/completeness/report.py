# SPDX-License-Identifier: EUPL-1.2
"""The result of a check: what was read, what each requirement lacks and why, and the letter that asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from genius_modules.completeness.engine.facts import Facts
from genius_modules.completeness.engine.matching import same_person
from genius_modules.completeness.engine.result import Judgement, Outcome
from genius_modules.completeness.letter.compose import compose, months_in_words
from genius_modules.completeness.observed import Fact, Observed, ObservedDocument, Place
from genius_modules.completeness.rules.model import RuleSet
from genius_modules.completeness.rules.store import Stored
from genius_modules.completeness.schemas import (
    CheckedFile,
    CompletenessResult,
    Evidence,
    FoundDocument,
    FoundFact,
    LetterDraft,
    PersonOutcome,
    RequirementOutcome,
)


def report(
    stored: Stored,
    observed: Observed,
    judgements: list[Judgement],
    given: Collection[str],
    files: Mapping[UUID, str],
) -> CompletenessResult:
    """Every requirement once, every file once; `given` are the names of facts that the caller set.

    `files` are the names by the ids of the input.
    """
    rules = stored.rules
    facts = Facts(rules, observed)
    letter = compose(rules, observed, judgements)
    return CompletenessResult(
        rule_set=rules.rule_set,
        catalogue_sha256=stored.sha256,
        principle=rules.principle,
        reference_date=facts.reference,
        application_file=observed.application_file,
        complete=not any(judgement.status in ("missing", "unclear") for judgement in judgements),
        files=[CheckedFile(file=file, name=name) for file, name in files.items()],
        facts={name: _fact(fact, name in given) for name, fact in _facts(observed)},
        documents=[_document(document, rules, facts) for document in observed.documents],
        requirements={judgement.requirement.id: _requirement(judgement, rules) for judgement in judgements},
        switched_off=dict(stored.switched_off),
        letter=LetterDraft(items=list(dict.fromkeys(item.requirement for item in letter.items)), text=letter.text),
    )


def _facts(observed: Observed) -> Iterator[tuple[str, Fact]]:
    yield from observed.facts.items()
    for person in observed.persons:
        yield from ((f"{person.id}.{name}", fact) for name, fact in person.facts.items())


def _fact(fact: Fact, given: bool) -> FoundFact:
    place = fact.places[0] if fact.places else None
    return FoundFact(
        value=plain(fact.value),
        state=fact.state,
        raw=fact.raw,
        file=place.file if place else None,
        page=place.page if place else None,
        quote=place.quote if place else None,
        given=given,
    )


def plain(value: Any) -> Any:
    """A value as JSON has it: days as YYYY-MM-DD, decimals as text."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def _document(document: ObservedDocument, rules: RuleSet, facts: Facts) -> FoundDocument:
    kind = next((kind for kind in rules.document_types if kind.id == document.document_type), None)
    named = [
        person.id
        for person in facts.persons
        for name, born in document.names
        if same_person(facts.name(person), facts.born(person), name, born)
    ]
    return FoundDocument(
        file=document.file,
        pages=list(document.pages),
        document_type=document.document_type,
        title=kind.title if kind else None,
        person=named[0] if named else None,
        names=[name for name, _ in document.names],
        readable=document.readable,
        unreadable_reason=document.unreadable_reason,
        values=plain(dict(document.values)),
        quote=document.places[0].quote if document.places else "",
        notices=list(document.notices),
        duplicate_of=document.duplicate_of,
    )


def _requirement(judgement: Judgement, rules: RuleSet) -> RequirementOutcome:
    requirement, outcome = judgement.requirement, judgement.outcome
    concerned = f" Betrifft: {', '.join(judgement.concerned)}." if judgement.concerned else ""
    return RequirementOutcome(
        title=requirement.title,
        kind=requirement.kind,
        status=outcome.status,
        reason_code=outcome.code,
        reason=_reason(outcome, rules) + concerned,
        evidence=_evidence(outcome.evidence),
        facts=list(outcome.facts),
        legal_basis=list(requirement.legal_basis),
        persons={
            who: PersonOutcome(
                name=judgement.names[who],
                status=one.status,
                reason_code=one.code,
                reason=_reason(one, rules),
                evidence=_evidence(one.evidence),
            )
            for who, one in judgement.persons.items()
        },
    )


def _reason(outcome: Outcome, rules: RuleSet) -> str:
    text = rules.reasons[outcome.code].text
    if outcome.months:
        text += f" Offen: {months_in_words(outcome.months)}."
    if outcome.sides:
        text += f" Im Antrag: {outcome.sides[0]}; im Nachweis: {outcome.sides[1]}."
    return text


def _evidence(places: Iterable[Place]) -> list[Evidence]:
    return [Evidence(file=place.file, page=place.page, quote=place.quote) for place in places]
