# SPDX-License-Identifier: EUPL-1.2
"""Words of a German sentence with their places, and how many syllables they have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from genius_common.text import Span

# A word with its hyphens; numbers with their separators are one word: "1.353,20", "01.03.2026".
_TOKEN = re.compile(r"[^\W\d_]+(?:[-·‑][^\W\d_]+)*|[0-9]+(?:[.,:/][0-9]+)*")
_VOWELS = re.compile(r"aa|ee|oo|ie|ei|ai|au|äu|eu|ay|ey|ou|[aeiouyäöü]")


@dataclass(frozen=True, slots=True)
class Word:
    """`span` counts characters of the whole text."""

    text: str
    span: Span

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


def words_of(text: str, span: Span) -> list[Word]:
    """The words in `text[span]`, in order."""
    return [Word(match.group(), Span(*match.span())) for match in _TOKEN.finditer(text, span.start, span.end)]


def syllables(word: str) -> int:
    """Groups of vowels: exact enough for formulas that count long words; a number counts as one."""
    return len(_VOWELS.findall(word.lower())) or 1
