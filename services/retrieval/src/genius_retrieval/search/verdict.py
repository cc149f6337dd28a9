# SPDX-License-Identifier: EUPL-1.2
"""Answerable or "nicht gefunden", from how much of the question the best hit covers.

The weights are those of a logistic regression: `python -m tests.eval.fit_ranking` (docs/explanation/search.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from genius_retrieval.search.evidence import Evidence
from genius_retrieval.search.question import Question

THRESHOLD = 0.45
_BIAS, _COVERAGE, _FRAME, _MISSING = -3.7, 4.04, 3.38, -4.36
_CITED, _NO_WORDS = 0.95, 0.2


def confidence(question: Question, best: Sequence[tuple[Evidence, bool]]) -> float:
    """Between 0 and 1, from the evidence of the best hits and whether one is the very section that was cited."""
    if not best:
        return 0.0
    if question.references:
        return _CITED if any(cited for _, cited in best) else _NO_WORDS
    if not question.concepts:
        return _NO_WORDS
    return _logistic(best[0][0])


def is_answerable(sure: float) -> bool:
    return sure >= THRESHOLD


def _logistic(evidence: Evidence) -> float:
    value = _BIAS + _COVERAGE * evidence.coverage + _FRAME * evidence.frame + _MISSING * evidence.missing
    return 1 / (1 + math.exp(-value))
