# SPDX-License-Identifier: EUPL-1.2
"""Wide gaps within a line of a PDF: columns of a form or table, which reading order runs together to one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_WIDE = 2.0
"""A gap of so many heights of the line divides it; between words there is a quarter, in justified text up to one."""
Rectangle = tuple[float, float, float, float]


def cells_of(
    textpage: Any, start: int, part: str, rectangles: Sequence[Rectangle]
) -> tuple[tuple[int, float, float], ...]:
    """For each part of the line how many letters stand before it, its left and its right; none without a wide gap.

    `rectangles` are those of the line, which pdfium makes anew at gaps and changes of font: most lines have but one,
    and only the others are looked at letter by letter.
    """
    if len(rectangles) < 2 or not _has_gap(rectangles):
        return ()
    found: list[list[float]] = []
    letters = 0
    for index, character in enumerate(part):
        if character.isspace():
            continue
        left, bottom, right, top = textpage.get_charbox(start + index)
        height = max(top - bottom, *(top - bottom for _, bottom, _, top in rectangles))
        if not found or left - found[-1][2] > _WIDE * height:
            found.append([letters, left, right])
        found[-1][2] = max(found[-1][2], right)
        letters += 1
    if len(found) < 2:
        return ()
    return tuple((int(before), round(left, 2), round(right, 2)) for before, left, right in found)


def _has_gap(rectangles: Sequence[Rectangle]) -> bool:
    height = max(top - bottom for _, bottom, _, top in rectangles)
    placed = sorted(rectangles)
    end = placed[0][2]
    for left, _, right, _ in placed[1:]:
        if left - end > _WIDE * height:
            return True
        end = max(end, right)
    return False
