# SPDX-License-Identifier: EUPL-1.2
"""Fillable fields of a PDF (AcroForm): what is filled in becomes text at the place where the page shows it.

Boxes become "☒" and "☐" before the word beside them, as in a form that was printed to a file. Runs in a parser process
only, as all of pdfium.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pypdfium2.raw as raw

from genius_retrieval.chunks import FieldKind, FormField
from genius_retrieval.parsing.builder import Line
from genius_retrieval.parsing.layout import Styled, body_size

_KINDS: dict[int, FieldKind] = {
    raw.FPDF_FORMFIELD_CHECKBOX: "check",
    raw.FPDF_FORMFIELD_RADIOBUTTON: "radio",
    raw.FPDF_FORMFIELD_COMBOBOX: "choice",
    raw.FPDF_FORMFIELD_LISTBOX: "choice",
    raw.FPDF_FORMFIELD_TEXTFIELD: "text",
    raw.FPDF_FORMFIELD_SIGNATURE: "signature",
}
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_MOST_FIELDS, _MOST_CHARS = 2_000, 10_000
_REACH = 3.0
"""Points by which a box may stand higher or lower than the line that it belongs to."""
_SIZE = 10.0
TICKED, UNTICKED = "☒", "☐"
Rectangle = tuple[float, float, float, float]


def opened_form(document: Any) -> Any | None:
    """Pdfium's handle of the document's form, None where it has none. Before any page is opened."""
    if document.get_formtype() == raw.FORMTYPE_NONE:
        return None
    document.init_forms()
    return document.formenv


def fields_of(form: Any, page: Any, number: int) -> tuple[list[FormField], bool]:
    """The visible fields of a page in the order of the file, and whether there are filled ones that nobody sees."""
    found: list[FormField] = []
    hidden = False
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            field = _field(form, annotation, number)
            if field is not None and raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN:
                hidden = hidden or bool(field.value and field.kind == "text")
            elif field is not None:
                found.append(field)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found, hidden


def _field(form: Any, annotation: Any, number: int) -> FormField | None:
    kind = _KINDS.get(raw.FPDFAnnot_GetFormFieldType(form, annotation))
    box = raw.FS_RECTF()
    if kind is None or not raw.FPDFAnnot_GetRect(annotation, box):
        return None
    checked = bool(raw.FPDFAnnot_IsChecked(form, annotation)) if kind in {"check", "radio"} else None
    value = "" if checked is not None else _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    return FormField(
        _string(raw.FPDFAnnot_GetFormFieldName, form, annotation),
        _string(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation),
        kind,
        value.strip(),
        checked,
        number,
        *(round(side, 2) for side in (box.left, box.bottom, box.right, box.top)),
    )


def _string(ask: Callable[..., int], form: Any, annotation: Any) -> str:
    """A text that pdfium tells as UTF-16 with a zero at its end, cut to what a field can sensibly hold."""
    length = ask(form, annotation, None, 0)
    if length <= 2 or length > 8 * _MOST_CHARS:
        return ""
    buffer = ctypes.create_string_buffer(length)
    ask(form, annotation, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")[:_MOST_CHARS]


class PageForm:
    """The fields of one page on their way into its lines."""

    def __init__(self, fields: Sequence[FormField]) -> None:
        self._boxes = [field for field in fields if field.checked is not None]
        self._filled = [field for field in fields if field.checked is None and field.value]
        self._placed: set[int] = set()

    def tick(self, textpage: Any, start: int, part: str, box: Rectangle) -> str:
        """`part`, the characters of the page from `start`, with the boxes that stand on its line."""
        at: list[tuple[int, str]] = []
        for index, field in enumerate(self._boxes):
            middle = (field.y0 + field.y1) / 2
            if index in self._placed or not box[1] - _REACH <= middle <= box[3] + _REACH:
                continue
            found = _first_right_of(textpage, start, part, (field.x0 + field.x1) / 2)
            if found is not None:
                self._placed.add(index)
                at.append((found, TICKED if field.checked else UNTICKED))
        for position, sign in sorted(at, reverse=True):
            part = f"{part[:position]}{sign} {part[position:]}"
        return part

    def fill(self, lines: list[Styled]) -> list[Styled]:
        """`lines` with those of filled fields, each behind its label, and of boxes that stand on no line."""
        for line in self._lines(lines):
            lines.insert(_behind(lines, line.line), line)
        return lines

    def _lines(self, lines: Sequence[Styled]) -> Iterator[Styled]:
        size = body_size(lines) or _SIZE
        alone = [field for index, field in enumerate(self._boxes) if index not in self._placed]
        for field in [*self._filled, *alone]:
            text = field.value if field.checked is None else TICKED if field.checked else UNTICKED
            rows = [row.strip() for row in text.replace("\r", "\n").split("\n") if row.strip()]
            height = (field.y1 - field.y0) / max(len(rows), 1)
            for row, words in enumerate(rows):
                top = field.y1 - row * height
                yield Styled(Line(words, field.page, field.x0, top - height, field.x1, top), size, bold=False)


def _first_right_of(textpage: Any, start: int, part: str, x: float) -> int | None:
    """The first character of a line that begins right of `x`."""
    for index, character in enumerate(part):
        if not character.isspace() and textpage.get_charbox(start + index)[0] >= x:
            return index
    return None


def _behind(lines: Sequence[Styled], new: Line) -> int:
    """Behind the last line that begins left of it in its rows, else behind the last that stands above it."""
    row = above = None
    for index, styled in enumerate(lines):
        line = styled.line
        middle = (line.y0 + line.y1) / 2
        if new.y0 - _REACH <= middle <= new.y1 + _REACH and line.x0 <= new.x0:
            row = index
        elif middle > new.y1:
            above = index
    return next((index + 1 for index in (row, above) if index is not None), 0)
