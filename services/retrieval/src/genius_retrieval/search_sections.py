# SPDX-License-Identifier: EUPL-1.2
"""Hits with what stands around them in their section, for who reads them on: a model, or a person at a source.

A chunk is a piece of a § or section of the length that is found best; what it says may hang on the Absatz before it.
Each hit grows by whole blocks (Absätze, rows, list items) of its own section, hits that then meet become one, and all
spans stay those of the canonical text, so that pages and quotes are as exact as before.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from uuid import UUID

from genius_common.contracts.retrieval import Hit
from genius_common.errors import Forbidden, NotFound
from genius_common.principal import Principal
from genius_retrieval.chunks import CanonicalDocument, Section
from genius_retrieval.documents.content import DocumentContent
from genius_retrieval.errors import DocumentQuarantined

LONGEST = 4_000
"""Characters up to which one hit grows: 93 of 100 §§ of the federal laws are no longer."""
WIDENED = 8
"""Of so many hits the section is looked at: each may need a document to be opened."""
Span = tuple[int, int]


class HitSections:
    """`content` decides anew whether the principal may open a document."""

    def __init__(self, content: DocumentContent) -> None:
        self._content = content

    async def around(self, principal: Principal, hits: Sequence[Hit], most: int) -> list[Hit]:
        """The hits, the first of them widened, so that these have at most `most` characters in all.

        The best grows first. Where they alone have more, none grows. Without those that may not be opened any more.
        """
        first, rest = hits[:WIDENED], hits[WIDENED:]
        documents = {}
        for hit in first:
            if hit.document not in documents:
                documents[hit.document] = await self._opened(principal, hit)
        kept = [hit for hit in first if documents[hit.document] is not None]
        read = {identifier: document for identifier, document in documents.items() if document is not None}
        grown = await asyncio.to_thread(widened, kept, read, most)
        return [*grown, *(hit for hit in rest if documents.get(hit.document, hit) is not None)]

    async def _opened(self, principal: Principal, hit: Hit) -> CanonicalDocument | None:
        try:
            return await self._content.canonical(principal, hit.document, "file" if hit.file else "document")
        except (NotFound, Forbidden, DocumentQuarantined):
            return None


def widened(hits: Sequence[Hit], documents: Mapping[UUID, CanonicalDocument], most: int) -> list[Hit]:
    """The hits, best first, grown within their sections of `documents` and joined where they meet."""
    found: list[Hit] = []
    for place, hit in enumerate(hits):
        document, room = documents[hit.document], most - sum(len(other.text) for other in (*found, *hits[place:]))
        if document.text[hit.char_from : hit.char_to] != hit.text:
            found.append(hit)  # read anew meanwhile: its offsets are of another text
            continue
        span = _grown(document, (hit.char_from, hit.char_to), min(LONGEST, len(hit.text) + room))
        met = [other for other in found if _meet(document, other, hit, span)]
        joined = _joined(document, [*met, hit], span)
        # Where it meets several, they are one from now on, at the place of the best.
        kept = [joined if met and other is met[0] else other for other in found if other not in met[1:]]
        found = kept if met else [*found, joined]
    return found


def _grown(document: CanonicalDocument, span: Span, most: int) -> Span:
    """`span` and the blocks before and behind it in its section, as many as `most` characters hold; forward first."""
    start, end = span
    low, high = _limits(document.sections, span)
    blocks = [block for block in document.blocks if low <= block.char_from and block.char_to <= high]
    before = [block for block in blocks if block.char_from < start]
    behind = [block for block in blocks if block.char_to > end]
    while before or behind:
        for waiting, at in ((behind, 0), (before, -1)):
            if not waiting:
                continue
            block = waiting.pop(at)
            wide = (min(start, block.char_from), max(end, block.char_to))
            if block.kind == "heading" or wide[1] - wide[0] > most:
                waiting.clear()
            else:
                start, end = wide
    return start, end


def _limits(sections: Sequence[Section], span: Span) -> Span:
    """Where the section begins that holds the span's first character, and where that ends which holds its last."""
    starts = [section.char_from for section in sections]
    first, last = bisect_right(starts, span[0]) - 1, bisect_right(starts, span[1] - 1) - 1
    if first < 0 or last < 0:
        return span
    return min(sections[first].char_from, span[0]), max(sections[last].char_to, span[1])


def _columns(sections: Sequence[Section], position: int) -> str:
    """The header of a sheet whose rows stand in several sections; only the later ones name it."""
    at = bisect_right([section.char_from for section in sections], position) - 1
    same = [section.columns for section in sections if at >= 0 and section.path == sections[at].path]
    return next((columns for columns in same if columns), "")


def _meet(document: CanonicalDocument, one: Hit, other: Hit, span: Span) -> bool:
    """Whether they overlap, or stand in one section with nothing but white space between them."""
    if one.document != other.document or one.section_path != other.section_path:
        return False
    return not document.text[min(one.char_to, span[1]) : max(one.char_from, span[0])].strip()


def _joined(document: CanonicalDocument, hits: Sequence[Hit], span: Span) -> Hit:
    """The first of the hits with the text of all of them and of `span`, and the passages of all, best first."""
    start, end = min(span[0], *(hit.char_from for hit in hits)), max(span[1], *(hit.char_to for hit in hits))
    starts = [page.char_from for page in document.pages]
    first = document.pages[max(bisect_right(starts, start) - 1, 0)].number if starts else None
    return hits[0].model_copy(
        update={
            "text": document.text[start:end],
            "char_from": start,
            "char_to": end,
            "page": first,
            "page_breaks": [begin for begin in starts if start < begin < end],
            "columns": _columns(document.sections, start),
            "passages": sorted((one for hit in hits for one in hit.passages), key=lambda passage: -passage.score),
        }
    )
