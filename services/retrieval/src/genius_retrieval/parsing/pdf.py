# SPDX-License-Identifier: EUPL-1.2
"""PDF by pdfium: lines in reading order with their rectangles, joined to paragraphs and headings.

pdfium is not thread-safe and reads hostile files: this module runs in a parser process only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from genius_retrieval.chunks import CanonicalDocument, FormField
from genius_retrieval.parsing.builder import DocumentBuilder, Line, refuse_marked
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.layout import Styled
from genius_retrieval.parsing.ocr.scans import Scans, letters_of
from genius_retrieval.parsing.page_lists import Seen, unseen
from genius_retrieval.parsing.pages import ReadPage, add_pages
from genius_retrieval.parsing.pdf_cells import cells_of
from genius_retrieval.parsing.pdf_forms import PageForm, fields_of, opened_form

# pdfium marks a hyphen that divides a word at the end of a line.
_SOFT_HYPHENS = "\x02\ufffe"
_PART = re.compile(f"[^\r\n{_SOFT_HYPHENS}]+[{_SOFT_HYPHENS}]?")
_BOLD = 600
_WHITE = 250
# A page is a scan where pictures cover more than this share of it, and it has fewer letters than that.
_SCAN_SHARE, _SCAN_LETTERS = 0.5, 50
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right and top in points."""


def open_document(content: bytes) -> Any:
    """The pdfium document; refused where a password is needed or nothing can be read."""
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        code = raw.FPDF_GetLastError()
        raise Refused("encrypted" if code == raw.FPDF_ERR_PASSWORD or "assword" in str(error) else "broken") from error


def parse(
    content: bytes, name: str, bounds: Bounds, readings: dict[str, Any] | None = None, seen: Seen = unseen
) -> CanonicalDocument:
    """`readings` of the pages that are scans, see `Scans`. Raises: Scanned where there are such and none are given."""
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
    scans = Scans(readings)
    form = opened_form(document)
    fields: list[FormField] = []
    pages: list[ReadPage] = []
    held = 0
    for index in range(count):
        page, found = _read_page(builder, document, index, scans, form)
        pages.append(page)
        fields += found
        held += pages[-1].characters
        # Cleaning makes it shorter; what is left is measured again.
        if held > 2 * bounds.text_chars:
            raise Refused("too_much_text")
        seen(index + 1, count)
    scans.ask()
    add_pages(builder, pages)
    scans.finish(builder)
    built = builder.build(_title(metadata.get("Title", "")), name)
    return replace(built, fields=tuple(_cleaned(builder, field) for field in fields))


def _cleaned(builder: DocumentBuilder, field: FormField) -> FormField:
    clean = builder.clean
    return replace(field, name=clean(field.name), label=clean(field.label), value=clean(field.value))


def _title(text: str) -> str | None:
    """Titles that word processors invent ("Microsoft Word - Entwurf3.doc") are none."""
    return (
        None if re.match(r"(?i)microsoft word|untitled|unbenannt|dokument\d*$|.*\.(?:docx?|odt|pdf)$", text) else text
    )


def _read_page(
    builder: DocumentBuilder, document: Any, index: int, scans: Scans, form: Any | None
) -> tuple[ReadPage, Sequence[FormField]]:
    try:
        page = document[index]
        textpage = page.get_textpage()
    except pypdfium2.PdfiumError:
        # A damaged page of an otherwise readable file is an empty one.
        scans.bare(index + 1)
        return ReadPage(index + 1, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0), []), []
    width, height = page.get_size()
    # Texts stand in the page's own space, whatever its rotation or the corner that its box begins at.
    visible = page.get_bbox()
    fields, unseen = fields_of(form, page, index + 1) if form is not None else ([], False)
    page_form = PageForm(fields)
    lines, hidden = _lines(textpage, index + 1, visible, page_form)
    if hidden or unseen:
        builder.warn("hidden_text")
    letters = letters_of(lines)
    scan = letters < _SCAN_LETTERS and _picture_share(page, width * height) > _SCAN_SHARE
    recognised = scans.read(index + 1, letters) if scan else None
    lines = page_form.fill(lines if recognised is None else [])
    found = ReadPage(
        index + 1,
        width,
        height,
        visible,
        [lines] if recognised is None else [*recognised, *([lines] if lines else [])],
        turns=max(raw.FPDFPage_GetRotation(page), 0),
        scan=recognised is not None,
    )
    textpage.close()
    page.close()
    return found, fields


def _lines(textpage: Any, number: int, visible: Rectangle, form: PageForm) -> tuple[list[Styled], bool]:
    """The visible lines of a page, and whether invisible ones were left out (INJ-04)."""
    hidden = False
    found: list[Styled] = []
    for match in _PART.finditer(textpage.get_text_range()):
        start, part = match.start(), match[0]
        stripped = part.strip()
        if not stripped:
            continue
        rectangles = [textpage.get_rect(i) for i in range(textpage.count_rects(start, len(part)))]
        box = _rectangle(rectangles)
        first = start + len(part) - len(part.lstrip())
        size = float(raw.FPDFText_GetFontSize(textpage, first))
        if box is None or _invisible(textpage, first, box, visible):
            hidden = True
            continue
        ticked = form.tick(textpage, start, part, box)
        cells = cells_of(textpage, start, part, rectangles) if ticked == part else ()
        stripped = re.sub(f"[{_SOFT_HYPHENS}]", "-", ticked.strip())
        bold = raw.FPDFText_GetFontWeight(textpage, first) >= _BOLD
        found.append(Styled(Line(stripped, number, *box, cells), size, bold))
    return found, hidden


def _rectangle(rectangles: Sequence[Rectangle]) -> Rectangle | None:
    """Union of the rectangles of a line in points."""
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


def _picture_share(page: Any, area: float) -> float:
    """How much of the page pictures cover, at most; scanners cut pages into strips and layers."""
    share = 0.0
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = item.get_bounds()
        share += (right - left) * (top - bottom) / area if area else 0.0
    return share
