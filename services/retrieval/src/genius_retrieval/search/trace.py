# SPDX-License-Identifier: EUPL-1.2
"""What a search tells of itself: kept as it runs, put into words only where somebody asks for an explanation."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from genius_common.contracts.explanation import (
    BranchPlace,
    ExplainedHit,
    QueryReading,
    QueryWord,
    SearchExplanation,
    SearchStepName,
    Step,
)
from genius_common.contracts.retrieval import SearchResult
from genius_retrieval.index.port import Hits
from genius_retrieval.search.question import Question
from genius_retrieval.search.ranking import Ranked
from genius_retrieval.search.verdict import THRESHOLD
from genius_retrieval.text.references import file_numbers, references
from genius_retrieval.text.words import stem, words


class Trace:
    """Of one search. Nothing is computed before `explanation`, so that every search may keep one."""

    def __init__(self) -> None:
        self._query = ""
        self._question: Question | None = None
        self._lists: list[tuple[tuple[str, ...], Hits]] = []
        self._ranked: Sequence[Ranked] = ()
        self._seconds: dict[SearchStepName, float] = {}

    @contextmanager
    def step(self, name: SearchStepName) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - started

    def understood(self, query: str, question: Question) -> None:
        self._query, self._question = query, question

    def listed(self, names: Iterable[str], hits: Hits) -> None:
        """What one collection's index answered; `names` are the lists' in their order."""
        self._lists.append((tuple(names), hits))

    def ranked(self, found: Sequence[Ranked]) -> None:
        self._ranked = found

    def explanation(self, result: SearchResult) -> SearchExplanation:
        """Of the hits in `result` and no others: what was taken out of it stays out."""
        question = self._question
        assert question, "the search has run"
        known = {(item.chunk.meta.document, item.chunk.char_from): item for item in self._ranked}
        places = self._places()
        hits = []
        for hit in result.hits:
            item = known[hit.document, hit.char_from]
            hits.append(
                ExplainedHit(
                    hit=hit,
                    branches=places.get(item.chunk.point, []),
                    words=_shared(question, item),
                    cited=item.cited,
                    near=round(item.near, 4),
                )
            )
        return SearchExplanation(
            reading=_reading(self._query, question),
            hits=hits,
            verdict=result.verdict,
            threshold=THRESHOLD,
            candidates=len(self._ranked),
            steps=[Step(name=name, milliseconds=round(1000 * s, 2)) for name, s in self._seconds.items()],
            searched=result.searched,
        )

    def _places(self) -> dict[UUID, list[BranchPlace]]:
        found: dict[UUID, list[BranchPlace]] = {}
        for names, hits in self._lists:
            for name, scored in zip(names, hits.branches, strict=True):
                for rank, one in enumerate(scored, 1):
                    share = round(one.score / (scored[0].score or 1.0), 4)
                    found.setdefault(one.point, []).append(BranchPlace(branch=name, rank=rank, share=share))
        return found


def _reading(query: str, question: Question) -> QueryReading:
    return QueryReading(
        form=question.form,
        words=[
            QueryWord(word=one.word, weight=round(one.weight, 2), known=one.known, also=list(one.forms))
            for one in question.concepts
        ],
        kinds=[kind.name for kind in question.kinds],
        references=[*(query[r.char_from : r.char_to] for r in references(query)), *file_numbers(query)],
        laws=sorted(question.laws),
    )


def _shared(question: Question, item: Ranked) -> list[str]:
    there = {stem(word) for word in words(f"{item.chunk.heading} {item.chunk.text}")}
    return [concept.word for concept in question.concepts if there.intersection(concept.forms)]
