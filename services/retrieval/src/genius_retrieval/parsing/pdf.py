# SPDX-License-Identifier: EUPL-1.2
"""PDF by pdfium: lines in reading order with their rectangles, joined to paragraphs and headings.

pdfium is not thread-safe and reads hostile files: this module runs in a parser process only.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, Line, refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.plain import is_paragraph_heading

_ITEM = re.compile(r"\s*(?:[-*•–▪◦]|\(?\d{1,3}[.)]|\(?[a-z]{1,2}\))\s+\S")
_NUMBERED_HEADING = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,4}\.?\s+[A-ZÄÖÜ]")
# pdfium marks a hyphen that divides a word at the end of a line.
_SOFT_HYPHENS = "\x02\ufffe"
_PART = re.compile(f"[^\r\n{_SOFT_HYPHENS}]+[{_SOFT_HYPHENS}]?")
_HEADING_RATIO = 1.12
_MAX_HEADING_CHARS = 160
_BOLD = 600
_WHITE = 250
# An area below this share of the page is decoration, not a scan.
_SCAN_SHARE = 0.5
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""


@dataclass(frozen=True, slots=True)
class _Styled:
    line: Line
    size: float
    bold: bool


def open_document(content: bytes) -> Any:
    """The pdfium document; refused where a password is needed or nothing can be read."""
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        code = raw.FPDF_GetLastError()
        raise Refused("encrypted" if code == raw.FPDF_ERR_PASSWORD or "assword" in str(error) else "broken") from error


def parse(content: bytes, name: str, bounds: Bounds) -> CanonicalDocument:
    document = open_document(content)
    count = len(document)
    if count == 0:
        raise Refused("broken")
    if count > bounds.pages:
        raise Refused("too_many_pages")
    metadata = document.get_metadata_dict(skip_empty=True)
    for value in metadata.values():
        refuse_marked(value)
    builder = DocumentBuilder(bounds, "application/pdf")
    pictures = 0
    for index in range(count):
        pictures += _read_page(builder, document, index)
    if builder.empty and pictures:
        raise Refused("no_text")
    if pictures:
        builder.warn("pages_without_text")
    return builder.build(_title(metadata.get("Title", "")), name)


def _title(text: str) -> str | None:
    """Titles that word processors invent ("Microsoft Word - Entwurf3.doc") are none."""
    return (
        None if re.match(r"(?i)microsoft word|untitled|unbenannt|dokument\d*$|.*\.(?:docx?|odt|pdf)$", text) else text
    )


def _read_page(builder: DocumentBuilder, document: Any, index: int) -> bool:
    """Add one page; answers whether it holds a picture and no text."""
    try:
        page = document[index]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError:
        # A damaged page of an otherwise readable file is an empty one.
        builder.warn("pages_without_text")
        builder.close_page(index + 1, builder.length, 0.0, 0.0)
        return False
    width, height = page.get_size()
    before = builder.length
    # Texts stand in the page's own space, whatever its rotation or the corner that its box begins at.
    lines, hidden = _lines(textpage, index + 1, page.get_bbox())
    if hidden:
        builder.warn("hidden_text")
    for group in _paragraphs(lines):
        _add(builder, group, _body_size(lines))
    # The separator before the first block of a page belongs to no page.
    start = before + 2 if before and builder.length > before else before
    builder.close_page(index + 1, start, width, height)
    scanned = not lines and _picture_share(page, width * height) > _SCAN_SHARE
    textpage.close()
    page.close()
    return scanned


def _lines(textpage: Any, number: int, visible: Rectangle) -> tuple[list[_Styled], bool]:
    """The visible lines of a page, and whether invisible ones were left out (INJ-04)."""
    hidden = False
    found: list[_Styled] = []
    for match in _PART.finditer(textpage.get_text_range()):
        start, part = match.start(), match[0]
        stripped = part.strip()
        if not stripped:
            continue
        box = _rectangle(textpage, start, len(part))
        first = start + len(part) - len(part.lstrip())
        size = float(raw.FPDFText_GetFontSize(textpage, first))
        if box is None or _invisible(textpage, first, box, visible):
            hidden = True
            continue
        stripped = re.sub(f"[{_SOFT_HYPHENS}]", "-", stripped)
        bold = raw.FPDFText_GetFontWeight(textpage, first) >= _BOLD
        found.append(_Styled(Line(stripped, number, *box), size, bold))
    return found, hidden


def _rectangle(textpage: Any, start: int, length: int) -> Rectangle | None:
    """Union of the rectangles of a line in points."""
    rectangles = [textpage.get_rect(i) for i in range(textpage.count_rects(start, length))]
    if not rectangles:
        return None
    left, bottom, right, top = zip(*rectangles, strict=True)
    return tuple(round(value, 2) for value in (min(left), min(bottom), max(right), max(top)))


def _invisible(textpage: Any, index: int, box: Rectangle, visible: Rectangle) -> bool:
    """Outside of the page, tiny, fully transparent or white: nobody can read it on the page."""
    import ctypes

    x0, y0, x1, y1 = box
    left, bottom, right, top = visible
    if x1 < left or y1 < bottom or x0 > right or y0 > top or y1 - y0 < 1.0:
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFText_GetFillColor(textpage, index, red, green, blue, alpha):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= _WHITE


def _body_size(lines: Sequence[_Styled]) -> float:
    return statistics.median(styled.size for styled in lines) if lines else 0.0


def _paragraphs(lines: Sequence[_Styled]) -> list[list[_Styled]]:
    """Lines that follow each other closely in one style."""
    groups: list[list[_Styled]] = []
    body = _body_size(lines)
    leading = _leading(lines)
    for styled in lines:
        if groups and not _begins_block(groups[-1], styled, body, leading):
            groups[-1].append(styled)
        else:
            groups.append([styled])
    return groups


def _leading(lines: Sequence[_Styled]) -> float:
    """The usual distance of two lines in multiples of the font size."""
    steps = [(a.line.y0 - b.line.y0) / max(b.size, 1.0) for a, b in pairwise(lines) if a.size == b.size]
    within = [step for step in steps if 0.8 < step < 3]
    return statistics.median(within) if within else 1.3


def _begins_block(group: Sequence[_Styled], styled: _Styled, body: float, leading: float) -> bool:
    last = group[-1]
    size = max(last.size, styled.size, 1.0)
    step = (last.line.y0 - styled.line.y0) / size
    # Upwards = the next column; further down than usual = the next paragraph.
    if step < -2 or step > min(max(1.3 * leading, 1.5), 2.5):
        return True
    if abs(styled.size - last.size) > 0.5 or styled.bold != last.bold:
        return True
    return is_paragraph_heading(styled.line.text) or (_is_heading([last], body) and len(group) == 1)


def _is_heading(group: Sequence[_Styled], body: float) -> bool:
    text = " ".join(styled.line.text for styled in group)
    if len(text) > _MAX_HEADING_CHARS or text.endswith((".", ",", ";")) or not any(char.isalpha() for char in text):
        return False
    if is_paragraph_heading(text) or group[0].size >= _HEADING_RATIO * body:
        return True
    return group[0].bold and len(group) <= 2 and bool(_NUMBERED_HEADING.match(text))


def _level(group: Sequence[_Styled], body: float) -> int:
    if is_paragraph_heading(group[0].line.text):
        return 3
    return 1 if group[0].size >= 1.4 * body else 2


def _add(builder: DocumentBuilder, group: Sequence[_Styled], body: float) -> None:
    lines = [styled.line for styled in group]
    if _is_heading(group, body):
        builder.add_lines("heading", lines, level=_level(group, body))
    elif any(_ITEM.match(line.text) for line in lines[1:]):
        builder.add_lines("list", lines, joint="\n")
    else:
        builder.add_lines("list" if _ITEM.match(lines[0].text) else "paragraph", lines)


def _picture_share(page: Any, area: float) -> float:
    """The largest picture's part of the page."""
    share = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = item.get_bounds()
        share = max(share, (right - left) * (top - bottom) / area if area else 0.0)
    return share
