# SPDX-License-Identifier: EUPL-1.2
"""The order of candidates: a weighted sum of what engine and text say of each, weights fitted by a script.

`python -m tests.eval.fit_ranking` prints `WEIGHTS` again and how well they do on questions left out of the fit.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import mul
from uuid import UUID

from genius_retrieval.index.port import DENSE, IndexedChunk
from genius_retrieval.search.branches import ASKED, Candidate
from genius_retrieval.search.evidence import Evidence, Lens, references_found, weigh
from genius_retrieval.search.grams import shared_runs
from genius_retrieval.search.question import Question
from genius_retrieval.text.fields import BODY, COMPOUNDS, HEADING, PLACE, SUBJECTS

WEIGHTS = {
    "in_body": 1.33, "in_compounds": 1.11, "in_heading": 0.5, "in_place": 0.56, "in_subjects": 1.04, "coverage":
    1.34, "body": 0.53, "frame": 1.07, "sentence": 0.36, "opening": 0.48, "precise": 0.98, "subjects": 0.66,
    "subjects2": 0.58, "topic": 0.45, "typed": 0.93, "asked": 0.5, "special": -0.28, "parent": 0.2,
    "parent_precise": 0.27, "parent_asked": 0.19, "least": 0.02, "asked_topic": 0.35, "coverage2": 1.15, "frame2":
    0.88, "typed_frame": 0.68, "in_asked": 0.22, "first": 0.1, "general": 0.12, "prior": 0.68, "early": 0.63,
    "leading": 0.06,
}  # fmt: skip
# Keywords and pasted sentences speak the language of texts: runs of letters tell. Questions gain nothing by them.
_RUNS = 2.5
# Of a pasted sentence the document that it is from, or a near one, has the best hits: the rest of it gains by that.
_STATED_DOCUMENT, _STATED_HITS = 2.0, 30
# What being nearest to the question says; not fitted, there is no model that all have.
NEAR = 2.5
_EARLY_CHUNKS = 40
# A chunk that begins with Absatz 2 or later; the first Absatz mostly has the rule.
_LATER_PARAGRAPH = re.compile(r"\((?!1\))\d+[a-z]?\)")


@dataclass(frozen=True, slots=True)
class Ranked:
    """`near`: what of the score is a model's word."""

    chunk: IndexedChunk
    score: float
    evidence: Evidence
    cited: bool
    near: float = 0.0

    @property
    def words(self) -> float:
        """The score without the model, which the verdict was fitted on."""
        return self.score - self.near


def rank(question: Question, found: Sequence[tuple[IndexedChunk, Candidate]]) -> list[Ranked]:
    """Order candidates; of several chunks of one section the best stands for it. A cited section comes first."""
    near = {candidate.point: candidate.fields.get(DENSE, 0.0) for _, candidate in found}
    ranked = []
    for chunk, evidence, values in collect(question, found):
        words = sum(map(mul, map(WEIGHTS.__getitem__, values), values.values()))
        ranked.append(Ranked(chunk, words, evidence, references_found(question, chunk)))
    if question.form != "question":
        ranked = _with_runs(question, ranked)
    if question.form == "statement":
        ranked = _with_document(ranked)
    if any(near.values()):
        ranked = [_nearer(item, NEAR * near[item.chunk.point]) for item in ranked]
    ranked.sort(key=lambda item: (not item.cited, -item.score, item.chunk.meta.document, item.chunk.ordinal))
    return _distinct(ranked)


def _nearer(item: Ranked, near: float) -> Ranked:
    return replace(item, score=item.score + near, near=near)


def _with_runs(question: Question, ranked: Sequence[Ranked]) -> list[Ranked]:
    shared = shared_runs([concept.word for concept in question.concepts], [item.chunk.text for item in ranked])
    return [replace(item, score=item.score + _RUNS * runs) for item, runs in zip(ranked, shared, strict=True)]


