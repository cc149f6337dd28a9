# SPDX-License-Identifier: EUPL-1.2
"""The search: question → branches → fused candidates → evidence in the clear → hits and a verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from uuid import UUID

from genius_common.contracts.retrieval import Hit, Passage, Searched, SearchRequest, SearchResult, Verdict, page_at
from genius_common.principal import ProtectionClass
from genius_retrieval.dense.models import DenseModels, Reranker
from genius_retrieval.index.port import (
    DENSE,
    Access,
    Branch,
    CollectionIndex,
    CollectionSecrets,
    DenseBranch,
    Hits,
    IndexedChunk,
)
from genius_retrieval.search.branches import Candidate, branches_for, fuse
from genius_retrieval.search.evidence import Lens, passages
from genius_retrieval.search.nearness import Nearness, reranked
from genius_retrieval.search.outside import Outside, outside
from genius_retrieval.search.question import Question, understand
from genius_retrieval.search.ranking import Ranked, rank
from genius_retrieval.search.trace import Trace
from genius_retrieval.search.verdict import confidence, elsewhere, is_answerable

_CANDIDATES = 80


@dataclass(frozen=True, slots=True)
class SearchScope:
    """What one search may use, decided by the caller: open collections, access, and how many documents that is.

    `holding`: which of these documents hold now; asked where a new version is just taking the place of another.
    """

    collections: Sequence[CollectionSecrets]
    access: Access
    documents: int = 0
    holding: Callable[[AbstractSet[UUID]], Awaitable[AbstractSet[UUID]]] | None = None


class SearchService:
    """Without `models` and `reranker` the search is by words alone."""

    def __init__(
        self, index: CollectionIndex, models: DenseModels | None = None, reranker: Reranker | None = None
    ) -> None:
        self._index = index
        self._models = models
        self._reranker = reranker

    async def search(self, scope: SearchScope, request: SearchRequest, trace: Trace | None = None) -> SearchResult:
        """Hits of distinct sections, best first. Nothing outside `scope.access` leaves, whatever the engine says."""
        trace = trace or Trace()
        access = narrowed(scope.access, request)
        with trace.step("question"):
            question = understand(request.query, request.context)
        trace.understood(request.query, question)
        searched = Searched(
            knowledge_bases=len(access.knowledge_bases), documents=scope.documents, filter=request.filter
        )
        if access.empty or question.empty:
            return SearchResult(hits=[], verdict=Verdict(answerable=False, confidence=0.0), searched=searched)
        ranked, near = await self._ranked(scope, access, question, request.query, trace)
        permitted = [item for item in ranked if access.permits(item.chunk.meta)]
        if self._reranker:
            with trace.step("rerank"):
                permitted = await reranked(self._reranker, request.query, permitted)
        trace.ranked(permitted)
        lens = Lens(question)
        hits = [_hit(lens, item) for item in permitted[: request.limit]]
        with trace.step("verdict"):
            verdict = _verdict(question, permitted[:3], near)
        return SearchResult(hits=hits, verdict=verdict, searched=searched)

    def order(self, question: Question, found: Sequence[tuple[IndexedChunk, Candidate]]) -> list[Ranked]:
        """The ranking, a seam for the fit of its weights."""
        return rank(question, found)

    async def _ranked(
        self, scope: SearchScope, access: Access, question: Question, query: str, trace: Trace
    ) -> tuple[list[Ranked], Outside]:
        words = branches_for(question)
        near = Nearness(self._models, query) if self._models else None
        found: list[tuple[IndexedChunk, Candidate]] = []
        for collection in scope.collections:
            branches: dict[str, Branch | DenseBranch] = dict(words)
            if near and (branch := await near.branch(collection)):
                branches[DENSE] = branch
            with trace.step("index"):
                best = _Best(branches)
                hits, chunks = await self._index.candidates(collection, list(branches.values()), access, best)
                chunks = await _as_of_now(scope, chunks)
            trace.listed(branches, hits)
            found.extend((chunks[item.point], item) for item in best.found if item.point in chunks)
        # Pure computing of some milliseconds: kept off the event loop.
        with trace.step("ranking"):
            return await asyncio.to_thread(self._weighed, question, found)

    def _weighed(
        self, question: Question, found: Sequence[tuple[IndexedChunk, Candidate]]
    ) -> tuple[list[Ranked], Outside]:
        return self.order(question, found), outside(Lens(question))


class _Best:
    """Picks the candidates from the lists of one collection, and keeps their scores."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self.found: list[Candidate] = []

    def __call__(self, hits: Hits) -> list[UUID]:
        self.found = fuse(self._names, hits, _CANDIDATES)
        return [item.point for item in self.found]


