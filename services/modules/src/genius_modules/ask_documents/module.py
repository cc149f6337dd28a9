# SPDX-License-Identifier: EUPL-1.2
"""ask-documents: an answer with checked citations, or an honest "nicht gefunden"."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import Field, field_validator
from typing_extensions import override

from genius_common.contracts.modules import Label, RuleOfTwo
from genius_common.contracts.retrieval import Hit
from genius_common.contracts.search_filter import KIND_NAMES, Day, Kinds, SearchFilter, period_in_order
from genius_common.errors import PlatformError, Unavailable, UpstreamFailed
from genius_common.events import CitationEvent, Done, Event, Status, TextDelta, WarningEvent
from genius_common.principal import ProtectionClass
from genius_common.text.specials import literal
from genius_modules.base import Module, ModuleInput, ModuleSpec
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.answer import NOT_FOUND_HINT, Answer, AskResult, not_found, not_found_hint
from genius_modules.documents.extractive import extractive_answer, nearest_passages
from genius_modules.documents.files import ReadyFiles
from genius_modules.documents.generative import CitedAnswer
from genius_modules.documents.purposes import left_out_meanwhile
from genius_modules.documents.sources import as_prompt, fit, section_chars
from genius_modules.generation import chars_for_input
from genius_modules.prompts import load
from genius_modules.schema import form

_FILTER = ("Dokumente eingrenzen", "Narrow down the documents")
_KINDS_IN_ENGLISH = ("PDF", "Text document", "Sheet", "Slides", "E-mail", "Image", "Web page", "Law")

SEARCH_LIMIT = 12
MODEL_SOURCES = 8
MODEL_MISSING = WarningEvent(
    code="model_unavailable",
    detail="Zurzeit ist kein Sprachmodell verfügbar. Die Antwort besteht aus wörtlichen Fundstellen.",
)


class AskInput(ModuleInput):
    question: str = Field(
        min_length=1,
        max_length=4000,
        pattern=r"\S",
        json_schema_extra=form(("Ihre Frage", "Your question"), widget="textarea"),
    )
    knowledge_bases: list[UUID] | None = Field(
        default=None,
        max_length=100,
        json_schema_extra=form(
            ("Wissensbasen", "Knowledge bases"),
            help_text=("Ohne Auswahl wird in allen gesucht, die Sie lesen dürfen.", "None selected: all you may read."),
            widget="knowledge-bases",
        ),
    )
    documents: list[UUID] | None = Field(
        default=None, max_length=100, json_schema_extra=form(("Dokumente", "Documents"), widget="hidden")
    )
    files: list[UUID] | None = Field(
        default=None, max_length=20, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )
    kinds: Kinds | None = Field(
        default=None,
        json_schema_extra=form(
            ("Art der Dokumente", "Kind of document"),
            help_text=("Ohne Auswahl wird in allen gesucht.", "None selected: all kinds."),
            widget="checks",
            options=dict(zip(KIND_NAMES, zip(KIND_NAMES.values(), _KINDS_IN_ENGLISH, strict=True), strict=True)),
            part=_FILTER,
        ),
    )
    uploaded_from: Day | None = Field(
        default=None, json_schema_extra=form(("Hochgeladen ab", "Uploaded from"), part=_FILTER)
    )
    uploaded_until: Day | None = Field(
        default=None,
        json_schema_extra=form(
            ("Hochgeladen bis", "Uploaded until"),
            help_text=(
                "Der Tag, an dem das Dokument hier hochgeladen wurde, nicht sein Stand.",
                "The day on which the document was uploaded here, not the date of its contents.",
            ),
            part=_FILTER,
        ),
    )

    _period = field_validator("uploaded_until")(period_in_order)

    @property
    def filter(self) -> SearchFilter:
        return SearchFilter(kinds=self.kinds, uploaded_from=self.uploaded_from, uploaded_until=self.uploaded_until)


class AskDocuments(Module[AskInput]):
    spec = ModuleSpec(
        id="ask-documents",
        version="1.0.0",
        title=Label(de="Dokumente befragen", en="Ask documents"),
        description=Label(
            de="Beantwortet eine Frage aus freigegebenen Dokumenten und zeigt zu jedem Satz die Fundstelle.",
            en="Answers a question from the documents you may read and shows the passage for every sentence.",
        ),
        input_model=AskInput,
        result_model=AskResult,
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
        protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="book-search",
    )

    @override
    async def run(self, ctx: RunContext, data: AskInput) -> AsyncGenerator[Event, None]:
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        yield Status(phase="searching")
        model = await ctx.chat_model()
        found = await ctx.retrieval.search(
            await ctx.token(),
            data.question,
            limit=SEARCH_LIMIT,
            knowledge_bases=data.knowledge_bases or None,
            documents=data.documents or None,
            files=data.files or None,
            narrowed_by=data.filter,
            section_chars=section_chars(_room(model) if model else None),
        )
        if found.searched.left_out:
            yield left_out_meanwhile(found.searched.left_out)
        if not found.hits or not found.verdict.answerable:
            answer = not_found("generative" if model else "extractive", nearest_passages(data.question, found))
            for near in answer.citations:
                yield CitationEvent(**near.model_dump())
            yield TextDelta(text=answer.text)
            yield WarningEvent(code="nothing_found", detail=not_found_hint(found))
            yield Done(result=answer.result().model_dump(mode="json"))
            return
        async with aclosing(answer_events(ctx, model, data.question, found.hits)) as events:
            async for event in events:
                yield event


def _room(model: ChatModelInfo) -> int:
    """Characters for the sources, beside instructions and question."""
    return chars_for_input(model) - 2000


async def answer_events(
    ctx: RunContext, model: ChatModelInfo | None, question: str, hits: list[Hit]
) -> AsyncGenerator[Event, None]:
    """The answer and `Done`: by the model, or by passages where there is none or it fails before its first word."""
    if model is not None:
        spoke = False
        cited = CitedAnswer(ctx, model, fit(hits[:MODEL_SOURCES], _room(model)))
        system, user = load("ask_documents", "answer").render(quellen=as_prompt(cited.hits), frage=literal(question))
        yield Status(phase="generating")
        try:
            async with aclosing(cited.events([SystemMessage(system), HumanMessage(user)])) as events:
                async for event in events:
                    spoke = spoke or isinstance(event, TextDelta)
                    yield event
        except PlatformError as error:
            # Words that were shown can't be taken back; before them the passages still answer the question.
            if spoke or not (error.retryable or isinstance(error, (Unavailable, UpstreamFailed))):
                raise
        else:
            for event in _closing(cited.answer):
                yield event
            return
    yield MODEL_MISSING
    answer = extractive_answer(question, hits)
    for found in answer.citations:
        yield CitationEvent(**found.model_dump())
    yield TextDelta(text=answer.text)
    for event in _closing(answer):
        yield event


def _closing(answer: Answer) -> list[Event]:
    events: list[Event] = []
    if not answer.found:
        events.append(WarningEvent(code="nothing_found", detail=NOT_FOUND_HINT))
    events.append(Done(result=answer.result().model_dump(mode="json")))
    return events
