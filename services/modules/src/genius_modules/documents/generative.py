# SPDX-License-Identifier: EUPL-1.2
"""A streamed answer of the model over numbered sources; citations come from the hits, never from the model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from langchain_core.messages import BaseMessage

from genius_common.contracts.retrieval import Citation, Hit
from genius_common.events import CitationEvent, Event, TextDelta, WarningEvent
from genius_common.text import split_sentences
from genius_modules.citations import CitationStream, check, numbers_in, without_markers
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.answer import NOT_FOUND, Answer, Sentence, not_found
from genius_modules.documents.sources import cite, evidence
from genius_modules.generation import generate

_SHOWN_VALUES = 8
_UNKNOWN = WarningEvent(
    code="citation_dropped", detail="Die Antwort nannte Quellen, die es nicht gibt. Diese Angaben wurden entfernt."
)
_UNSUPPORTED = WarningEvent(
    code="not_supported",
    detail="Ein Teil der Antwort ist durch die Fundstellen nicht belegt und entsprechend markiert.",
)


class CitedAnswer:
    """Runs the model once over `hits`; `answer` is there when `events` has ended."""

    def __init__(self, ctx: RunContext, model: ChatModelInfo, hits: Sequence[Hit]) -> None:
        self._ctx = ctx
        self._model = model
        self.hits = list(hits)
        self._markers = CitationStream(range(1, len(hits) + 1))
        self._text = ""
        self._citations: list[Citation] = []
        self.answer: Answer

    async def events(self, messages: Sequence[BaseMessage]) -> AsyncGenerator[Event, None]:
        """Yield deltas, citations before the text that names them, usage, and warnings."""
        async with aclosing(generate(self._ctx, self._model, messages)) as pieces:
            async for piece in pieces:
                if not isinstance(piece, str):
                    yield piece
                    continue
                for event in self._take(piece):
                    yield event
        for event in self._take(None):
            yield event
        self.answer = self._judge()
        if self._markers.dropped:
            yield _UNKNOWN
        if self.answer.found and not all(sentence.supported for sentence in self.answer.sentences):
            yield _UNSUPPORTED

    def _take(self, piece: str | None) -> list[Event]:
        marked = self._markers.finish() if piece is None else self._markers.feed(piece)
        self._text += marked.text
        events: list[Event] = []
        for source in marked.new_sources:
            number = len(self._citations) + 1
            found = cite(self.hits[source - 1], number, self._claim(number))
            self._citations.append(found)
            events.append(CitationEvent(**found.model_dump()))
        if marked.text:
            events.append(TextDelta(text=marked.text))
        return events

    def _claim(self, number: int) -> str:
        """The sentence that `[number]` stands in, as far as it has come."""
        marker = self._text.find(f"[{number}]")
        before = self._text[: marker if marker >= 0 else None].rstrip()
        spans = split_sentences(without_markers(before))
        return spans[-1].of(without_markers(before)) if spans else before

    def _judge(self) -> Answer:
        if not self._citations and NOT_FOUND.casefold() in " ".join(self._text.split()).casefold():
            return not_found("generative")
        by_number = {number: self.hits[source - 1] for number, source in enumerate(self._markers.order, 1)}
        sentences = []
        for span in split_sentences(self._text):
            text = span.of(self._text)
            numbers = [number for number in numbers_in(text) if number in by_number]
            checked = check(text, [evidence(by_number[number]) for number in numbers])
            missing = checked.values[:_SHOWN_VALUES] if numbers else []
            sentences.append(Sentence(text=text, supported=checked.supported, citations=numbers, missing=missing))
        return Answer(
            text=self._text,
            found=True,
            sentences=sentences,
            citations=self._citations,
            mode="generative",
            model=self._model.id,
        )
