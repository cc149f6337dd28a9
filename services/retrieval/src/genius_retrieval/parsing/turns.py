# SPDX-License-Identifier: EUPL-1.2
"""Who wrote which part of a mail: quoted and forwarded messages are told apart by the lines that introduce them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

QUOTED = "Zitierte Nachricht"
_QUOTE = re.compile(r"((?:>[ \t]?){1,20})(.*)", re.DOTALL)
_RULE = re.compile(
    r"\s*-{2,20}\s*(?:(?:ursprüngliche|weitergeleitete|original(?:e)?)[ -]?nachricht|original message|"
    r"forwarded message|anfang der weitergeleiteten nachricht)\s*-{0,20}:?\s*",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"Am (?P<when>.{4,150}?),? schrieb (?P<who>.{1,200}):|(?P<who_first>.{1,200}) schrieb am (?P<on>.{4,150}):"
)
_WROTE_EN = re.compile(r"On (?P<when>.{4,150}(?:\d:\d\d(?: ?[AP]M)?|\d{4})),? (?P<who>.{1,200}) wrote:")
_FROM = re.compile(r"\s*\*?(?:Von|From):\*?\s*(?P<who>\S.{0,300})")
_SENT = re.compile(r"\s*\*?(?:Gesendet|Sent|Datum|Date):\*?\s*(?P<when>\S.{0,100})")
_NAMED = re.compile(r"\s*[\"']?([^\"'<\[]{1,200}?)[\"']?\s*[<\[]")
_HEAD_LINES, _LONGEST = 8, 500


class _Line(NamedTuple):
    depth: int
    text: str
    raw: str


class _Intro(NamedTuple):
    label: str
    lines: int


def label(who: str, when: str) -> str:
    """The name of a turn ("Nachricht von Erika Muster am 12.03.2026"); an address only where no name is."""
    named = _NAMED.match(who)
    name = (named[1] if named else who).strip(" *<>[]\"'")
    return QUOTED if not name else f"Nachricht von {name}" + (f" am {when.strip(' *')}" if when.strip(" *") else "")


class Turns:
    """`own` names the message itself. `split` may be called for one piece of its text after the other."""

    def __init__(self, own: str) -> None:
        self._labels = {0: own}

    def split(self, text: str) -> list[tuple[str, str]]:
        """Label and text of each turn in order: every line in one, without the marks of introduced quotations."""
        lines = _lines(text)
        found: list[tuple[str, list[str]]] = []
        current, until = self._labels[0], 0
        for index, line in enumerate(lines):
            if index >= until:
                if intro := _intro(lines, index):
                    current, until = intro.label, index + intro.lines
                    self._enter(intro.label, max(line.depth, _depth(lines, until)))
                elif line.text.strip():
                    current = self._labels.get(line.depth, QUOTED)
            if not found or found[-1][0] != current:
                found.append((current, []))
            # A ">" that nobody introduced may be a sign of the author ("> 5 Jahre") and stays.
            found[-1][1].append(line.text if line.depth in self._labels else line.raw)
        return [(name, "\n".join(texts)) for name, texts in found]

    def _enter(self, name: str, depth: int) -> None:
        self._labels = {**{level: known for level, known in self._labels.items() if level < depth}, depth: name}


def _lines(text: str) -> list[_Line]:
    """Lines with the depth of their quotation; a single ">" amid other lines is a sign like any other ("> 5 Jahre")."""
    raw = text.split("\n")
    marks = [_QUOTE.match(line) for line in raw]
    found: list[_Line] = []
    for index, (line, mark) in enumerate(zip(raw, marks, strict=True)):
        beside = marks[max(index - 1, 0) : index] + marks[index + 1 : index + 2]
        introduced = index > 0 and raw[index - 1].rstrip().endswith(":")
        if mark and (any(beside) or introduced):
            found.append(_Line(mark[1].count(">"), mark[2], line))
        else:
            found.append(_Line(0, line, line))
    return found


def _depth(lines: Sequence[_Line], start: int) -> int:
    return next((line.depth for line in lines[start : start + 3] if line.text.strip()), 0)


def _intro(lines: Sequence[_Line], index: int) -> _Intro | None:
    """What begins a message at this line, with the number of lines that it takes."""
    line = lines[index]
    if len(line.text) > _LONGEST or not line.text.strip():
        return None
    if _RULE.fullmatch(line.text):
        for offset in (1, 2):
            if index + offset < len(lines) and (head := _head(lines, index + offset)):
                return _Intro(head.label, head.lines + offset)
        return _Intro(QUOTED, 1)
    return _head(lines, index) or _wrote(lines, index)


def _wrote(lines: Sequence[_Line], index: int) -> _Intro | None:
    """A line like "Am … schrieb …:", which mail programs break into two lines."""
    line = lines[index]
    text = line.text.strip()
    after = lines[index + 1] if index + 1 < len(lines) else None
    if not text.endswith(":") and after and after.depth == line.depth and len(after.text) < _LONGEST:
        if not text.startswith(("Am ", "On ")):
            return None
        text, taken = f"{text} {after.text.strip()}", 2
    else:
        taken = 1
    if found := _WROTE.fullmatch(text):
        return _Intro(label(found["who"] or found["who_first"], found["when"] or found["on"]), taken)
    found = _WROTE_EN.fullmatch(text)
    return _Intro(label(found["who"], found["when"]), taken) if found else None


def _head(lines: Sequence[_Line], index: int) -> _Intro | None:
    """Fields ("Von: … Gesendet: …") as one block of lines."""
    first = _FROM.fullmatch(lines[index].text)
    if not first:
        return None
    for offset, line in enumerate(lines[index + 1 : index + _HEAD_LINES], 1):
        if line.depth != lines[index].depth or not line.text.strip():
            return None
        if sent := _SENT.fullmatch(line.text):
            return _Intro(label(first["who"], sent["when"]), offset + 1)
    return None
