# SPDX-License-Identifier: EUPL-1.2
"""simplify: Einfache or Leichte Sprache, checked by rules; a model rewrites, without one the faults are named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from genius_common.contracts.modules import ChatTurn, Label, Mode, RuleOfTwo
from genius_common.contracts.retrieval import Citation
from genius_common.errors import FieldError
from genius_common.events import CitationEvent, Done, Event, Status, WarningEvent
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleInput, ModuleSpec
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.files import ReadyFiles
from genius_modules.errors import EmptySource, InputTooLarge
from genius_modules.schema import either, form
from genius_modules.simplify.faithful import Faithful, compare
from genius_modules.simplify.findings import Level
from genius_modules.simplify.generative import LEVEL_NAMES, Rewriting
from genius_modules.simplify.report import Report, check
from genius_modules.summarise.source import Part, cite, sentences_of

MAX_CHARS = 100_000
_SHOWN = 12
_SOURCE = ("Bitte geben Sie entweder einen Text oder Dateien an.", "Please give either a text or files.")


class SimplifyInput(ModuleInput):
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
        default=None, max_length=5, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )
    level: Level = Field(
        default="einfach",
        json_schema_extra=form(
            ("Stufe", "Level"),
            help_text=(
                "Leichte Sprache hat strengere Regeln. Ein solcher Text muss von der Zielgruppe geprüft werden.",
                "Easy-to-read German has stricter rules; such a text has to be tried by the people it is for.",
            ),
            options={"einfach": ("Einfache Sprache", "Plain language"), "leicht": ("Leichte Sprache", "Easy-to-read")},
        ),
    )

    @override
    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        return [] if self.has_text != bool(self.files) else [FieldError("/text", _SOURCE[0])]

    @property
    def has_text(self) -> bool:
        return bool(self.text and self.text.strip())


class SimplifyResult(BaseModel):
    """`text` is the new text, empty without a model.

    `before` checks the source (files one after the other, a blank line between them), `after` the new text; their
    spans count characters of these. `unverified` stands in the new text only, `lost` in the source only. `citations`
    are the places in files of the source's sentences with findings, `sources` their numbers by index of the sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    mode: Mode
    level: Level
    model: str | None = None
    before: Report
    after: Report | None = None
    unverified: list[str] = []
    lost: list[str] = []
    repairs: int = 0
    citations: list[Citation] = []
    sources: dict[str, int] = {}


class Simplify(Module[SimplifyInput]):
    spec = ModuleSpec(
        id="simplify",
        version="1.0.0",
        title=Label(de="Einfach schreiben", en="Simplify"),
        description=Label(
            de="Überträgt einen Text in Einfache oder Leichte Sprache und prüft ihn Satz für Satz nach Regeln.",
            en="Rewrites a text in plain or easy-to-read German and checks it sentence by sentence against rules.",
        ),
        input_model=SimplifyInput,
        result_model=SimplifyResult,
        scopes=("modules.run", "run.token", "files.read", "chat.completions", "models.read"),
        needs="optional",
        mode_without_model="extractive",
        protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="message-circle-check",
    )

    @override
    async def run(self, ctx: RunContext, data: SimplifyInput) -> AsyncGenerator[Event, None]:
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        parts = [Part(data.text)] if data.text and data.has_text else await _files(ctx, ready)
        source = "\n\n".join(part.text for part in parts)
        if len(source) > MAX_CHARS:
            raise InputTooLarge(f"Der Text hat {len(source)} Zeichen; erlaubt sind {MAX_CHARS} Zeichen.")
        if not source.strip():
            raise EmptySource
        yield Status(phase="checking")
        before = await asyncio.to_thread(check, source, data.level)
        citations, sources = await asyncio.to_thread(_places, parts, before)
        for citation in citations:
            yield CitationEvent(**citation.model_dump())
        model = await ctx.chat_model()
        if model is None:
            yield WarningEvent(
                code="model_unavailable",
                detail="Zurzeit ist kein Sprachmodell verfügbar. Sie sehen, was an Ihrem Text zu ändern ist.",
            )
            result = SimplifyResult(
                text="", mode="extractive", level=data.level, before=before, citations=citations, sources=sources
            )
            yield Done(result=result.model_dump(mode="json"))
            return
        rewriting = Rewriting(ctx, model, data.level)
        async with aclosing(rewriting.events(source)) as events:
            async for event in events:
                yield event
        async with aclosing(_finish(rewriting, source, model, data.level, before, citations, sources)) as events:
            async for event in events:
                yield event


async def _finish(
    rewriting: Rewriting,
    source: str,
    model: ChatModelInfo,
    level: Level,
    before: Report,
    citations: list[Citation],
    sources: dict[str, int],
) -> AsyncGenerator[Event, None]:
    """The new text is judged as a whole; what is still wrong is said, never hidden."""
    yield Status(phase="checking")
    after = await asyncio.to_thread(check, rewriting.text, level)
    faithful = await asyncio.to_thread(compare, rewriting.text, source)
    for warning in _warnings(after, faithful, level):
        yield warning
    result = SimplifyResult(
        text=rewriting.text,
        mode="generative",
        level=level,
        model=model.id,
        before=before,
        after=after,
        unverified=faithful.added,
        lost=faithful.lost,
        repairs=rewriting.repairs,
        citations=citations,
        sources=sources,
    )
    yield Done(result=result.model_dump(mode="json"))


def _warnings(after: Report, faithful: Faithful, level: Level) -> list[WarningEvent]:
    found = []
    broken = sum(sentence.breaks for sentence in after.sentences)
    if broken:
        which = "Ein Satz erfüllt" if broken == 1 else f"{broken} Sätze erfüllen"
        found.append(
            WarningEvent(
                code="rules_broken",
                detail=f"{which} die Regeln von {LEVEL_NAMES[level]} noch nicht. Sie sind im Ergebnis markiert.",
            )
        )
    if faithful.added:
        values = ", ".join(faithful.added[:_SHOWN])
        found.append(
            WarningEvent(
                code="fact_not_in_source", detail=f"Diese Angaben stehen nicht im Original, bitte prüfen: {values}."
            )
        )
    if faithful.lost:
        values = ", ".join(faithful.lost[:_SHOWN])
        found.append(
            WarningEvent(code="fact_lost", detail=f"Diese Angaben aus dem Original fehlen, bitte prüfen: {values}.")
        )
    return found


async def _files(ctx: RunContext, ready: ReadyFiles) -> list[Part]:
    parts = []
    for state in ready.states:
        document = await ctx.retrieval.file_text(await ctx.token(), state.id)
        parts.append(Part(document.text, state, document))
    return parts


def _places(parts: Sequence[Part], report: Report) -> tuple[list[Citation], dict[str, int]]:
    """Where the sentences with findings stand in their files; nothing for a text that was pasted in."""
    if parts[0].state is None:
        return [], {}
    # Both cut at blank lines, and parts are joined by one: the sentences are the same, in the same order.
    sentences = sentences_of(parts)
    citations: list[Citation] = []
    sources: dict[str, int] = {}
    for index, (sentence, checked) in enumerate(zip(sentences, report.sentences, strict=True)):
        if checked.findings:
            found = cite(sentence, len(citations) + 1)
            if isinstance(found, Citation):
                citations.append(found)
                sources[str(index)] = found.number
    return citations, sources
