# SPDX-License-Identifier: EUPL-1.2
"""The model rewrites piece by piece; each piece is checked by the rules and against its source, and repaired twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from langchain_core.messages import HumanMessage, SystemMessage

from genius_common.errors import UpstreamFailed
from genius_common.events import Event, Status, TextDelta
from genius_modules.clients.inference import ChatModelInfo
from genius_modules.context import RunContext
from genius_modules.documents.attachments import pieces
from genius_modules.errors import InputTooLarge
from genius_modules.generation import chars_for_input, complete
from genius_modules.prompts import as_data, load
from genius_modules.simplify.faithful import Faithful, compare
from genius_modules.simplify.findings import Level
from genius_modules.simplify.report import Report, check

REPAIRS = 2
LEVEL_NAMES: dict[Level, str] = {"einfach": "Einfacher Sprache", "leicht": "Leichter Sprache"}
_ANSWER_TOKENS = 2048
# The answer is longer than its piece, and both go into a repair with the list of faults.
_PIECE_CHARS, _LEAST_CHARS, _PROMPT_CHARS = 2400, 300, 2500
_SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """One version of a piece with what is wrong with it."""

    text: str
    report: Report
    faithful: Faithful

    @property
    def is_good(self) -> bool:
        return self.report.passed and self.faithful.holds

    @property
    def faults(self) -> tuple[int, int]:
        """A changed fact outweighs any broken rule."""
        found = [finding for sentence in self.report.sentences for finding in sentence.findings]
        broken = sum(finding.severity == "must" for finding in found)
        return len(self.faithful.added) + len(self.faithful.lost), broken


class Rewriting:
    """`text` is complete, `repairs` counted, when `events` has ended."""

    def __init__(self, ctx: RunContext, model: ChatModelInfo, level: Level) -> None:
        self._ctx = ctx
        self._model = model
        self._level = level
        self.text = ""
        self.repairs = 0

    async def events(self, source: str) -> AsyncGenerator[Event, None]:
        room = (chars_for_input(self._model, _ANSWER_TOKENS) - _PROMPT_CHARS) // 3
        if room < _LEAST_CHARS:
            raise InputTooLarge(f"Das Sprachmodell fasst nur {self._model.context_length} Token; das ist zu wenig.")
        spans = pieces(source, min(room, _PIECE_CHARS))
        for number, span in enumerate(spans, 1):
            yield Status(phase="generating", detail=f"Abschnitt {number} von {len(spans)}")
            best, notes = await self._piece(span.of(source), number, len(spans))
            for note in notes:
                yield note
            shown = best.text if number == 1 else f"\n\n{best.text}"
            self.text += shown
            yield TextDelta(text=shown)

    async def _piece(self, source: str, number: int, count: int) -> tuple[Attempt, list[Event]]:
        prompt = load("simplify", f"rewrite_{self._level}")
        system, user = prompt.render(nummer=str(number), anzahl=str(count), text=as_data(source))
        attempt, notes = await self._ask(system, user, source)
        best = attempt
        for _ in range(REPAIRS):
            if best.is_good:
                break
            self.repairs += 1
            system, user = load("simplify", "repair").render(
                stufe=LEVEL_NAMES[self._level],
                text=as_data(source),
                fassung=as_data(attempt.text),
                fehler=as_data("\n".join(_faults(attempt))),
            )
            attempt, more = await self._ask(system, user, source)
            notes += more
            best = min(best, attempt, key=lambda one: one.faults)
        return best, notes

    async def _ask(self, system: str, user: str, source: str) -> tuple[Attempt, list[Event]]:
        messages = [SystemMessage(system), HumanMessage(user)]
        answer, notes = await complete(self._ctx, self._model, messages, answer_tokens=_ANSWER_TOKENS)
        text = _bare(answer)
        if not text:
            raise UpstreamFailed("Das Sprachmodell hat nichts geantwortet. Bitte versuchen Sie es erneut.")
        report = await asyncio.to_thread(check, text, self._level)
        return Attempt(text, report, await asyncio.to_thread(compare, text, source)), notes


def _bare(answer: str) -> str:
    """Without the tags of our prompt, which a model may repeat."""
    return re.sub(r"</?(?:text|entwurf)>", "", answer).strip()


def _faults(attempt: Attempt) -> list[str]:
    lines = [f"- „{value}“ steht nicht im Original." for value in attempt.faithful.added]
    lines += [f"- „{value}“ aus dem Original fehlt." for value in attempt.faithful.lost]
    for sentence in attempt.report.sentences:
        lines += [
            f"- Satz „{sentence.text}“: {finding.detail} {finding.suggestion or ''}".rstrip()
            for finding in sentence.findings
            if finding.severity == "must"
        ]
    return lines[:_SHOWN_FAULTS]