def _with_document(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Scores raised by how high the hits of the same document are: the sum of 1/rank, divided by the best one."""
    best = sorted(ranked, key=lambda item: (-item.score, item.chunk.meta.document, item.chunk.ordinal))
    mass: dict[UUID, float] = defaultdict(float)
    for place, item in enumerate(best[:_STATED_HITS], 1):
        mass[item.chunk.meta.document] += 1 / place
    most = max(mass.values(), default=1.0)
    return [
        replace(item, score=item.score + _STATED_DOCUMENT * mass[item.chunk.meta.document] / most) for item in ranked
    ]


def collect(
    question: Question, found: Sequence[tuple[IndexedChunk, Candidate]]
) -> list[tuple[IndexedChunk, Evidence, dict[str, float]]]:
    """Each candidate with its evidence and its values of the features."""
    if not found:
        return []
    lens = Lens(question)
    prior, first = _priors(found), _firsts(found)
    seen = []
    for chunk, candidate in found:
        evidence = weigh(lens, chunk)
        values = features(chunk, candidate, evidence, prior[chunk.meta.document], chunk.point in first)
        seen.append((chunk, evidence, values))
    return seen


def features(
    chunk: IndexedChunk, candidate: Candidate, evidence: Evidence, prior: float, first: bool
) -> dict[str, float]:
    """Each about 0..1."""
    fields = candidate.fields
    return {
        "in_body": fields.get(BODY, 0.0),
        "in_compounds": fields.get(COMPOUNDS, 0.0),
        "in_heading": fields.get(HEADING, 0.0),
        "in_place": fields.get(PLACE, 0.0),
        "in_subjects": fields.get(SUBJECTS, 0.0),
        "coverage": evidence.coverage,
        "body": evidence.body,
        "frame": evidence.frame,
        "sentence": evidence.sentence,
        "opening": evidence.opening,
        "precise": evidence.precise,
        "subjects": evidence.subjects,
        "subjects2": evidence.subjects**2,
        "topic": evidence.topic,
        "typed": evidence.typed,
        "asked": evidence.asked,
        "special": evidence.special,
        "parent": evidence.parent,
        "parent_precise": evidence.parent_precise,
        "parent_asked": evidence.parent_asked,
        "least": evidence.least,
        "asked_topic": evidence.asked * evidence.topic,
        "coverage2": evidence.coverage**2,
        "frame2": evidence.frame**2,
        "typed_frame": evidence.typed * evidence.frame,
        "in_asked": fields.get(ASKED, 0.0),
        "first": float(first),
        "general": evidence.general,
        # Documents with many good candidates are more likely the right place.
        "prior": prior,
        # The first sections of a document say who gets what; later ones regulate details.
        "early": math.exp(-chunk.ordinal / _EARLY_CHUNKS),
        "leading": 0.0 if _LATER_PARAGRAPH.match(chunk.text) else 1.0,
    }


def _priors(found: Sequence[tuple[IndexedChunk, Candidate]]) -> dict[UUID, float]:
    """How good a document's candidates are together, 0..1."""
    mass: dict[UUID, float] = defaultdict(float)
    for chunk, candidate in found:
        mass[chunk.meta.document] += candidate.score * candidate.score
    most = max(mass.values()) or 1.0
    return {document: value / most for document, value in mass.items()}


def _firsts(found: Sequence[tuple[IndexedChunk, Candidate]]) -> set[UUID]:
    """The first candidate of each chapter: its rule comes before the details."""
    first: dict[tuple[UUID, tuple[str, ...]], IndexedChunk] = {}
    for chunk, _ in found:
        key = (chunk.meta.document, chunk.section_path[:-1])
        if key not in first or chunk.ordinal < first[key].ordinal:
            first[key] = chunk
    return {chunk.point for chunk in first.values()}


def _distinct(ranked: Sequence[Ranked]) -> list[Ranked]:
    seen: set[tuple[UUID, str]] = set()
    kept = []
    for item in ranked:
        key = (item.chunk.meta.document, item.chunk.source_id or str(item.chunk.point))
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept
