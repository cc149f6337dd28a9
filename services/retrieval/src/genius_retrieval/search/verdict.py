# SPDX-License-Identifier: EUPL-1.2
"""Answerable or "nicht gefunden", from how much of the question the best hits cover.

The weights are those of a logistic function, chosen on the development half of the questions alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from genius_retrieval.search.evidence import Evidence
from genius_retrieval.search.question import Question

THRESHOLD = 0.5
_BIAS, _COVERAGE, _SENTENCE, _RAREST, _UNKNOWN = -6.0, 6.0, 3.0, 1.5, -2.0


def confidence(question: Question, best: Sequence[tuple[Evidence, bool]]) -> float:
    """Between 0 and 1, from the evidence of the best hits and whether one is the very section that was cited."""
    if not best:
        return 0.0
    if any(cited for _, cited in best):
        return 0.95
    if not question.concepts:
        return 0.3
    return max(_logistic(question, evidence) for evidence, _ in best)


def is_answerable(sure: float) -> bool:
    return sure >= THRESHOLD


def _logistic(question: Question, evidence: Evidence) -> float:
    total = sum(concept.weight for concept in question.concepts)
    unknown = sum(concept.weight for concept in question.concepts if not concept.known) / total
    value = (
        _BIAS
        + _COVERAGE * evidence.coverage
        + _SENTENCE * evidence.sentence
        + _RAREST * evidence.rarest
        + _UNKNOWN * unknown
    )
    return 1 / (1 + math.exp(-value))
