# SPDX-License-Identifier: EUPL-1.2
"""Fields out of texts: every place that could be meant is looked at; what does not agree is no value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from genius_common.contracts.layout import LayoutField
from genius_common.text import Span
from genius_modules.extract.candidates import FOUND_ALONE, candidates
from genius_modules.extract.labels import EXACT, LEAST, Pair, is_generic, named_before, pairs, similarity
from genius_modules.extract.tables import Row, rows
from genius_modules.extract.values import read
from genius_modules.extract.wanted import Kind, Wanted

How = Literal["form", "label", "similar", "near", "column", "only", "model"]
# How sure a place is, the surest first.
_ORDER: tuple[How, ...] = ("form", "label", "similar", "near", "only")
State = Literal["found", "missing", "invalid", "ambiguous"]
_BEFORE = 80
# A sign that goes on behind what alone would be taken for one: "MU-XY 417 E", "44-11-902 388".
_SIGN = re.compile(r"(?=.*\d)(?:[A-ZÄÖÜ]{1,5}|[\w./-]*\d[\w./-]*)(?: (?:[A-ZÄÖÜ]{1,5}|[\w./-]*\d[\w./-]*)){0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value as it stands in text `part`; `span` is that of the value, `line` of what shows it with its label."""

    part: int
    span: Span
    line: Span
    raw: str
    how: How
    value: Any = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came out for one field, or for one cell of a row; `places` are those that speak for it, the surest first."""

    path: str
    field: Wanted
    state: State
    places: tuple[Place, ...] = ()


class Source:
    """One text with what was found in it; `fields` are those of a form that can be filled in."""

    def __init__(self, number: int, text: str, fields: Sequence[LayoutField] = ()) -> None:
        self.number = number
        self.text = text
        self.fields = fields
        self._kinds: dict[Kind, list[Span]] = {}

    @cached_property
    def pairs(self) -> list[Pair]:
        return pairs(self.text)

    def of_kind(self, kind: Kind) -> list[Span]:
        if kind not in self._kinds:
            self._kinds[kind] = candidates(kind, self.text)
        return self._kinds[kind]


def answer(fields: Sequence[Wanted], sources: Sequence[Source]) -> list[Answer]:
    """An answer for each field, in order; a list has one for each of its values."""
    answers: list[Answer] = []
    for field in fields:
        path = f"/{field.name.replace('~', '~0').replace('/', '~1')}"
        if field.columns:
            answers += _table(field, path, sources)
        elif field.many:
            answers += _many(field, path, list(_places(field, fields, sources)))
        else:
            answers.append(_one(field, path, list(_places(field, fields, sources))))
    return answers


def _one(field: Wanted, path: str, places: list[Place]) -> Answer:
    if not places:
        return Answer(path=path, field=field, state="missing")
    best = min(_ORDER.index(place.how) for place in places)
    chosen = [place for place in places if _ORDER.index(place.how) == best]
    values = {repr(place.value) for place in chosen}
    if len(values) > 1:
        return Answer(path=path, field=field, state="ambiguous", places=tuple(chosen))
    state: State = "found" if chosen[0].value is not None else "invalid"
    return Answer(path=path, field=field, state=state, places=tuple(chosen))


def _many(field: Wanted, path: str, places: list[Place]) -> list[Answer]:
    """Each value once, at its first and surest place."""
    seen: dict[str, list[Place]] = {}
    for place in sorted(places, key=lambda one: (one.part, one.span)):
        seen.setdefault(repr(place.value) if place.value is not None else place.raw, []).append(place)
    if not seen:
        return [Answer(path=path, field=field, state="missing")]
    return [
        Answer(
            path=f"{path}/{at}",
            field=field,
            state="found" if same[0].value is not None else "invalid",
            places=tuple(same),
        )
        for at, same in enumerate(seen.values())
    ]


def _table(field: Wanted, path: str, sources: Sequence[Source]) -> list[Answer]:
    found = [(source, row) for source in sources for row in rows(source.text, field.columns)]
    if not found:
        return [Answer(path=path, field=field, state="missing")]
    return [
        _cell(column, f"{path}/{at}/{column.name.replace('~', '~0').replace('/', '~1')}", source, row)
        for at, (source, row) in enumerate(found)
        for column in field.columns
    ]


def _cell(column: Wanted, path: str, source: Source, row: Row) -> Answer:
    span = row.cells.get(column.name)
    if span is None or not span.of(source.text):
        return Answer(path=path, field=column, state="missing")
    place = _place(column, source, span, row.line, "column")
    return Answer(path=path, field=column, state="found" if place.value is not None else "invalid", places=(place,))


def _place(field: Wanted, source: Source, span: Span, line: Span, how: How) -> Place:
    raw = span.of(source.text)
    result = read(field, raw)
    return Place(part=source.number, span=span, line=line, raw=raw, how=how, value=result.value, why=result.why)


def _places(field: Wanted, fields: Sequence[Wanted], sources: Sequence[Source]) -> Iterator[Place]:
    """Everything in the texts that could be meant, each with how it was told."""
    for source in sources:
        labelled = [*_of_form(field, source), *_labelled(field, fields, source)]
        yield from labelled
        taken = {place.span.start for place in labelled}
        yield from (place for place in _unlabelled(field, fields, source) if place.span.start not in taken)


def _of_form(field: Wanted, source: Source) -> Iterator[Place]:
    """Fillable fields: their own name or tooltip is the label, and the value stands in the text."""
    for one in source.fields:
        fit = max(similarity(field, one.label), similarity(field, one.name.replace("_", " ").replace(".", " ")))
        value = ("ja" if one.checked else "nein") if one.checked is not None and field.kind == "boolean" else one.value
        start = source.text.find(one.value) if one.value else -1
        if fit < EXACT or not value.strip():
            continue
        result = read(field, value)
        span = Span(start, start + len(one.value)) if start >= 0 else Span(0, 0)
        yield Place(part=source.number, span=span, line=span, raw=value, how="form", value=result.value, why=result.why)


def _labelled(field: Wanted, fields: Sequence[Wanted], source: Source) -> Iterator[Place]:
    for pair in source.pairs:
        fit = similarity(field, pair.label)
        rivals = [similarity(other, pair.label) for other in fields if other is not field]
        if fit < LEAST or fit < max(rivals, default=0.0) or not pair.value.of(source.text).strip():
            continue
        if _of_other_kind(field, source, pair):
            continue
        how: How = "label" if fit >= EXACT else "similar"
        yield _place(field, source, _inside(field, source, pair), pair.line, how)


_TOLD_APART: tuple[Kind, ...] = ("date", "amount", "iban", "email")


def _of_other_kind(field: Wanted, source: Source, pair: Pair) -> bool:
    """Whether all that stands beside the label is a value of another kind: an amount for `Zahlen bis (Datum)`."""
    others = [kind for kind in _TOLD_APART if kind != field.kind] if field.kind in _TOLD_APART else []
    return any(pair.value == span for kind in others for span in source.of_kind(kind))


def _inside(field: Wanted, source: Source, pair: Pair) -> Span:
    """The value of the field's kind in what stands beside the label, where there is exactly one: `12.3.2026, Köln`."""
    if field.kind in FOUND_ALONE:
        # An address may go on below its line.
        reach = pair.value.end + (80 if field.kind == "address" else 0)
        found = [span for span in source.of_kind(field.kind) if pair.value.start <= span.start < pair.value.end]
        found = [span for span in found if span.end <= reach]
        if len(found) == 1:
            whole = field.kind == "file_number" and _SIGN.fullmatch(pair.value.of(source.text))
            return pair.value if whole else found[0]
    return pair.value


def _unlabelled(field: Wanted, fields: Sequence[Wanted], source: Source) -> Iterator[Place]:
    """Values of the field's kind in running text: named by the words before them, or the only ones of their kind."""
    spans = source.of_kind(field.kind)
    claimed = {
        _inside(other, source, pair).start
        for pair in source.pairs
        for other in fields
        if other is not field and similarity(other, pair.label) >= LEAST
    }
    alone = field.many or is_generic(field)
    before = 0
    for span in spans:
        start = max(before, span.start - _BEFORE, source.text.rfind("\n", 0, span.start) + 1)
        before = span.end
        if span.start in claimed and not field.many:
            continue
        line = Span(source.text.rfind("\n", 0, span.start) + 1, _line_end(source.text, span.end))
        how: How = "near" if named_before(field, source.text[start : span.start]) else "only"
        # A letter with one date does not say a date of birth.
        if how == "near" or alone:
            yield _place(field, source, span, line, how)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
