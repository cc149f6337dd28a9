# SPDX-License-Identifier: EUPL-1.2
"""Short answers that stand alone in the column of a filled-in form, such as a "2": on a page they are taken for dirt.

Where lines stand side by side, as labels and answers do, each label without an answer is looked at once more: the strip
to its right is read as a line of its own, if there is ink in it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from PIL import Image

from genius_retrieval.parsing.ocr.tesseract import FoundLine, Pixels

_LONGEST = 4
_SURE = 70.0
_LEAST_PAIRS = 3
_MOST = 200
"""Lines of a page; one with more is no form."""
_MOST_STRIPS = 20
_DARK, _LEAST_INK, _MARGIN = 110, 12, 0.35
_ALLOWED = frozenset("-,.")
Reader = Callable[[Pixels], Sequence[FoundLine]]


def with_lone_words(image: Image.Image, lines: Sequence[FoundLine], read: Reader) -> list[FoundLine]:
    """`lines`, and behind them the short answers that `read` finds in the strips beside labels."""
    if len(lines) > _MOST:
        return list(lines)
    pairs = [pair for first, second in combinations(lines, 2) if (pair := _in_row(first, second))]
    if len(pairs) < _LEAST_PAIRS:
        return list(lines)
    answered = {id(label) for label, _ in pairs}
    column = int(statistics.median(answer.box[0] for _, answer in pairs))
    alone = [line for line in lines if id(line) not in answered and line.box[2] < column]
    found = [word for label in alone[:_MOST_STRIPS] for word in _beside(image, label, column, read)]
    return [*lines, *(word for word in found if not any(_touch(word, line) for line in lines))]


def _in_row(first: FoundLine, second: FoundLine) -> tuple[FoundLine, FoundLine] | None:
    """Both from left to right where they stand side by side."""
    left, right = sorted((first, second), key=lambda line: line.box[0])
    shared = min(left.box[3], right.box[3]) - max(left.box[1], right.box[1])
    height = min(left.box[3] - left.box[1], right.box[3] - right.box[1])
    return (left, right) if left.box[2] < right.box[0] and shared > 0.5 * height else None


def _beside(image: Image.Image, label: FoundLine, column: int, read: Reader) -> Iterator[FoundLine]:
    _, top, _, bottom = label.box
    margin = int(_MARGIN * (bottom - top))
    left, upper = max(column - margin, 0), max(top - margin, 0)
    strip = image.crop((left, upper, image.width, min(bottom + margin, image.height)))
    if sum(strip.histogram()[:_DARK]) < _LEAST_INK:
        return
    for line in read(Pixels(strip.tobytes(), *strip.size)):
        if len(line.words) == 1 and _is_answer(line):
            word = line.words[0]
            x0, y0, x1, y1 = word.box
            yield replace(line, words=(replace(word, box=(x0 + left, y0 + upper, x1 + left, y1 + upper)),))


def _is_answer(line: FoundLine) -> bool:
    word = line.words[0]
    written = bool(word.text) and all(sign.isalnum() or sign in _ALLOWED for sign in word.text)
    return written and len(word.text) <= _LONGEST and word.confidence >= _SURE


def _touch(first: FoundLine, second: FoundLine) -> bool:
    left, top, right, bottom = first.box
    other_left, other_top, other_right, other_bottom = second.box
    return left < other_right and other_left < right and top < other_bottom and other_top < bottom
