# SPDX-License-Identifier: EUPL-1.2
"""What the engine says of each requirement, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from genius_modules.completeness.observed import Place
from genius_modules.completeness.rules.model import REASONS, Requirement, Status

WORST: tuple[Status, ...] = ("missing", "unclear", "present", "not_applicable")
UNKNOWN = "bedingung-unbekannt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One status with its reason code and the places that show it.

    `facts` are those that decided. `months` are the open ones of a period, as "2026-07". `sides` of a contradiction:
    what the application says and what the documents say.
    """

    code: str
    evidence: tuple[Place, ...] = ()
    facts: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    sides: tuple[str, str] | None = None

    @property
    def status(self) -> Status:
        return REASONS[self.code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A requirement with its outcome; `persons` by id where it is judged for each person."""

    requirement: Requirement
    outcome: Outcome
    persons: dict[str, Outcome] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        return self.outcome.status

    @property
    def concerned(self) -> list[str]:
        """Names of the people who have the status of the whole, where something is open."""
        if self.status not in ("missing", "unclear"):
            return []
        return [self.names[who] for who, outcome in self.persons.items() if outcome.status == self.status]


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of the whole: the worst status; a known gap before an open question; the evidence of all with it."""
    found = list(outcomes)
    status = min((outcome.status for outcome in found), key=WORST.index)
    same = [outcome for outcome in found if outcome.status == status]
    leading = min(same, key=lambda outcome: outcome.code == UNKNOWN)
    return Outcome(
        code=leading.code,
        evidence=unique(place for outcome in same for place in outcome.evidence),
        facts=tuple(dict.fromkeys(name for outcome in same for name in outcome.facts)),
        months=leading.months,
        sides=leading.sides,
    )


def unique(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each page once, the first words of it that are not empty, in the order of files and pages."""
    found: dict[tuple[str, int], Place] = {}
    for place in places:
        key = (place.file, place.page)
        if key not in found or (place.quote and not found[key].quote):
            found[key] = place
    return tuple(found[key] for key in sorted(found))
