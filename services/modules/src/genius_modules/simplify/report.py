# SPDX-License-Identifier: EUPL-1.2
"""A text held against the rules of a level: sentence by sentence, with the place of each finding."""

from __future__ import annotations

from collections import Counter

from pydantic import BaseModel, ConfigDict

from genius_common.text import split_sentences
from genius_modules.simplify.findings import Finding, Level, Sentence
from genius_modules.simplify.readability import Readability, readability
from genius_modules.simplify.rules import CHECKS
from genius_modules.simplify.words import words_of


class CheckedSentence(BaseModel):
    """`text` is the checked text's characters `char_from` to `char_to`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    char_from: int
    char_to: int
    words: int
    findings: list[Finding] = []

    @property
    def breaks(self) -> bool:
        return any(finding.severity == "must" for finding in self.findings)


class Report(BaseModel):
    """`passed`: no finding that breaks the level. `counts`: findings by rule, those without any left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passed: bool
    readability: Readability
    counts: dict[str, int]
    sentences: list[CheckedSentence]


def check(text: str, level: Level) -> Report:
    """Hold `text` against all rules of `level`. Time grows with the length of the text only."""
    sentences = [Sentence(text, span, tuple(words_of(text, span))) for span in split_sentences(text)]
    checked = [
        CheckedSentence(
            text=sentence.span.of(text),
            char_from=sentence.span.start,
            char_to=sentence.span.end,
            words=len(sentence.words),
            findings=sorted(
                (finding for one in CHECKS for finding in one(sentence, level)),
                key=lambda finding: (finding.severity != "must", finding.char_from),
            ),
        )
        for sentence in sentences
    ]
    counts = Counter(finding.rule for sentence in checked for finding in sentence.findings)
    return Report(
        passed=not any(sentence.breaks for sentence in checked),
        readability=readability([sentence.words for sentence in sentences]),
        counts=dict(counts.most_common()),
        sentences=checked,
    )
