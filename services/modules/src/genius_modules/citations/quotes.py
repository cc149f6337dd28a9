# SPDX-License-Identifier: EUPL-1.2
"""Quotations in a sentence, where they stand in the source, and the passage that a sentence rests on."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from typing import NamedTuple

from genius_common.text import Span, split_sentences
from genius_modules.citations.text import stems

MAX_QUOTE = 600
_MAX_SENTENCES = 2
# Shorter ones are names and single words, which the check of words and values covers.
_SHORTEST = 12
_QUOTED = re.compile(r"[„\"»“«]([^„“”\"«»]+)[“”\"«»]")
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:…|\.\.\.)[\])]?\s*")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("‚‘’´`", "'"))
# Begin or end of a word in `Folded.marked`; it never stands in the text, see `_LEFT_OUT`.
_EDGE = "\x00"
_LEFT_OUT = '\x00\u00ad\u200b\u200c\u200d\u2060\ufeff„“”"»«'


class Quote(NamedTuple):
    """`text` is `source[span]`; `overlap` (0..1) is the share of the claim's words found in it."""

    text: str
    span: Span
    overlap: float


def quoted(text: str) -> list[Span]:
    """What stands between quotation marks and is long enough to be meant word by word, without the marks."""
    spans = (Span(*match.span(1)) for match in _QUOTED.finditer(text))
    return [span for span in spans if span.end - span.start >= _SHORTEST]


class Folded:
    """A text for comparing word by word: one space for white space, plain dashes, no quotation marks or soft hyphens.

    Case counts. `places[i]` is where character i of `text` stands in the original.
    """

    def __init__(self, original: str) -> None:
        characters: list[str] = []
        self.places: list[int] = []
        for place, character in enumerate(original):
            if character in _LEFT_OUT:
                continue
            seen = " " if character.isspace() else character.translate(_DASHES)
            if seen == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(seen)
            self.places.append(place)
        self.text = "".join(characters)

    @cached_property
    def marked(self) -> tuple[str, list[int]]:
        """The text with a mark at both ends of every word, and each character's place in `text`."""
        pieces: list[str] = []
        places: list[int] = []
        inside = False
        for place, character in enumerate(self.text):
            if character.isalnum() != inside:
                inside = not inside
                pieces.append(_EDGE)
                places.append(place)
            pieces.append(character)
            places.append(place)
        if inside:
            pieces.append(_EDGE)
            places.append(len(self.text))
        return "".join(pieces), places

    def find(self, wanted: str, start: int) -> tuple[int, int] | None:
        """The next place of `wanted` that begins and ends with a word, first letter in either case.

        One search per case: the marks make a match within a word impossible, so none has to be tried again.
        """
        text, places = self.marked
        begin = bisect_left(places, start)
        for candidate in dict.fromkeys((wanted, wanted[:1].swapcase() + wanted[1:])):
            place = text.find(_marked(candidate), begin)
            if place >= 0:
                return places[place], places[place] + len(candidate)
        return None


def _marked(text: str) -> str:
    return Folded(text).marked[0]


def find_quotation(quotation: str, source: str | Folded) -> list[Span] | None:
    """Where `quotation` stands in `source`, verbatim; None where it does not.

    White space, hyphenation, quotation marks and the case of the first letter may differ; an ellipsis ("…", "[...]")
    may leave something out, then each of the parts has its own span, in order. A stop at the end may be added.
    """
    folded = Folded(source) if isinstance(source, str) else source
    spans: list[Span] = []
    position = 0
    for part in _ELLIPSIS.split(quotation):
        wanted = Folded(part).text.strip().rstrip(".,;:!?")
        if not wanted:
            continue
        found = folded.find(wanted, position)
        if found is None:
            return None
        position = found[1]
        spans.append(Span(folded.places[found[0]], folded.places[found[1] - 1] + 1))
    return spans


def clip(source: str, span: Span, limit: int = MAX_QUOTE) -> Span:
    """Shorten a span to `limit` characters at a word's end; it stays a verbatim part of the source."""
    if span.end - span.start <= limit:
        return span
    cut = source.rfind(" ", span.start, span.start + limit)
    return Span(span.start, cut if cut > span.start else span.start + limit)


def best_quote(claim: str, source: str) -> Quote:
    """What to show of `source` for `claim`.

    The passage that it quotes, else the run of at most two sentences that shares most with it, else the start.
    """
    wanted = set(stems(claim))
    best = _quoted_passage(claim, source) or _best_run(wanted, source)
    clipped = clip(source, best)
    overlap = len(wanted & set(stems(best.of(source)))) / len(wanted) if wanted else 0.0
    return Quote(clipped.of(source), clipped, overlap)


def _quoted_passage(claim: str, source: str) -> Span | None:
    for span in quoted(claim):
        found = find_quotation(span.of(claim), source)
        if found and found[-1].end - found[0].start <= MAX_QUOTE:
            return Span(found[0].start, found[-1].end)
    return None


def _best_run(wanted: set[str], source: str) -> Span:
    spans = split_sentences(source) or [Span(0, len(source))]
    bags = [set(stems(span.of(source))) for span in spans]
    best, best_score = Span(*spans[0]), 0.0
    for first in range(len(spans)):
        have: set[str] = set()
        for last in range(first, min(first + _MAX_SENTENCES, len(spans))):
            have |= bags[last] & wanted
            # A second sentence must bring something of its own to be worth its length.
            score = len(have) - 0.6 * (last - first)
            if score > best_score:
                best, best_score = Span(spans[first].start, spans[last].end), score
    return best
