# SPDX-License-Identifier: EUPL-1.2
"""Attached files as sources in the order of their text, for questions about the whole ("Worum geht es darin?")."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from genius_common.contracts.retrieval import DocumentState, DocumentText, Hit
from genius_common.text import Span, split_sentences
from genius_modules.context import RunContext

_PIECE_CHARS = 1200


def pieces(text: str, size: int = _PIECE_CHARS) -> list[Span]:
    """Spans of whole sentences, about `size` characters each, in order; only white space lies between them."""
    found: list[Span] = []
    for span in split_sentences(text):
        if found and span.end - found[-1].start <= size:
            found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def as_hits(state: DocumentState, document: DocumentText) -> list[Hit]:
    """The file's text, completely, as hits that can be cited."""
    return [
        Hit(
            document=state.id,
            file=state.id,
            title=state.title or state.name,
            version=state.version or "",
            text=span.of(document.text),
            score=1.0,
            page=page_at(document, span.start),
            page_breaks=[start for start in document.page_starts if span.start < start < span.end],
            char_from=span.start,
            char_to=span.end,
            section_path=_section(document, span.start),
            as_of=state.as_of,
            protection_class=state.protection_class,
            hidden_text=state.hides_text,
        )
        for span in pieces(document.text)
    ]


def page_at(document: DocumentText, position: int) -> int | None:
    """The page that holds the character `position`, counted from 1; None where there are no pages."""
    return max(bisect_right(document.page_starts, position), 1) if document.page_starts else None


def _section(document: DocumentText, position: int) -> list[str]:
    inside = [section for section in document.sections if section.char_from <= position < section.char_to]
    return inside[-1].path if inside else []


async def read_all(ctx: RunContext, states: Sequence[DocumentState]) -> list[Hit]:
    hits: list[Hit] = []
    for state in states:
        hits += as_hits(state, await ctx.retrieval.file_text(await ctx.token(), state.id))
    return hits
