# SPDX-License-Identifier: EUPL-1.2
"""Pages that are pictures, inside of a parser: asked for in a first pass, filled in and accounted for in a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from genius_retrieval.parsing.builder import DocumentBuilder, Line
from genius_retrieval.parsing.errors import Refused, Scanned
from genius_retrieval.parsing.layout import Styled
from genius_retrieval.parsing.page_lists import with_pages
from genius_retrieval.parsing.plain import is_paragraph_heading

POOR = 85.0
"""Mean confidence of a page's letters below which a person should look: about every tenth word is wrong there, and
clean scans have 93 and more (docs/benchmarks/ocr.md)."""


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """`begins`: the first of its paragraph; `box`: left, bottom, right and top in points of the page."""

    begins: bool
    size: float
    box: tuple[float, float, float, float]
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was recognised on one page; `confidence` 0 to 100."""

    confidence: float
    lines: tuple[RecognisedLine, ...]

    def as_json(self) -> dict[str, Any]:
        return {"confidence": self.confidence, "lines": [[n.begins, n.size, *n.box, n.text] for n in self.lines]}

    @classmethod
    def of_json(cls, raw: dict[str, Any]) -> Reading:
        lines = tuple(
            RecognisedLine(bool(begins), float(size), (float(x0), float(y0), float(x1), float(y1)), str(text))
            for begins, size, x0, y0, x1, y1, text in raw["lines"]
        )
        return cls(float(raw["confidence"]), lines)


class Scans:
    """`given`: None in the first pass, then `{"installed": bool, "pages": {number: reading or None}}`."""

    def __init__(self, given: dict[str, Any] | None) -> None:
        self._given = given
        self._wanted: list[int] = []
        self._read: list[int] = []
        self._poor: list[int] = []
        self._failed: list[int] = []
        self._bare: list[int] = []

    def bare(self, number: int) -> None:
        """Page `number` has no text that can be had."""
        self._bare.append(number)

    def read(self, number: int, letters: int) -> list[list[Styled]] | None:
        """The paragraphs recognised on page `number`; None if that is no more than the `letters` it has anyway."""
        self._wanted.append(number)
        if self._given is None or not self._given["installed"]:
            return None
        raw = self._given["pages"].get(str(number))
        if raw is None:
            self._failed.append(number)
            return None
        reading = Reading.of_json(raw)
        if sum(_letters(line.text) for line in reading.lines) <= letters:
            if not letters:
                self._bare.append(number)
            return None
        self._read.append(number)
        if reading.confidence < POOR:
            self._poor.append(number)
        return _paragraphs(number, reading.lines)

    def ask(self) -> None:
        """Raises: Scanned in the first pass, where there are such pages."""
        if self._wanted and self._given is None:
            raise Scanned(self._wanted)

    def finish(self, builder: DocumentBuilder) -> None:
        """Say what was read how. Raises: Refused where there is no text for a reason."""
        missing = self._wanted if self._given and not self._given["installed"] else []
        if builder.empty and self._wanted:
            raise Refused("ocr_missing" if missing else "too_complex" if self._failed else "no_text")
        for code, pages in (
            ("ocr", self._read),
            ("ocr_poor", self._poor),
            ("ocr_failed", self._failed),
            ("ocr_missing", missing),
            ("pages_without_text", self._bare),
        ):
            if pages:
                builder.warn(with_pages(code, pages))


def letters_of(lines: Sequence[Styled]) -> int:
    return sum(_letters(styled.line.text) for styled in lines)


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _paragraphs(number: int, lines: Sequence[RecognisedLine]) -> list[list[Styled]]:
    groups: list[list[Styled]] = []
    for line in lines:
        styled = Styled(Line(line.text, number, *line.box), line.size, bold=False)
        # A heading in one paragraph with its text is common in recognised pages.
        last = groups[-1] if groups else ()
        apart = is_paragraph_heading(line.text) or (len(last) == 1 and is_paragraph_heading(last[0].line.text))
        if not groups or line.begins or apart:
            groups.append([styled])
        else:
            groups[-1].append(styled)
    return groups
