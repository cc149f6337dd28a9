# SPDX-License-Identifier: EUPL-1.2
"""`[n]` in a model's text: mapped to known sources while the text streams in, unknown ones dropped."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

# Every part is bounded, so that a marker is at most as long as what `_OPEN` waits for.
_MARKER = re.compile(r"[\[【]\s{0,3}(?:Quelle\s{1,3})?(\d{1,4}(?:\s{0,2}[,;]\s{0,2}\d{1,4}){0,20})\s{0,3}[\]】]")
# What may still become a marker when more text comes; bounded, so that nothing is held back for long.
_OPEN = re.compile(
    r"[\[【](?:\s{0,3}|\s{0,3}Q(?:u(?:e(?:l(?:l(?:e(?:\s{1,3})?)?)?)?)?)?|\s{0,3}(?:Quelle\s{1,3})?[\d,;\s]{1,196})$"
)
# Where the text so far would take what follows for the inside of a marker: "[[9]1]" without its [9] is none.
_WOULD_JOIN = re.compile(r"\[\d{0,4}\Z")


@dataclass(frozen=True, slots=True)
class Marked:
    """What is ready to be shown: `text` with markers renumbered, and the sources it cites for the first time."""

    text: str
    new_sources: tuple[int, ...] = ()


@dataclass
class CitationStream:
    """Renumbers sources in the order of their first use: the first cited becomes `[1]`.

    Feeding a text in any pieces gives the same text as feeding it whole. `order[i]` is the source with number i + 1,
    `dropped` counts markers that name no known source.
    """

    known: Collection[int]
    order: list[int] = field(default_factory=list)
    dropped: int = 0
    _held: str = ""
    _last: str = ""

    def feed(self, piece: str) -> Marked:
        """Take the next piece; what might be the start of a marker waits for more."""
        text = self._held + piece
        match = _OPEN.search(text)
        ready, self._held = (text[: match.start()], text[match.start() :]) if match else (text, "")
        return self._map(ready)

    def finish(self) -> Marked:
        """The rest, when no more text comes."""
        rest, self._held = self._held, ""
        return self._map(rest)

    def _map(self, text: str) -> Marked:
        before = len(self.order)
        mapped, position = "", 0
        for match in _MARKER.finditer(text):
            mapped += text[position : match.start()]
            position = match.end()
            # A dropped marker must not make one of what stood around it.
            joins = _WOULD_JOIN.search((self._last + mapped)[-5:])
            mapped += self._replace(match) or (" " if joins else "")
        mapped += text[position:]
        self._last = (self._last + mapped)[-5:]
        return Marked(mapped, tuple(self.order[before:]))

    def _replace(self, match: re.Match[str]) -> str:
        numbers: list[int] = []
        for raw in re.split(r"\s*[,;]\s*", match.group(1)):
            source = int(raw)
            if source not in self.known:
                self.dropped += 1
                continue
            if source not in self.order:
                self.order.append(source)
            number = self.order.index(source) + 1
            if number not in numbers:
                numbers.append(number)
        return "".join(f"[{number}]" for number in numbers)


def numbers_in(text: str) -> list[int]:
    """The citation numbers of a text that went through `CitationStream`, each once, in order."""
    return list(dict.fromkeys(int(found) for found in re.findall(r"\[(\d{1,4})\]", text)))


def without_markers(text: str) -> str:
    return re.sub(r"\s*\[\d{1,4}\]", "", text)
