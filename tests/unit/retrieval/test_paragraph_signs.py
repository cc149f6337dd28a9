# SPDX-License-Identifier: EUPL-1.2
"""The paragraph sign among recognised words, told by its shape."""

import pytest

from genius_retrieval.parsing.ocr.signs import with_signs
from genius_retrieval.parsing.ocr.tesseract import Word


def word(text: str, below: float = 0.0, width: int = 12, askew: int = 0) -> Word:
    """Reaching `below` its line by that part of its height, in a line that falls by `askew` pixels up to it."""
    return Word(text, (0, 0, width, 24 + round(24 * below) + askew), 90.0, 11, below)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([word("nach"), word("$", 0.13), word("12")], "nach § 12"),
        ([word("nach"), word("&", 0.13), word("12a")], "nach § 12a"),
        ([word("nach"), word("8", 0.13), word("12")], "nach § 12"),
        ([word("nach"), word("8$", 0.13, width=26), word("3,")], "nach §§ 3,"),
        ([word("nach"), word("$$", 0.13), word("3")], "nach § 3"),
        ([word("847", 0.13, width=40), word("gilt")], "§ 47 gilt"),
        ([word("8"), word("Tage")], "8 Tage"),
        ([word("8"), word("000"), word("Euro")], "8 000 Euro"),
        ([word("Müller"), word("&"), word("3"), word("Söhne")], "Müller & 3 Söhne"),
        ([word("$", 0.15), word("oder"), word("€")], "$ oder €"),
        ([word("847"), word("Fälle")], "847 Fälle"),
        ([word("847g", 0.2)], "847g"),
        ([word("nach"), word("8", 0.13, askew=4), word("12", askew=8)], "nach § 12"),
        ([word("nach"), word("8", askew=4), word("12", askew=8)], "nach 8 12"),
        ([word("nach"), word("$"), word("12")], "nach § 12"),
        ([word("nach"), word("§§"), word("12")], "nach §§ 12"),
        ([word("8", 0.13)], "§"),
    ],
)
def test_signs(words: list[Word], text: str) -> None:
    assert " ".join(found.text for found in with_signs(words)) == text
