# SPDX-License-Identifier: EUPL-1.2
"""Labels and what belongs to them: behind the label, in the next cell, to the right, or below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from genius_modules.completeness.capture.folded import Found, begins_misread, find_words, fold
from genius_modules.completeness.capture.lines import Line, Text
from genius_modules.completeness.capture.marks import has_signs

_LEADING = re.compile(r"^[\s:|?.…_–—)*]+|^-\s+|^/\S*\s*:?")
_TRAILING = re.compile(r"[\s:|_…]+$|\.{3,}$")
_HINT = re.compile(r"^\s*\([^)]*\)\s*")
_UNCLOSED = re.compile(r"^\s*\([^)]*$")
_LONGEST_SENTENCE = 110
_LEAST_BEGINNING = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` and the lines that it stands in; empty where there is only the label in `line`. `inline`: in its line."""

    label: str
    line: Line
    value: str
    lines: tuple[Line, ...]
    inline: bool


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A label in `line`, which goes on to the end of `last` where it takes several lines."""

    label: str
    line: Line
    start: int
    end: int
    last: Line


class Labels:
    """All labels of a form, found once in the lines of a text; in one of `answers` their words are none."""

    def __init__(self, text: Text, labels: Iterable[str], answers: Iterable[str] = ()) -> None:
        self._text = text
        self._answers = tuple(set(answers))
        self._labels = sorted(set(labels), key=lambda label: -len(fold(label).text))
        self._taken: dict[int, int] = {}
        """Lines that are the end of a label, and up to where."""
        self._by_line: dict[int, list[_Labelled]] = {}
        for line in text.lines:
            if line.index not in self._taken:
                self._by_line[line.index] = self._in(line)
        self._below = self._values_stand_below()

    def begins_with_label(self, line: Line) -> bool:
        if line.index in self._taken:
            return True
        return any(found.start <= 3 for found in self._by_line.get(line.index, ()))

    def cells(self, labels: Sequence[str], within: Sequence[Line]) -> list[Cell]:
        """The cells of these labels in the lines `within`, first those of the labels named first."""
        rank = {label: at for at, label in enumerate(labels)}
        found = [item for line in within for item in self._by_line.get(line.index, ()) if item.label in rank]
        return [self._cell(item) for item in sorted(found, key=lambda item: rank[item.label])]

    def lines_of(self, labels: Iterable[str]) -> list[Line]:
        """The lines that have one of these labels, in their order."""
        wanted = set(labels)
        return [line for line in self._text.lines if any(f.label in wanted for f in self._by_line.get(line.index, ()))]

    def _in(self, line: Line) -> list[_Labelled]:
        found = [item for item in find_words(self._labels, line.text) if self._is_label(line, item)]
        if line.scanned and not any(item.start <= 2 for item in found):
            misread = begins_misread(self._labels, line.text)
            found = [misread, *(item for item in found if item.start >= misread.end)] if misread else found
        kept = [_Labelled(item.wanted, line, item.start, item.end, line) for item in found]
        if (begun := self._begun(line, kept)) is not None:
            kept = [item for item in kept if item.end <= begun.start] + [begun]
        return kept

    def _is_label(self, line: Line, item: Found) -> bool:
        before = line.text[: item.start].strip(" \t‚,'.·•*-–")
        after = line.text[item.end : item.end + 2].strip()
        if not before or after.startswith(":") or before.endswith(("|", ":")):
            return True
        answers = find_words(self._answers, line.text)
        if any(
            a.start <= item.start and item.end <= a.end and a.end - a.start > item.end - item.start for a in answers
        ):
            return False
        if len(line.text) > _LONGEST_SENTENCE or line.text[item.start].islower():
            return False
        # Behind another label in its line, or a number or letter that counts ("3. Vorname", "a) Ort").
        return bool(re.fullmatch(r"\(?\w{1,3}(?:\.\d{1,2}){0,3}[.)]?", before)) or bool(
            find_words(self._labels, before)
        )

    def _begun(self, line: Line, kept: Sequence[_Labelled]) -> _Labelled | None:
        """A label that begins in this line and ends in the next ones of its column."""
        here = fold(line.text)
        after = self._text.continues(line)
        if after is None:
            return None
        there = fold(after.text)
        for label in self._labels:
            whole = fold(label).text
            for start in dict.fromkeys([0, *(here.text.rfind(whole[:_LEAST_BEGINNING]),)]):
                tail = here.text[start:] if start >= 0 else ""
                if len(tail) < min(_LEAST_BEGINNING, len(whole)) or not whole.startswith(tail) or tail == whole:
                    continue
                rest = whole[len(tail) :]
                if not there.text.startswith(rest):
                    continue
                if any(item.start == here.at[start] and len(fold(item.label).text) >= len(whole) for item in kept):
                    continue
                self._taken[after.index] = there.at[len(rest) - 1] + 1
                return _Labelled(label, line, here.at[start], len(line.text), after)
        return None

    def _cell(self, item: _Labelled) -> Cell:
        rest, last = self._rest(item)
        beside = [
            line
            for line in self._text.right_of(item.line, last)
            if not self.begins_with_label(line) and not self._another_between(item, line)
        ]
        parts = [_clean(rest), *(line.text for line in beside)]
        value = " ".join(part for part in parts if part)
        inline = bool(_clean(rest))
        lines = ((last if last.index in self._taken and rest else item.line,) if inline else ()) + tuple(beside)
        if not value and self._below and (under := self._under(last)) is not None:
            return Cell(item.label, item.line, _clean(under.text), (under,), inline=False)
        return Cell(item.label, item.line, value, lines, inline)

    def _another_between(self, item: _Labelled, line: Line) -> bool:
        """Whether another label stands between a label and a line to its right."""
        if item.line.box is None or line.box is None:
            return False
        left, right = item.line.box[0], line.box[0]
        beside = self._text.right_of(item.line, item.last)
        return any(self.begins_with_label(o) and o.box is not None and left < o.box[0] < right for o in beside)

    def _rest(self, item: _Labelled) -> tuple[str, Line]:
        """What stands behind the label in its line, up to the next label, and the label's last line."""
        line, last = item.line, item.last
        if last is not line:
            return last.text[self._taken[last.index] :], last
        others = [other.start for other in self._by_line.get(line.index, ()) if other.start >= item.end]
        others += [found.start for found in self._later(line, item.end)]
        rest = line.text[item.end : min(others, default=len(line.text))]
        rest = re.sub(r"^/?(?:in|r|n|en|innen)\b", "", rest) if not rest.startswith(" ") else rest
        if _UNCLOSED.match(rest) and (after := self._text.continues(line)) is not None and ")" in after.text:
            self._taken.setdefault(after.index, after.text.index(")") + 1)
            behind = after.text[after.text.index(")") + 1 :]
            return (behind, after) if _clean(behind) else (line.text[self._label_reaches(item) :], line)
        if (hint := _HINT.match(rest)) and not has_signs(hint[0]):
            rest = rest[hint.end() :]
        if not _clean(rest) or "?" in rest:
            return rest.rpartition("?")[2], last
        return rest, last

    def _label_reaches(self, item: _Labelled) -> int:
        """Up to where a label in two lines reaches in its first, if its value stands behind that; else its end."""
        here = fold(item.line.text[item.start :])
        reach = 0
        for label in self._labels:
            whole = fold(label).text
            common = next((n for n, (a, b) in enumerate(zip(whole, here.text, strict=False)) if a != b), len(whole))
            reach = max(reach, min(common, len(here.text)))
        return item.start + (here.at[reach] if reach < len(here.at) else len(item.line.text))

    def _later(self, line: Line, start: int) -> list[Found]:
        return [f for f in find_words(self._labels, line.text) if f.start >= start and self._is_label(line, f)]

    def _under(self, line: Line) -> Line | None:
        below = self._text.below(line)
        return None if below is None or below.heading or self.begins_with_label(below) else below

    def _values_stand_below(self) -> bool:
        """Whether this form has its values under their labels: more of them than beside."""
        self._below = False
        alone = beside = 0
        for found in self._by_line.values():
            for item in found[:1]:
                cell = self._cell(item)
                beside += bool(cell.value)
                alone += not cell.value and self._under(cell.line) is not None
        return alone > beside


def _clean(text: str) -> str:
    cleaned = text
    while (shorter := _TRAILING.sub("", _LEADING.sub("", cleaned))) != cleaned:
        cleaned = shorter
    return cleaned.strip()
