# SPDX-License-Identifier: EUPL-1.2
"""The paragraph sign, which Tesseract's German data do not hold: it comes out as "$", "&" or "8".

The last two do not reach below their line as "§" does in every font, so the picture itself tells them apart. A dollar
sign does; before a number German writes "§" and not "$".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from genius_retrieval.parsing.ocr.tesseract import Word

_ALIKE = re.compile(r"[8&$]{1,2}")
_GLUED = re.compile(r"8([0-79]\d{0,3}[a-fhik-oru-z]?)")
"""A sign and a number that came out as one, without any character that reaches below the line itself."""
_DESCENT = 0.08
_TWO = 0.8
"""From this width of the word on, in heights, it is two signs: one often comes out as two characters."""


def with_signs(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a line, each "§" and "§§" as such. A reading that was a guess keeps its low confidence."""
    following = (*(word.text for word in words[1:]), "")
    return tuple(_read(word, after) for word, after in zip(words, following, strict=True))


def _read(word: Word, after: str) -> Word:
    if word.descent < _DESCENT:
        return word
    if _ALIKE.fullmatch(word.text):
        money = "$" in word.text and after and not after[0].isdigit()
        left, top, right, bottom = word.box
        signs = "§§" if right - left >= _TWO * (bottom - top) else "§"
        return word if money else replace(word, text=signs)
    if glued := _GLUED.fullmatch(word.text):
        return replace(word, text="§ " + glued[1])
    return word
