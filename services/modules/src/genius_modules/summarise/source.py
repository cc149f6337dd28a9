# SPDX-License-Identifier: EUPL-1.2
"""The text to be summarised, as sentences that know where they stand: in the input, or in which file."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from genius_common.contracts.retrieval import Citation, DocumentState, DocumentText, Passage
from genius_common.text import Span, split_sentences
from genius_modules.base import TextSpan
from genius_modules.citations.text import stems
from genius_modules.documents.attachments import page_at


@dataclass(frozen=True, slots=True)
class Part:
    """One text: the input's own (`state` None), or that of a file."""

    text: str
    state: DocumentState | None = None
    document: DocumentText | None = None


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """`span` counts characters of the part's text; `context` is the span with the sentences beside it."""

    part: Part
    span: Span
    context: Span
    stems: frozenset[str] = field(repr=False)

    @property
    def quote(self) -> str:
        return self.span.of(self.part.text)


def sentences_of(parts: Sequence[Part]) -> list[SourceSentence]:
    found = []
    for part in parts:
        spans = split_sentences(part.text)
        for index, span in enumerate(spans):
            context = Span(spans[max(index - 1, 0)].start, spans[min(index + 1, len(spans) - 1)].end)
            found.append(SourceSentence(part, span, context, frozenset(stems(span.of(part.text)))))
    return found


def closest(claim: str, sentences: Sequence[SourceSentence]) -> SourceSentence | None:
    """The source sentence that shares most with `claim`; None where none shares a third of its words."""
    found = nearest(claim, sentences, 1)
    return found[0] if found else None


def nearest(claim: str, sentences: Sequence[SourceSentence], count: int) -> list[SourceSentence]:
    """The source sentences that share most with `claim`, best first; only those that share a third of its words."""
    wanted = frozenset(stems(claim))
    best = heapq.nlargest(count, sentences, key=lambda s: len(wanted & s.stems) / (len(wanted | s.stems) or 1))
    return [sentence for sentence in best if wanted and len(wanted & sentence.stems) / len(wanted) >= 1 / 3]


def cite(sentence: SourceSentence, number: int) -> Citation | TextSpan:
    """The sentence as citation `number`: a span of the input, or a place in a file with section and page."""
    state = sentence.part.state
    start, end = sentence.span
    text = sentence.context.of(sentence.part.text)
    document = sentence.part.document
    page = page_at(document, start) if document else None
    passages = [Passage(char_from=start, char_to=end, score=1.0, page=page)]
    if state is None:
        return TextSpan(
            number=number,
            quote=sentence.quote,
            title="Eingegebener Text",
            text=text,
            char_from=sentence.context.start,
            char_to=sentence.context.end,
            passages=passages,
        )
    sections = document.sections if document else []
    inside = [section for section in sections if section.char_from <= start < section.char_to]
    return Citation(
        document=state.id,
        file=state.id,
        title=state.title or state.name,
        version=state.version or "",
        text=text,
        score=1.0,
        page=page,
        char_from=sentence.context.start,
        char_to=sentence.context.end,
        section_path=inside[-1].path if inside else [],
        as_of=state.as_of,
        protection_class=state.protection_class,
        hidden_text=state.hides_text,
        passages=passages,
        number=number,
        quote=sentence.quote,
    )