async def _as_of_now(scope: SearchScope, chunks: dict[UUID, IndexedChunk]) -> dict[UUID, IndexedChunk]:
    """Without what a version has that does not hold, where two of one law are among them; shared ones as in the other.

    Else the hit of one would take the place of the same § in the other, and be left out at the end.
    """
    if scope.holding is None or not _two_versions(chunks.values()):
        return chunks
    named = {one.meta.document for chunk in chunks.values() for one in (chunk, chunk.later) if one}
    holding = await scope.holding(named)
    found: dict[UUID, IndexedChunk] = {}
    for point, chunk in chunks.items():
        if chunk.later and chunk.later.meta.document in holding:
            found[point] = chunk.later
        elif chunk.meta.document in holding:
            found[point] = chunk
    return found


def _two_versions(chunks: Collection[IndexedChunk]) -> bool:
    places = {(chunk.meta.knowledge_base, chunk.source_id, chunk.meta.document) for chunk in chunks if chunk.source_id}
    return len({place[:2] for place in places}) < len(places) or any(chunk.later for chunk in chunks)


def _verdict(question: Question, best: Sequence[Ranked], near: Outside) -> Verdict:
    sure = confidence(question, best, near)
    answerable = bool(best) and is_answerable(sure)
    return Verdict(
        answerable=answerable, confidence=round(sure, 3), elsewhere=None if answerable else elsewhere(best, near)
    )


def narrowed(access: Access, request: SearchRequest) -> Access:
    """The intersection of what may be seen with what the request asks for; asking for one kind leaves out the other."""
    named = (request.knowledge_bases, request.documents, request.files)
    if all(item is None for item in named):
        return replace(access, files=frozenset())
    bases: frozenset[UUID] = frozenset()
    documents = access.documents
    if request.knowledge_bases is not None:
        bases = access.knowledge_bases & frozenset(request.knowledge_bases)
    elif request.documents is not None:
        bases = access.knowledge_bases
    if request.documents is not None:
        asked = frozenset(request.documents)
        documents = asked if documents is None else documents & asked
    files = access.files & frozenset(request.files or ())
    return replace(access, knowledge_bases=bases, documents=documents, files=files)


def _hit(lens: Lens, item: Ranked) -> Hit:
    chunk, meta = item.chunk, item.chunk.meta
    best = [
        Passage(char_from=s.char_from, char_to=s.char_to, score=round(s.score, 4), page=_page(chunk, s.char_from))
        for s in passages(lens, chunk)
    ]
    return Hit(
        document=meta.document,
        title=meta.title,
        version=meta.version,
        text=chunk.text,
        score=round(item.score, 4),
        page=chunk.page,
        char_from=chunk.char_from,
        char_to=chunk.char_to,
        section_path=list(chunk.section_path),
        as_of=chunk.as_of,
        source_id=chunk.source_id,
        knowledge_base=meta.knowledge_base,
        file=meta.document if meta.kind == "file" else None,
        protection_class=ProtectionClass(meta.protection_class),
        page_breaks=list(chunk.page_breaks),
        passages=best,
    )


def _page(chunk: IndexedChunk, position: int) -> int | None:
    return page_at(chunk.page, chunk.page_breaks, position)
