# SPDX-License-Identifier: EUPL-1.2
"""Chunks of ordinary documents along their structure.

A chunk is a verbatim slice of about `TARGET` characters that never crosses a heading or a change of place (slide,
rows of a sheet, part of a mail); a list keeps its introduction; a block that is too long is cut at the end of a
sentence, line or word, a table at the end of a row, and its header row is indexed with each of its parts. Together the
chunks hold every visible character, in order and without overlap, except for the headers and footers of pages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar
from uuid import UUID

from genius_retrieval.chunking.cuts import cut_points
from genius_retrieval.chunks import FURNITURE, Block, CanonicalDocument, Chunk, PageSpan, Section, chunk_id

TARGET = 1_000
LONGEST = 1_500
_CONTEXT_CHARS = 300

Span = TypeVar("Span", Section, PageSpan, Block)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block or a part of one: the unit that is packed into chunks."""

    char_from: int
    char_to: int
    heading: bool = False
    follows: bool = False
    """Whether it must not be parted from the piece before it (list after its introduction)."""


def chunk(document: CanonicalDocument, identifier: UUID, version: str) -> list[Chunk]:
    """The chunks of `document` with ids that depend on document, version and position only."""
    spans = [span for section in _sections(document) for span in _pack(_pieces(document, section))]
    chunks: list[Chunk] = []
    sections, pages = _Finder(document.sections), _Finder(document.pages)
    tables = _Finder([block for block in document.blocks if block.kind == "table"])
    for start, end in spans:
        section = sections.at(start)
        page = pages.at(start)
        path = section.path if section else ()
        heading = path[-1] if path else ""
        chunks.append(
            Chunk(
                id=chunk_id(identifier, version, len(chunks)),
                document=identifier,
                ordinal=len(chunks),
                text=document.text[start:end],
                char_from=start,
                char_to=end,
                page=page.number if page else None,
                page_breaks=pages.begun(start, end),
                section_path=section.full_path if section else (),
                source_id=section.source_id if section else None,
                as_of=document.as_of,
                heading=heading,
                context=_context((document.title, *path), _columns(section, tables.at(start), start)),
            )
        )
    return chunks


def _context(above: tuple[str, ...], columns: str) -> str:
    """What stands above a chunk; the columns of its table come on top of the names, not instead of them."""
    names = " > ".join(above)[-_CONTEXT_CHARS:]
    return f"{names} > {columns[:_CONTEXT_CHARS]}" if columns else names


def _columns(section: Section | None, table: Block | None, start: int) -> str:
    """The header row of the table in which `start` lies, unless the chunk begins with it."""
    if section and section.columns:
        return section.columns
    if table is None or not table.char_from < start < table.char_to:
        return ""
    return table.text.partition("\n")[0]


def _sections(document: CanonicalDocument) -> Iterator[tuple[Block, ...]]:
    """Blocks between two headings or places; headings without text of their own stay with what follows them there."""
    current: list[Block] = []
    moves = {b.char_from for a, b in pairwise(document.sections) if a.place != b.place}
    for block in document.blocks:
        if block.kind in FURNITURE:
            continue
        parted = block.kind == "heading" and any(item.kind != "heading" for item in current)
        if current and (parted or block.char_from in moves):
            yield tuple(current)
            current = []
        current.append(block)
    if current:
        yield tuple(current)


def _pieces(document: CanonicalDocument, blocks: tuple[Block, ...]) -> list[_Piece]:
    pieces: list[_Piece] = []
    for block in blocks:
        previous = pieces[-1] if pieces else None
        introduced = bool(block.kind == "list" and previous and document.text[previous.char_to - 1] in ":,–")
        follows = introduced or bool(previous and previous.heading)
        if block.char_to - block.char_from <= LONGEST:
            pieces.append(_Piece(block.char_from, block.char_to, block.kind == "heading", follows))
            continue
        start = block.char_from
        for end in (*cut_points(block.text, TARGET, LONGEST, rows=block.kind == "table"), len(block.text)):
            stop = block.char_from + end
            if document.text[start:stop].strip():
                pieces.append(_Piece(start, stop, follows=follows))
            start, follows = stop, False
    return pieces


def _pack(pieces: list[_Piece]) -> Iterator[tuple[int, int]]:
    """Join pieces up to `TARGET`; one that follows its introduction is joined up to `LONGEST`."""
    start = end = -1
    for piece in pieces:
        if start < 0:
            start, end = piece.char_from, piece.char_to
            continue
        size = piece.char_to - start
        if size <= TARGET or (piece.follows and size <= LONGEST):
            end = piece.char_to
        else:
            yield start, end
            start, end = piece.char_from, piece.char_to
    if start >= 0:
        yield start, end


class _Finder(Generic[Span]):
    """Which of some ordered spans holds a position."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans: Sequence[Span] = spans
        self._starts = [span.char_from for span in spans]

    def at(self, position: int) -> Span | None:
        found = bisect_right(self._starts, position) - 1
        return self._spans[found] if found >= 0 else None

    def begun(self, start: int, end: int) -> tuple[int, ...]:
        """Where spans begin after `start` and before `end`."""
        return tuple(self._starts[bisect_right(self._starts, start) : bisect_left(self._starts, end)])
