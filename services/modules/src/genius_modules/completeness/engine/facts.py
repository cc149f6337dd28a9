# SPDX-License-Identifier: EUPL-1.2
"""The facts that conditions ask for: of the application, of one person, and those that follow from others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from genius_modules.completeness.engine.logic import holds
from genius_modules.completeness.observed import BLANK, Fact, Observed, ObservedPerson
from genius_modules.completeness.rules.model import RuleSet

PERSON = "person."
NOBODY = ObservedPerson(id="", facts={})
"""Stands for the people of an application that names none, so that what is asked of a person is not lost."""


class Facts:
    """Facts as one person sees them, or as the household does (`person` None)."""

    def __init__(
        self,
        rules: RuleSet,
        observed: Observed,
        counted: Mapping[str, int] | None = None,
        person: ObservedPerson | None = None,
    ) -> None:
        self.rules = rules
        self.observed = observed
        self.persons = observed.persons
        self.counted = counted or {}
        self._person = person

    def of(self, person: ObservedPerson) -> Facts:
        return Facts(self.rules, self.observed, self.counted, person)

    def fact(self, name: str) -> Fact:
        """As it was read, or as it follows from others; blank where nothing is known."""
        if name in self.counted:
            return Fact(state="stated", value=self.counted[name])
        kind = self.rules.fact(name)
        if kind and kind.when:
            return _derived(holds(kind.when, self.value))
        if name.startswith(PERSON):
            return self._person.facts.get(name.removeprefix(PERSON), BLANK) if self._person else BLANK
        return self.observed.facts.get(name, BLANK)

    def value(self, name: str) -> Any:
        """None unless validly stated."""
        fact = self.fact(name)
        return fact.value if fact.state == "stated" else None

    @property
    def reference(self) -> dt.date:
        """The day that validity is judged by: the entry stamp, else the day of receipt."""
        stamp = self.value(self.rules.reference_fact)
        return stamp if isinstance(stamp, dt.date) else self.observed.received

    def name(self, person: ObservedPerson) -> str:
        """First and family name as written, empty where neither stands."""
        return " ".join(str(value) for part in self.rules.people.name if (value := _stated(person, part)))

    def shown(self, person: ObservedPerson) -> str:
        """The name, or which person of the application it is."""
        number = self.persons.index(person) + 1 if person in self.persons else 0
        return self.name(person) or (f"Person {number} im Antrag" if number else "jede Person im Haushalt")

    def born(self, person: ObservedPerson) -> dt.date | None:
        day = _stated(person, self.rules.people.born)
        return day if isinstance(day, dt.date) else None


def _stated(person: ObservedPerson, name: str) -> Any:
    fact = person.facts.get(name, BLANK)
    return fact.value if fact.state == "stated" else None


def _derived(truth: bool | None) -> Fact:
    return BLANK if truth is None else Fact(state="stated", value=truth)
