# SPDX-License-Identifier: EUPL-1.2
"""A canonical document as a page without layout: its blocks as readers see them, and where its parts begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from genius_common.contracts.retrieval import TextBlock
from genius_retrieval.chunking.cuts import cut_points
from genius_retrieval.chunks import FURNITURE, Block, CanonicalDocument, Section
from genius_retrieval.parsing.sheets import header_row

PART = 8_000
"""Characters of a part at most: about four pages, and no more than a screen reader or a browser takes at once."""


def text_blocks(document: CanonicalDocument, start: int, end: int) -> list[TextBlock]:
    """The blocks that `document.text[start:end]` touches, in order; each visible character there is in one of them."""
    sections = sorted(document.sections, key=lambda section: section.char_from)
    starts = [section.char_from for section in sections]
    named = {section.path: section.columns for section in sections if section.columns}
    found: list[TextBlock] = []
    for block in _covering(document):
        if block.char_from >= end or block.char_to <= start:
            continue
        at = bisect_right(starts, block.char_from) - 1
        section = sections[at] if at >= 0 and block.kind not in FURNITURE else None
        found.append(
            TextBlock(
                kind=block.kind,
                char_from=block.char_from,
                char_to=block.char_to,
                level=block.level,
                place=section.place if section else "",
                columns=_columns(block, section, named) if block.kind == "table" else "",
            )
        )
    return found


def part_starts(document: CanonicalDocument) -> list[int]:
    """Where the parts begin: at a heading if one stands in the second half of the part before, else at a block.

    A block longer than `PART` is cut at the end of a row or sentence.
    """
    starts = [0]
    heading = 0
    for block in _covering(document):
        for start, end in _pieces(block):
            while end - starts[-1] > PART and (cut := heading if heading > starts[-1] else start) > starts[-1]:
                starts.append(cut)
            if block.kind == "heading" and start - starts[-1] >= PART // 2:
                heading = start
    return starts


def part_around(document: CanonicalDocument, position: int) -> tuple[int, int]:
    """The span of the part that holds `position`; behind the end of the text it is the last."""
    starts = part_starts(document)
    number = bisect_right(starts, position)
    return starts[number - 1], starts[number] if number < len(starts) else len(document.text)


def _covering(document: CanonicalDocument) -> Iterator[Block]:
    """The blocks, and as paragraphs what stands between them: nothing of the text is left out."""
    at = 0
    for block in (*document.blocks, None):
        until = block.char_from if block else len(document.text)
        between = document.text[at:until]
        if between.strip():
            yield Block("paragraph", between, at, until)
        if block:
            yield block
            at = block.char_to


def _pieces(block: Block) -> Iterator[tuple[int, int]]:
    cuts = cut_points(block.text, PART * 3 // 4, PART, rows=block.kind == "table")
    edges = [0, *cuts, len(block.text)]
    for start, end in pairwise(edges):
        yield block.char_from + start, block.char_from + end


def _columns(block: Block, section: Section | None, named: dict[tuple[str, ...], str]) -> str:
    """The row that names the columns of a table, in this block or above it; empty where none does."""
    rows = block.text.split("\n")
    if section and section.place:
        known = section.columns or named.get(section.path, "")
        return known if section.columns or known in rows else header_row(rows)
    return header_row(rows[:1]) if len(rows) > 1 else ""
