# SPDX-License-Identifier: EUPL-1.2
"""summarise: a text or files, by a model or, without one, by its own most central sentences."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from typing_extensions import override

from genius_common.contracts.modules import ChatTurn, Label, RuleOfTwo
from genius_common.contracts.retrieval import Citation
from genius_common.errors import FieldError
from genius_common.events import CitationEvent, Done, Event, Status, TextDelta, WarningEvent
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleInput, ModuleSpec, TextResult, TextSpan
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.answer import Sentence
from genius_modules.documents.files import ReadyFiles
from genius_modules.errors import EmptySource, InputTooLarge
from genius_modules.schema import either, form
from genius_modules.summarise.checking import check_summary
from genius_modules.summarise.generative import GenerativeSummary
from genius_modules.summarise.source import Part, SourceSentence, cite, sentences_of
from genius_modules.summarise.textrank import select

MAX_CHARS = 2_000_000
_COUNTS = {"short": 3, "medium": 7, "long": 15}
_SHOWN_FACTS = 8
# Of German text in the tokenizers of today's models, at most: what is longer by this count is too long by any.
_MOST_CHARS_PER_TOKEN = 4
_NO_MODEL = WarningEvent(
    code="model_unavailable",
    detail="Zurzeit ist kein Sprachmodell verfügbar. Die Zusammenfassung besteht aus Sätzen des Originals.",
)
_UNSUPPORTED = WarningEvent(
    code="not_supported", detail="Ein Teil der Zusammenfassung ist im Original nicht belegt und entsprechend markiert."
)


_SOURCE = ("Bitte geben Sie entweder einen Text oder Dateien an.", "Please give either a text or files.")


class SummariseInput(ModuleInput):
    """Exactly one of `text` and `files`."""

    model_config = ConfigDict(json_schema_extra=either("text", "files", _SOURCE))

    text: str | None = Field(
        default=None,
        json_schema_extra=form(
            ("Text", "Text"),
            widget="textarea",
            help_text=("Text einfügen oder unten Dateien wählen.", "Paste a text, or choose files below."),
        ),
    )
    files: list[UUID] | None = Field(
        default=None, max_length=20, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )
    length: Literal["short", "medium", "long"] = Field(
        default="medium",
        json_schema_extra=form(
            ("Länge", "Length"),
            options={"short": ("kurz", "short"), "medium": ("mittel", "medium"), "long": ("ausführlich", "long")},
        ),
    )
    focus: str | None = Field(
        default=None,
        max_length=500,
        json_schema_extra=form(
            ("Schwerpunkt", "Focus"),
            help_text=("Begriffe, die besonders wichtig sind.", "Terms that matter most."),
        ),
    )

    @override
    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        return [] if self.has_text != bool(self.files) else [FieldError("/text", _SOURCE[0])]

    @property
    def has_text(self) -> bool:
        return bool(self.text and self.text.strip())


class SummariseResult(TextResult):
    """`sentences` are those of `text`; supported: it has a place, and its values and names are those of the source."""

    sentences: list[Sentence] = Field(default_factory=list)


class Summarise(Module[SummariseInput]):
    spec = ModuleSpec(
        id="summarise",
        version="1.0.0",
        title=Label(de="Zusammenfassen", en="Summarise"),
        description=Label(
            de="Fasst einen Text oder Dateien zusammen und zeigt zu jedem Satz die Stelle im Original.",
            en="Summarises a text or files and shows the place in the original for every sentence.",
        ),
        input_model=SummariseInput,
        result_model=SummariseResult,
        scopes=("modules.run", "run.token", "files.read", "chat.completions", "models.read"),
        needs="optional",
        mode_without_model="extractive",
        protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="list-collapse",
    )

    @override
    async def run(self, ctx: RunContext, data: SummariseInput) -> AsyncGenerator[Event, None]:
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        parts = [Part(data.text)] if data.text and data.has_text else await self._files(ctx, ready)
        length = sum(len(part.text) for part in parts)
        if length > MAX_CHARS:
            raise InputTooLarge(f"Der Text hat {length} Zeichen; erlaubt sind {MAX_CHARS} Zeichen.")
        # Both are long loops over the text: in a thread, so that other runs go on.
        sentences = await asyncio.to_thread(sentences_of, parts)
        if not sentences:
            raise EmptySource
        model = await ctx.chat_model()
        too_long = length / _MOST_CHARS_PER_TOKEN > ctx.limits.tokens
        if model and not too_long:
            events = _generative(ctx, model, sentences, data)
        else:
            events = _extractive(sentences, data, _too_long(length, ctx.limits.tokens) if model else _NO_MODEL)
        async with aclosing(events) as stream:
            async for event in stream:
                yield event

    @staticmethod
    async def _files(ctx: RunContext, ready: ReadyFiles) -> list[Part]:
        parts = []
        for state in ready.states:
            document = await ctx.retrieval.file_text(await ctx.token(), state.id)
            parts.append(Part(document.text, state, document))
        return parts


async def _generative(
    ctx: RunContext, model: ChatModelInfo, sentences: list[SourceSentence], data: SummariseInput
) -> AsyncGenerator[Event, None]:
    summary = GenerativeSummary(ctx, model, sentences)
    async with aclosing(summary.events(data.length, data.focus or "")) as events:
        async for event in events:
            yield event
    yield Status(phase="checking")
    checked = await asyncio.to_thread(check_summary, summary.text, sentences)
    if checked.missing:
        values = ", ".join(checked.missing[:_SHOWN_FACTS])
        yield WarningEvent(
            code="fact_not_in_source", detail=f"Diese Angaben stehen nicht so im Original, bitte prüfen: {values}."
        )
    if not all(sentence.supported for sentence in checked.sentences):
        yield _UNSUPPORTED
    yield _done(summary.text, summary.citations, checked.sentences, "generative", model.id)


def _too_long(characters: int, tokens: int) -> WarningEvent:
    """Said before the model has read half of it in vain."""
    return WarningEvent(
        code="too_long_for_model",
        detail=(
            f"Der Text hat {characters} Zeichen. Das ist mehr, als das Sprachmodell in einem Lauf lesen darf ({tokens} "
            "Token). Die Zusammenfassung besteht aus Sätzen des ganzen Originals."
        ),
    )


async def _extractive(
    sentences: list[SourceSentence], data: SummariseInput, why: WarningEvent
) -> AsyncGenerator[Event, None]:
    yield Status(phase="generating")
    quotes = [sentence.quote for sentence in sentences]
    chosen = await asyncio.to_thread(select, quotes, _COUNTS[data.length], data.focus or "")
    yield why
    citations: list[Citation | TextSpan] = []
    lines: list[str] = []
    verbatim: list[Sentence] = []
    for number, index in enumerate(chosen, 1):
        citation = cite(sentences[index], number)
        citations.append(citation)
        if isinstance(citation, Citation):
            yield CitationEvent(**citation.model_dump())
        line = f"- {_tidy(quotes[index])} [{number}]"
        yield TextDelta(text=line if number == 1 else f"\n{line}")
        lines.append(line)
        verbatim.append(Sentence(text=line.removeprefix("- "), supported=True, citations=[number]))
    yield _done("\n".join(lines), citations, verbatim, "extractive")


def _tidy(quote: str) -> str:
    return re.sub(r"^(?:[-•*–]|\(?\d{1,3}[.)])\s+", "", re.sub(r"\s+", " ", quote))


def _done(
    text: str,
    citations: list[Citation | TextSpan],
    sentences: list[Sentence],
    mode: Literal["generative", "extractive"],
    model: str | None = None,
) -> Done:
    result = SummariseResult(text=text, citations=citations, sentences=sentences, mode=mode, model=model)
    return Done(result=result.model_dump(mode="json"))
