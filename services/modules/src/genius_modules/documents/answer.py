# SPDX-License-Identifier: EUPL-1.2
"""The answer to a question about documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from genius_common.contracts.retrieval import Citation, SearchResult

NOT_FOUND = "In den freigegebenen Dokumenten nicht gefunden"
NOT_FOUND_HINT = (
    "Versuchen Sie es mit anderen Begriffen, nennen Sie das Gesetz oder den Paragrafen, oder wählen Sie eine andere "
    "Wissensbasis."
)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sentence(_Closed):
    """`supported`: every number, date, amount and § of it stands in the passages it cites.

    `missing`: those that do not, as the sentence writes them.
    """

    text: str
    supported: bool
    citations: list[int] = []
    missing: list[str] = []


class AskResult(_Closed):
    """Result of ask-documents.

    Where nothing is found, `answer` is exactly `NOT_FOUND`, there are no sentences, and `citations` are the nearest
    passages: to look at, no answer.
    """

    answer: str
    found: bool
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    mode: Literal["generative", "extractive"]
    model: str | None = None


class Answer(_Closed):
    """What the extractive or generative way came to."""

    text: str
    found: bool
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    mode: Literal["generative", "extractive"]
    model: str | None = None

    def result(self) -> AskResult:
        return AskResult(
            answer=self.text,
            found=self.found,
            sentences=self.sentences,
            citations=self.citations,
            mode=self.mode,
            model=self.model,
        )


def not_found(mode: Literal["generative", "extractive"], nearest: Sequence[Citation] = ()) -> Answer:
    """`nearest` are passages to look at, not an answer."""
    return Answer(text=NOT_FOUND, found=False, mode=mode, citations=list(nearest))


def not_found_hint(found: SearchResult) -> str:
    """What to do now, after which filter left nothing, or where it may be regulated instead."""
    elsewhere, narrowed, number = found.verdict.elsewhere, found.searched.filter, found.searched.documents
    hint = NOT_FOUND_HINT
    if narrowed and not number:
        return f"Auf den Filter ({narrowed.in_words()}) passt kein Dokument, das Sie lesen dürfen. Ändern Sie ihn."
    if narrowed:
        many, which = ("einem Dokument", "das") if number == 1 else (f"{number} Dokumenten", "die")
        hint = f"Gesucht wurde nur in {many}, auf {which} der Filter passt ({narrowed.in_words()}). {hint}"
    if elsewhere is None:
        return hint
    return f"Das ist vermutlich anderswo geregelt: {elsewhere}. Das liegt hier nicht vor. {hint}"
