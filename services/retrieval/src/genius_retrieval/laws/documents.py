# SPDX-License-Identifier: EUPL-1.2
"""The shipped laws as canonical documents and chunks: one § one chunk, a long one in its Absätze."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from genius_retrieval.chunks import Block, CanonicalDocument, Chunk, Section, shared_chunk_id
from genius_retrieval.laws.names import COMMON, TOPICS
from genius_retrieval.laws.source import Law, LawSection, read_laws
from genius_retrieval.laws.subjects import ABOVE, SEPARATOR, subjects
from genius_retrieval.text.sentences import clause_spans

MEDIA_TYPE = "text/x-law"
LONGEST = 2_000
_CONTEXT = 700
_GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class LawDocument:
    """A law ready for ingestion. `key` identifies it in the source; `document` has one section a §."""

    key: str
    citation: str
    document: CanonicalDocument


def law_documents() -> Iterator[LawDocument]:
    """All shipped laws, one after the other."""
    for law in read_laws():
        yield LawDocument(law.info.key, law.info.citation, canonical(law))


def law_document_id(knowledge_base: UUID, key: str) -> UUID:
    """The id of a law's document in a knowledge base: the same with every import."""
    return uuid5(knowledge_base, f"law/{key}")


def law_title(law: Law) -> str:
    title = re.sub(r"\s*\((?:Artikel|Art\.) .*\)$", "", law.info.title)
    title = re.sub(r"\(SGB\)\s*|\s+-\s*$", "", title).strip(" -–")
    return f"{title} ({law.info.citation})"


def canonical(law: Law) -> CanonicalDocument:
    """The text of a law: a heading line and the text of each §, joined by empty lines."""
    blocks: list[Block] = []
    sections: list[Section] = []
    pieces: list[str] = []
    position = 0

    def add(kind: str, text: str) -> None:
        nonlocal position
        if kind == "heading":
            blocks.append(Block("heading", text, position, position + len(text), level=2))
        else:
            blocks.append(Block("paragraph", text, position, position + len(text)))
        pieces.append(text)
        position += len(text) + len(_GAP)

    for section in law.sections:
        start = position
        heading = section_heading(section, law.info.citation)
        add("heading", heading)
        for paragraph in section.text.split(_GAP):
            if paragraph.strip():
                add("paragraph", paragraph)
        sections.append(Section((*section.path, heading), start, position - len(_GAP), section.id))
    return CanonicalDocument(
        title=law_title(law),
        text=_GAP.join(pieces),
        blocks=tuple(blocks),
        sections=tuple(sections),
        as_of=law.info.as_of,
        media_type=MEDIA_TYPE,
    )


def section_heading(section: LawSection, citation: str) -> str:
    number = section.number.replace("Art ", "Art. ")
    return f"{number} {citation} {section.heading}".strip()


def law_chunks(law: LawDocument, identifier: UUID, knowledge_base: UUID) -> list[Chunk]:
    """The chunks of a law in a knowledge base; those of one § share `source_id` and `heading`.

    A § that a new version leaves as it was keeps the ids of its chunks there, wherever it stands by then.
    """
    document = law.document
    names = ", ".join((document.title, *COMMON.get(law.citation, ()), TOPICS.get(law.citation, "")))
    chunks: list[Chunk] = []
    met = Counter[tuple[str, ...]]()
    for section in document.sections:
        heading = section.path[-1]
        known = subjects().get(section.source_id or "")
        about = f"{SEPARATOR}{known}" if known else ""
        context = ABOVE.join((names, *section.path[:-1]))[:_CONTEXT] + about
        for start, end in _spans(document.text, section, section.char_from + len(heading)):
            text = document.text[start:end]
            content = (section.source_id or "", heading, context, document.title, text)
            met[content] += 1
            chunks.append(
                Chunk(
                    id=shared_chunk_id(knowledge_base, *content, nth=met[content]),
                    document=identifier,
                    ordinal=len(chunks),
                    text=text,
                    char_from=start,
                    char_to=end,
                    section_path=section.path,
                    source_id=section.source_id,
                    as_of=document.as_of,
                    heading=heading,
                    context=context,
                )
            )
    return chunks


def _spans(text: str, section: Section, body: int) -> list[tuple[int, int]]:
    """Where the chunks of a § are: whole, or its Absätze packed together, very long ones cut between sentences."""
    start = min(body + len(_GAP), section.char_to)
    if start >= section.char_to:
        return [(section.char_from, section.char_to)]
    if section.char_to - start <= LONGEST:
        return [(start, section.char_to)]
    pieces: list[tuple[int, int]] = []
    position = start
    for paragraph in text[start : section.char_to].split(_GAP):
        pieces.extend(_cut(text, position, position + len(paragraph)))
        position += len(paragraph) + len(_GAP)
    return _packed(pieces)


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    if end - start <= LONGEST:
        return [(start, end)]
    spans = [(start + a, start + b) for a, b in clause_spans(text[start:end])]
    return [(a, a + len(text[a:b].rstrip())) for a, b in _packed(_halves(text, spans))]


def _halves(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences above twice the limit (tables in prose) cut at spaces."""
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        start = begin
        while end - start > 2 * LONGEST:
            space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
            cut = space + 1 if space > 0 else start + LONGEST
            found.append((start, cut))
            start = cut
        found.append((start, end))
    return found


def _packed(pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and end - joined[-1][0] <= LONGEST:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
