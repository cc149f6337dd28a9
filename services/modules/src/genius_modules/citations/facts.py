# SPDX-License-Identifier: EUPL-1.2
"""The checkable facts of a German text, each with the characters it stands in.

Read once from the specific to the general: what was understood as a date counts as no number again. Every pattern is
bounded, so that the time grows with the length of the text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from genius_common.text import Span
from genius_modules.citations import dates, numbers
from genius_modules.citations.quotes import quoted
from genius_modules.citations.references import Reference, file_numbers, references
from genius_modules.citations.surface import Surface

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"„“”)\]]{1,2000}", re.IGNORECASE)
_MARK = re.compile(r"(?:^|\n)[ \t]{0,8}(?:[-•*–][ \t]{1,3})?(?:[0-9]{1,3}[.)]|\(?[a-z]{1,2}\))[ \t](?=\S)")
# The first letters of all number words: most positions of a text are left after one look.
_COUNT = (
    r"(?<![0-9.,\w])(?=[0-9adefhnstvz])"
    rf"(?P<count>(?:{numbers.DIGITS}|{numbers.WORD}|eine?[rnms]?(?=\s{numbers.SCALE})))"
)
_COUNTED = rf"{_COUNT}(?P<scale>\s?{numbers.SCALE})?"
_ONE = r"(?<!\w)(?P<one>eine?[rnms]?)"
_CURRENCY = r"(?P<unit>€|EUR(?!\w)|Euro(?:s|beträge)?(?!\w)|Cent(?!\w)|ct(?!\w)|TEUR(?!\w)|T€)"
_AMOUNT = re.compile(rf"{_COUNTED}(?:,[-–—]{{1,2}})?[\s-]{{0,2}}{_CURRENCY}", re.IGNORECASE)
_AMOUNT_BEHIND = re.compile(
    rf"(?:€|(?<!\w)(?:EUR|Euro))\s{{0,2}}(?P<count>{numbers.DIGITS})(?P<scale>\s?{numbers.SCALE})?", re.IGNORECASE
)
_PERCENT = re.compile(
    rf"{_COUNT}[\s-]{{0,2}}(?P<unit>%|Prozentpunkte?n?(?!\w)|Prozent(?!\w)|prozentig(?:e[mnrs]?)?(?!\w)|v\.\s?H\.|vom\sHundert(?!\w)|"
    r"‰|Promille(?!\w)|vom\sTausend(?!\w)|v\.\s?T\.)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<!\w)(?=[adefhnstvz])(?P<count>ein(?:e[nms])?|{numbers.WORD})\s(?P<part>{numbers.PART})n?(?![a-zäöüß])"
    r"|(?<!\w)(?P<half>(?:die|zur|der)\sHälfte)(?!\w)|(?<![0-9./])(?P<top>[1-9])/(?P<bottom>[2-9])(?![0-9/])",
    re.IGNORECASE,
)
_PERIOD = re.compile(rf"(?:{_COUNT}|{_ONE})[\s-]{{1,2}}(?:volle[nr]?\s)?(?P<unit>{numbers.UNIT})", re.IGNORECASE)
# Short signs are case-sensitive: "5 M" is no length.
_MEASURE = re.compile(rf"(?i:{_COUNT})[\s-]{{0,2}}(?P<unit>{numbers.MEASURE})")
_ONE_WORD = re.compile(rf"(?<!\w)(?=[0-9adefhnstvz]){numbers.ONE_WORD}", re.IGNORECASE)
_PART_OF_YEAR = re.compile(
    r"(?<!\w)(?:(?P<half>halbe[nmrs]?\sJahr(?:e?s)?)|(?P<quarter>Vierteljahr(?:e?s)?))(?!\w)", re.IGNORECASE
)
_ORDINAL = re.compile(
    rf"(?<!\w)(?P<word>{numbers.ORDINAL}e[mnrs]?)(?=\s[A-ZÄÖÜ](?!inie|al(?!\w)|als(?!\w)))"
    r"(?!\s(?:Linie|Mal|Male|Schritt|Punkt|Blick|Stelle|Instanz|Teil|Absatz|Satz|Halbsatz))",
    re.IGNORECASE,
)
_PLAIN = re.compile(rf"{_COUNTED}(?![\w])(?P<dot>\.(?=\s\S))?", re.IGNORECASE)
_RANGE = re.compile(r"\s{0,2}(?:bis|und|oder|–|-|—)\s{0,2}(?:zu\s)?")
_FROM_TO = re.compile(r"\s{0,2}auf\s{0,2}")
_QUANTITIES = ("amount", "percent", "period", "measure")


class Fact(NamedTuple):
    """`kind`: number, ordinal, date, time, amount, percent, period, measure, reference, file, url or quote.

    `value` is the normal form.
    """

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Found:
    """A fact where it stands in the text; `reference` for that kind. `raw` is the number behind a quantity."""

    fact: Fact
    span: Span
    reference: Reference | None = None
    raw: str = ""


def facts_of(text: str) -> frozenset[Fact]:
    """All facts of `text` in their normal forms."""
    return frozenset(found.fact for found in read_facts(text))


def read_facts(text: str) -> list[Found]:
    """All facts of `text` in the order of their places."""
    surface = Surface(text)
    reader = _Reader(surface)
    reader.read()
    return sorted(reader.found, key=lambda found: (found.span, found.fact))


class _Reader:
    """Takes what it understood out of the text, so that no part of a date counts as a number again."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.text = surface.text
        self.found: list[Found] = []

    def read(self) -> None:
        self._urls_and_quotes()
        for number in file_numbers(self.text):
            self._add(Fact("file", number.value), number.start, number.end)
        self._blank((number.start, number.end) for number in file_numbers(self.text))
        self._dates()
        for reference in references(self.text):
            self._add(Fact("reference", reference.value), reference.start, reference.end, reference=reference)
        self._blank((found.reference.start, found.reference.end) for found in self.found if found.reference)
        self._quantities()

    def _urls_and_quotes(self) -> None:
        self._take(_URL, "url", lambda match: match.group().rstrip(".,;:").lower())
        for span in quoted(self.text):
            self._add(Fact("quote", span.of(self.text)), span.start, span.end)

    def _dates(self) -> None:
        self._take(dates.ISO, "date", _date)
        self._take(dates.SHORT_SPAN, "date", lambda m: dates.date(m["year"], dates.month(m["name"]), m["first"]))
        self._take(dates.LONG, "date", lambda m: dates.date(m["year"], dates.month(m["name"]), m["day"]))
        self._take(dates.DOTTED, "date", _date)
        self._take(dates.MONTH_YEAR, "date", lambda m: dates.date(m["year"], dates.month(m["name"]), None))
        self._take(dates.MONTH_ONLY, "date", lambda m: dates.date(None, dates.month(m["name"]), None))
        self._take(dates.TIME, "time", dates.clock)
        self._years_of_periods()

    def _years_of_periods(self) -> None:
        """`vom 1.1. bis 31.3.2026`: the first date is of the same year."""
        found = sorted((item for item in self.found if item.fact.kind == "date"), key=lambda item: item.span)
        better: dict[Span, Found] = {}
        for first, second in pairwise(found):
            year = dates.year_of(second.fact.value)
            gap = self.surface.between(first.span, second.span)
            if year and not dates.year_of(first.fact.value) and dates.BETWEEN.fullmatch(gap):
                better[first.span] = Found(Fact("date", year + first.fact.value), first.span)
        self._replace("date", better)

    def _quantities(self) -> None:
        self._take(_MARK, "", lambda _: "")
        self._take(_AMOUNT, "amount", _amount)
        self._take(_AMOUNT_BEHIND, "amount", _amount)
        self._take(_PERCENT, "percent", _percent)
        self._take(_SHARE, "percent", _share)
        self._take(_PART_OF_YEAR, "period", lambda m: "6 monat" if m["half"] else "3 monat")
        self._take(_PERIOD, "period", lambda m: numbers.period(m["count"] or "ein", m["unit"]))
        self._take(_MEASURE, "measure", lambda m: numbers.measure(m["count"], m["unit"]))
        self._take(_ONE_WORD, "period", lambda m: numbers.period(m["count"].rstrip("-"), m["unit"]))
        self._take(_ORDINAL, "ordinal", lambda m: numbers.ordinal(m["word"]))
        self._take(_PLAIN, "number", _number)
        self._units_of_ranges()

    def _units_of_ranges(self) -> None:
        """`100 bis 200 Euro`, `von 3 auf 4 Prozent`: the first number is of the same unit and scale as the second."""
        begins = {item.span.start: item for item in self.found if item.fact.kind in _QUANTITIES}
        better: dict[Span, Found] = {}
        for item in [item for item in self.found if item.fact.kind == "number"]:
            text = self.surface.original
            join = _RANGE.match(text, item.span.end)
            if join is None and text[: item.span.start].lower().endswith("von "):
                join = _FROM_TO.match(text, item.span.end)
            other = begins.get(join.end()) if join else None
            if other is None:
                continue
            count, _, unit = other.fact.value.partition(" ")
            scaled = item.raw not in ("", item.fact.value)
            number = item.fact.value if scaled else _like(item.fact.value, count, other.raw)
            value = " ".join(filter(None, (number, unit)))
            better[item.span] = Found(Fact(other.fact.kind, value), item.span, raw=item.fact.value)
        self._replace("number", better)

    def _replace(self, kind: str, better: dict[Span, Found]) -> None:
        self.found = [better.get(item.span, item) if item.fact.kind == kind else item for item in self.found]

    def _take(self, pattern: re.Pattern[str], kind: str, value_of: object) -> None:
        spans = []
        for match in pattern.finditer(self.text):
            value = value_of(match)  # type: ignore[operator]
            if value is None:
                continue
            spans.append(match.span())
            if kind:
                groups = match.groupdict()
                raw = numbers.normal_number(groups["count"].rstrip("-")) if groups.get("count") else ""
                self._add(Fact(kind, value), match.start(), match.end(), raw=raw)
        self._blank(spans)

    def _add(self, fact: Fact, start: int, end: int, *, reference: Reference | None = None, raw: str = "") -> None:
        self.found.append(Found(fact, self.surface.span(start, end), reference, raw))

    def _blank(self, spans: Iterable[tuple[int, int]]) -> None:
        pieces, position = [], 0
        for start, end in sorted(spans):
            if start >= position:
                pieces += [self.text[position:start], "¦" * (end - start)]
                position = end
        self.text = "".join(pieces) + self.text[position:]


