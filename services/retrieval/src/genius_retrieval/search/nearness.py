# SPDX-License-Identifier: EUPL-1.2
"""What models add to a search: passages near to the question, and a second look at the first candidates.

A model that does not answer is left out, and the search is the one by words; `/health/ready` says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from genius_retrieval.dense.models import DenseModels, Reranker
from genius_retrieval.dense.port import DenseModel, ModelUnavailable, Vector
from genius_retrieval.index.port import CollectionSecrets, DenseBranch
from genius_retrieval.metrics import MODEL_FAILURES
from genius_retrieval.search.ranking import Ranked


class Nearness:
    """One question as a vector of each model that is needed, made once."""

    def __init__(self, models: DenseModels, query: str) -> None:
        self._models = models
        self._query = query
        self._known: dict[DenseModel, Vector | None] = {}

    async def branch(self, collection: CollectionSecrets, limit: int = 100) -> DenseBranch | None:
        """The list of this collection; None where it has no vectors or their model does not answer."""
        model = self._models.of(collection.profile) if collection.dense_size else None
        if model is None:
            return None
        if model not in self._known:
            try:
                self._known[model] = await model.query(self._query)
            except ModelUnavailable:
                MODEL_FAILURES.labels("dense").inc()
                self._known[model] = None
        vector = self._known[model]
        return None if vector is None else DenseBranch(vector, limit)


async def reranked(reranker: Reranker, query: str, found: Sequence[Ranked]) -> list[Ranked]:
    """The first candidates in the order of the cross-encoder; what was cited stays in front."""
    cited = [item for item in found if item.cited]
    rest = [item for item in found if not item.cited]
    first = rest[: reranker.candidates]
    if len(first) < 2:
        return list(found)
    try:
        scores = await reranker.scores(query, [f"{item.chunk.heading}\n{item.chunk.text}" for item in first])
    except ModelUnavailable:
        MODEL_FAILURES.labels("rerank").inc()
        return list(found)
    order = sorted(range(len(first)), key=lambda place: -scores[place])
    return [*cited, *(first[place] for place in order), *rest[len(first) :]]
