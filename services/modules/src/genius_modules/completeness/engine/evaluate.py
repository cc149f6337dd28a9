# SPDX-License-Identifier: EUPL-1.2
"""Judges every requirement of a rule set, always all of them: there is no order and no early stop."""

from __future__ import annotations

from genius_modules.completeness.engine.checks import judge
from genius_modules.completeness.engine.consistency import judge_consistency, sources
from genius_modules.completeness.engine.documents import judge_documents
from genius_modules.completeness.engine.facts import NOBODY, Facts
from genius_modules.completeness.engine.logic import holds
from genius_modules.completeness.engine.result import UNKNOWN, Judgement, Outcome, unique, worst
from genius_modules.completeness.observed import Observed, ObservedPerson
from genius_modules.completeness.rules.model import Requirement, RuleSet, Status

_FIELD_CODES: dict[Status, str] = {"present": "erfuellt", "missing": "feld-leer", "unclear": "ungueltiger-wert"}


def evaluate(rules: RuleSet, observed: Observed) -> list[Judgement]:
    """One judgement for each requirement, in the order of the rule set."""
    household = Facts(rules, observed)
    counted = {
        requirement.compare.counts: len(sources(requirement.compare, household))
        for requirement in rules.requirements
        if requirement.compare
    }
    facts = Facts(rules, observed, counted)
    return [_judgement(requirement, facts) for requirement in rules.requirements]


def _judgement(requirement: Requirement, facts: Facts) -> Judgement:
    if requirement.scope == "household":
        return Judgement(requirement=requirement, outcome=_outcome(requirement, facts, None))
    if not facts.persons:
        return Judgement(requirement=requirement, outcome=_outcome(requirement, facts.of(NOBODY), NOBODY))
    persons = {person.id: _outcome(requirement, facts.of(person), person) for person in facts.persons}
    names = {person.id: facts.shown(person) for person in facts.persons}
    return Judgement(requirement=requirement, outcome=worst(persons.values()), persons=persons, names=names)


def _outcome(requirement: Requirement, facts: Facts, person: ObservedPerson | None) -> Outcome:
    truth = holds(requirement.condition, facts.value)
    decided = tuple(sorted(requirement.condition.facts()))
    if truth is None:
        unknown = tuple(name for name in decided if facts.value(name) is None)
        return Outcome(code=UNKNOWN, facts=unknown)
    if not truth:
        return Outcome(code="bedingung-falsch", facts=decided)
    if requirement.kind == "field":
        return _field(requirement, facts)
    if requirement.kind == "document":
        return judge_documents(requirement, facts, person)
    return judge_consistency(requirement, facts)


def _field(requirement: Requirement, facts: Facts) -> Outcome:
    """Missing if any part is blank, else unclear if any is not valid."""
    judged = [
        (judge(check, facts.fact(check.fact), facts), facts.fact(check.fact), check.fact)
        for check in requirement.checks
    ]
    wanted: tuple[Status, ...] = ("missing", "unclear", "present")
    status = next(status for status in wanted if any(found == status for found, _, _ in judged))
    deciding = [(fact, name) for found, fact, name in judged if found == status]
    places = unique(place for fact, _ in deciding for place in fact.places)
    return Outcome(
        code=_FIELD_CODES[status],
        evidence=places or unique(place for _, fact, _ in judged for place in fact.places),
        facts=tuple(name for _, name in deciding),
    )
