# SPDX-License-Identifier: EUPL-1.2
"""Composes the letter from judgements: one item for each gap, of each person; a placeholder is never left empty."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from genius_modules.completeness.engine.facts import Facts
from genius_modules.completeness.engine.result import UNKNOWN, Judgement, Outcome
from genius_modules.completeness.observed import Observed, ObservedPerson
from genius_modules.completeness.rules.model import Requirement, RuleSet

DEADLINE_GAP = "[Frist: wird bei der Freigabe gesetzt]"
_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip


class LetterIncomplete(ValueError):
    """A placeholder has nothing to stand for; the message names it and the requirement."""


@dataclass(frozen=True, slots=True)
class Item:
    """One demand. `person` is the id of the person it is about, None for the household."""

    number: int
    requirement: str
    person: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`items` is empty where nothing is open; then there is nothing to write, and `text` is empty."""

    opening: str
    items: tuple[Item, ...]
    closing: str

    @property
    def text(self) -> str:
        if not self.items:
            return ""
        return "\n\n".join([self.opening, *(item.text for item in self.items), self.closing])


def compose(
    rules: RuleSet, observed: Observed, judgements: Sequence[Judgement], deadline: dt.date | None = None
) -> Letter:
    """The letter for what is missing or unclear. Without `deadline` its place is a marked gap.

    An open condition is no item: the letter asks for the open fact, by the requirement of its field.
    Raises LetterIncomplete.
    """
    facts = Facts(rules, observed)
    whole = {
        "eingangsdatum": f"{facts.reference:%d.%m.%Y}",
        "frist": f"{deadline:%d.%m.%Y}" if deadline else DEADLINE_GAP,
    }
    items = [
        Item(
            number,
            judgement.requirement.id,
            person.id if person else None,
            _item(number, judgement, outcome, person, facts),
        )
        for number, (judgement, outcome, person) in enumerate(_gaps(judgements, facts), start=1)
    ]
    return Letter(
        opening=_filled(rules.letter.opening, whole, "opening"),
        items=tuple(items),
        closing=_filled(rules.letter.closing, whole, "closing"),
    )


def _gaps(judgements: Sequence[Judgement], facts: Facts) -> Iterator[tuple[Judgement, Outcome, ObservedPerson | None]]:
    people = {person.id: person for person in facts.persons}
    for judgement in judgements:
        found = [(outcome, people.get(who)) for who, outcome in judgement.persons.items()] or [
            (judgement.outcome, None)
        ]
        for outcome, person in found:
            if outcome.status in ("missing", "unclear") and outcome.code != UNKNOWN:
                yield judgement, outcome, person


def _item(number: int, judgement: Judgement, outcome: Outcome, person: ObservedPerson | None, facts: Facts) -> str:
    requirement, rules = judgement.requirement, facts.rules
    words = _words(requirement, outcome, person, facts)
    unclear = outcome.status == "unclear"
    return _filled(
        rules.letter.item_unclear if unclear else rules.letter.item_missing,
        {
            "nr": str(number),
            "title": requirement.title,
            "ask": _filled(requirement.letter.ask, words, requirement.id),
            "why": _filled(requirement.letter.why, words, requirement.id),
            "legal_basis": "; ".join(requirement.legal_basis),
            "reason_text": rules.reasons[outcome.code].text if unclear else "",
        },
        requirement.id,
    )


def _words(
    requirement: Requirement, outcome: Outcome, person: ObservedPerson | None, facts: Facts
) -> Mapping[str, str]:
    seen = facts.of(person) if person else facts
    applicant, proofs = outcome.sides or ("", "")
    words = {"monate": months_in_words(outcome.months), "antrag": applicant, "nachweis": proofs}
    if requirement.scope == "person":
        words["person"] = facts.shown(person) if person else "jede Person im Haushalt"
    for name, fact in facts.rules.placeholders.items():
        kind, value = facts.rules.fact(fact), seen.value(fact)
        words[name] = "" if value is None else kind.labels.get(str(value), str(value)) if kind else str(value)
    return words


def _filled(text: str, words: Mapping[str, str], where: str) -> str:
    for _, name, _, _ in string.Formatter().parse(text):
        if name is not None and not words.get(name, "").strip():
            raise LetterIncomplete(f"Für „{{{name}}}“ in „{where}“ gibt es keine Angabe.")
    return text.format_map(words)


def months_in_words(months: Sequence[str]) -> str:
    """The months "2026-07" and "2026-08" are "Juli und August 2026"; each year is named once."""
    years = []
    for year, group in groupby(sorted(months), key=lambda month: month[:4]):
        years.append(f"{_listed([_MONTHS[int(month[5:]) - 1] for month in group])} {year}")
    return _listed(years)


def _listed(words: Sequence[str]) -> str:
    return " und ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
