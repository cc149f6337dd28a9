# SPDX-License-Identifier: EUPL-1.2
"""Fit the weights of ranking and verdict: `python -m tests.eval.fit_ranking`. Prints them and cross-validated figures.

Each tuning question is searched twice: with the subject index of the laws, and with a half of it left out by hash, so
that the fit does not learn to trust it blindly. Some cross-reference queries of `eval_retrieval` join with a small
weight, its headings never: they tell whether the weights hold elsewhere. Loss: negative log-likelihood of the right
sections among the candidates, weights not negative (except `special`), L2. Folds go by the question's text: both
searches of one question are left out together.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from genius_common.contracts.retrieval import SearchRequest
from genius_retrieval.chunks import Chunk
from genius_retrieval.laws.subjects import SEPARATOR
from genius_retrieval.search.branches import Candidate
from genius_retrieval.search.evidence import Evidence, Lens
from genius_retrieval.search.outside import outside
from genius_retrieval.search.question import Question
from genius_retrieval.search.ranking import WEIGHTS, collect
from genius_retrieval.search.service import SearchScope, SearchService
from genius_retrieval.search.verdict import signs
from tests.eval.eval_answers import TUNING
from tests.eval.eval_retrieval import DATA, load
from tests.eval.laws import index_laws

HERE = Path(__file__).parent
QUERIES, QUERY_WEIGHT = 150, 0.15
FOLDS, L2, STEPS, RATE = 5, 0.03, 300, 0.05
VERDICT_L2, THRESHOLDS = 0.02, (0.25, 0.3, 0.35, 0.4, 0.45)
SIGNS = np.array([-1.0 if name == "special" else 1.0 for name in WEIGHTS])


@dataclass
class Case:
    """A question with the features of its candidates (rows), their sections, and the evidence for each."""

    name: str
    query: str
    relevant: frozenset[str]
    sections: list[str]
    features: Any
    evidence: list[Evidence]
    question: Question
    weight: float = 1.0

    @property
    def fold(self) -> int:
        return zlib.crc32(self.query.encode()) % FOLDS

    @property
    def right(self) -> Any:
        return np.array([section in self.relevant for section in self.sections])


class Recorder(SearchService):
    """The search, keeping what the ranking sees."""

    seen: list[tuple[str, list[float], Evidence]]
    question: Question

    def order(self, question: Question, found: Sequence[tuple[Any, Candidate]]) -> list[Any]:
        self.question = question
        self.seen = [(chunk.source_id, list(values.values()), it) for chunk, it, values in collect(question, found)]
        return super().order(question, found)


def halved(chunk: Chunk) -> Chunk:
    """Without its subjects for every other section."""
    if zlib.crc32((chunk.source_id or "").encode()) % 2:
        return chunk
    return replace(chunk, context=chunk.context.partition(SEPARATOR)[0])


async def cases(
    name: str, items: Sequence[dict[str, Any]], change: Callable[[Chunk], Chunk] | None, weight: float = 1.0
) -> list[Case]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        index, scope = await index_laws(Path(folder) / "edge", change=change)
        service = Recorder(index)
        for item in items:
            if case := await _case(service, scope, name, item, weight):
                found.append(case)
        await index.close()
    return found


async def _case(service: Recorder, scope: SearchScope, name: str, item: dict[str, Any], weight: float) -> Case | None:
    service.seen = []
    query = item.get("question") or item["query"][:4000]
    await service.search(scope, SearchRequest(query=query))
    relevant = item["relevant"]
    rows = [row for row in service.seen if row[0] != item.get("from")]
    if not rows:
        return None
    return Case(
        name,
        query,
        frozenset([relevant] if isinstance(relevant, str) else relevant),
        [row[0] for row in rows],
        np.array([row[1] for row in rows]),
        [row[2] for row in rows],
        service.question,
        weight,
    )


def fit(training: Sequence[Case]) -> Any:
    """Weights by Adam on the listwise loss; deterministic."""
    usable = [case for case in training if case.right.any()]
    most, width = max(len(case.sections) for case in usable), len(SIGNS)
    rows = np.zeros((len(usable), most, width))
    right, hidden = np.zeros((len(usable), most)), np.full((len(usable), most), -1e9)
    for number, case in enumerate(usable):
        count = len(case.sections)
        rows[number, :count], right[number, :count], hidden[number, :count] = case.features * SIGNS, case.right, 0.0
    share = np.array([case.weight for case in usable])
    share /= share.sum()
    flat = rows.reshape(-1, width)
    weights, mean, square = np.full(width, 0.5), np.zeros(width), np.zeros(width)
    for step in range(1, STEPS + 1):
        scores = (flat @ weights).reshape(right.shape) + hidden
        likely = np.exp(scores - scores.max(1, keepdims=True))
        wanted = likely * right
        pull = likely / likely.sum(1, keepdims=True) - wanted / (wanted.sum(1, keepdims=True) + 1e-12)
        slope = flat.T @ (pull * share[:, None]).ravel() + L2 * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.maximum(0.0, weights)
    return weights * SIGNS


def ordered(case: Case, weights: Any) -> list[int]:
    """Rows in order of their score, the best of each section."""
    best: dict[str, int] = {}
    for row in np.argsort(-(case.features @ weights), kind="stable"):
        best.setdefault(case.sections[row], int(row))
    return list(best.values())


def in_three(found: Sequence[Case], weights: Callable[[Case], Any]) -> float:
    """Share of cases with a right section among the first three, in %."""
    good = [any(case.right[row] for row in ordered(case, weights(case))[:3]) for case in found if case.relevant]
    return round(100 * float(np.mean(good)), 1)


def fit_verdict(values: Any, answerable: Any) -> Any:
    """Bias and weights of a logistic regression, both classes with the same total weight."""
    centre, spread = values.mean(0), values.std(0) + 1e-9
    rows = np.c_[np.ones(len(values)), (values - centre) / spread]
    balance = np.where(answerable, 1 / answerable.sum(), 1 / (~answerable).sum())
    penalty = VERDICT_L2 * np.diag(np.r_[0.0, np.ones(values.shape[1])])
    weights = np.zeros(rows.shape[1])
    for _ in range(60):
        sure = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ ((sure - answerable) * balance) + penalty @ weights
        curve = (rows * (sure * (1 - sure) * balance)[:, None]).T @ rows + penalty
        weights = weights - np.linalg.solve(curve, slope)
    slopes = weights[1:] / spread
    return np.r_[weights[0] - slopes @ centre, slopes]


def verdict_signs(case: Case, weights: Any) -> tuple[float, ...]:
    best = ordered(case, weights)[0]
    near = outside(Lens(case.question))
    return signs(case.question, float(case.features[best] @ weights), case.evidence[best], near)


def report_verdict(found: Sequence[Case], weights: Callable[[Case], Any]) -> dict[str, Any]:
    values = np.array([verdict_signs(case, weights(case)) for case in found])
    answerable = np.array([bool(case.relevant) for case in found])
    folds = np.array([case.fold for case in found])
    sure = np.zeros(len(found))
    for fold in range(FOLDS):
        bias, *slopes = fit_verdict(values[folds != fold], answerable[folds != fold])
        sure[folds == fold] = 1 / (1 + np.exp(-(bias + values[folds == fold] @ np.array(slopes))))
    return {
        "weights": [round(float(value), 3) for value in fit_verdict(values, answerable)],
        "left out: refused wrongly, not found": {
            threshold: [round(100 * float((sure[kind] < threshold).mean()), 1) for kind in (answerable, ~answerable)]
            for threshold in THRESHOLDS
        },
    }


async def main() -> None:
    questions = [item for name in TUNING for item in json.loads((HERE / f"answers_{name}.json").read_text("utf-8"))]
    queries = load(DATA / "law_queries_dev.json.xz")
    whole = await cases("whole", questions, None)
    half = await cases("half", questions, halved)
    tasks = await cases("crossref", queries["crossref"][:: len(queries["crossref"]) // QUERIES], None, QUERY_WEIGHT)
    everything = whole + half + tasks
    folds = [fit([case for case in everything if case.fold != fold]) for fold in range(FOLDS)]
    weights = fit(everything)
    print(json.dumps({name: round(float(value), 2) for name, value in zip(WEIGHTS, weights, strict=True)}))
    for name, found in (("whole subject index", whole), ("half of it", half)):
        left_out = in_three(found, lambda case: folds[case.fold])
        print(name, {"left out": left_out, "fit": in_three(found, lambda _: weights)})
    print(json.dumps(report_verdict(whole, lambda case: folds[case.fold])))


if __name__ == "__main__":
    asyncio.run(main())
