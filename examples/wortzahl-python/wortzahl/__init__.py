# SPDX-License-Identifier: EUPL-1.2
"""Counts words of a text or of files: an external module as a Python package.

It runs locked in: everything it needs is imported here, at the top, because no file can be opened later.
"""

import datetime as dt
from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from genius_common.contracts.modules import Card, ChatTurn, Label, Limits, RuleOfTwo
from genius_common.errors import FieldError
from genius_common.events import Done, Event, Status, TextDelta
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleInput, ModuleSpec
from genius_modules.context import RunContext
from genius_modules.documents.files import ReadyFiles
from genius_modules.schema import form

_WHAT = "Bitte geben Sie einen Text oder Dateien an."


class WordsInput(ModuleInput):
    text: str | None = Field(
        default=None, max_length=200_000, json_schema_extra=form(("Text", "Text"), widget="textarea")
    )
    files: list[UUID] | None = Field(
        default=None, max_length=20, json_schema_extra=form(("Dateien", "Files"), widget="files")
    )

    def refusals(self, history: Sequence[ChatTurn]) -> list[FieldError]:
        return [] if self.text or self.files else [FieldError("/text", _WHAT)]


class WordsResult(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    citations: list[str] = Field(default=[], max_length=0)
    mode: str = "template"
    words: int


class WordCount(Module[WordsInput]):
    spec = ModuleSpec(
        id="wortzahl",
        version="1.0.0",
        title=Label(de="Wörter zählen", en="Count words"),
        description=Label(
            de="Zählt die Wörter eines Textes oder von Dateien.", en="Counts words of a text or of files."
        ),
        input_model=WordsInput,
        result_model=WordsResult,
        scopes=("files.read",),
        needs="none",
        mode_without_model="template",
        protection_classes=ProtectionClass.up_to(ProtectionClass.PERSONENBEZOGEN),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        limits=Limits(tokens=0, seconds=60, bytes=1_000_000),
        card=Card(
            purpose=Label(de="Zählt Wörter, etwa für Zeichengrenzen.", en="Counts words, for limits of length."),
            role="both",
            risk_class="minimal",
            annex_iii=Label(de="Kein Fall des Anhangs III.", en="No case of Annex III."),
            approver="Beispielamt, KI-Koordination",
            approved_on=dt.date(2026, 11, 26),
            expires_on=dt.date(2028, 11, 30),
        ),
    )

    async def run(self, ctx: RunContext, data: WordsInput) -> AsyncGenerator[Event, None]:
        count = len((data.text or "").split())
        files = ReadyFiles(ctx, data.files or [])
        async for event in files.wait():
            yield event
        yield Status(phase="checking")
        for state in files.states:
            count += len((await ctx.retrieval.file_text(await ctx.token(), state.id)).text.split())
        text = f"{count} Wörter."
        yield TextDelta(text=text)
        yield Done(result=WordsResult(text=text, words=count).model_dump(mode="json"))
