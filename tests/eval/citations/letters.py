# SPDX-License-Identifier: EUPL-1.2
"""Administrative prose made of values: letters, decisions and notes, with true sentences about them.

Every letter has the source's sentences, sentences that say the same in other words, and sentences about two persons or
cases, whose values can be exchanged. Half of the kinds are for tuning, the other half is only counted.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from typing_extensions import override

from tests.eval.citations.cases import Case, case, marked
from tests.eval.citations.values import (
    Day,
    Money,
    Value,
)

_NAMES = (
    "Albrecht",
    "Brinkmann",
    "Çelik",
    "Diekmann",
    "Engels",
    "Fuhrmann",
    "Große-Wilde",
    "Hoppe",
    "Işık",
    "Jansen",
    "Kowalski",
    "Lüders",
    "Mertens",
    "Nowak",
    "Oehler",
    "Pohlmann",
    "Quast",
    "Reuter",
    "Schulz",
    "Tiedemann",
)


@dataclass(frozen=True)
class Letter:
    """`claims` are templates of true sentences; `pairs` those with two values of `exchange` that belong to two."""

    name: str
    values: Callable[[random.Random], Mapping[str, object]]
    source: tuple[str, ...]
    claims: tuple[str, ...]
    pairs: tuple[tuple[str, str, str], ...] = ()


def names(rng: random.Random) -> tuple[str, str]:
    first, second = rng.sample(_NAMES, 2)
    return f"Frau {first}", f"Herr {second}"


def money(rng: random.Random, low: int, high: int) -> Money:
    return Money(rng, rng.randint(low, high) * 100 + rng.choice((0, 0, rng.randint(1, 99))))


def day(rng: random.Random, year: int = 2025) -> Day:
    return Day(rng, dt.date(year, 1, 1) + dt.timedelta(rng.randint(1, 360)))


def letter_cases(rng: random.Random, letters: tuple[Letter, ...], rounds: int) -> Iterator[Case]:
    for _ in range(rounds):
        for letter in letters:
            yield from _cases(rng, letter)


def _cases(rng: random.Random, letter: Letter) -> Iterator[Case]:
    values = letter.values(rng)
    source = " ".join(letter.source).format(**values)
    for claim in (*letter.claims, *(pair[0] for pair in letter.pairs)):
        yield case(letter.name, source, "", claim.format(**values))
        used = [key for key in values if f"{{{key}}}" in claim or f"{{{key}:" in claim]
        value = values[rng.choice([key for key in used if isinstance(values[key], Value)])]
        assert isinstance(value, Value)
        wrong = value.changed()
        changed = {key: wrong if have is value else have for key, have in values.items()}
        yield case(letter.name, source, "", claim.format(**changed), wrong.wrong)
    for claim, first, second in letter.pairs:
        exchanged = dict(values) | {first: _Marked(values[second]), second: _Marked(values[first])}
        yield case(letter.name, source, "", claim.format(**exchanged), "exchanged between two")


@dataclass(frozen=True)
class _Marked:
    value: object

    @override
    def __format__(self, spec: str) -> str:
        return marked(format(self.value, spec))
