# SPDX-License-Identifier: EUPL-1.2
"""Pages as pictures, and what is written on them; runs in a parser process only.

Everything is loaded by `load`, before the cage closes. A page is rendered at 200 dpi in grey and read; where that
gives little or what lies on its side, it is turned as its letters stand and read again.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from PIL import Image, ImageFile

from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.ocr.lone import with_lone_words
from genius_retrieval.parsing.ocr.picture import Corner, Pages, Picture
from genius_retrieval.parsing.ocr.scans import POOR, Reading, RecognisedLine
from genius_retrieval.parsing.ocr.signs import with_signs
from genius_retrieval.parsing.ocr.tesseract import FoundLine, NotInstalled, Pixels, Tesseract

# Pillow imports it late, which the cage would not let it.
_LATE = (ImageFile,)
_COUNTER_CLOCKWISE = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}
_APART, _ENDS = 1.3, (".", ":", ";", "!", "?")
_LONG = 8
"""Letters of a line whose shape tells whether it lies on its side."""


def load(family: str, languages: str) -> Callable[[bytes, dict[str, Any]], Iterator[dict[str, Any] | None]]:
    """The function that reads pages of a file; one JSON value a page, None where it can't be shown.

    Raises: Refused("ocr_missing") without Tesseract or its language data.
    """
    opener = _opener(family)
    try:
        tesseract = Tesseract(languages)
    except NotInstalled as error:
        raise Refused("ocr_missing") from error

    def read(content: bytes, request: dict[str, Any]) -> Iterator[dict[str, Any] | None]:
        pages = opener(content)
        for number in request["pages"]:
            try:
                yield recognise(tesseract, pages.picture(number, request["pixels"])).as_json()
            except Exception:  # noqa: BLE001
                # Hostile input may fail anywhere; the page is said to be unread and the next one is tried.
                yield None

    return read


def _opener(family: str) -> Callable[[bytes], Pages]:
    if family == "image":
        from genius_retrieval.parsing.ocr.image_pages import GreyImages

        return GreyImages
    from genius_retrieval.parsing.ocr.pdf_pages import PdfPages

    return PdfPages


def recognise(tesseract: Tesseract, picture: Picture) -> Reading:
    image = picture.image
    lines, turns = tesseract.recognise(_pixels(image)), 0
    if _confidence(lines) < POOR or _on_its_side(lines):
        turns = tesseract.quarter_turns(_pixels(image))
        turned = image.transpose(_COUNTER_CLOCKWISE[turns]) if turns else image
        again = tesseract.recognise(_pixels(turned)) if turns else []
        if again and (_on_its_side(lines) or _confidence(again) > _confidence(lines)):
            lines = again
        else:
            turns = 0
    upright = image.transpose(_COUNTER_CLOCKWISE[turns]) if turns else image
    lines = with_lone_words(upright, lines, tesseract.line)
    back = _turned_back(turns, *image.size)
    found = (_line(line, begins, lambda x, y: picture.point(*back(x, y))) for line, begins in _paragraphs(lines))
    return Reading(round(_confidence(lines), 1), tuple(found))


def _pixels(image: Image.Image) -> Pixels:
    return Pixels(image.tobytes(), *image.size)


def _confidence(lines: Sequence[FoundLine]) -> float:
    """Mean over letters; 0 where there are none."""
    words = [word for line in lines for word in line.words]
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _on_its_side(lines: Sequence[FoundLine]) -> bool:
    """Whether most lines run up or down: their text comes out right, but not in order."""
    long = [line.box for line in lines if sum(len(word.text) for word in line.words) >= _LONG]
    upright = sum(right - left > bottom - top for left, top, right, bottom in long)
    return bool(long) and upright < len(long) / 2


def _turned_back(turns: int, width: int, height: int) -> Callable[[float, float], Corner]:
    """Where a pixel of the turned picture lies on the one of `width` and `height` pixels that was turned."""
    return {
        0: lambda x, y: (x, y),
        1: lambda x, y: (width - y, x),
        2: lambda x, y: (width - x, height - y),
        3: lambda x, y: (y, height - x),
    }[turns]


def _paragraphs(lines: Sequence[FoundLine]) -> Iterator[tuple[FoundLine, bool]]:
    """Each line and whether a paragraph begins with it.

    Tesseract's own are guesses from margins; one that begins within a sentence is none.
    """
    steps = [below.base - above.base for above, below in pairwise(lines)]
    usual = statistics.median([step for step in steps if step > 0] or [0])
    for line, above, step in zip(lines, (None, *lines), (0, *steps), strict=False):
        apart = above is None or not 0 < step < _APART * usual
        yield line, apart or (line.paragraph and above is not None and above.words[-1].text.endswith(_ENDS))


def _line(line: FoundLine, begins: bool, point: Callable[[float, float], Corner]) -> RecognisedLine:
    left, top, right, bottom = line.box
    (x0, y0), (x1, y1) = point(left, top), point(right, bottom)
    box = (round(min(x0, x1), 2), round(min(y0, y1), 2), round(max(x0, x1), 2), round(max(y0, y1), 2))
    text = " ".join(word.text for word in with_signs(line.words))
    return RecognisedLine(begins, line.size, box, text)
