# SPDX-License-Identifier: EUPL-1.2
"""Ticked boxes: as signs (☒ ☐), as typed brackets ([x], (X)), as what text recognition makes of them, or an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from genius_modules.completeness.capture.folded import Found, find_words

_TICKED = r"[☒☑✓✔✗✘✕✖⊠◉●■▣🗹]|\[ ?[xX✓✔*+] ?\]|\( ?[xX✓✔*+•] ?\)|(?<![\w.])(?<!\w-)[xX](?![\w.]|-\w)"
_EMPTY = r"[☐□○◯▢❏❑]|\[ {0,3}\]|\( {0,3}\)|\[_\]|\(_\)"
_MARK = re.compile(f"(?P<ticked>{_TICKED})|(?P<empty>{_EMPTY})")
# Tesseract knows no boxes: a crossed one becomes letters with strokes across, an empty one what is round or straight.
_ROUGH = re.compile(
    r"(?<!\S)(?:(?P<ticked>[\[\(]?[A-Z]?[xX®&BKM@][\]\)]|[\[\(][xX®&BKM@]|DX|DJX|IX|BX|EX|X|x|®|&|KI|XI)|"
    r"(?P<empty>\[\]|\[|\]|L]|LJ|CI|C]|O|o|D|\(\)|Q|U|\||I]|DI|01|O\)))(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class Marked:
    """`unsure`: something stands there, and it can't be said what."""

    chosen: tuple[str, ...]
    state: Literal["stated", "blank", "unsure"]
    quote: str = ""


@dataclass(frozen=True, slots=True)
class _Sign:
    start: int
    end: int
    ticked: bool


def read_marks(text: str, options: Mapping[str, Sequence[str]], *, rough: bool = False, typed: bool = True) -> Marked:
    """What is chosen in the text of a cell; `rough` for recognised text, `typed` where words without boxes answer."""
    names = {word: key for key, words in options.items() for word in words}
    found = find_words(names, text)
    signs = _signs(text, rough, found)
    if signs:
        return _by_signs(text, found, signs, names)
    if not text.strip(" .:_-–…|?()"):
        return Marked((), "blank")
    if not typed or not found:
        return Marked((), "unsure")
    chosen = tuple(dict.fromkeys(names[word.wanted] for word in found))
    return Marked(chosen, "stated", text[found[0].start : found[-1].end])


def has_signs(text: str) -> bool:
    return _MARK.search(text) is not None


def _signs(text: str, rough: bool, options: Sequence[Found]) -> list[_Sign]:
    signs = [_Sign(m.start(), m.end(), m["ticked"] is not None) for m in _MARK.finditer(text)]
    if rough and options:
        known = {sign.start for sign in signs}
        signs += [
            _Sign(m.start(), m.end(), m["ticked"] is not None)
            for m in _ROUGH.finditer(text)
            if m.start() not in known and any(0 <= o.start - m.end() <= 2 for o in options)
        ]
    inside = [sign for sign in signs if not any(o.start <= sign.start < o.end for o in options)]
    return sorted(inside, key=lambda sign: sign.start)


def _by_signs(text: str, found: Sequence[Found], signs: Sequence[_Sign], names: Mapping[str, str]) -> Marked:
    if not found:
        return Marked((), "unsure" if any(sign.ticked for sign in signs) else "blank")
    paired = _paired(found, signs)
    ticked = [(option, sign) for option, sign in paired if sign.ticked]
    if not ticked:
        loose = any(sign.ticked for sign in signs) or not paired
        return Marked((), "unsure" if loose else "blank")
    start = min(min(option.start, sign.start) for option, sign in ticked)
    end = max(max(option.end, sign.end) for option, sign in ticked)
    chosen = tuple(dict.fromkeys(names[option.wanted] for option, _ in ticked))
    return Marked(chosen, "stated", text[start:end])


def _paired(found: Sequence[Found], signs: Sequence[_Sign]) -> list[tuple[Found, _Sign]]:
    """Each box with its word: before it, or behind it where the first word comes before the first box."""
    before = found[-1].start >= signs[-1].end or signs[0].end <= found[0].start
    pairs = []
    for at, option in enumerate(found):
        if before:
            since = found[at - 1].end if at else 0
            own = [sign for sign in signs if since <= sign.start < option.start][-1:]
        else:
            until = found[at + 1].start if at + 1 < len(found) else 10**9
            own = [sign for sign in signs if option.end <= sign.start < until][:1]
        pairs += [(option, sign) for sign in own]
    return pairs
