# SPDX-License-Identifier: EUPL-1.2
r"""A text as it looks to a reader, with the way back to its own characters.

Invisible characters and Markdown's emphasis are left out, every space is one space, every decimal digit an ASCII one:
`1\u200b2 Monate` reads as `12 Monate`, so it is checked as `12 Monate`.
"""

from __future__ import annotations

import re
import unicodedata

from genius_common.text import Span

# Soft hyphen, zero-width and direction marks, tag characters, and the marks of emphasis and code.
_UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f*`"
_SPECIAL = re.compile(rf"[{_UNSEEN}]|[^\x00-\x7fäöüÄÖÜß§€–„“”…]")
_LEFT_OUT = re.compile(rf"[{_UNSEEN}]")


def _visible(character: str) -> str:
    if _LEFT_OUT.match(character):
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return " "
    return "-" if character in "\u2010\u2011\u2212" else character


class Surface:
    """`text` is `original` as it is seen; `span` gives the characters of `original` behind a piece of it."""

    def __init__(self, original: str) -> None:
        self.original = original
        pieces: list[str] = []
        # Where the seen text and the original part ways: (position in `text`, position in `original`).
        self._starts: list[int] | None = None
        if not _SPECIAL.search(original):
            self.text = original
            return
        starts: list[int] = []
        for position, character in enumerate(original):
            seen = _visible(character) if _SPECIAL.match(character) else character
            pieces.append(seen)
            starts.extend([position] * len(seen))
        self.text = "".join(pieces)
        self._starts = starts

    def span(self, start: int, end: int) -> Span:
        """The characters of `original` that `text[start:end]` stands for; `end` > `start`."""
        if self._starts is None:
            return Span(start, end)
        return Span(self._starts[start], self._starts[end - 1] + 1)

    def between(self, first: Span, second: Span) -> str:
        """What stands between two spans of `original`."""
        return self.original[first.end : second.start]
