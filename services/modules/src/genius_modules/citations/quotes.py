# SPDX-License-Identifier: EUPL-1.2
"""The verbatim passage of a source that a sentence rests on."""

from __future__ import annotations

from typing import NamedTuple

from genius_modules.citations.sentences import Span, split_sentences
from genius_modules.citations.text import stems

MAX_QUOTE = 600
_MAX_SENTENCES = 2


class Quote(NamedTuple):
    """`text` is `source[span]`; `overlap` (0..1) is the share of the claim's words found in it."""

    text: str
    span: Span
    overlap: float


def clip(source: str, span: Span, limit: int = MAX_QUOTE) -> Span:
    """Shorten a span to `limit` characters at a word's end; it stays a verbatim part of the source."""
    if span.end - span.start <= limit:
        return span
    cut = source.rfind(" ", span.start, span.start + limit)
    return Span(span.start, cut if cut > span.start else span.start + limit)


def best_quote(claim: str, source: str) -> Quote:
    """The run of at most two sentences of `source` that shares most with `claim`; its start where nothing fits."""
    wanted = set(stems(claim))
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
    clipped = clip(source, best)
    overlap = len(wanted & set(stems(best.of(source)))) / len(wanted) if wanted else 0.0
    return Quote(clipped.of(source), clipped, overlap)
