# SPDX-License-Identifier: EUPL-1.2
"""A summary by the model: map-reduce where the text is longer than the context, every sentence traced to the source."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from langchain_core.messages import HumanMessage, SystemMessage

from genius_common.contracts.retrieval import Citation
from genius_common.errors import PlatformError, UpstreamFailed
from genius_common.events import CitationEvent, Event, Status, TextDelta
from genius_common.text import split_sentences
from genius_modules.base import TextSpan
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.errors import InputTooLarge
from genius_modules.generation import chars_for_input, complete, generate
from genius_modules.prompts import as_data, load
from genius_modules.summarise.source import SourceSentence, cite, closest

_LENGTHS = {"short": "höchstens drei Sätze", "medium": "fünf bis acht Sätze", "long": "zehn bis fünfzehn Sätze"}
_PROMPT_CHARS = 1200
_MAX_PARTS = 200
_LEAST_ROOM = 400
# Inference's code: it counts with the model's own tokenizer.
_TOO_LONG = "context_length_exceeded"
# A model that does not shorten would never come to an end.
_MAX_ROUNDS = 5


def pieces_of(sentences: Sequence[str], characters: int) -> list[str]:
    """Group sentences, in order and completely, into pieces of at most `characters`; a longer sentence is divided."""
    pieces: list[str] = []
    current = ""
    for sentence in sentences:
        for start in range(0, len(sentence), characters):
            bit = sentence[start : start + characters]
            if current and len(current) + len(bit) + 1 > characters:
                pieces.append(current)
                current = ""
            current = f"{current} {bit}" if current else bit
    return [*pieces, current] if current else pieces


_MAY_BE_ITEM = re.compile(r"\s*\n\s*(?:[-•*–]|\(?\d{0,3}[.)]?|[a-z]\)?)$")


def _last_space(text: str) -> int:
    """Where the last word begins; everything before it is known completely."""
    return next((place + 1 for place in range(len(text) - 1, -1, -1) if text[place].isspace()), 0)


class SentenceMarks:
    """Passes a streamed text on and says where each of its sentences has ended.

    What may still turn out to begin a list item waits, since the sentence before it then ends before it; and a word
    that is not complete decides nothing ("am 12. M" may be a date).
    """

    def __init__(self) -> None:
        self._text = ""
        self._sent = 0
        self._start = 0

    def feed(self, piece: str, *, last: bool = False) -> list[tuple[str, str | None]]:
        """Pairs of text to show and, where a sentence is complete with it, that sentence."""
        self._text += piece
        out: list[tuple[str, str | None]] = []
        known = self._text[self._start :]
        if not last:
            known = known[: _last_space(known)]
        spans = split_sentences(known)
        complete_ones = spans if last else spans[:-1]
        for span in complete_ones:
            end = max(self._start + span.end, self._sent)
            out.append((self._text[self._sent : end], span.of(self._text[self._start :])))
            self._sent = end
        if complete_ones:
            self._start += complete_ones[-1].end
        ready = self._start + self._showable(self._text[self._start :].rstrip())
        if ready > self._sent:
            out.append((self._text[self._sent : ready], None))
            self._sent = ready
        return out

    @staticmethod
    def _showable(rest: str) -> int:
        """How much of what follows the last complete sentence may be shown: what seems to be the next one."""
        spans = split_sentences(rest)
        held = _MAY_BE_ITEM.search(rest)
        return min(spans[0].end if spans else 0, held.start() if held else len(rest))


class GenerativeSummary:
    """`text` and `citations` are complete when `events` has ended."""

    def __init__(self, ctx: RunContext, model: ChatModelInfo, sentences: Sequence[SourceSentence]) -> None:
        self._ctx = ctx
        self._model = model
        self._sentences = sentences
        self._cited: dict[tuple[int, int, int], int] = {}
        self.text = ""
        self.citations: list[Citation | TextSpan] = []

    async def events(self, length: str, focus: str) -> AsyncGenerator[Event, None]:
        room = chars_for_input(self._model) - _PROMPT_CHARS
        if room < _LEAST_ROOM:
            raise InputTooLarge(f"Das Sprachmodell fasst nur {self._model.context_length} Token; das ist zu wenig.")
        while True:
            try:
                async with aclosing(self._map_and_reduce(room, length, focus)) as events:
                    async for event in events:
                        yield event
            except PlatformError as error:
                # Tables and rare words have more tokens than their length lets expect: nothing is cut, pieces shrink.
                if error.code != _TOO_LONG or self.text or room // 2 < _LEAST_ROOM:
                    raise
                room //= 2
                yield Status(phase="generating", detail="Der Text ist sehr dicht: weiter in kleineren Abschnitten")
            else:
                return

    async def _map_and_reduce(self, room: int, length: str, focus: str) -> AsyncGenerator[Event, None]:
        pieces = pieces_of([sentence.quote for sentence in self._sentences], room)
        rounds = 0
        while len(pieces) > 1:
            rounds += 1
            if len(pieces) > _MAX_PARTS or rounds > _MAX_ROUNDS:
                raise InputTooLarge(f"Der Text ergibt {len(pieces)} Abschnitte; erlaubt sind {_MAX_PARTS}.")
            summaries: list[str] = []
            for number, piece in enumerate(pieces, 1):
                yield Status(phase="generating", detail=f"Abschnitt {number} von {len(pieces)}")
                summary, notes = await self._part(piece, number, len(pieces), focus)
                summaries.append(summary)
                for note in notes:
                    yield note
            pieces = pieces_of(summaries, room)
            if not pieces:
                raise UpstreamFailed("Das Sprachmodell hat nichts geantwortet. Bitte versuchen Sie es erneut.")
        async with aclosing(self._write(pieces[0], length, focus)) as events:
            async for event in events:
                yield event

    async def _part(self, piece: str, number: int, count: int, focus: str) -> tuple[str, list[Event]]:
        system, user = load("summarise", "part").render(
            nummer=str(number), anzahl=str(count), schwerpunkt=as_data(focus) or "keiner", text=as_data(piece)
        )
        return await complete(self._ctx, self._model, [SystemMessage(system), HumanMessage(user)])

    async def _write(self, text: str, length: str, focus: str) -> AsyncGenerator[Event, None]:
        system, user = load("summarise", "summary").render(
            laenge=_LENGTHS[length], schwerpunkt=as_data(focus) or "keiner", text=as_data(text)
        )
        yield Status(phase="generating")
        marks = SentenceMarks()
        async with aclosing(generate(self._ctx, self._model, [SystemMessage(system), HumanMessage(user)])) as pieces:
            async for piece in pieces:
                if not isinstance(piece, str):
                    yield piece
                    continue
                for event in self._show(marks.feed(piece)):
                    yield event
        for event in self._show(marks.feed("", last=True)):
            yield event

    def _show(self, ready: list[tuple[str, str | None]]) -> list[Event]:
        events: list[Event] = []
        for text, sentence in ready:
            found = closest(sentence, self._sentences) if sentence else None
            shown = text
            if found is not None:
                number, event = self._cite(found)
                shown = f"{text} [{number}]"
                events += [event] if event else []
            self.text += shown
            events.append(TextDelta(text=shown))
        return events

    def _cite(self, sentence: SourceSentence) -> tuple[int, Event | None]:
        key = (id(sentence.part), *sentence.span)
        if key in self._cited:
            return self._cited[key], None
        number = self._cited[key] = len(self.citations) + 1
        citation = cite(sentence, number)
        self.citations.append(citation)
        return number, CitationEvent(**citation.model_dump()) if isinstance(citation, Citation) else None
