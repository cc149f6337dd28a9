# SPDX-License-Identifier: EUPL-1.2
"""The values of a document that a rule may need: days, months, periods, years, amounts, bookings, people, address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from genius_modules.completeness.capture import values
from genius_modules.completeness.capture.address import address_in
from genius_modules.completeness.capture.cells import Labels
from genius_modules.completeness.capture.description import DocumentReading
from genius_modules.completeness.capture.folded import find_words
from genius_modules.completeness.capture.lines import Line, Row, Text
from genius_modules.completeness.capture.naming import BIRTH, FAMILY, GIVEN, TOGETHER, Named, names_in, people_in
from genius_modules.completeness.observed import Place

_SEMESTER = re.compile(r"(Winter|Sommer)semester\s+(20\d\d)", re.IGNORECASE)
_SCHOOL_YEAR = re.compile(r"Schuljahr\s+(20\d\d)\s*/\s*(?:20)?\d\d", re.IGNORECASE)
_CREDIT = re.compile(r"\b(?:gutschrift|erstattung|rückzahlung|eingang)\b|\d\s*H\b|\+\s?\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Read:
    values: dict[str, Any]
    names: tuple[Named, ...]
    places: tuple[Place, ...]


def read_document(text: Text, reading: DocumentReading, title: Line | None) -> Read:
    """What `reading` asks for. `places`: the title, then where each value stands, of months one for each page."""
    reader = _Reader(text, reading, title)
    names = people_in(text) if reading.people else ()
    if not names:
        names = names_in(text, reader.labels, reading.names)
    found = dict(reader.values())
    if reading.people and names:
        found["people"] = [name for name, _ in names]
    places = ([text.place(title)] if title else []) + reader.places
    return Read(found, names, tuple(dict.fromkeys(places)))


class _Reader:
    def __init__(self, text: Text, reading: DocumentReading, title: Line | None) -> None:
        self._text = text
        self._reading = reading
        self._title = title
        wanted = [reading.names, reading.issued, reading.period, reading.valid_until, reading.year, reading.amount]
        who = (BIRTH, FAMILY, GIVEN, TOGETHER)
        self.labels = Labels(text, [label for labels in (*wanted, reading.address, *who) for label in labels])
        self.places: list[Place] = []

    def values(self) -> Iterator[tuple[str, Any]]:
        reading = self._reading
        if reading.issued and (issued := self._day(reading.issued)):
            yield "issued", issued
        if reading.months:
            yield "months", self._months()
        if reading.period or reading.valid_until:
            yield from self._period()
        if (reading.year or reading.year_in_title) and (year := self._year()):
            yield "year", year
        if reading.amount and (cents := self._amount()) is not None:
            yield "rent_cent", cents
        if reading.booking and (booked := self._booking()):
            yield "rent_booking", booked
        if reading.address and (address := self._address()):
            yield "address", address

    def _day(self, labels: Sequence[str]) -> dt.date | None:
        """The first day behind one of the labels, those named first before others; with several it is the latest."""
        for label in labels:
            found = [
                (day, cell)
                for cell in self.labels.cells([label], self._text.lines)
                for day, _, _ in values.dates(cell.value)
            ]
            if found:
                day, cell = max(found, key=lambda item: item[0])
                self._note(*(cell.lines or (cell.line,)))
                return day
        return None

    def _months(self) -> list[str]:
        found: list[str] = []
        for page in self._text.pages:
            for row in (row for row in self._text.rows if row.page == page):
                said = values.months(row.text)
                if not said:
                    continue
                found += said
                self._note(*row.lines)
                if self._reading.months == "each":
                    break
        return sorted(set(found))

    def _period(self) -> Iterator[tuple[str, Any]]:
        until = self._day(self._reading.valid_until)
        whole = "\n".join(line.text for line in self._text.lines)
        if find_words(self._reading.unlimited, whole) and until is None:
            yield "unlimited", True
        if until is not None:
            yield "to", until
        elif found := self._stated_period() or next(iter(_named_periods(whole)), None):
            yield "from", found[0]
            yield "to", found[1]

    def _stated_period(self) -> tuple[dt.date, dt.date] | None:
        """The period behind a label; else the only one there is."""
        for cell in self.labels.cells(self._reading.period, self._text.lines):
            if found := values.periods(cell.value):
                self._note(*(cell.lines or (cell.line,)))
                return found[0]
        rows = [(row, found) for row in self._text.rows if (found := values.periods(row.text))]
        if len(rows) == 1 and self._reading.period:
            self._note(*rows[0][0].lines)
            return rows[0][1][0]
        return None

    def _year(self) -> int | None:
        if self._title is not None and self._reading.year_in_title and (year := values.year(self._title.text)):
            return year
        for cell in self.labels.cells(self._reading.year, self._text.lines):
            if year := values.year(cell.value):
                self._note(*(cell.lines or (cell.line,)))
                return year
        return None

    def _amount(self) -> int | None:
        for label in self._reading.amount:
            for cell in self.labels.cells([label], self._text.lines):
                if found := values.amounts(cell.value):
                    self._note(*(cell.lines or (cell.line,)))
                    return found[-1][0]
        return None

    def _booking(self) -> dt.date | None:
        """The latest day of a booking with one of the words that takes money away."""
        found: list[tuple[dt.date, tuple[Line, ...]]] = []
        for rows in _bookings(self._text.rows):
            said = " ".join(row.text for row in rows)
            amounts = values.amounts(said)
            if find_words(self._reading.booking, said) and amounts and not _CREDIT.search(said):
                found.append((values.dates(said)[0][0], tuple(line for row in rows for line in row.lines)))
        if not found:
            return None
        day, lines = max(found, key=lambda item: item[0])
        self._note(*lines)
        return day

    def _address(self) -> dict[str, str] | None:
        for cell in self.labels.cells(self._reading.address, self._text.lines):
            if found := address_in(cell.value):
                self._note(*(cell.lines or (cell.line,)))
                return found
        return None

    def _note(self, *lines: Line) -> None:
        self.places.append(self._text.place(*lines))


def _bookings(rows: Sequence[Row]) -> list[list[Row]]:
    """Each row that begins with a day, with the rows below it that do not."""
    found: list[list[Row]] = []
    for row in rows:
        days = values.dates(row.text)
        if days and days[0][1] <= 2:
            found.append([row])
        elif found and not days and len(found[-1]) < 4 and not re.search(r"\bsaldo\b", row.text, re.IGNORECASE):
            found[-1].append(row)
    return found


def _named_periods(text: str) -> Iterator[tuple[dt.date, dt.date]]:
    if match := _SEMESTER.search(text):
        year = int(match[2])
        if match[1].lower() == "winter":
            yield dt.date(year, 10, 1), dt.date(year + 1, 3, 31)
        else:
            yield dt.date(year, 4, 1), dt.date(year, 9, 30)
    if match := _SCHOOL_YEAR.search(text):
        yield dt.date(int(match[1]), 8, 1), dt.date(int(match[1]) + 1, 7, 31)
