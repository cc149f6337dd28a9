# SPDX-License-Identifier: EUPL-1.2
"""chat: a turn of a conversation, with or without documents, with or without a model; it says which."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal
from uuid import UUID

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import Field
from typing_extensions import override

from genius_common.contracts.modules import ChatTurn, Label, RuleOfTwo
from genius_common.contracts.retrieval import Hit
from genius_common.errors import FieldError, InvalidInput, PlatformError, Unavailable, UpstreamFailed
from genius_common.events import CitationEvent, Done, Event, Status, TextDelta, Usage, WarningEvent
from genius_modules.base import Module, ModuleInput, ModuleSpec, TextResult
from genius_modules.chat.offline import found_nothing_text, offline_text, without_documents_text
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.answer import NOT_FOUND, NOT_FOUND_HINT, Sentence
from genius_modules.documents.extractive import extractive_answer
from genius_modules.documents.files import ReadyFiles
from genius_modules.documents.generative import CitedAnswer
from genius_modules.documents.sources import as_prompt, fit
from genius_modules.errors import InputTooLarge
from genius_modules.generation import chars_for_input, generate
from genius_modules.prompts import literal, load
from genius_modules.schema import form

MAX_MESSAGE = 200_000
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


class ChatInput(ModuleInput):
    """`message` is the new message; where the gateway regenerates, it is the last of the history."""

    message: str | None = Field(
        default=None, max_length=MAX_MESSAGE, json_schema_extra=form(("Nachricht", "Message"), widget="textarea")
    )
    regenerate: UUID | None = Field(
        default=None, json_schema_extra=form(("Neu erzeugen", "Regenerate"), widget="hidden")
    )
    conversation: UUID | None = Field(
        default=None, json_schema_extra=form(("Unterhaltung", "Conversation"), widget="hidden")
    )
    parent: UUID | None = Field(
        default=None, json_schema_extra=form(("Vorherige Nachricht", "Previous message"), widget="hidden")
    )
    knowledge_bases: list[UUID] | None = Field(
        default=None,
        max_length=100,
        json_schema_extra=form(("Wissenssammlungen", "Knowledge bases"), widget="knowledge-bases"),
    )
    documents: list[UUID] | None = Field(
        default=None, max_length=100, json_schema_extra=form(("Dokumente", "Documents"), widget="hidden")
    )
    files: list[UUID] | None = Field(
        default=None, max_length=20, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )

    @property
    def has_documents(self) -> bool:
        return bool(self.knowledge_bases or self.documents or self.files)


class ChatResult(TextResult):
    """`model` is the model that wrote the text; `sentences` are there where documents were used."""

    model: str | None = None
    sentences: list[Sentence] = Field(default_factory=list)


class Chat(Module[ChatInput]):
    spec = ModuleSpec(
        id="chat",
        version="1.0.0",
        title=Label(de="Chat", en="Chat"),
        description=Label(
            de="Unterhaltung mit dem Assistenten, auf Wunsch mit Wissenssammlungen und Dateien.",
            en="A conversation with the assistant, with knowledge bases and files if wanted.",
        ),
        input_model=ChatInput,
        result_model=ChatResult,
        scopes=(
            "modules.run",
            "run.token",
            "search",
            "documents.read",
            "files.read",
            "chat.completions",
            "models.read",
        ),
        needs="optional",
        mode_without_model="extractive",
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="message-square",
    )

    @override
    async def run(self, ctx: RunContext, data: ChatInput) -> AsyncGenerator[Event, None]:
        turn = _Turn(ctx, data)
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        turn.model = await ctx.chat_model()
        if data.has_documents:
            yield Status(phase="searching")
            await turn.search()
        async with aclosing(turn.with_model(turn.model) if turn.model else turn.without_model()) as events:
            async for event in events:
                yield event


class _Turn:
    """One turn: what is asked, what was found, and how it is answered."""

    def __init__(self, ctx: RunContext, data: ChatInput) -> None:
        self._ctx = ctx
        self._data = data
        self._history = list(ctx.history)
        self._message = self._take_message()
        self._hits: list[Hit] = []
        self._search_failed = False
        self.model: ChatModelInfo | None = None

    def _take_message(self) -> str:
        if self._data.message and self._data.message.strip():
            return self._data.message
        if self._history and self._history[-1].role == "user":
            return self._history.pop().text
        raise InvalidInput(errors=[FieldError("/input/message", "Bitte geben Sie eine Nachricht ein.")])

    async def search(self) -> None:
        """Fill the hits; a search that is down is remembered and said, a refused document is an error."""
        earlier = "\n".join(turn.text for turn in self._history[-_CONTEXT_TURNS:])
        try:
            found = await self._ctx.retrieval.search(
                await self._ctx.token(),
                self._message,
                limit=_SEARCH_LIMIT,
                knowledge_bases=self._data.knowledge_bases or None,
                documents=self._data.documents or None,
                files=self._data.files or None,
                context=earlier or None,
            )
        except (Unavailable, UpstreamFailed):
            self._search_failed = True
        except PlatformError as error:
            if error.status < 500:
                raise
            self._search_failed = True
        else:
            self._hits = list(found.hits) if found.verdict.answerable else []

    async def without_model(self) -> AsyncGenerator[Event, None]:
        """Passages where documents are chosen, else what can be done now."""
        yield NO_MODEL
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
        elif self._data.has_documents:
            yield NO_SOURCES
            for event in _whole(found_nothing_text(NOT_FOUND, NOT_FOUND_HINT), "extractive"):
                yield event
        else:
            for event in _whole(offline_text(self._message), "template"):
                yield event

    async def with_model(self, model: ChatModelInfo) -> AsyncGenerator[Event, None]:
        room = chars_for_input(model)
        if self._hits:
            async with aclosing(self._cited(model, room)) as events:
                async for event in events:
                    yield event
            return
        prefix = ""
        if self._search_failed:
            yield NO_SEARCH
            prefix = _WITHOUT_DOCUMENTS
        elif self._data.has_documents:
            yield NO_SOURCES
            prefix = _NOTHING_FOUND
        messages = self._messages(*load("chat", "system").render(nachricht=literal(self._message)), room)
        yield Status(phase="generating")
        if prefix:
            yield TextDelta(text=prefix)
        text = prefix
        async with aclosing(generate(self._ctx, model, messages)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Usage):
                    yield piece
                else:
                    text += piece
                    yield TextDelta(text=piece)
        yield _done(ChatResult(text=text, mode="generative", model=model.id))

    async def _cited(self, model: ChatModelInfo, room: int) -> AsyncGenerator[Event, None]:
        hits = fit(self._hits[:_MODEL_SOURCES], int(room * _SHARE_OF_SOURCES))
        cited = CitedAnswer(self._ctx, model, hits)
        prompt = load("chat", "sources").render(quellen=as_prompt(hits), nachricht=literal(self._message))
        messages = self._messages(*prompt, room)
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


def _newest(history: Sequence[ChatTurn], room: int) -> list[ChatTurn]:
    kept: list[ChatTurn] = []
    for turn in reversed(history):
        room -= len(turn.text)
        if room < 0:
            break
        kept.append(turn)
    return kept[::-1]


def _as_message(turn: ChatTurn) -> BaseMessage:
    return HumanMessage(literal(turn.text)) if turn.role == "user" else AIMessage(literal(turn.text))


def _whole(text: str, mode: Literal["extractive", "template"]) -> list[Event]:
    return [TextDelta(text=text), _done(ChatResult(text=text, mode=mode))]


def _done(result: ChatResult) -> Done:
    return Done(result=result.model_dump(mode="json"))
