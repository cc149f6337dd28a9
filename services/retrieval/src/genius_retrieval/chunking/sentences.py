# SPDX-License-Identifier: EUPL-1.2
"""Where a long German text may be cut: after sentences, knowing the abbreviations of administrative language."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator

# A full stop after these, after a single letter or after a number does not end a sentence.
_ABBREVIATIONS = frozenset(
    """
    abs nr art bzw ca vgl ggf evtl usw etc inkl exkl zzgl max min mind str tel dr prof ing dipl hr fr st bd s ff aufl
    hrsg az abl bgbl gmbl anm rn rdnr ziff lit buchst kap jan feb mär apr jun jul aug sept okt nov dez sog insb gem
    i.v.m i.s.d a.a.o z.b d.h u.a o.g m.w.v i.d.r
    """.split()  # noqa: SIM905 – a list of 60 words reads worse
)
_END = re.compile(r"[.!?…][\"'“”»)\]]*(?=\s)|\n")
_ROW_END = re.compile(r"\n")
_LAST_WORD = re.compile(r"([\wÄÖÜäöüß.]+)$")


def sentence_ends(text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Positions right behind each sentence or line that ends in `text[start:end]`."""
    for match in _END.finditer(text, start, len(text) if end is None else end):
        if match[0] == "\n" or not _is_abbreviation(text, match.start(), match.end()):
            yield match.end()


def _is_abbreviation(text: str, dot: int, end: int) -> bool:
    if text[dot] != ".":
        return False
    word = _LAST_WORD.search(text, max(0, dot - 30), dot)
    if not word:
        return False
    last = word[1].lower()
    following = text[end : end + 8].lstrip()[:1]
    if last.isdigit():
        # "am 3. Mai", "1. August", but "… im Jahr 2024. Der" ends.
        return len(last) <= 2 or not following.isupper()
    return len(last) == 1 or last in _ABBREVIATIONS or (bool(following) and following.islower())


def _row_ends(text: str, start: int, end: int) -> Iterator[int]:
    return (match.end() for match in _ROW_END.finditer(text, start, end))


def cut_points(text: str, target: int, longest: int, *, rows: bool = False) -> list[int]:
    """Positions that cut `text` into pieces of about `target` and at most `longest` characters.

    With `rows`, inside of a line only where that line is longer than `longest`.
    """
    cuts: list[int] = []
    start = 0
    while len(text) - start > longest:
        found = _cut(text, start, target, longest, _row_ends) if rows else None
        start = found or _cut(text, start, target, longest, sentence_ends) or _word_cut(text, start, longest)
        cuts.append(start)
    return cuts


def _cut(
    text: str, start: int, target: int, longest: int, ends: Callable[[str, int, int], Iterator[int]]
) -> int | None:
    """The best of the `ends` for a piece that begins at `start`: just below `target`, else near it."""
    near = start + target * 3 // 5
    below = deque(ends(text, near, start + target), maxlen=1)
    if below:
        return below[0]
    above = next(ends(text, start + target, start + longest), None)
    if above is not None:
        return above
    early = deque(ends(text, start + 1, near), maxlen=1)
    return early[0] if early else None


def _word_cut(text: str, start: int, longest: int) -> int:
    space = text.rfind(" ", start + longest // 2, start + longest)
    return space + 1 if space > 0 else start + longest
