# SPDX-License-Identifier: EUPL-1.2
"""What kind of document it is: the words of its title decide, other words support, the file's name proves nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from genius_modules.completeness.capture.description import FormDescription
from genius_modules.completeness.capture.folded import Found, begins_misread, find_words, fold
from genius_modules.completeness.capture.lines import Line, Text

_TITLE_LINES = 12
_LONGEST_TITLE, _SHORT = 90, 60
_UPPER_HALF = 0.45
_ANY_DIGITS = re.compile(r"20\.\.")


class DocumentType(Protocol):
    """A document type of a rule set."""

    @property
    def id(self) -> str: ...
    @property
    def strong(self) -> Sequence[str]: ...
    @property
    def weak(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Title:
    """The type that a title names, and the line it stands in."""

    type: str
    line: Line


class Classifier:
    """`types` of the rule set; what wins over what, and what is only a last resort, says the description."""

    def __init__(self, types: Sequence[DocumentType], description: FormDescription) -> None:
        self._types = {item.id: item for item in types}
        self._readings = description.documents
        last = {name for name, reading in self._readings.items() if reading.only_if_nothing_else}
        self._last_resorts = [item for item in types if item.id in last]
        self._strong = {word: item.id for item in types if item.id not in last for word in item.strong}

    def title(self, text: Text) -> Title | None:
        """What the title area of (a page of) a document names; of several the one that stands most like a title."""
        area = _title_area(text)
        found = [
            (self._rank(at, line, hit, area), Title(self._strong[hit], line))
            for at, line in enumerate(area)
            for hit in self._hits(line)
            if not _goes_on(text.lines, line)
        ]
        if not found:
            return None
        best = max(found, key=lambda item: item[0])[1]
        return Title(self._winner(best.type, area), best.line)

    def letter(self, text: Text) -> str | None:
        """The type of what is only a letter around other documents, where its words say that."""
        whole = "\n".join(line.text for line in text.lines)
        return next((t.id for t in self._last_resorts if find_words(t.strong, whole)), None)

    def hint(self, file: str) -> str | None:
        """The type that a file's name suggests."""
        name = fold(file.rpartition("#")[2].rpartition(".")[0]).text
        words = [(fold(word).text, item.id) for item in self._types.values() for word in (*item.strong, item.id)]
        fitting = [(len(word), kind) for word, kind in words if len(word) > 5 and word in name]
        if fitting:
            return max(fitting)[1]
        parts = [fold(part).text for part in re.split(r"[\W_\d]+", file.rpartition("#")[2]) if len(part) > 4]
        close: dict[str, int] = {}
        for word, kind in words:
            shared = sum(len(part) for part in parts if part in word)
            close[kind] = max(close.get(kind, 0), shared)
        most = max(close.values(), default=0)
        fitting = [(n, kind) for kind, n in close.items() if n == most and n > 0]
        # "Bescheinigung.pdf" hints at nothing.
        return fitting[0][1] if len(fitting) == 1 else None

    def supports(self, kind: str, text: Text) -> int:
        """How many of the words that only support a type occur."""
        item = self._types.get(kind)
        whole = "\n".join(line.text for line in text.lines)
        return len({hit.wanted for hit in find_words(item.weak, whole)}) if item else 0

    def _hits(self, line: Line) -> list[str]:
        text = re.sub(r"\b(19|20)\d\d\b", "20..", line.text)
        found = [hit for hit in find_words(self._plain(), text) if not _is_sentence(line, hit)]
        if line.scanned and not found and (misread := begins_misread(self._plain(), text)):
            found = [] if _is_sentence(line, misread) else [misread]
        found += [
            Found(w, m.start(), m.end()) for w in self._strong if ".." in w and (m := _pattern(w).search(line.text))
        ]
        return [hit.wanted for hit in found]

    def _plain(self) -> list[str]:
        return [word for word in self._strong if ".." not in word]

    def _rank(self, at: int, line: Line, word: str, area: Sequence[Line]) -> tuple[float, ...]:
        """Headings and large letters first, then how much of the line the words are, then how high it stands."""
        tallest = max((other.height for other in area), default=0.0) or 1.0
        begins = fold(line.text).text.startswith(fold(word.replace("..", "")).text[:8])
        share = len(word) / max(len(line.text), 1)
        return (float(line.heading), round(line.height / tallest, 1), float(begins), share > 0.5, -at, len(word))

    def _winner(self, kind: str, area: Sequence[Line]) -> str:
        for name, reading in self._readings.items():
            words = self._types[name].strong if name in self._types else ()
            if kind in reading.wins_over and any(find_words(words, line.text) for line in area):
                return name
        return kind


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(r"\b" + re.escape(word).replace(r"20\.\.", r"(?:19|20)\d\d").replace(r"\ ", r"\s+") + r"\b", re.I)


def _title_area(text: Text) -> list[Line]:
    """The first lines, and of a page with places those of its upper part."""
    first = [line for line in text.lines if line.page == text.pages[0]]
    tops = [line.box[3] for line in first if line.box]
    if tops:
        lowest = max(tops) - _UPPER_HALF * max(max(tops) - min(tops), 300)
        first = sorted((line for line in first if line.box), key=lambda line: -line.box[3] if line.box else 0)
        first = [line for line in first if line.box and line.box[3] >= lowest]
    return first[:_TITLE_LINES]


def _goes_on(lines: Sequence[Line], line: Line) -> bool:
    """Whether the line before it breaks off, so that it is running text whatever it begins with."""
    before = next((other for other in reversed(lines) if other.index < line.index and other.page == line.page), None)
    if before is None or line.heading or len(before.text) <= _SHORT or before.text.rstrip().endswith((".", ":", "!")):
        return False
    return before.box is None or line.box is None or before.box[1] - line.box[3] < 0.9 * line.height


def _is_sentence(line: Line, hit: Found) -> bool:
    """Whether the words stand in running text: those of a title begin their line or fill a good part of it."""
    text = line.text.strip()
    share = (hit.end - hit.start) / max(len(text), 1)
    begins = hit.start <= 2
    if line.heading:
        return False
    if len(text) > _LONGEST_TITLE or (text.endswith((".", ",", ";")) and share < 0.6):
        return True
    before = line.text[: hit.start].strip()
    return not begins and (
        (share < 0.3 and len(text) > _SHORT)
        or before.endswith((",", ":"))
        or bool(re.search(r"\b(?:die|der|eine|keine|Ihre|meine|zur|zum)$", before))
    )
