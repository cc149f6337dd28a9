# SPDX-License-Identifier: EUPL-1.2
"""The upper and lower edge of a page: the lines in which headers and footers are looked for, and those next to them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from genius_retrieval.chunks import BlockKind
from genius_retrieval.parsing.layout import Styled

ZONE = 0.15
"""Share of the page's height at its top, and at its bottom, outside of which nothing is a header or footer."""
_MOST = 24
_BESIDE = 3
"""Lines further inside that are looked at, to see whether the text goes on."""
_SAME_LINE = 2.0
_WIDER, _WIDER_THAN_MOST, _MOST_STEPS = 1.4, 1.15, 0.85
Visible = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """`index`: of the line on its page; `depth`: points from the edge of the page to the line's lower side."""

    index: int
    depth: float
    styled: Styled


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of one page: `lines` from the edge inwards, of which the first `zone` may be header or footer.

    `clear`: a larger step from line to line parts more than lines, rows and paragraphs of this page do. `body`: the
    usual size of its letters. `rough`: recognised from a picture, with errors in letters and places.
    """

    page: int
    kind: BlockKind
    lines: tuple[EdgeLine, ...]
    zone: int
    clear: float
    body: float
    rough: bool


def edges(page: int, lines: Sequence[Styled], visible: Visible, turns: int, body: float, *, rough: bool) -> list[Edge]:
    """The two edges of a page as it is looked at; `turns`: quarter turns clockwise that it is shown with."""
    height = visible[3] - visible[1] if turns % 2 == 0 else visible[2] - visible[0]
    if not lines or height <= 0:
        return []
    placed = [(*_upright(styled, visible, turns), index) for index, styled in enumerate(lines)]
    down = sorted(placed, key=lambda place: (-place[0], place[2]))
    clear = _clear([above[0] - below[0] for above, below in pairwise(down)])
    inside = ZONE * height
    top = sum(height - low <= inside for low, _, _ in down)
    bottom = sum(high <= inside for _, high, _ in down)
    upper = [EdgeLine(index, height - low, lines[index]) for low, _, index in _near(down, top)]
    lower = [EdgeLine(index, low, lines[index]) for low, _, index in _near(down[::-1], bottom)]
    found = [("page_header", upper, top), ("page_footer", lower, bottom)]
    return [Edge(page, kind, tuple(at), min(zone, _MOST), clear, body, rough) for kind, at, zone in found if zone]  # type: ignore[arg-type]


def _near(ordered: Sequence[tuple[float, float, int]], zone: int) -> Sequence[tuple[float, float, int]]:
    return ordered[: min(zone, _MOST) + _BESIDE]


def _upright(styled: Styled, visible: Visible, turns: int) -> tuple[float, float]:
    """Lower and upper side of a line above the lower side of the page as it is shown."""
    line, (left, bottom, right, top) = styled.line, visible
    if turns == 1:
        return right - line.x1, right - line.x0
    if turns == 2:
        return top - line.y1, top - line.y0
    if turns == 3:
        return line.x0 - left, line.x1 - left
    return line.y0 - bottom, line.y1 - bottom


def _clear(steps: Sequence[float]) -> float:
    """Headers and footers themselves stand apart, so the largest steps do not count."""
    apart = sorted(step for step in steps if step > _SAME_LINE)
    if not apart:
        return 0.0
    calm = apart[:-2] if len(apart) > 4 else apart[:1]
    return max(_WIDER * statistics.median(calm), _WIDER_THAN_MOST * calm[int(_MOST_STEPS * len(calm))])
