# SPDX-License-Identifier: EUPL-1.2
"""What the rules did not find, a model may suggest; only what stands verbatim in the text is taken, as a suggestion."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence

from langchain_core.messages import HumanMessage, SystemMessage

from genius_common.events import Event, Status, WarningEvent
from genius_common.text import Span
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.attachments import pieces
from genius_modules.extract.reading import Answer, Place, Source, State
from genius_modules.extract.values import read
from genius_modules.generation import chars_for_input, complete
from genius_modules.prompts import as_data, load

_LINE = re.compile(r"^\s*(?P<number>\d{1,3})\s*[:.)]\s*(?P<value>\S.{0,400}?)\s*$", re.MULTILINE)
_RULES_CHARS, _LEAST_CHARS, _MOST_PIECES = 2500, 400, 40
_SHORTEST = 2


class Suggesting:
    """`answers` are complete when `events` has ended; those that were found stay as they are."""

    def __init__(
        self, ctx: RunContext, model: ChatModelInfo, answers: Sequence[Answer], sources: Sequence[Source]
    ) -> None:
        self._ctx = ctx
        self._model = model
        self._sources = sources
        self.answers = list(answers)

    @property
    def _open(self) -> list[int]:
        return [
            at
            for at, one in enumerate(self.answers)
            if one.state == "missing" and not one.field.columns and not one.field.many and one.path.count("/") == 1
        ]

    async def events(self) -> AsyncGenerator[Event, None]:
        room = chars_for_input(self._model) - _RULES_CHARS
        if not self._open or room < _LEAST_CHARS:
            return
        spans = [(source, span) for source in self._sources for span in pieces(source.text, min(room, 12_000))]
        for number, (source, span) in enumerate(spans[:_MOST_PIECES], 1):
            if not self._open:
                return
            yield Status(phase="generating", detail=f"Abschnitt {number} von {len(spans)}")
            wanted = self._open
            names = "\n".join(f"{at}: {self.answers[at].field.label}" for at in wanted)
            prompt = load("extract", "suggest")
            system, user = prompt.render(felder=as_data(names), text=as_data(span.of(source.text)))
            text, notes = await complete(self._ctx, self._model, [SystemMessage(system), HumanMessage(user)])
            for note in notes:
                yield note
            self._take(text, wanted, source, span)
        if len(spans) > _MOST_PIECES:
            yield WarningEvent(
                code="file_partly_read",
                detail=f"Das Sprachmodell hat nur {_MOST_PIECES} von {len(spans)} Abschnitten durchsucht.",
            )

    def _take(self, text: str, wanted: Sequence[int], source: Source, span: Span) -> None:
        for match in _LINE.finditer(text):
            at = int(match["number"])
            place = self._verbatim(at, match["value"].strip(" „“\"'"), source, span) if at in wanted else None
            if place:
                state: State = "found" if place.value is not None else "invalid"
                self.answers[at] = Answer(
                    path=self.answers[at].path, field=self.answers[at].field, state=state, places=(place,)
                )

    def _verbatim(self, at: int, value: str, source: Source, span: Span) -> Place | None:
        """Where the suggestion stands in this piece, letter by letter but for white space."""
        if len(value) < _SHORTEST:
            return None
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, value.split())) + r"(?!\w)"
        match = re.compile(pattern).search(source.text, span.start, span.end)
        if match is None:
            return None
        raw = match.group()
        result = read(self.answers[at].field, raw)
        place = Span(*match.span())
        return Place(
            part=source.number, span=place, line=place, raw=raw, how="model", value=result.value, why=result.why
        )
