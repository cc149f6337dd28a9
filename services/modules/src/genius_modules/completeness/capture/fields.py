# SPDX-License-Identifier: EUPL-1.2
"""The fact that a cell of a form states, by the kind of its field. What can't be read for sure is `invalid`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from genius_modules.completeness.capture import values
from genius_modules.completeness.capture.cells import Cell
from genius_modules.completeness.capture.description import FormField
from genius_modules.completeness.capture.lines import Line, Text
from genius_modules.completeness.capture.marks import has_signs, read_marks
from genius_modules.completeness.observed import Fact, Place, State

_TITLES = frozenset({"herr", "frau", "herrn", "dr.", "dr", "prof.", "prof"})


def fact_of(text: Text, field: FormField, cells: Sequence[Cell]) -> Fact:
    """The first cell that states something, else the first that is invalid, else blank where the label stands."""
    facts = [_fact(text, field, cell) for cell in cells]
    for state in ("stated", "invalid"):
        if found := next((fact for fact in facts if fact.state == state), None):
            return found
    return facts[0] if facts else Fact(state="blank")


def _fact(text: Text, field: FormField, cell: Cell) -> Fact:
    if field.kind in {"bool", "choice", "list"}:
        return _chosen(text, field, cell)
    if not cell.value:
        return blank_at(text, cell.line)
    state, value = parsed(field, cell.value)
    return Fact(state=state, value=value, raw=cell.value, places=(_place(text, cell),))


def blank_at(text: Text, line: Line) -> Fact:
    return Fact(state="blank", places=(Place(file=text.file, page=line.page),))


def parsed(field: FormField, written: str) -> tuple[State, Any]:
    """State and value of what is written in a field that is not ticked."""
    readers: dict[str, Callable[[str], Any]] = {
        "date": values.date,
        "money": values.money,
        "decimal": values.decimal,
        "integer": values.integer,
        "iban": values.iban,
    }
    reader = readers.get(field.kind)
    value: Any = reader(written) if reader else written.strip() or None
    if reader and value is None and ":" in written:
        # The rest of a longer label: "Wohnfläche | der Wohnung in m²: 64,5".
        value = reader(written.rpartition(":")[2])
    if value is None or (field.kind == "money" and value < 0 and not field.negative):
        return "invalid", None
    return "stated", value


def _place(text: Text, cell: Cell) -> Place:
    return text.place(*(cell.lines or (cell.line,)))


def _chosen(text: Text, field: FormField, cell: Cell) -> Fact:
    value, lines = _with_list_below(text, cell)
    marked = read_marks(value, field.choices, rough=cell.line.scanned)
    if marked.state == "blank":
        return blank_at(text, cell.line)
    quoted = text.place(*(lines or (cell.line,)))
    verbatim = marked.quote if marked.quote and marked.quote in quoted.quote else quoted.quote
    place = Place(file=text.file, page=quoted.page, quote=verbatim)
    several = len(marked.chosen) != 1 and field.kind != "list"
    nothing_and_more = "" in marked.chosen and len(marked.chosen) > 1
    if marked.state == "unsure" or several or nothing_and_more:
        return Fact(state="invalid", raw=value, places=(place,))
    return Fact(state="stated", value=_value(field, marked.chosen), raw=marked.quote, places=(place,))


def _value(field: FormField, chosen: Sequence[str]) -> Any:
    if field.kind == "list":
        return [key for key in chosen if key]
    return chosen[0] == "true" if field.kind == "bool" else chosen[0]


def _with_list_below(text: Text, cell: Cell) -> tuple[str, tuple[Line, ...]]:
    """A cell whose boxes stand below each other, the first beside or under the label."""
    if cell.value and not has_signs(cell.value):
        return cell.value, cell.lines
    last = cell.lines[-1] if cell.lines else cell.line
    boxes: list[Line] = []
    for line in (other for other in text.lines if other.index > last.index):
        if not has_signs(line.text[:4]) or text.left_of(line):
            break
        boxes.append(line)
    if not boxes or (cell.value and cell.inline):
        return cell.value, cell.lines
    return " ".join([cell.value, *(line.text for line in boxes)]), (*cell.lines, *boxes)


def name_of(fact: Fact, field: FormField) -> tuple[Fact, Fact]:
    """Given and family name of a name that is written in one field."""
    if fact.state != "stated":
        return fact, fact
    written = re.sub(r"\s+", " ", str(fact.value)).strip(" ,")
    first, comma, second = (part.strip() for part in written.partition(","))
    if not comma:
        words = [word for word in written.split(" ") if word.lower() not in _TITLES]
        cut = 1 if field.order == "family_first" else len(words) - 1
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
    given, family = (second, first) if comma or field.order == "family_first" else (first, second)
    if comma and field.order == "given_first":
        given, family = first, second
    return _part(fact, given), _part(fact, family)


def _part(fact: Fact, value: str) -> Fact:
    if not value:
        return Fact(state="blank", places=fact.places)
    return Fact(state="stated", value=value, raw=value, places=fact.places)
