# SPDX-License-Identifier: EUPL-1.2
"""Text as it is compared: without case, blanks, punctuation and what text recognition confuses (l, I, 1; O, 0)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"}
_CONFUSED = str.maketrans({"l": "i", "1": "i", "|": "i", "0": "o"})
_PARAGRAPH = re.compile(r"(?<![\d.,])8 (?=\d{1,3}[a-z]?\b)")


@dataclass(frozen=True, slots=True)
class Folded:
    """`at[n]` is the position in the original that the n-th character of `text` comes from."""

    text: str
    at: tuple[int, ...]


@lru_cache(maxsize=20_000)
def fold(original: str) -> Folded:
    found: list[str] = []
    at: list[int] = []
    for position, character in enumerate(original):
        lower = character.lower()
        for part in _SPELLED.get(lower) or unicodedata.normalize("NFD", lower)[:1]:
            if part.isalnum():
                found.append(part.translate(_CONFUSED))
                at.append(position)
    return Folded("".join(found), tuple(at))


def with_paragraph_signs(recognised: str) -> str:
    """Text recognition reads "§ 7" as "8 7"; as long as the original, for comparing only."""
    return _PARAGRAPH.sub("§ ", recognised)


@dataclass(frozen=True, slots=True)
class Found:
    """`wanted` stands at `original[start:end]`."""

    wanted: str
    start: int
    end: int


def find_words(wanted: Iterable[str], original: str) -> list[Found]:
    """Where the wanted words stand as whole words, the longest first where they overlap, in their order."""
    folded = fold(original)
    taken: list[Found] = []
    for words, needle in _needles(tuple(wanted)):
        begin = 0
        while needle and (position := folded.text.find(needle, begin)) >= 0:
            begin = position + 1
            start, end = folded.at[position], folded.at[position + len(needle) - 1] + 1
            if is_whole(original, start, end) and not any(f.start < end and start < f.end for f in taken):
                taken.append(Found(words, start, end))
    return sorted(taken, key=lambda found: found.start)


_LEAST_MISREAD, _LONG = 8, 20


def begins_misread(wanted: Iterable[str], recognised: str) -> Found | None:
    """The longest of the words that recognised text begins with but for one character, of long ones for two."""
    folded = fold(recognised)
    for words, needle in _needles(tuple(wanted)):
        most = 2 if len(needle) >= _LONG else 1
        if len(needle) < _LEAST_MISREAD or abs(len(folded.text) - len(needle)) > most > len(folded.text) - len(needle):
            continue
        if not _may_be(needle, folded.text[: len(needle) + most], most):
            continue
        for length in (len(needle), len(needle) - 1, len(needle) + 1):
            if length <= len(folded.text) and _distance(needle, folded.text[:length]) <= most:
                end = folded.at[length - 1] + 1
                if is_whole(recognised, folded.at[0], end):
                    return Found(words, folded.at[0], end)
    return None


def _may_be(needle: str, text: str, most: int) -> bool:
    """With few changes one of a few equal parts must be there unchanged."""
    size = len(needle) // (most + 1)
    return any(needle[at * size : (at + 1) * size] in text for at in range(most + 1))


@lru_cache(maxsize=500)
def _needles(wanted: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Words with their folded text, the longest first."""
    folded = [(words, fold(words).text) for words in dict.fromkeys(wanted)]
    return tuple(sorted(folded, key=lambda item: -len(item[1])))


def _distance(first: str, second: str) -> int:
    """Characters to change, add or leave out (Levenshtein)."""
    row = list(range(len(second) + 1))
    for at, character in enumerate(first, 1):
        before, row[0] = row[0], at
        for n, other in enumerate(second, 1):
            before, row[n] = row[n], min(row[n] + 1, row[n - 1] + 1, before + (character != other))
    return row[-1]


def is_whole(original: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the span."""
    before, after = original[start - 1 : start], original[end : end + 1]
    return not (before.isalnum() and original[start].isalnum()) and not after.isalnum()


def name_parts(name: str) -> frozenset[str]:
    """The parts of a name as they are compared: any order, any spelling of umlauts, hyphens as blanks."""
    spelled = "".join(_SPELLED.get(character, character) for character in name.lower())
    plain = "".join(c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))
    return frozenset(re.findall(r"[^\W\d_]+", plain))
