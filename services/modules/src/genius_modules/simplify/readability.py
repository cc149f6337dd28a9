# SPDX-License-Identifier: EUPL-1.2
"""How hard a text is to read, by published formulas. They measure surfaces, not whether anyone understands it.

- Erste Wiener Sachtextformel: Bamberger and Vanecek, Lesen - Verstehen - Lernen - Schreiben (1984), made for German
  non-fiction; about a school year, 4 (very easy) to 15 (very hard).
- LIX: Björnsson, Läsbarhet (1968); Lesbarkeit durch Lix (1968). Below 40 easy, above 60 hard.
- Flesch for German: Amstad, Wie verständlich sind unsere Zeitungen? (1978); 0 (hard) to 100 (easy).
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from genius_modules.simplify.words import Word, syllables

_LONG = 6


class Readability(BaseModel):
    """Of a whole text; the formulas are rounded to one decimal, shares are percentages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: int
    words: int
    words_per_sentence: float
    longest_sentence: int
    long_words: float
    wiener: float
    lix: float
    flesch: float


def readability(sentences: Sequence[Sequence[Word]]) -> Readability:
    """`sentences` are the words of each; those without any don't count."""
    counted = [sentence for sentence in sentences if sentence]
    words = [word for sentence in counted for word in sentence]
    total, count = max(len(words), 1), max(len(counted), 1)
    of_word = [syllables(word.text) for word in words]
    many = 100 * sum(number >= 3 for number in of_word) / total
    single = 100 * sum(number == 1 for number in of_word) / total
    long = 100 * sum(len(word.text) > _LONG for word in words) / total
    average = len(words) / count
    return Readability(
        sentences=len(counted),
        words=len(words),
        words_per_sentence=round(average, 1),
        longest_sentence=max((len(sentence) for sentence in counted), default=0),
        long_words=round(long, 1),
        wiener=round(0.1935 * many + 0.1672 * average + 0.1297 * long - 0.0327 * single - 0.875, 1),
        lix=round(average + long, 1),
        flesch=round(180 - average - 58.5 * sum(of_word) / total, 1),
    )
