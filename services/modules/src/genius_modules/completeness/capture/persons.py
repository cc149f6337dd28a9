# SPDX-License-Identifier: EUPL-1.2
"""The people of a form: a section each, the rows or columns of a table, or only the one who applies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from genius_modules.completeness.capture.cells import Cell, Labels
from genius_modules.completeness.capture.description import FormDescription, FormField, Measure
from genius_modules.completeness.capture.fields import fact_of, name_of
from genius_modules.completeness.capture.folded import fold
from genius_modules.completeness.capture.lines import Line, Text
from genius_modules.completeness.capture.person_tables import people_in_tables
from genius_modules.completeness.observed import BLANK, Fact, ObservedPerson, Place

_MOST = 30


@dataclass
class Section:
    """The lines of one person; `cells` instead where the person is a row or column of a table."""

    lines: list[Line] = field(default_factory=list)
    cells: dict[str, Cell] | None = None


class PersonReader:
    """Reads all people; `own` are the lines that belong to one of them, not to the household."""

    def __init__(self, text: Text, labels: Labels, form: FormDescription) -> None:
        self._text = text
        self._labels = labels
        self._form = form
        self._sections = self._by_heading() or self._by_table()
        self.own = frozenset(line.index for section in self._sections for line in section.lines)

    def read(self, household: Mapping[str, Fact]) -> tuple[ObservedPerson, ...]:
        """`household`: the facts that answer for everybody."""
        found = [self._person(section, household) for section in self._sections]
        applicant = self._applicant()
        if not any(_named(facts) for facts in found):
            found = [{**facts, **applicant} for facts in found[:1] or [self._person(Section(), household)]]
        elif found and applicant and not _named(found[0]):
            found[0] = {**found[0], **applicant}
        there = [facts for facts in found if _said(facts, self._form)]
        return tuple(ObservedPerson(id=f"p{n}", facts=facts) for n, facts in enumerate(there, 1))

    def _by_heading(self) -> list[Section]:
        starts = [line for line in self._text.lines if self._number(line) is not None]
        numbers = [self._number(line) for line in starts]
        if not starts or numbers[0] != 1:
            return []
        ends = {line.index for line in self._labels.lines_of(self._household_labels())}
        found = []
        for line in starts:
            section = Section([line])
            for other in self._text.lines[line.index + 1 :]:
                if other.index in ends or self._number(other) is not None:
                    break
                section.lines.append(other)
            found.append(section)
        return [section for section in found if len(section.lines) > 1]

    def _number(self, line: Line) -> int | None:
        """Which person a line begins, None where it begins none."""
        here = fold(line.text).text
        for number in range(1, _MOST):
            for heading in self._form.persons.headings:
                wanted = fold(heading.format(n=number)).text
                if here == wanted or (here.startswith(wanted) and self._headed(line.text, heading, number)):
                    return number
        return None

    @staticmethod
    def _headed(text: str, heading: str, number: int) -> bool:
        """Whether more follows a heading only in brackets, or behind a colon or dash."""
        pattern = re.escape(heading).replace(r"\{n\}", str(number))
        return bool(re.match(rf"\W*{pattern}\s*(?:[(:–-].*)?$", text, re.IGNORECASE))

    def _household_labels(self) -> set[str]:
        own = {label for item in self._form.persons.fields for label in item.all_labels}
        own |= {label for item in self._form.persons.measures for label in item.labels}
        return {label for item in self._form.fields for label in item.all_labels} - own

    def _by_table(self) -> list[Section]:
        known = [label for item in self._form.persons.fields for label in item.labels]
        known += [label for item in self._form.persons.measures for label in item.labels]
        return [Section(lines, cells) for lines, cells in people_in_tables(self._text, self._labels, known)]

    def _person(self, section: Section, household: Mapping[str, Fact]) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for item in self._form.persons.fields:
            self._add(facts, item, fact_of(self._text, item, self._cells(section, item.labels)))
        for measure in self._form.persons.measures:
            facts[measure.fact] = self._measured(measure, section, household)
        for group in self._form.persons.grouped:
            source = facts.get(group.source, BLANK)
            value = str(source.value or "").strip().lower()
            words = re.split(r"\s*(?:,|/|und|;)\s*", value)
            named = (name for name, members in group.groups.items() if any(w in _lower(members) for w in words))
            if source.state == "stated":
                facts[group.fact] = Fact(
                    state="stated", value=next(named, group.otherwise), raw=source.raw, places=source.places
                )
        return facts

    def _cells(self, section: Section, labels: Sequence[str]) -> list[Cell]:
        if section.cells is not None:
            return [section.cells[label] for label in labels if label in section.cells]
        return self._labels.cells(labels, section.lines)

    @staticmethod
    def _add(facts: dict[str, Fact], item: FormField, fact: Fact) -> None:
        """A fact, or the two of a name in one field; what is known stays."""
        if item.kind == "name":
            given, family = name_of(fact, item)
            pairs = [("vorname", given), ("nachname", family)]
        else:
            pairs = [(item.fact, fact)]
        for name, found in pairs:
            known = facts.get(name)
            if known is None or (known.state == "blank" and (found.state != "blank" or not known.places)):
                facts[name] = found

    def _measured(self, measure: Measure, section: Section, household: Mapping[str, Fact]) -> Fact:
        answer = household.get(measure.unless, BLANK)
        if answer.value is False:
            return Fact(state="stated", value=measure.otherwise, raw=answer.raw, places=answer.places)
        if answer.state != "stated":
            return Fact(state="blank", places=answer.places)
        cells = self._cells(section, measure.labels)
        cell = next((cell for cell in cells if cell.value), None)
        if cell is None:
            places = (Place(file=self._text.file, page=cells[0].line.page),) if cells else answer.places
            return Fact(state="stated", value=measure.otherwise, raw="", places=places)
        number = _number_for(measure, cell)
        value = measure.otherwise if number is None else number
        if measure.at_least is not None:
            value = number is not None and number >= measure.at_least
        return Fact(state="stated", value=value, raw=cell.value, places=(self._text.place(*cell.lines),))

    def _applicant(self) -> dict[str, Fact]:
        """What the form asks of the one who applies, outside of the sections of people."""
        lines = [line for line in self._text.lines if line.index not in self.own]
        facts: dict[str, Fact] = {}
        for item in self._form.persons.applicant:
            self._add(facts, item, fact_of(self._text, item, self._labels.cells(item.labels, lines)))
        return {name: fact for name, fact in facts.items() if fact.state != "blank"}


def _number_for(measure: Measure, cell: Cell) -> int | None:
    """The number behind one of the words; a number alone counts where the label asks for nothing else."""
    words = "|".join(re.escape(word) for word in sorted(measure.words, key=len, reverse=True))
    match = re.search(rf"(?:{words})\W{{0,3}}(?:von|:)?\s*(\d{{1,3}})(?!\d)", cell.value, re.IGNORECASE)
    if match is None and re.fullmatch(r"\d{1,3}\W*", cell.value) and "/" not in cell.label:
        match = re.match(r"(\d+)", cell.value)
    return int(match[1]) if match else None


def _named(facts: Mapping[str, Fact]) -> bool:
    return any(facts.get(part, BLANK).state == "stated" for part in ("vorname", "nachname"))


def _said(facts: Mapping[str, Fact], form: FormDescription) -> bool:
    """Whether anything at all stands in the section of a person."""
    derived = {item.fact for item in form.persons.measures} | {item.fact for item in form.persons.grouped}
    return any(fact.state != "blank" for name, fact in facts.items() if name not in derived)


def _lower(words: Sequence[str]) -> set[str]:
    return {word.lower() for word in words}
