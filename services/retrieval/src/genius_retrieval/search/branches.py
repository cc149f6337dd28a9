# SPDX-License-Identifier: EUPL-1.2
"""From a question to weighted term lists for the fields of the index, and from their scores to one ranking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from genius_retrieval.index.port import Branch, Hits
from genius_retrieval.search.question import Question
from genius_retrieval.text.fields import BODY, COMPOUNDS, HEADING, PLACE

# How much each field counts after its scores were divided by the best one; tuned on the development queries.
FIELD_WEIGHTS = {BODY: 0.77, COMPOUNDS: 0.51, HEADING: 0.95, PLACE: 0.63}
_KIND, _CONTEXT, _REFERENCE, _LAW, _EXACT_SCORE = 0.25, 0.25, 3.0, 2.0, 10.0


def branches_for(question: Question, limit: int = 150) -> list[Branch]:
    """At most one list a field; the last one, if the question cites something, finds exactly that."""
    full: dict[str, float] = defaultdict(float)
    for concept in question.concepts:
        for form, weight in concept.forms.items():
            full[form] = max(full[form], weight)
    body = dict(full)
    for terms, weight in ((question.kind_terms, _KIND), (question.context_terms, _CONTEXT)):
        for term in terms:
            body[term] = max(body.get(term, 0.0), weight)
    place = {**full, **{f"law:{key}": _LAW for key in question.laws}}
    for term in question.references:
        body[term] = _REFERENCE / 6
    found = [
        Branch(BODY, body, limit),
        Branch(COMPOUNDS, body, limit),
        Branch(HEADING, body, limit),
        Branch(PLACE, place, limit),
        Branch(HEADING, dict.fromkeys(question.references, 1.0), limit),
    ]
    return [branch for branch in found if branch.terms]


def fuse(branches: Iterable[Branch], hits: Hits, question: Question) -> list[tuple[UUID, float]]:
    """Weighted sum of the scores, each list divided by its best; better here than reciprocal ranks (see the docs)."""
    scores: dict[UUID, float] = defaultdict(float)
    for branch, found in zip(branches, hits.branches, strict=True):
        if not found:
            continue
        best = found[0].score
        exact = bool(question.references) and set(branch.terms) == set(question.references)
        weight = _EXACT_SCORE if exact else FIELD_WEIGHTS[branch.field]
        for hit in found:
            scores[hit.point] += weight * hit.score / best
    return sorted(scores.items(), key=lambda item: -item[1])
