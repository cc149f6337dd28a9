# SPDX-License-Identifier: EUPL-1.2
"""extract: fields of a schema out of files or a text, each with its place; a model only suggests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import override

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.modules import ChatTurn, Label, RuleOfTwo
from genius_common.contracts.retrieval import Citation
from genius_common.errors import FieldError
from genius_common.events import CitationEvent, Done, Event, Status, WarningEvent
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleInput, ModuleSpec
from genius_modules.context import RunContext
from genius_modules.documents.files import ReadyFiles
from genius_modules.errors import EmptySource, InputTooLarge
from genius_modules.extract.reading import Source, answer
from genius_modules.extract.result import Cited, ExtractResult, fields_of, values_of
from genius_modules.extract.suggesting import Suggesting
from genius_modules.extract.tables import MAX_ROWS
from genius_modules.extract.wanted import Wanted, from_lines, from_schema
from genius_modules.schema import form
from genius_modules.summarise.source import Part

MAX_CHARS = 500_000
_SOURCE = ("Bitte geben Sie entweder einen Text oder Dateien an.", "Please give either a text or files.")
_FIELDS = "Bitte nennen Sie die gesuchten Felder: entweder als Liste (fields) oder als Schema (schema)."

_EXAMPLE: JsonValue = {"text": "Aktenzeichen: WG-2026/0815", "fields": "Aktenzeichen (Aktenzeichen)"}


class ExtractInput(ModuleInput):
    """Exactly one of `text` and `files`, and exactly one of `fields` (a name a line) and `schema`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    files: list[UUID] | None = Field(
        default=None, max_length=20, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )
    text: str | None = Field(
        default=None,
        json_schema_extra=form(
            ("Text", "Text"),
            widget="textarea",
            help_text=("Text einfügen oder oben Dateien wählen.", "Paste a text, or choose files above."),
        ),
    )
    fields: str | None = Field(
        default=None,
        max_length=6000,
        json_schema_extra=form(
            ("Gesuchte Felder", "Wanted fields"),
            widget="textarea",
            help_text=(
                "Ein Feld je Zeile, wie es im Dokument heißt, mit der Art in Klammern: Rechnungsdatum (Datum), "
                "Gesamtbetrag (Betrag), Name. Arten: Text, Datum, Betrag, Zahl, Ja/Nein, IBAN, E-Mail, Telefon, "
                "Aktenzeichen, Anschrift.",
                "One field a line, as the document calls it, its kind in brackets: Rechnungsdatum (Date), "
                "Gesamtbetrag (Amount), Name. Kinds: Text, Date, Amount, Number, Ja/Nein, IBAN, E-Mail, Phone, "
                "Aktenzeichen, Address.",
            ),
        ),
    )
    wanted: dict[str, Any] | None = Field(
        default=None, alias="schema", json_schema_extra=form(("Schema", "Schema"), widget="hidden")
    )

    @override
    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        if self.has_text == bool(self.files):
            return [FieldError("/text", _SOURCE[0])]
        if bool(self.fields and self.fields.strip()) == (self.wanted is not None):
            return [FieldError("/fields", _FIELDS)]
        return self.read()[1]

    @property
    def has_text(self) -> bool:
        return bool(self.text and self.text.strip())

    def read(self) -> tuple[list[Wanted], list[FieldError]]:
        """The wanted fields, and what is wrong with how they are named."""
        return from_schema(self.wanted) if self.wanted is not None else from_lines(self.fields or "")


class Extract(Module[ExtractInput]):
    spec = ModuleSpec(
        id="extract",
        version="1.0.0",
        title=Label(de="Angaben auslesen", en="Extract data"),
        description=Label(
            de="Liest Daten, Beträge, Aktenzeichen und andere Felder aus Dateien und zeigt zu jeder Angabe die Stelle.",
            en="Reads dates, amounts, file numbers and other fields from files and shows the place of each.",
        ),
        input_model=ExtractInput,
        result_model=ExtractResult,
        scopes=("modules.run", "run.token", "files.read", "chat.completions", "models.read"),
        needs="optional",
        mode_without_model="extractive",
        protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="table-properties",
    )

    @override
    async def run(self, ctx: RunContext, data: ExtractInput) -> AsyncGenerator[Event, None]:
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        parts, layouts = await _sources(ctx, ready) if data.files else ([Part(data.text or "")], [None])
        length = sum(len(part.text) for part in parts)
        if length > MAX_CHARS:
            raise InputTooLarge(f"Der Text hat {length} Zeichen; erlaubt sind {MAX_CHARS} Zeichen.")
        if not any(part.text.strip() for part in parts):
            raise EmptySource
        yield Status(phase="checking")
        sources = [
            Source(number, part.text, layout.fields if layout else [])
            for number, (part, layout) in enumerate(zip(parts, layouts, strict=True))
        ]
        answers = await asyncio.to_thread(answer, data.read()[0], sources)
        if any(one.path.split("/")[2:3] == [str(MAX_ROWS)] for one in answers):
            raise InputTooLarge(f"Eine Tabelle hat mehr als {MAX_ROWS} Zeilen. Bitte teilen Sie die Datei.")
        model = await ctx.chat_model()
        if model:
            suggesting = Suggesting(ctx, model, answers, sources)
            async with aclosing(suggesting.events()) as events:
                async for event in events:
                    yield event
            answers = suggesting.answers
        cited = Cited(parts, layouts)
        fields = await asyncio.to_thread(fields_of, answers, cited)
        for citation in cited.citations:
            if isinstance(citation, Citation):
                yield CitationEvent(**citation.model_dump())
        result = ExtractResult(
            values=values_of(answers),
            fields=fields,
            citations=cited.citations,
            mode="generative" if any(field.how == "model" for field in fields) else "extractive",
            model=model.id if model and any(field.how == "model" for field in fields) else None,
        )
        lacking = [field.label for field in fields if field.required and field.state != "found"]
        if lacking:
            yield WarningEvent(
                code="required_fields_missing", detail=f"Ohne sichere Angabe blieben: {', '.join(lacking[:12])}."
            )
        yield Done(result=result.model_dump(mode="json"))


async def _sources(ctx: RunContext, ready: ReadyFiles) -> tuple[list[Part], list[DocumentLayout | None]]:
    parts: list[Part] = []
    layouts: list[DocumentLayout | None] = []
    for state in ready.states:
        document = await ctx.retrieval.file_text(await ctx.token(), state.id)
        parts.append(Part(document.text, state, document))
        layouts.append(await ctx.retrieval.file_layout(await ctx.token(), state.id))
    return parts, layouts
