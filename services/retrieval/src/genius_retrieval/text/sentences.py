# SPDX-License-Identifier: EUPL-1.2
"""Where German text may be parted: by the platform's one rule for the ends of sentences, and at lines or semicolons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from genius_common.text import Span, ends_sentence, split_sentences

_END = re.compile(r"\n|(?<![.!?…])[.!?…]++[\"'“”»)\]]*(?=\s)")
_SEMICOLON = re.compile(r";\s+(?=\S)")


def sentence_ends(text: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Positions right behind each sentence or line that ends in `text[start:end]`."""
    for match in _END.finditer(text, start, len(text) if end is None else end):
        if match[0] == "\n" or ends_sentence(text, match.start(), match.end()):
            yield match.end()


def clause_spans(text: str) -> list[Span]:
    """Sentences and what semicolons part, in order, without gaps; white space belongs to the one before it.

    Items of a list in a law end with a semicolon as often as with a line. A line alone ends nothing: of texts that
    were broken at a width, and rows of a table, one says too little.
    """
    if not text:
        return []
    begins = {span.start for span in split_sentences(text)} | {match.end() for match in _SEMICOLON.finditer(text)}
    edges = [0, *sorted(begins)[1:], len(text)]
    return [Span(start, end) for start, end in pairwise(edges)]
