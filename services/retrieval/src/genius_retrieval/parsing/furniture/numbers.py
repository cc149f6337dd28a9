# SPDX-License-Identifier: EUPL-1.2
"""Lines with their numbers made alike, and whether those numbers count pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_NUMBER = re.compile(r"\d+")
_ROMAN = re.compile(r"(\W*)(m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3}))(\W*)")
_ROMAN_VALUES = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1}
# Keeps Roman numbers apart from Arabic ones: prefaces are counted by themselves.
_ROMAN_FROM = 100_000
_WORD = re.compile(r"\w")
_LAST_WORD = re.compile(r"([^\W\d_]+)\W*$")
_PAGE_WORDS = frozenset({"seite", "seiten", "s", "blatt", "bl", "page", "pages", "p", "pg", "folio"})
_BETWEEN = frozenset({"von", "of", "aus"})
# What is numbered and is no page; a page that begins with it says what it is about.
_LABELS_TEXT = """
anlage anlagen anhang art artikel abs absatz satz nr nummer ziffer kapitel teil abschnitt titel buch modul tabelle
abbildung abb bild frage top los position pos antrag fall muster formular beispiel schritt folie stufe
"""
_LABELS = frozenset(_LABELS_TEXT.split())
_LETTERS = re.compile(r"[^\W\d_]+")
_FRAMED = re.compile(r"[-–—|]\s*#\s*[-–—|]|#\s*/\s*#")
_MOSTLY = 0.8
_NEAR = 4
"""Page numbers of one header are at most this far apart: left and right pages, a page without it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line in lower case with "#" for each number (Arabic, or Roman at its beginning or end), and their values."""

    key: str
    values: tuple[int, ...]


def pattern(text: str) -> Pattern:
    prepared = _arabic(text)
    values = tuple(int(found[:9]) for found in _NUMBER.findall(prepared))
    return Pattern(_NUMBER.sub("#", prepared) if values else prepared, values)


def _arabic(text: str) -> str:
    words = text.casefold().split()
    for at in {0, len(words) - 1} if words else ():
        found = _ROMAN.fullmatch(words[at])
        if found and found[2]:
            words[at] = f"{found[1]}{_ROMAN_FROM + _value(found[2])}{found[3]}"
    return " ".join(words)


def _value(roman: str) -> int:
    digits = [_ROMAN_VALUES[letter] for letter in roman]
    return sum(-one if one < following else one for one, following in pairwise([*digits, 0]))


def is_number_alone(key: str) -> bool:
    """Whether a line is its numbers, with or without the words "Seite" and "von"."""
    return "#" in key and all(word in _PAGE_WORDS or word in _BETWEEN for word in _LETTERS.findall(key))


def says_page(key: str) -> bool:
    """Whether a line can be nothing but a page number wherever it stands: "Seite 3", "- 3 -", "3/12"."""
    return bool(_FRAMED.fullmatch(key)) or any(role == "page" for role in _roles(key))


def counts_pages(key: str, values: Sequence[tuple[int, ...]]) -> bool:
    """Whether a number at a place where page numbers stand is another one on each page, without large gaps."""
    return any(
        role != "other" and _is_counting([numbers[at] for numbers in values]) for at, role in enumerate(_roles(key))
    )


def _roles(key: str) -> Iterator[str]:
    """Of each number: "page" behind a page word, "edge" at the beginning or end of its line, else "other"."""
    for at, char in enumerate(key):
        if char != "#":
            continue
        before, after = key[:at], key[at + 1 :]
        word = _LAST_WORD.search(before)
        if word and word[1] in _PAGE_WORDS:
            yield "page"
        elif word and word[1] in _LABELS:
            yield "other"
        else:
            part = before[-2:] in {"#.", "#,"} or after[:2] in {".#", ",#"} or "§" in before[-3:]
            within = _WORD.search(before) and _WORD.search(after)
            yield "other" if part or within else "edge"


def _is_counting(values: Sequence[int]) -> bool:
    distinct = sorted(set(values))
    if len(distinct) < 2 or len(distinct) < _MOSTLY * len(values):
        return False
    near = sum(following - one <= _NEAR for one, following in pairwise(distinct))
    return near >= _MOSTLY * (len(distinct) - 1)
