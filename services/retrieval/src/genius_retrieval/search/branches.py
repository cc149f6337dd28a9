# SPDX-License-Identifier: EUPL-1.2
"""From a question to weighted term lists for the fields of the index, and from their scores to candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from genius_retrieval.index.port import DENSE, Branch, Hits, Scored
from genius_retrieval.search.question import Question
from genius_retrieval.text.fields import BODY, COMPOUNDS, HEADING, PLACE, SUBJECTS

# Lists beside those of the fields: sections whose heading names what is asked for, and the cited ones.
ASKED, CITED = "asked", "cited"
# How much each list counts for being looked at, after its scores were divided by the best one.
LIST_WEIGHTS = {
    BODY: 0.77,
    COMPOUNDS: 0.51,
    HEADING: 0.95,
    PLACE: 0.63,
    SUBJECTS: 0.9,
    ASKED: 0.4,
    CITED: 10.0,
    DENSE: 1.5,
}
_KIND, _CONTEXT, _REFERENCE, _LAW = 0.25, 0.25, 0.5, 2.0


@dataclass(slots=True)
class Candidate:
    """A point with its score in each list, 0..1 (share of the best one there), and their weighted sum."""

    point: UUID
    score: float = 0.0
    fields: dict[str, float] = field(default_factory=dict)


def branches_for(question: Question, limit: int = 150) -> dict[str, Branch]:
    """One list a field, then headings of the kind asked for, and exactly what the question cites."""
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
        body[term] = _REFERENCE
    found = {
        BODY: Branch(BODY, body, limit),
        COMPOUNDS: Branch(COMPOUNDS, body, limit),
        HEADING: Branch(HEADING, body, limit),
        PLACE: Branch(PLACE, place, limit),
        SUBJECTS: Branch(SUBJECTS, full, limit),
        ASKED: Branch(HEADING, dict.fromkeys(question.kind_terms, 1.0), 2 * limit),
        CITED: Branch(HEADING, dict.fromkeys(question.references, 1.0), limit),
    }
    return {name: branch for name, branch in found.items() if branch.terms}


def fuse(names: Iterable[str], hits: Hits, most: int) -> list[Candidate]:
    """The `most` best, best first, by the weighted sum of the scores, each list (`names` as asked) divided by its best.

    Several hundred points stand in the lists, so nothing but their sums is made of those that don't become candidates;
    the numbers of the ids are hashed in a fifth of the time of the ids.
    """
    sums: dict[int, float] = {}
    lists: list[tuple[str, tuple[Scored, ...], float, float]] = []
    for name, found in zip(names, hits.branches, strict=True):
        if not found:
            continue
        weight = LIST_WEIGHTS[name]
        # Cosines of a model lie close together: the end of the list is nought there.
        least = found[-1].score if name == DENSE and len(found) > 1 else 0.0
        span = (found[0].score - least) or 1.0
        lists.append((name, found, least, span))
        for point, score in found:
            number = point.int
            sums[number] = sums.get(number, 0.0) + weight * ((score - least) / span)
    best = sorted(sums, key=sums.__getitem__, reverse=True)[:most]
    candidates: dict[int, Candidate | None] = dict.fromkeys(best)
    for name, found, least, span in lists:
        for point, score in found:
            number = point.int
            if number in candidates:
                candidate = candidates[number]
                if candidate is None:
                    candidate = candidates[number] = Candidate(point, sums[number])
                candidate.fields[name] = (score - least) / span
    return [candidate for candidate in candidates.values() if candidate]
