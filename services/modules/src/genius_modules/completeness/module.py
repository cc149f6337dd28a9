# SPDX-License-Identifier: EUPL-1.2
"""completeness: an application against a declarative rule set; tells what is missing, asks for it, decides nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from uuid import UUID

from typing_extensions import override

from genius_common.contracts.layout import DocumentLayout
from genius_common.contracts.modules import Label, RuleOfTwo
from genius_common.contracts.retrieval import DocumentState
from genius_common.events import Done, Event, Status, WarningEvent
from genius_common.principal import ProtectionClass
from genius_modules.base import Module, ModuleSpec
from genius_modules.completeness.capture.reading import Loaded, observe_files
from genius_modules.completeness.capture.uploads import Uploads
from genius_modules.completeness.engine.evaluate import evaluate
from genius_modules.completeness.given import with_given
from genius_modules.completeness.offered import Offered, offered
from genius_modules.completeness.report import report
from genius_modules.completeness.schemas import CompletenessInput, CompletenessResult, input_of
from genius_modules.context import RunContext

NO_FORM = WarningEvent(
    code="application_not_found",
    detail="Unter den Dateien wurde kein Antragsvordruck erkannt. Alle Angaben gelten deshalb als nicht gemacht.",
)

_SPEC = ModuleSpec(
    id="completeness",
    version="1.0.0",
    title=Label(de="Vollständigkeit prüfen", en="Check completeness"),
    description=Label(
        de="Prüft einen Antrag mit seinen Nachweisen gegen ein Regelwerk, nennt alle Lücken mit Fundstelle und "
        "entwirft die Nachforderung. Über den Anspruch sagt die Prüfung nichts.",
        en="Checks an application and its evidence against a rule set, names every gap with its place, and drafts "
        "the letter that asks for what is missing. It says nothing about entitlement.",
    ),
    input_model=CompletenessInput,
    result_model=CompletenessResult,
    scopes=("modules.run", "run.token", "files.read"),
    needs="none",
    mode_without_model="template",
    protection_classes=ProtectionClass.up_to(ProtectionClass.STEUERGEHEIMNIS),
    rule_of_two=RuleOfTwo(private_data=True, untrusted_text=True),
    human_step=Label(
        de="Eine Fassung wird von der Sachbearbeitung geprüft und freigegeben, bevor etwas hinausgeht.",
        en="A case worker checks and signs off a version before anything leaves.",
    ),
    icon="checklist",
)


class Completeness(Module[CompletenessInput]):
    """`rule_sets` of the installation; the shipped ones unless told."""

    def __init__(self, rule_sets: Mapping[str, Offered] | None = None) -> None:
        self._rule_sets = offered() if rule_sets is None else rule_sets
        self.spec = replace(_SPEC, input_model=input_of(self._rule_sets))

    @override
    async def run(self, ctx: RunContext, data: CompletenessInput) -> AsyncGenerator[Event, None]:
        rule_set = self._rule_sets[data.rule_set]
        stored = rule_set.stored
        reading = _Reading(Uploads(ctx))
        async with aclosing(reading.events(data.files)) as events:
            async for event in events:
                yield event
        yield Status(phase="checking")
        observed = await asyncio.to_thread(
            observe_files,
            reading.loaded,
            stored.rules.document_types,
            rule_set.form,
            data.as_of or reading.received,
        )
        if observed.application_file is None:
            yield NO_FORM
        given = data.facts or {}
        observed = with_given(stored.rules, observed, given)
        judgements = await asyncio.to_thread(evaluate, stored.rules, observed)
        result = report(stored, observed, judgements, given, reading.files)
        yield Done(result=result.model_dump(mode="json"))


class _Reading:
    """Waits for the files one after another and takes what was read of each."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._states: list[DocumentState] = []
        self.loaded: list[Loaded] = []

    async def events(self, files: list[UUID]) -> AsyncGenerator[Event, None]:
        """Raises what `Uploads` raises."""
        wanted = list(dict.fromkeys(files))
        for number, file in enumerate(wanted, start=1):
            yield Status(phase="parsing", detail=f"Datei {number} von {len(wanted)}")
            state = await self._uploads.state(file)
            layout: DocumentLayout | None = None
            if state.state == "ready":
                layout = await self._uploads.layout(file)
            self._states.append(state)
            self.loaded.append(Loaded(state, layout))

    @property
    def files(self) -> dict[UUID, str]:
        return {state.id: state.name for state in self._states}

    @property
    def received(self) -> dt.date:
        """The day of the first upload: where no stamp tells, never the day of the check."""
        return min(state.created_at for state in self._states).date()
