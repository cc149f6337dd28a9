# SPDX-License-Identifier: EUPL-1.2
"""One turn of a chat: what is asked, what was found, and how it is answered."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from genius_common.contracts.modules import ChatTurn
from genius_common.contracts.retrieval import DocumentState, Hit
from genius_common.errors import PlatformError, Unavailable, UpstreamFailed
from genius_common.events import CitationEvent, Done, Event, Status, TextDelta, WarningEvent
from genius_common.text.specials import literal
from genius_modules.chat.follow_up import whole_question
from genius_modules.chat.offline import found_nothing_text, is_small_talk, offline_text, without_documents_text
from genius_modules.chat.schemas import ChatInput, ChatResult
from genius_modules.citations import without_markers
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.attachments import read_all
from genius_modules.documents.extractive import extractive_answer
from genius_modules.documents.generative import CitedAnswer
from genius_modules.documents.purposes import left_out_meanwhile
from genius_modules.documents.sources import as_prompt, fit, section_chars
from genius_modules.errors import InputTooLarge
from genius_modules.generation import chars_for_input, generate
from genius_modules.prompts import load

_ANSWER_TOKENS = 2048
_SEARCH_LIMIT = 12
_MODEL_SOURCES = 8
_CONTEXT_TURNS = 4
_SHARE_OF_SOURCES = 0.5

NO_MODEL = WarningEvent(code="model_unavailable", detail="Zurzeit ist kein Sprachmodell verfügbar.")
NO_SEARCH = WarningEvent(
    code="retrieval_unavailable",
    detail="Die Dokumentensuche ist zurzeit nicht erreichbar. Die Antwort entstand ohne Dokumente.",
)
NO_SOURCES = WarningEvent(code="nothing_found", detail="In den ausgewählten Dokumenten wurde dazu nichts gefunden.")
_WITHOUT_DOCUMENTS = (
    "Hinweis: Die Dokumentensuche ist zurzeit nicht erreichbar. Diese Antwort entstand ohne Dokumente.\n\n"
)
_NOTHING_FOUND = (
    "Hinweis: In den ausgewählten Dokumenten wurde dazu nichts gefunden. Diese Antwort stützt sich nicht auf sie.\n\n"
)


class Turn:
    """One turn: what is asked, what was found, and how it is answered."""

    def __init__(self, ctx: RunContext, data: ChatInput) -> None:
        self._ctx = ctx
        self._data = data
        self._history = list(ctx.history)
        self._message = self._take_message()
        self._searched: str | None = None
        self._hits: list[Hit] = []
        self._search_failed = False
        self._left_out = 0
        self._notes: list[Event] = []
        self.wants_documents = data.has_documents and not is_small_talk(self._message)

    def _take_message(self) -> str:
        if self._data.message and self._data.message.strip():
            return self._data.message
        # An input without a message is only accepted where the last of the history is the user's.
        return self._history.pop().text

    async def understand(self, model: ChatModelInfo | None) -> AsyncGenerator[Event, None]:
        """With a model, make a follow-up question whole; say what will be searched for where that differs."""
        if model is None:
            return
        self._searched, events = await whole_question(self._ctx, model, self._history, self._message)
        for event in events:
            yield event
        if self._searched:
            yield Status(phase="searching", detail=self._searched)
            yield WarningEvent(code="question_rewritten", detail=f"Gesucht wurde nach: „{self._searched}“")

    async def search(self, model: ChatModelInfo | None) -> None:
        """Fill the hits; a search that is down is remembered and said, a refused document is an error."""
        earlier = "\n".join(turn.text for turn in self._history[-_CONTEXT_TURNS:])
        try:
            found = await self._ctx.retrieval.search(
                await self._ctx.token(),
                self._searched or self._message,
                limit=_SEARCH_LIMIT,
                knowledge_bases=self._data.knowledge_bases or None,
                documents=self._data.documents or None,
                files=self._data.files or None,
                context=None if self._searched else earlier or None,
                section_chars=section_chars(_room(model) if model else None),
            )
        except (Unavailable, UpstreamFailed):
            self._search_failed = True
        except PlatformError as error:
            if error.status < 500:
                raise
            self._search_failed = True
        else:
            self._left_out = found.searched.left_out
            self._hits = list(found.hits[:_MODEL_SOURCES]) if found.verdict.answerable else []

    async def read_files(self, states: Sequence[DocumentState], model: ChatModelInfo) -> None:
        """Put the attached files themselves before the hits of other documents.

        They are read completely where they fit. Where they don't, the search in them decides; if it found nothing,
        their beginning is read and a warning says how much.
        """
        if self._search_failed:
            return
        whole = await read_all(self._ctx, states)
        room = _room(model)
        length = sum(len(hit.text) for hit in whole)
        if length <= room:
            self._hits = [*whole, *(hit for hit in self._hits if hit.file is None)]
        elif not self._hits:
            self._hits = fit(whole, room)
            read = sum(len(hit.text) for hit in self._hits)
            self._notes.append(
                WarningEvent(
                    code="file_partly_read",
                    detail=f"Die Dateien haben {length} Zeichen, gelesen wurden die ersten {read}. "
                    "Nutzen Sie „Zusammenfassen“ für den ganzen Text.",
                )
            )

    async def without_model(self) -> AsyncGenerator[Event, None]:
        """Passages where documents are chosen, else what can be done now."""
        yield NO_MODEL
        if self._left_out:
            yield left_out_meanwhile(self._left_out)
        if self._search_failed:
            yield NO_SEARCH
            for event in _whole(without_documents_text(), "template"):
                yield event
        elif self._hits:
            answer = extractive_answer(self._message, self._hits)
            for citation in answer.citations:
                yield CitationEvent(**citation.model_dump())
            yield TextDelta(text=answer.text)
            yield _done(
                ChatResult(
                    text=answer.text, citations=list(answer.citations), mode="extractive", sentences=answer.sentences
                )
            )
        elif self.wants_documents:
            yield NO_SOURCES
            for event in _whole(found_nothing_text(with_files=bool(self._data.files)), "extractive"):
                yield event
        else:
            for event in _whole(offline_text(self._message), "template"):
                yield event

    async def with_model(self, model: ChatModelInfo) -> AsyncGenerator[Event, None]:
        room = chars_for_input(model, _ANSWER_TOKENS)
        if self._left_out:
            yield left_out_meanwhile(self._left_out)
        if self._hits:
            async with aclosing(self._cited(model, room)) as events:
                async for event in events:
                    yield event
            return
        prefix = ""
        if self._search_failed:
            yield NO_SEARCH
            prefix = _WITHOUT_DOCUMENTS
        elif self.wants_documents:
            yield NO_SOURCES
            prefix = _NOTHING_FOUND
        messages = self._messages(*load("chat", "system").render(nachricht=literal(self._message)), room)
        yield Status(phase="generating")
        if prefix:
            yield TextDelta(text=prefix)
        text = prefix
        async with aclosing(generate(self._ctx, model, messages, answer_tokens=_ANSWER_TOKENS)) as pieces:
            async for piece in pieces:
                if not isinstance(piece, str):
                    yield piece
                else:
                    text += piece
                    yield TextDelta(text=piece)
        yield _done(ChatResult(text=text, mode="generative", model=model.id))

    async def _cited(self, model: ChatModelInfo, room: int) -> AsyncGenerator[Event, None]:
        hits = fit(self._hits, int(room * _SHARE_OF_SOURCES))
        cited = CitedAnswer(self._ctx, model, hits)
        prompt = load("chat", "sources").render(quellen=as_prompt(hits), nachricht=literal(self._message))
        messages = self._messages(*prompt, room)
        for note in self._notes:
            yield note
        yield Status(phase="generating")
        async with aclosing(cited.events(messages)) as events:
            async for event in events:
                yield event
        answer = cited.answer
        yield _done(
            ChatResult(
                text=answer.text,
                citations=list(answer.citations),
                mode="generative",
                model=model.id,
                sentences=answer.sentences,
            )
        )

    def _messages(self, system: str, user: str, room: int) -> list[BaseMessage]:
        """System prompt, as much of the history as fits (the newest, whole turns), and the message."""
        room -= len(system) + len(user)
        if room < 0:
            raise InputTooLarge(
                f"Ihre Nachricht hat {len(self._message)} Zeichen; das Sprachmodell fasst hier nur etwa "
                f"{max(room + len(self._message), 0)} Zeichen. Nutzen Sie „Zusammenfassen“ für lange Texte."
            )
        kept = _newest(self._history, room)
        return [SystemMessage(system), *map(_as_message, kept), HumanMessage(user)]


def _room(model: ChatModelInfo) -> int:
    """Characters for the sources, beside history and message."""
    return int(chars_for_input(model, _ANSWER_TOKENS) * _SHARE_OF_SOURCES)


def _newest(history: Sequence[ChatTurn], room: int) -> list[ChatTurn]:
    kept: list[ChatTurn] = []
    for turn in reversed(history):
        room -= len(turn.text)
        if room < 0:
            break
        kept.append(turn)
    return kept[::-1]


def _as_message(turn: ChatTurn) -> BaseMessage:
    if turn.role == "user":
        return HumanMessage(literal(turn.text))
    # Numbers of earlier citations would point at the sources of this turn.
    return AIMessage(without_markers(literal(turn.text)))


def _whole(text: str, mode: Literal["extractive", "template"]) -> list[Event]:
    return [TextDelta(text=text), _done(ChatResult(text=text, mode=mode))]


def _done(result: ChatResult) -> Done:
    return Done(result=result.model_dump(mode="json"))
