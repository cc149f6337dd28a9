# SPDX-License-Identifier: EUPL-1.2
"""Values of German letters: each can be written in several notations, and changed into a wrong one.

A format spec `d` asks for the dative ("zwölf Monaten"); the notation is drawn anew each time.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field, replace
from typing import Any

from typing_extensions import override

from tests.eval.citations.cases import marked

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
WORDS = (
    "null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn", "zwanzig",
)  # fmt: skip
LAWS = {
    "WoGG": "des Wohngeldgesetzes", "VwVfG": "des Verwaltungsverfahrensgesetzes", "AO": "der Abgabenordnung",
    "GewO": "der Gewerbeordnung", "BauGB": "des Baugesetzbuchs", "OWiG": "des Gesetzes über Ordnungswidrigkeiten",
    "SGB X": "des Zehnten Buches Sozialgesetzbuch", "VwGO": "der Verwaltungsgerichtsordnung",
    "BGB": "des Bürgerlichen Gesetzbuchs", "UVgO": "UVgO", "AufenthG": "des Aufenthaltsgesetzes",
}  # fmt: skip
_ORDINALS = ("", "erste", "zweite", "dritte", "vierte", "fünfte", "sechste", "siebte", "achte")


@dataclass(frozen=True)
class Value:
    """A value and how it is written; `wrong` names what was changed about it."""

    rng: random.Random = field(repr=False)
    wrong: str = field(default="", kw_only=True)

    def forms(self, spec: str) -> list[str]:
        raise NotImplementedError

    def changes(self) -> dict[str, Any]:
        """Kinds of mutation and the value with it."""
        raise NotImplementedError

    @override
    def __format__(self, spec: str) -> str:
        text = self.rng.choice(self.forms(spec))
        return marked(text) if self.wrong else text

    def changed(self) -> Value:
        kinds = self.changes()
        kind = self.rng.choice(sorted(kinds))
        value: Value = replace(kinds[kind], wrong=kind)
        return value


def number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def other_digit(rng: random.Random, value: int) -> int:
    """One digit of `value` changed; never to nought, never as long as before but with a leading nought."""
    text = str(value)
    place = rng.randrange(len(text))
    digits = [digit for digit in "123456789" if digit != text[place]]
    return int(text[:place] + rng.choice(digits) + text[place + 1 :])


@dataclass(frozen=True)
class Money(Value):
    cents: int = 0

    @override
    def forms(self, spec: str) -> list[str]:
        euros, cents = divmod(self.cents, 100)
        pairs = [f"{number(euros)},{cents:02d}", f"{euros},{cents:02d}"]
        if not cents:
            pairs += [number(euros), str(euros)]
        forms = [form for pair in pairs for form in (f"{pair} Euro", f"{pair} €", f"{pair} EUR", f"EUR {pair}")]
        return forms + ([f"{number(euros)},– €", f"{number(euros)},-- Euro"] if not cents else [])

    @override
    def changes(self) -> dict[str, Any]:
        euros, cents = divmod(self.cents, 100)
        return {
            "amount: digit": Money(self.rng, other_digit(self.rng, euros) * 100 + cents),
            "amount: shifted": Money(self.rng, self.cents * 10),
            "amount: unit": Percent(self.rng, self.cents),
        }


@dataclass(frozen=True)
class Percent(Value):
    hundredths: int = 0

    @override
    def forms(self, spec: str) -> list[str]:
        whole, rest = divmod(self.hundredths, 100)
        text = f"{whole},{rest:02d}".rstrip("0").rstrip(",")
        return [f"{text} Prozent", f"{text} %", f"{text}%", f"{text} v. H.", f"{text} vom Hundert"]

    @override
    def changes(self) -> dict[str, Any]:
        whole, rest = divmod(self.hundredths, 100)
        return {
            "share: digit": Percent(self.rng, other_digit(self.rng, whole) * 100 + rest),
            "share: unit": Money(self.rng, self.hundredths),
        }


@dataclass(frozen=True)
class Day(Value):
    day: dt.date = dt.date(2025, 1, 1)

    @override
    def forms(self, spec: str) -> list[str]:
        day = self.day
        long = f"{day.day}. {MONTHS[day.month - 1]} {day.year}"
        return [
            long,
            long,
            f"{day:%d.%m.%Y}",
            f"{day.day}.{day.month}.{day.year}",
            f"{day:%d. %m. %Y}",
            f"{day:%d.%m.%y}",
        ]

    @override
    def changes(self) -> dict[str, Any]:
        day = self.day
        step = self.rng.choice((-1, 1))
        month = self.rng.choice([number for number in range(1, 13) if number != day.month])
        return {
            "date: off by one": Day(self.rng, day + dt.timedelta(step)),
            "date: month": Day(self.rng, day.replace(month=month, day=min(day.day, 28))),
            "date: year": Day(self.rng, day.replace(year=day.year + step, day=min(day.day, 28))),
        }


@dataclass(frozen=True)
class Period(Value):
    count: int = 1
    unit: str = "Monat"

    @override
    def forms(self, spec: str) -> list[str]:
        forms = [self._form(self.count, self.unit, spec)]
        if self.count <= 20 and self.count > 1:
            forms.append(self._form(WORDS[self.count], self.unit, spec))
        if self.unit == "Monat" and self.count % 12 == 0 and self.count > 12:
            forms.append(self._form(self.count // 12, "Jahr", spec))
        if self.unit == "Woche" and self.count > 1:
            forms.append(self._form(self.count * 7, "Tag", spec))
        return forms

    @staticmethod
    def _form(count: int | str, unit: str, spec: str) -> str:
        plural = unit + ("n" if unit.endswith("e") else "en" if spec == "d" else "e")
        return f"{count} {plural}"

    @override
    def changes(self) -> dict[str, Any]:
        units = [unit for unit in ("Tag", "Woche", "Monat", "Jahr") if unit != self.unit]
        other = self.count + self.rng.choice((1, 2, 3))
        return {
            "period: number": Period(self.rng, other, self.unit),
            "period: unit": Period(self.rng, self.count, self.rng.choice(units)),
        }


@dataclass(frozen=True)
class Law(Value):
    section: str = "1"
    absatz: int = 0
    satz: int = 0
    nr: int = 0
    law: str = "VwVfG"

    @override
    def forms(self, spec: str) -> list[str]:
        short, long = [f"§ {self.section}"], [f"§ {self.section}"]
        for value, brief, full in (
            (self.absatz, "Abs.", "Absatz"),
            (self.satz, "Satz", "Satz"),
            (self.nr, "Nr.", "Nummer"),
        ):
            if value:
                short.append(f"{brief} {value}")
                long.append(f"{full} {value}")
        first, second = " ".join(short), " ".join(long)
        forms = [
            f"{first} {self.law}",
            f"{first} {LAWS[self.law]}",
            f"{second} {LAWS[self.law]}",
            f"{second} {self.law}",
        ]
        if self.absatz and not self.nr:
            roman = ("", "I", "II", "III", "IV", "V", "VI")[self.absatz]
            forms.append(f"§ {self.section} {roman}{f' {self.satz}' if self.satz else ''} {self.law}")
            forms.append(f"{first.replace('Satz', 'S.')} {self.law}")
        return forms

    @override
    def changes(self) -> dict[str, Any]:
        digits = int("".join(filter(str.isdigit, self.section)))
        law = self.rng.choice([law for law in sorted(LAWS) if law != self.law])
        found = {
            "§: number": replace(self, section=str(digits + self.rng.choice((1, 2, 10)))),
            "§: letter": replace(self, section=self.section[:-1] if self.section[-1].isalpha() else self.section + "a"),
            "§: law": replace(self, law=law),
        }
        if self.absatz:
            found["§: Absatz"] = replace(self, absatz=self.absatz % 6 + 1)
        if self.satz:
            found["§: Satz"] = replace(self, satz=self.satz + 1)
        if self.nr:
            found["§: Nummer"] = replace(self, nr=self.nr + 1)
        return found


@dataclass(frozen=True)
class FileNumber(Value):
    text: str = "3 K 12/24"

    @override
    def forms(self, spec: str) -> list[str]:
        return [self.text]

    @override
    def changes(self) -> dict[str, Any]:
        places = [place for place, letter in enumerate(self.text) if letter.isdigit()]
        place = self.rng.choice(places)
        digit = self.rng.choice([digit for digit in "123456789" if digit != self.text[place]])
        return {"file number: digit": FileNumber(self.rng, self.text[:place] + digit + self.text[place + 1 :])}


@dataclass(frozen=True)
class Ordinal(Value):
    count: int = 1

    @override
    def forms(self, spec: str) -> list[str]:
        return [f"{self.count}.", _ORDINALS[self.count] + ("n" if spec == "d" else "")]

    @override
    def changes(self) -> dict[str, Any]:
        return {"ordinal": Ordinal(self.rng, self.count % 7 + 1)}


@dataclass(frozen=True)
class Count(Value):
    count: int = 2

    @override
    def forms(self, spec: str) -> list[str]:
        return [number(self.count)] + ([WORDS[self.count]] if 1 < self.count <= 20 else [])

    @override
    def changes(self) -> dict[str, Any]:
        return {"number": Count(self.rng, self.count + self.rng.choice((1, 2, 5)))}


@dataclass(frozen=True)
class Area(Value):
    count: int = 60

    @override
    def forms(self, spec: str) -> list[str]:
        return [f"{self.count} m²", f"{self.count} qm", f"{self.count} Quadratmeter"]

    @override
    def changes(self) -> dict[str, Any]:
        return {
            "measure: digit": Area(self.rng, other_digit(self.rng, self.count)),
            "measure: unit": Length(self.rng, self.count),
        }


@dataclass(frozen=True)
class Length(Value):
    count: int = 60

    @override
    def forms(self, spec: str) -> list[str]:
        return [f"{self.count} m", f"{self.count} Meter"]

    @override
    def changes(self) -> dict[str, Any]:
        return {
            "measure: digit": Length(self.rng, other_digit(self.rng, self.count)),
            "measure: unit": Area(self.rng, self.count),
        }


@dataclass(frozen=True)
class Bound(Value):
    """An upper or lower limit before an amount or period."""

    upper: bool = True
    value: Value | None = None

    @override
    def forms(self, spec: str) -> list[str]:
        upper, lower = (
            ("höchstens", "bis zu", "maximal", "nicht mehr als"),
            ("mindestens", "wenigstens", "nicht weniger als"),
        )
        words = upper if self.upper else lower
        return [f"{word} {self.value:{spec}}" for word in words]

    @override
    def changes(self) -> dict[str, Any]:
        return {"limit: other direction": Bound(self.rng, not self.upper, self.value)}


@dataclass(frozen=True)
class Range(Value):
    low: int = 100
    high: int = 200

    @override
    def forms(self, spec: str) -> list[str]:
        low, high = number(self.low), number(self.high)
        if spec == "b":
            return [f"{low} und {high} Euro", f"{low} € und {high} €"]
        return [f"{low} bis {high} Euro", f"{low}–{high} €", f"{low} Euro bis {high} Euro"]

    @override
    def changes(self) -> dict[str, Any]:
        return {
            "range: end": Range(self.rng, self.low, self.high + 50 * self.rng.randint(1, 9)),
            "range: begin": Range(self.rng, self.low - 5 * self.rng.randint(1, 9), self.high),
        }
