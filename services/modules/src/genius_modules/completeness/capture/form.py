# SPDX-License-Identifier: EUPL-1.2
"""The facts of an application form: of the household and of its people, as its description says they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from genius_modules.completeness.capture.address import address_of
from genius_modules.completeness.capture.cells import Labels
from genius_modules.completeness.capture.description import FormDescription, FormField
from genius_modules.completeness.capture.fields import fact_of
from genius_modules.completeness.capture.folded import find_words
from genius_modules.completeness.capture.lines import Line, Text
from genius_modules.completeness.capture.marks import has_signs, read_marks
from genius_modules.completeness.capture.persons import PersonReader
from genius_modules.completeness.capture.signature import signature_of
from genius_modules.completeness.observed import Fact, ObservedPerson, Place

_TITLE_LINES = 5


def labels_of(form: FormDescription) -> set[str]:
    """Every label that the form may have."""
    fields = [form.received, *form.fields, *form.persons.fields, *form.persons.applicant]
    known = {label for field in fields for label in field.all_labels}
    known |= {label for measure in form.persons.measures for label in measure.labels}
    return known | set(form.other_labels)


def read_form(text: Text, form: FormDescription) -> tuple[dict[str, Fact], tuple[ObservedPerson, ...]]:
    """Facts of the household by their names, and the people in the order of the form."""
    asked = [*form.fields, *form.persons.fields]
    answers = (word for field in asked for words in field.choices.values() for word in words)
    labels = Labels(text, labels_of(form), answers)
    people = PersonReader(text, labels, form)
    lines = [line for line in text.lines if line.index not in people.own]
    facts = {field.fact: _fact(text, labels, field, lines) for field in (form.received, *form.fields)}
    return facts, people.read(facts)


def _fact(text: Text, labels: Labels, field: FormField, lines: list[Line]) -> Fact:
    if field.kind == "signature":
        return signature_of(text, labels, field.labels)
    if field.kind == "address":
        part = FormField(fact=field.fact, kind="text")
        found = {name: labels.cells(wanted, lines) for name, wanted in field.parts.items()}
        known: dict[str, Fact] = {name: fact_of(text, part, cells) for name, cells in found.items() if cells}
        return address_of(known, scanned=bool(text.scanned_pages))
    cells = labels.cells(field.labels, lines)
    fact = fact_of(text, field, cells)
    if fact.state == "blank" and field.kind == "choice":
        fact = next(_ticked(text, field, lines), None) or next(_titled(text, field), fact)
    if fact.state == "blank" and not cells and text.scanned_pages:
        # Nobody can say that nothing stands there where the question itself was not recognised.
        return Fact(state="invalid")
    return fact


def _titled(text: Text, field: FormField) -> Iterator[Fact]:
    """What the form's title says: an "Antrag auf Mietzuschuss" is one, where no box says otherwise."""
    for line in text.lines[:_TITLE_LINES]:
        marked = read_marks(line.text, field.choices)
        if marked.state == "stated" and len(marked.chosen) == 1 and not has_signs(line.text) and line.heading:
            yield Fact(state="stated", value=marked.chosen[0], raw=marked.quote, places=(text.place(line),))


def _ticked(text: Text, field: FormField, lines: list[Line]) -> Iterator[Fact]:
    """Boxes whose words name the field themselves, whatever stands above them."""
    words = [word for options in field.options.values() for word in options]
    for line in lines:
        if has_signs(line.text) and find_words(words, line.text):
            marked = read_marks(line.text, field.choices, typed=False)
            if marked.state == "stated" and len(marked.chosen) == 1:
                place = Place(file=text.file, page=line.page, quote=marked.quote)
                yield Fact(state="stated", value=marked.chosen[0], raw=marked.quote, places=(place,))
