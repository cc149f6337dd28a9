# SPDX-License-Identifier: EUPL-1.2
"""Answerable or "nicht gefunden", from how well the best hit fits and what of the question it leaves open.

The weights are those of logistic regressions: `python -m tests.eval.fit_ranking` (docs/explanation/search.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from genius_retrieval.search.evidence import Evidence
from genius_retrieval.search.outside import Outside
from genius_retrieval.search.question import Question
from genius_retrieval.search.ranking import Ranked

THRESHOLD = 0.37
# For sections of laws, in the order of `signs`.
_BIAS, _SIGNS = -2.157, (0.612, 0.417, -0.755, -2.769, -6.451, -0.821)
# For documents without §§: they have no heading and no subject index, which the score above counts on.
_PLAIN_BIAS, _COVERAGE, _FRAME, _MISSING, _PLAIN_THRESHOLD = -3.7, 4.04, 3.38, -4.36, 0.45
_CITED, _NO_WORDS = 0.95, 0.2
_CLEAR = 0.5


def confidence(question: Question, best: Sequence[Ranked], near: Outside) -> float:
    """Between 0 and 1, from the best hits, whether one is the very section that was cited, and what fits elsewhere."""
    if not best:
        return 0.0
    if question.references:
        return _CITED if any(item.cited for item in best) else _NO_WORDS
    if not question.concepts:
        return _NO_WORDS
    # The signs are those of words: where a model put another passage first, the best by words is looked at.
    first = max(best, key=lambda item: item.words)
    if first.chunk.source_id is None:
        return _plain(first.evidence)
    return _logistic(
        _BIAS + sum(w * v for w, v in zip(_SIGNS, signs(question, first.words, first.evidence, near), strict=True))
    )


def is_answerable(sure: float) -> bool:
    return sure >= THRESHOLD


def signs(question: Question, score: float, evidence: Evidence, near: Outside) -> tuple[float, ...]:
    """What the verdict looks at.

    A long question tells a story: its share of covered words says little, so the score counts with the number of words,
    and what neither heading nor subjects nor law name is taken as a mass, not as a share.
    """
    mass = sum(concept.weight for concept in question.concepts)
    lost = math.log1p((1 - evidence.frame) * mass)
    return score, float(len(question.concepts)), lost, evidence.missing, near.share, near.precise


def elsewhere(best: Sequence[Ranked], near: Outside) -> str | None:
    """The law or field that a question without an answer in the laws probably belongs to."""
    if not best or best[0].chunk.source_id is None or near.subject is None or near.share < _CLEAR:
        return None
    return f"{near.subject.law} ({near.subject.title})"


def _plain(evidence: Evidence) -> float:
    """On the scale of `THRESHOLD`."""
    value = _PLAIN_BIAS + _COVERAGE * evidence.coverage + _FRAME * evidence.frame + _MISSING * evidence.missing
    return _logistic(value + _logit(THRESHOLD) - _logit(_PLAIN_THRESHOLD))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
