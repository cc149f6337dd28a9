# SPDX-License-Identifier: EUPL-1.2
"""draft: Vermerk, letter, e-mail or speech from notes; facts only from the notes, gaps marked as gaps."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal
from uuid import UUID

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import Field
from typing_extensions import override

from genius_common.contracts.modules import Label, RuleOfTwo
from genius_common.events import Done, Event, Status, TextDelta, WarningEvent
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleInput, ModuleSpec, TextResult
from genius_modules.citations import missing_in
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.files import ReadyFiles
from genius_modules.draft.house import House, Wording
from genius_modules.draft.templates import fields_of, fill, gaps_in
from genius_modules.errors import InputTooLarge
from genius_modules.generation import chars_for_input, generate
from genius_modules.prompts import as_data, load
from genius_modules.schema import form

MAX_NOTES = 100_000
_ANSWER_TOKENS = 2048
_SHOWN_FACTS = 8
_KINDS = {
    "vermerk": ("Vermerk", "file note"),
    "brief": ("Brief", "letter"),
    "email": ("E-Mail", "e-mail"),
    "rede": ("Rede", "speech"),
}


class DraftInput(ModuleInput):
    kind: Literal["vermerk", "brief", "email", "rede"] = Field(
        json_schema_extra=form(("Art des Entwurfs", "Kind of draft"), options=_KINDS)
    )
    notes: str = Field(
        min_length=1,
        max_length=MAX_NOTES,
        pattern=r"\S",
        json_schema_extra=form(
            ("Notizen", "Notes"),
            widget="textarea",
            help_text=(
                "Stichworte genügen. Zeilen wie „Betreff: …“ oder „Frist: …“ kommen an ihre Stelle.",
                "Keywords are enough. Lines such as “Betreff: …” go to their place.",
            ),
        ),
    )
    recipient: str | None = Field(
        default=None, max_length=500, json_schema_extra=form(("Empfängerin oder Empfänger", "Recipient"))
    )
    tone: str | None = Field(
        default=None,
        max_length=100,
        json_schema_extra=form(
            ("Ton", "Tone"), help_text=("Zum Beispiel sachlich, freundlich.", "For example factual.")
        ),
    )
    files: list[UUID] | None = Field(
        default=None,
        max_length=20,
        json_schema_extra=form(("Dateien als Material", "Files as material"), widget="files"),
    )


class DraftResult(TextResult):
    """`gaps`: what a person must add; `unverified`: numbers, dates and the like that stand in no note.

    `house_style` is the version of the authority's house style that was used, null where it has none; `wordings` are
    places where the house says it otherwise: nothing is replaced without a person.
    """

    gaps: list[str] = Field(default_factory=list)
    unverified: list[str] = Field(default_factory=list)
    house_style: int | None = None
    wordings: list[Wording] = Field(default_factory=list)


class Draft(Module[DraftInput]):
    spec = ModuleSpec(
        id="draft",
        version="1.0.0",
        title=Label(de="Entwerfen", en="Draft"),
        description=Label(
            de="Schreibt Vermerk, Brief, E-Mail oder Rede aus Ihren Notizen; fehlende Angaben bleiben sichtbar offen.",
            en="Writes a file note, letter, e-mail or speech from your notes; missing facts stay visibly open.",
        ),
        input_model=DraftInput,
        result_model=DraftResult,
        scopes=("modules.run", "run.token", "files.read", "chat.completions", "models.read"),
        needs="optional",
        mode_without_model="template",
        protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
        rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
        icon="file-pen",
    )

    @override
    async def run(self, ctx: RunContext, data: DraftInput) -> AsyncGenerator[Event, None]:
        ready = ReadyFiles(ctx, data.files or [])
        async with aclosing(ready.wait()) as waiting:
            async for event in waiting:
                yield event
        names = [state.name for state in ready.states]
        house = House(ctx.house_style, data.kind)
        model = await ctx.chat_model()
        if model is None:
            for event in _from_template(data, names, house):
                yield event
            return
        token = ctx.token
        texts = [(await ctx.retrieval.file_text(await token(), state.id)).text for state in ready.states]
        async with aclosing(_from_model(ctx, model, data, "\n\n".join(texts), house)) as events:
            async for event in events:
                yield event


def _from_template(data: DraftInput, file_names: list[str], house: House) -> list[Event]:
    values = fields_of(data.notes, house.template)
    if data.recipient:
        values["empfaenger"] = data.recipient
    if file_names:
        values["anlagen"] = ", ".join(filter(None, [values.get("anlagen"), *file_names]))
    text = fill(house.template, house.values(values))
    wordings = list(house.wordings(text))
    result = DraftResult(text=text, mode="template", gaps=gaps_in(text), house_style=house.number, wordings=wordings)
    return [
        Status(phase="rendering"),
        WarningEvent(
            code="model_unavailable",
            detail="Zurzeit ist kein Sprachmodell verfügbar. Der Entwurf füllt die Vorlage mit Ihren Notizen.",
        ),
        TextDelta(text=text),
        Done(result=result.model_dump(mode="json")),
    ]


async def _from_model(
    ctx: RunContext, model: ChatModelInfo, data: DraftInput, material: str, house: House
) -> AsyncGenerator[Event, None]:
    recipient = {"empfaenger": data.recipient} if data.recipient else {}
    form_of = fill(house.template, house.values(recipient))
    system, user = load("draft", "draft").render(
        art=_KINDS[data.kind][0],
        form=as_data(form_of),
        woerter=as_data(house.words_for_model) or "keine",
        empfaenger=as_data(data.recipient or "nicht angegeben"),
        ton=as_data(data.tone or "sachlich"),
        notizen=as_data(data.notes),
        material=as_data(material) or "keines",
    )
    room = chars_for_input(model, _ANSWER_TOKENS)
    length = len(system) + len(user)
    if length > room:
        raise InputTooLarge(
            f"Notizen und Dateien ergeben {length} Zeichen; das Sprachmodell fasst hier {room} Zeichen."
        )
    yield Status(phase="generating")
    text = ""
    messages = [SystemMessage(system), HumanMessage(user)]
    async with aclosing(generate(ctx, model, messages, answer_tokens=_ANSWER_TOKENS)) as pieces:
        async for piece in pieces:
            if not isinstance(piece, str):
                yield piece
            else:
                text += piece
                yield TextDelta(text=piece)
    yield Status(phase="checking")
    given = "\n".join(filter(None, [data.notes, data.recipient, material, form_of]))
    unverified = missing_in(text, given).values
    if unverified:
        shown = ", ".join(unverified[:_SHOWN_FACTS])
        yield WarningEvent(
            code="fact_not_in_notes", detail=f"Diese Angaben stehen nicht in Ihren Notizen, bitte prüfen: {shown}."
        )
    wordings = list(house.wordings(text))
    result = DraftResult(
        text=text, mode="generative", model=model.id, gaps=gaps_in(text), unverified=unverified,
        house_style=house.number, wordings=wordings,
    )  # fmt: skip
    yield Done(result=result.model_dump(mode="json"))
