# SPDX-License-Identifier: EUPL-1.2
"""The result of extract: values in the form of the schema, and for each where it stands and how it was told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from genius_common.contracts.layout import BoxOfPage, DocumentLayout
from genius_common.contracts.modules import Mode
from genius_common.contracts.retrieval import Citation
from genius_common.text import Span, split_sentences
from genius_modules.base import TextSpan
from genius_modules.extract.reading import Answer, How, Place, State
from genius_modules.summarise.source import Part, SourceSentence, cite

_MOST_QUOTED = 400
_REASONS: dict[State, str] = {
    "found": "",
    "missing": "Dazu steht nichts im Text, was sich sicher erkennen lässt.",
    "ambiguous": "Im Text stehen verschiedene Angaben dazu. Bitte wählen Sie aus.",
    "invalid": "",
}


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FoundAt(_Closed):
    """A place: characters of the pasted text, or of a file's canonical text; `box` in PDF points from below."""

    raw: str
    value: Any = None
    file: UUID | None = None
    page: int | None = None
    char_from: int
    char_to: int
    box: BoxOfPage | None = None
    citation: int = Field(ge=1)


class ExtractedField(_Closed):
    """`value` is null unless `state` is found; `raw` is what stands there.

    `how` says why it is taken for this field, the surest first: form (a form's own field), label, similar (a label like
    it), near (the words before it), column, only (the one of its kind), model (suggested, and stands verbatim there).
    """

    path: str
    label: str
    state: State
    value: Any = None
    raw: str | None = None
    how: How | None = None
    required: bool = False
    reason: str = ""
    places: list[FoundAt] = []


class ExtractResult(_Closed):
    """`values` has the form of the schema, null where nothing is sure. Paths are JSON pointers into it."""

    values: dict[str, Any]
    fields: list[ExtractedField]
    citations: list[Citation | TextSpan] = []
    mode: Mode
    model: str | None = None


class Cited:
    """Places as citations, each line once."""

    def __init__(self, parts: Sequence[Part], layouts: Sequence[DocumentLayout | None]) -> None:
        self._parts = parts
        self._layouts = layouts
        self._numbers: dict[tuple[int, Span], int] = {}
        self.citations: list[Citation | TextSpan] = []

    def at(self, place: Place) -> FoundAt:
        part = self._parts[place.part]
        key = (place.part, place.span)
        if key not in self._numbers:
            self._numbers[key] = len(self.citations) + 1
            self.citations.append(cite(self._sentence(part, place), len(self.citations) + 1))
        citation = self.citations[self._numbers[key] - 1]
        return FoundAt(
            raw=place.raw,
            value=place.value,
            file=part.state.id if part.state else None,
            page=citation.passages[0].page,
            char_from=place.span.start,
            char_to=place.span.end,
            box=self._box(place, citation.passages[0].page),
            citation=self._numbers[key],
        )

    @staticmethod
    def _sentence(part: Part, place: Place) -> SourceSentence:
        line = place.line if place.line.end - place.line.start <= _MOST_QUOTED else place.span
        # What stands around it, as a reader of the source wants it.
        around = split_sentences(part.text[max(0, line.start - 300) : line.end + 300])
        offset = max(0, line.start - 300)
        context = Span(
            min([line.start, *(offset + span.start for span in around)]),
            max([line.end, *(offset + span.end for span in around)]),
        )
        return SourceSentence(part, place.span, context, frozenset())

    def _box(self, place: Place, page: int | None) -> BoxOfPage | None:
        """The line's box, where the file has pages and exactly one line of this page shows the value."""
        layout = self._layouts[place.part]
        if layout is None or page is None or not place.raw.strip():
            return None
        found = [line.box for line in layout.lines if line.page == page and line.box and place.raw in line.text]
        return found[0] if len(found) == 1 else None


def fields_of(answers: Sequence[Answer], cited: Cited) -> list[ExtractedField]:
    return [_field(answer, cited) for answer in answers]


def _field(answer: Answer, cited: Cited) -> ExtractedField:
    first = answer.places[0] if answer.places else None
    reason = _REASONS[answer.state] or (first.why if first else "")
    if answer.state == "found" and first and first.how == "model":
        reason = "Vorschlag des Sprachmodells. Die Angabe steht wörtlich im Text, bitte prüfen."
    single = answer.state in ("found", "invalid")
    return ExtractedField(
        path=answer.path,
        label=answer.field.label,
        state=answer.state,
        value=first.value if first and answer.state == "found" else None,
        raw=first.raw if first and single else None,
        how=first.how if first else None,
        required=answer.field.required,
        reason=reason,
        places=[cited.at(place) for place in answer.places],
    )


def values_of(answers: Sequence[Answer]) -> dict[str, Any]:
    """The values in the form of the schema."""
    values: dict[str, Any] = {}
    for answer in answers:
        name, *rest = (step.replace("~1", "/").replace("~0", "~") for step in answer.path.split("/")[1:])
        value = answer.places[0].value if answer.state == "found" else None
        if not rest:
            values[name] = [] if answer.field.many else value
            continue
        rows = values.setdefault(name, [])
        if len(rest) == 1:
            rows.append(value)
        else:
            at = int(rest[0])
            if at == len(rows):
                rows.append({})
            rows[at][rest[1]] = value
    return values