def _date(match: re.Match[str]) -> str | None:
    return dates.date(match["year"], int(match["month"]), match["day"])


def _amount(match: re.Match[str]) -> str:
    value = numbers.normal_number(match["count"] + (match["scale"] or ""))
    unit = (match.groupdict().get("unit") or "").lower()
    factor = 1000 if unit in ("teur", "t€") else Fraction(1, 100) if unit in ("cent", "ct") else 1
    return value if factor == 1 else numbers.times(value, factor)


def _percent(match: re.Match[str]) -> str:
    value, unit = numbers.normal_number(match["count"]), match["unit"].lower()
    if unit.startswith("prozentpunkt"):
        return f"{value} punkte"
    return f"{value} promille" if unit.startswith(("‰", "prom", "vom t", "v. t", "v.t")) else value


def _share(match: re.Match[str]) -> str:
    if match["half"]:
        return "50"
    if match["top"]:
        return numbers.as_percent(Fraction(int(match["top"]) * 100, int(match["bottom"])))
    return numbers.share(match["count"], match["part"])


def _like(value: str, count: str, raw: str) -> str:
    """`value` in the scale in which `raw` is written and `count` means: of `1 bis 2 Jahre` the 1 is 12 months."""
    try:
        return numbers.times(value, Fraction(count) / Fraction(raw))
    except (ValueError, ZeroDivisionError):
        return value


def _number(match: re.Match[str]) -> str:
    return numbers.normal_number(match["count"] + (match["scale"] or ""))
