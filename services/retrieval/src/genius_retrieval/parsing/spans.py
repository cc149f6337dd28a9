# SPDX-License-Identifier: EUPL-1.2
"""From character spans to rectangles on a page."""

from __future__ import annotations

from genius_retrieval.chunks import CanonicalDocument

_LONG = 3


def boxes_of(document: CanonicalDocument, page: int, char_from: int, char_to: int) -> list[list[float]]:
    """Rectangles (x0, y0, x1, y1 in points) of the lines that the span touches on `page`.

    A line that is covered in part is cut in proportion to its characters: good to a letter or two, without the
    character boxes of the whole file, which cost eight times the parsing.
    """
    found: list[list[float]] = []
    for block in document.blocks:
        if block.char_to <= char_from or block.char_from >= char_to:
            continue
        for box in block.boxes:
            start, end = max(box.char_from, char_from), min(box.char_to, char_to)
            if box.page != page or start >= end:
                continue
            letters = box.char_to - box.char_from
            width = (box.x1 - box.x0) / letters
            if letters > _LONG and box.y1 - box.y0 > box.x1 - box.x0:
                # It runs up or down, in a page that was scanned on its side: which way is not known.
                found.append([box.x0, box.y0, box.x1, box.y1])
                continue
            left = box.x0 + width * (start - box.char_from)
            found.append([left, box.y0, left + width * (end - start), box.y1])
    return found
