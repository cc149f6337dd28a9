# SPDX-License-Identifier: EUPL-1.2
"""From lines with their places on a page to blocks: which belong together, which are headings or lists."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from genius_retrieval.parsing.builder import DocumentBuilder, Line
from genius_retrieval.parsing.plain import is_paragraph_heading

ITEM = re.compile(r"\s*(?:[-*•–▪◦]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))\s+\S")
_NUMBERED_HEADING = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,4}\.?\s+[A-ZÄÖÜ]")
_HEADING_RATIO = 1.12
_MAX_HEADING_CHARS = 160


@dataclass(frozen=True, slots=True)
class Styled:
    """A line with the size of its letters; sizes are compared with each other only."""

    line: Line
    size: float
    bold: bool


def body_size(lines: Sequence[Styled]) -> float:
    return statistics.median(styled.size for styled in lines) if lines else 0.0


def paragraphs(lines: Sequence[Styled]) -> list[list[Styled]]:
    """Lines that follow each other closely in one style."""
    groups: list[list[Styled]] = []
    body = body_size(lines)
    leading = _leading(lines)
    for styled in lines:
        if groups and not _begins_block(groups[-1], styled, body, leading):
            groups[-1].append(styled)
        else:
            groups.append([styled])
    return groups


def _leading(lines: Sequence[Styled]) -> float:
    """The usual distance of two lines in multiples of the font size."""
    steps = [(a.line.y0 - b.line.y0) / max(b.size, 1.0) for a, b in pairwise(lines) if a.size == b.size]
    within = [step for step in steps if 0.8 < step < 3]
    return statistics.median(within) if within else 1.3


def _begins_block(group: Sequence[Styled], styled: Styled, body: float, leading: float) -> bool:
    last = group[-1]
    size = max(last.size, styled.size, 1.0)
    step = (last.line.y0 - styled.line.y0) / size
    # Upwards = the next column; further down than usual = the next paragraph.
    if step < -2 or step > min(max(1.3 * leading, 1.5), 2.5):
        return True
    if abs(styled.size - last.size) > 0.5 or styled.bold != last.bold:
        return True
    return is_paragraph_heading(styled.line.text) or (is_heading([last], body) and len(group) == 1)


def is_heading(group: Sequence[Styled], body: float) -> bool:
    text = " ".join(styled.line.text for styled in group)
    if len(text) > _MAX_HEADING_CHARS or text.endswith((".", ",", ";")) or not any(char.isalpha() for char in text):
        return False
    if is_paragraph_heading(text) or group[0].size >= _HEADING_RATIO * body:
        return True
    return group[0].bold and len(group) <= 2 and bool(_NUMBERED_HEADING.match(text))


def _level(group: Sequence[Styled], body: float) -> int:
    if is_paragraph_heading(group[0].line.text):
        return 3
    return 1 if group[0].size >= 1.4 * body else 2


def add_block(builder: DocumentBuilder, group: Sequence[Styled], body: float) -> None:
    lines = [styled.line for styled in group]
    if is_heading(group, body):
        builder.add_lines("heading", lines, level=_level(group, body))
    elif any(ITEM.match(line.text) for line in lines[1:]):
        builder.add_lines("list", lines, joint="\n")
    else:
        builder.add_lines("list" if ITEM.match(lines[0].text) else "paragraph", lines)
