# SPDX-License-Identifier: EUPL-1.2
"""The paragraph sign, which Tesseract's German data do not hold: it comes out as "$", "&" or "8".

The last two do not reach below their line as "§" does in every font, so the picture itself tells them apart; a dollar
sign before a number is one, since German writes the number first. How far a word reaches is measured against the words
beside it, which holds for small print and pages that are askew, where the line as a whole is known too coarsely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from genius_retrieval.parsing.ocr.tesseract import Word

_ALIKE = re.compile(r"[8&$]{1,2}")
_GLUED = re.compile(r"8([0-79]\d{0,3}[a-fhik-oru-z]?)")
"""A sign and a number that came out as one, without any character that reaches below the line itself."""
_EVEN = re.compile(r"[A-ZÄÖÜa-fhiklmnorstuvwxzäöüß0-9.]+")
"""A word that does not reach below its line."""
_BELOW = 0.08
"""A sign reaches below its neighbours by a tenth of its height and more, "8" and "&" by a twentieth at most."""
_TWO = 0.8
"""From this width of the word on, in heights, it is two signs: one often comes out as two characters."""


def with_signs(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a line, each "§" and "§§" as such. A reading that was a guess keeps its low confidence."""
    return tuple(_read(words, at) for at in range(len(words)))


def _read(words: Sequence[Word], at: int) -> Word:
    word, after = words[at], words[at + 1].text if at + 1 < len(words) else ""
    if _ALIKE.fullmatch(word.text):
        numbered, dollar = after[:1].isdigit(), "$" in word.text
        if (dollar and numbered) or ((not dollar or not after) and _reach(words, at) >= _BELOW):
            left, top, right, bottom = word.box
            return replace(word, text="§§" if right - left >= _TWO * (bottom - top) else "§")
    elif (glued := _GLUED.fullmatch(word.text)) and _reach(words, at) >= _BELOW:
        return replace(word, text="§ " + glued[1])
    return word


def _reach(words: Sequence[Word], at: int) -> float:
    """How far the word reaches below those beside it, in its own heights; from the line where there are none."""
    word = words[at]
    before = next((other for other in reversed(words[:at]) if _EVEN.fullmatch(other.text)), None)
    after = next((other for other in words[at + 1 :] if _EVEN.fullmatch(other.text)), None)
    beside = [word.box[3] - other.box[3] for other in (before, after) if other]
    return sum(beside) / len(beside) / max(word.box[3] - word.box[1], 1) if beside else word.descent
