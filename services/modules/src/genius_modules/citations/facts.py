# SPDX-License-Identifier: EUPL-1.2
"""The checkable facts of a German sentence: numbers, dates, amounts, periods, §, Abs., URLs, quotations."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_MONTH_NAMES = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_WORDS = re.split(
    r"\s+",
    "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn zwanzig",
)
_NUMBER_WORDS = {word: number for number, word in enumerate(_WORDS) if number > 1} | {
    "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90,
    "hundert": 100, "tausend": 1000,
}  # fmt: skip
_MONTH = r"(jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)[a-zä]*\.?"
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2}(?!\d))?")
_LONG = re.compile(rf"\b(\d{{1,2}})\.\s*{_MONTH}(?:\s+(\d{{4}}))?", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b{_MONTH}\s+(\d{{4}})\b", re.IGNORECASE)
_LAW = re.compile(
    r"(?:§{1,2}|\bart(?:ikel|\.)?)\s*((?:\d+\s?[a-z]?\b(?:\s*(?:,|und|bis|oder|–|-)\s*)?)+)", re.IGNORECASE
)
_PART = re.compile(r"\b(abs(?:atz|ätze|\.)?|nr\.?|nummer|satz)\s*(\d+\s?[a-z]?\b)", re.IGNORECASE)
_BRACKET_PART = re.compile(r"(?:^|\n|\s)\((\d{1,2}[a-z]?)\)")
_NUMBER = r"\d{1,3}(?:[.\s\u00a0\u202f]\d{3})+(?:,\d+)?|\d+(?:,\d+)?"
_AMOUNT = re.compile(
    rf"(?<![\d.,])({_NUMBER})(?:,[-–]+)?\s*(?:€|eur\b|euro\b)|(?:€|\beur|\beuro)\s*({_NUMBER})", re.IGNORECASE
)
_PERCENT = re.compile(rf"(?<![\d.,])({_NUMBER})\s*(?:%|prozent\b|v\.\s?h\.)", re.IGNORECASE)
_UNITS = r"(jahr|monat|woche|tag|stunde|minute)[a-zäöü]*"
_PERIOD = re.compile(
    rf"(?<![\d.,])({_NUMBER}|{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})\s+{_UNITS}", re.IGNORECASE
)
_PLAIN = re.compile(rf"(?<![\w.,])({_NUMBER})(?![\w])")
_WORD_NUMBER = re.compile(rf"\b({'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})\b", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"„“”)\]]+", re.IGNORECASE)
_QUOTED = re.compile(r"[„\"»“]([^„“”\"«»]{12,})[“”\"«]")


class Fact(NamedTuple):
    """`kind`: number, date, amount, percent, period, paragraph, part, url, quote; `value` is normalised."""

    kind: str
    value: str


def normal_number(raw: str) -> str:
    """`1.200,00`, `1 200`, `1200` → `1200`; a number word → its digits."""
    lower = raw.lower()
    if lower in _NUMBER_WORDS:
        return str(_NUMBER_WORDS[lower])
    digits = re.sub(r"[.\s\u00a0\u202f](?=\d{3}(?:\D|$))", "", raw).replace(",", ".")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return raw
    return format(value.normalize(), "f")


def _date(day: str, month: int, year: str | None) -> Fact:
    full = "" if not year else (year if len(year) == 4 else "20" + year)
    return Fact("date", f"{full}-{month:02d}-{int(day):02d}")


def _month(name: str) -> int:
    return _MONTH_NAMES.index(name.lower()[:3]) + 1


class _Reader:
    """Takes what it understood out of the text, so that no part of a date counts as a number again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.facts: set[Fact] = set()

    def take(self, pattern: re.Pattern[str], make: object) -> None:
        def replace(match: re.Match[str]) -> str:
            found = make(match)  # type: ignore[operator]
            if not found:
                return match.group()
            self.facts.update(found)
            return " ¦ "

        self.text = pattern.sub(replace, self.text)


