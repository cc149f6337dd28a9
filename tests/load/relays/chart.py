# SPDX-License-Identifier: EUPL-1.2
"""Horizontal bars as SVG, on a logarithmic scale where the figures span decades."""

import math
from dataclasses import dataclass
from html import escape

ROW, LABEL, WIDTH, VALUE, TOP = 22, 190, 300, 70, 46
OURS, THEIRS = "#0a5d8f", "#9aa5b1"


@dataclass(frozen=True)
class Panel:
    """One column of bars, with a figure per row; None where there is none."""

    title: str
    figures: list[float | None]
    logarithmic: bool = True


def _length(panel: Panel, figure: float) -> float:
    found = [value for value in panel.figures if value is not None]
    if not panel.logarithmic:
        return WIDTH * figure / max(max(found), 1e-9)
    lowest = min(value for value in [*found, max(found)] if value > 0) / 2
    highest = max(found)
    return WIDTH * max(math.log(max(figure, lowest) / lowest) / math.log(highest / lowest), 0.01)


def bars(title: str, names: list[str], panels: list[Panel]) -> str:
    """An image with one row per name and one panel beside another; names that begin with genius stand out."""
    height = TOP + ROW * len(names) + 12
    width = LABEL + len(panels) * (WIDTH + VALUE)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="16" font-weight="bold">{escape(title)}</text>',
    ]
    for row, name in enumerate(names):
        parts.append(f'<text x="{LABEL - 8}" y="{TOP + ROW * row + 14}" text-anchor="end">{escape(name)}</text>')
    for column, panel in enumerate(panels):
        left = LABEL + column * (WIDTH + VALUE)
        parts.append(f'<text x="{left}" y="{TOP - 10}">{escape(panel.title)}</text>')
        for row, (name, figure) in enumerate(zip(names, panel.figures, strict=True)):
            if figure is None:
                continue
            top, length = TOP + ROW * row, _length(panel, figure)
            colour = OURS if name.startswith("genius") else THEIRS
            parts.append(f'<rect x="{left}" y="{top}" width="{length:.0f}" height="{ROW - 6}" fill="{colour}"/>')
            parts.append(f'<text x="{left + length + 5:.0f}" y="{top + 13}">{figure:,.5g}</text>')
    return "\n".join([*parts, "</svg>\n"])
