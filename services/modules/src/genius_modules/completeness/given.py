# SPDX-License-Identifier: EUPL-1.2
"""Facts that the caller gives instead of what is read: an application knows them, or a person corrected them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from genius_common.errors import FieldError
from genius_modules.completeness.engine.facts import PERSON
from genius_modules.completeness.observed import BLANK, Fact, Observed, ObservedPerson
from genius_modules.completeness.rules.model import FactType, RuleSet

_OF_A_PERSON = re.compile(r"(p[1-9]\d?)\.(.+)")


class _Wrong(ValueError):
    """What is wrong with a value, in German."""


def wrong(rules: RuleSet, facts: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the facts, as pointers below the input."""
    found = []
    for name, value in facts.items():
        try:
            _fact(rules, name, value)
        except _Wrong as error:
            found.append(FieldError(f"/facts/{name.replace('~', '~0').replace('/', '~1')}", str(error)))
    return found


def with_given(rules: RuleSet, observed: Observed, facts: Mapping[str, Any]) -> Observed:
    """What was read, with `facts` in its place. A person who is named only here is added."""
    household = dict(observed.facts)
    persons = {person.id: dict(person.facts) for person in observed.persons}
    for name, value in facts.items():
        fact = _fact(rules, name, value)
        if of_person := _OF_A_PERSON.fullmatch(name):
            persons.setdefault(of_person[1], {})[of_person[2]] = fact
        else:
            household[name] = fact
    numbered = sorted(persons, key=lambda person: int(person[1:]))
    people = tuple(ObservedPerson(id=person, facts=persons[person]) for person in numbered)
    return replace(observed, facts=household, persons=people)


def _fact(rules: RuleSet, name: str, value: Any) -> Fact:
    of_person = _OF_A_PERSON.fullmatch(name)
    kind = rules.fact(PERSON + of_person[2] if of_person else name)
    if kind is None or kind.when is not None or (kind.id.startswith(PERSON) and not of_person):
        raise _Wrong(f"Die Angabe „{name}“ kennt das Regelwerk nicht.")
    return BLANK if value is None else Fact(state="stated", value=_value(kind, value), raw=None)


def _value(kind: FactType, value: Any) -> Any:
    read = _READERS[kind.type](value)
    for one in read if isinstance(read, list) else [read]:
        if kind.values and one not in kind.values:
            raise _Wrong(f"Erlaubt sind: {', '.join(kind.values)}.")
    return read


def _date(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Wrong("Hier wird ein Tag als JJJJ-MM-TT erwartet.") from None


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise _Wrong("Hier wird eine ganze Zahl erwartet, bei Beträgen in Cent.")
    return value


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(value if type(value) in (str, int) else "")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise _Wrong('Hier wird eine Zahl erwartet, als Text mit Punkt: "64.5".')
    return found


def _bool(value: Any) -> bool:
    if type(value) is not bool:
        raise _Wrong("Hier wird true oder false erwartet.")
    return value


def _string(value: Any) -> str:
    if type(value) is not str or not value.strip():
        raise _Wrong("Hier wird ein Text erwartet.")
    return value


def _list(value: Any) -> list[str]:
    if type(value) is not list:
        raise _Wrong("Hier wird eine Liste von Texten erwartet.")
    return [_string(one) for one in value]


def _object(value: Any) -> dict[str, str]:
    if type(value) is not dict:
        raise _Wrong("Hier wird ein Objekt mit Texten erwartet.")
    return {name: _string(part) for name, part in value.items()}


_READERS: dict[str, Any] = {
    "date": _date,
    "enum": _string,
    "string": _string,
    "bool": _bool,
    "object": _object,
    "integer": _integer,
    "decimal": _decimal,
    "list": _list,
}
