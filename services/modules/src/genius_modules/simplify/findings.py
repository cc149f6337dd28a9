# SPDX-License-Identifier: EUPL-1.2
"""What a rule finds in a sentence, and the two levels that a text can be checked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from genius_common.text import Span
from genius_modules.simplify.words import Word

Level = Literal["einfach", "leicht"]
Rule = Literal[
    "sentence_length", "clauses", "passive", "nominal_style", "list", "negation", "genitive", "subjunctive",
    "office_word", "hard_word", "compound", "abbreviation", "number", "sign", "address",
]  # fmt: skip
RULES: tuple[Rule, ...] = Rule.__args__  # type: ignore[attr-defined]
Severity = Literal["must", "should"]


class Finding(BaseModel):
    """`must` breaks the level, `should` is advice. The span counts characters of the checked text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Rule
    severity: Severity
    char_from: int
    char_to: int
    quote: str
    detail: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is the whole text; `span` and the words' spans count its characters."""

    text: str
    span: Span
    words: tuple[Word, ...]

    def finding(
        self, rule: Rule, severity: Severity, span: Span | None, detail: str, suggestion: str | None = None
    ) -> Finding:
        """About `span`, or about the whole sentence."""
        place = span or self.span
        return Finding(
            rule=rule,
            severity=severity,
            char_from=place.start,
            char_to=place.end,
            quote=place.of(self.text),
            detail=detail,
            suggestion=suggestion,
        )


Check = Callable[[Sentence, Level], Iterator[Finding]]