def _dotted(match: re.Match[str]) -> set[Fact]:
    day, month, year = match.groups()
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        return {_date(day, int(month), year)}
    return set()


def _law(match: re.Match[str]) -> set[Fact]:
    numbers = re.findall(r"\d+\s?[a-z]?\b", match.group(1), re.IGNORECASE)
    return {Fact("paragraph", re.sub(r"\s", "", number).lower()) for number in numbers}


def _part(match: re.Match[str]) -> set[Fact]:
    kind = match.group(1).lower().rstrip(".")
    name = "abs" if kind.startswith("abs") else "nr" if kind.startswith("n") else "satz"
    return {Fact("part", f"{name} {match.group(2).replace(' ', '').lower()}")}


def _with_number(kind: str, number: str) -> set[Fact]:
    return {Fact(kind, normal_number(number)), Fact("number", normal_number(number))}


def facts_of(text: str) -> frozenset[Fact]:
    """All facts of `text`, each in one normal form. An amount, percentage or period also counts as a number."""
    reader = _Reader(text)
    reader.take(_URL, lambda m: {Fact("url", m.group().rstrip(".,;:").lower())})
    reader.facts |= {Fact("quote", fold(m.group(1))) for m in _QUOTED.finditer(reader.text)}
    reader.take(_ISO, lambda m: {_date(m.group(3), int(m.group(2)), m.group(1))})
    reader.take(_LONG, lambda m: {_date(m.group(1), _month(m.group(2)), m.group(3))})
    reader.take(_DOTTED, _dotted)
    reader.take(_MONTH_YEAR, lambda m: {Fact("date", f"{m.group(2)}-{_month(m.group(1)):02d}")})
    reader.take(_LAW, _law)
    reader.take(_PART, _part)
    reader.take(_BRACKET_PART, lambda m: {Fact("part", f"abs {m.group(1).lower()}")})
    reader.take(_AMOUNT, lambda m: _with_number("amount", m.group(1) or m.group(2)))
    reader.take(_PERCENT, lambda m: _with_number("percent", m.group(1)))
    reader.take(_PERIOD, lambda m: _period(m))
    reader.take(_PLAIN, lambda m: {Fact("number", normal_number(m.group(1)))})
    reader.take(_WORD_NUMBER, lambda m: {Fact("number", normal_number(m.group(1)))})
    return frozenset(reader.facts)


def _period(match: re.Match[str]) -> set[Fact]:
    number = normal_number(match.group(1))
    return {Fact("period", f"{number} {match.group(2).lower()}"), Fact("number", number)}


def fold(text: str) -> str:
    """For comparing quotations: one space between words, no typographic variants, lower case."""
    plain = re.sub(r"[„“”»«\"‚‘’']", "", text).replace("\u00ad", "")
    return re.sub(r"\s+", " ", re.sub(r"\s*(?:…|\.\.\.)\s*$", "", plain)).strip(" .,;:").lower()


def missing_facts(claim: str, source: str) -> list[Fact]:
    """The facts of `claim` that `source` does not hold, in a fixed order."""
    have = facts_of(source)
    folded = fold(source)
    dates = {fact.value for fact in have if fact.kind == "date"}
    return sorted(fact for fact in facts_of(claim) if not _holds(fact, have, dates, folded))


def _holds(fact: Fact, have: frozenset[Fact], dates: set[str], folded: str) -> bool:
    if fact in have:
        return True
    if fact.kind == "quote":
        return fact.value in folded
    if fact.kind == "url":
        # A shorter address is held only up to a slash: "https://amt.example" is not "https://amt.example.net".
        return any(other.kind == "url" and other.value.startswith(fact.value.rstrip("/") + "/") for other in have)
    if fact.kind == "date":
        # "1. Januar" and "Januar 2025" are held by "1. Januar 2025", not the other way round.
        return any(
            date.endswith(fact.value) if fact.value.startswith("-") else date.startswith(fact.value + "-")
            for date in dates
        )
    return False
