# SPDX-License-Identifier: EUPL-1.2
"""Whether something stands on the line of the signature; it is not compared with anything."""

from __future__ import annotations

import re
from collections.abc import Sequence

from genius_modules.completeness.capture import values
from genius_modules.completeness.capture.cells import Labels
from genius_modules.completeness.capture.lines import Line, Text
from genius_modules.completeness.observed import Fact, Place

_ABOVE = 36.0
"""Points above its label in which a signature stands."""
_PLACE_AND_DAY = re.compile(r"^[^\d,]{0,40},?\s*(?:den|am)?\s*")
_LEAST = 3
_LINE = re.compile(r"[\s._–—-]+")


def signature_of(text: Text, labels: Labels, wanted: Sequence[str]) -> Fact:
    """`stated` true where something stands there, `blank` where nothing does; on a scan that is not sure: `invalid`."""
    found = labels.cells(wanted, text.lines)
    if not found:
        return Fact(state="blank")
    cell = found[-1]
    if not _is_sentence(cell.value) and (signed := _signed(cell.value)):
        return Fact(state="stated", value=True, raw=signed, places=(text.place(*(cell.lines or (cell.line,))),))
    for line in _above(text, labels, cell.line):
        if signed := _signed(line.text):
            return Fact(state="stated", value=True, raw=signed, places=(text.place(line),))
    page = Place(file=text.file, page=cell.line.page)
    if cell.line.scanned:
        # Ink that no text recognition knows as letters would be missed.
        return Fact(state="invalid", places=(page,))
    return Fact(state="blank", value=None, places=(page,))


def _signed(written: str) -> str:
    """What is left without place and day, and without the line to sign on."""
    rest = written
    days = values.dates(written)
    if days and re.fullmatch(r"[^\d]{0,50}", written[: days[0][1]]):
        rest = written[days[0][2] :]
    rest = _LINE.sub(" ", rest).strip(" ,:")
    return rest if len(re.findall(r"\w", rest)) >= _LEAST else ""


def _above(text: Text, labels: Labels, line: Line) -> list[Line]:
    """What stands above the label, nearest first: neither a label of its own nor a sentence of the form."""
    if line.box is None:
        before = [other for other in text.lines if other.index < line.index][-1:]
    else:
        before = [
            other
            for other in text.lines
            if other.page == line.page and other.box and 0 < other.box[1] - line.box[1] < _ABOVE
        ]
        before.sort(key=lambda other: other.box[1] if other.box else 0)
    return [other for other in before if not labels.begins_with_label(other) and not _is_sentence(other.text)]


def _is_sentence(text: str) -> bool:
    return text.rstrip().endswith(".") and len(text.split()) > 4
