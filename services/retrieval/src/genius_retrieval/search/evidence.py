# SPDX-License-Identifier: EUPL-1.2
"""How much of a question a text covers, and which of its sentences cover most."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import NamedTuple

from genius_retrieval.index.port import IndexedChunk
from genius_retrieval.search.kinds import Kind
from genius_retrieval.search.question import Question
from genius_retrieval.search.reading import GENERAL, Spans, Words, around, read
from genius_retrieval.text.references import reference_terms
from genius_retrieval.text.words import normalise

_PASSAGES = 3
_KIND_SHARE, _LEAD_SHARE = 0.15, 0.1
_ENOUGH = 0.6
_NONE: frozenset[str] = frozenset()
# How well all parts of a compound stand for it, and what counts as having a word.
_ALL_PARTS, _SAME = 0.8, 0.8
_GENERAL_NAMED, _KIND_NAMED = 0.6, 0.7
# The first sentences of a text say what the others go into.
_LEAD = [_LEAD_SHARE * math.exp(-position / 4) for position in range(60)] + [0.0]


class Sentence(NamedTuple):
    """A sentence with absolute span and how much of the question it covers, 0..1; `rank` orders them."""

    char_from: int
    char_to: int
    score: float
    rank: float = 0.0


class Evidence(NamedTuple):
    """What a hit offers, each 0..1; "share" is of the question's IDF mass.

    `coverage`: share in heading, place and text; `body`: in the text; `sentence`: in its best sentence; `opening`: in
    its first one; `precise`: how much of the heading the question names; `subjects`: share in heading and subject
    index; `topic`: share in the law's names; `frame`: in all of these and the path; `typed`: the best sentence of the
    kind asked for; `asked`: the heading names that kind; `special`: transitional rules, sanctions, powers to make
    rules that were not asked for; `parent`, `parent_precise`, `parent_asked`: the same for the chapter it stands in;
    `least`: how well the word covered worst is; `general`: the heading only says that here is the rule; `missing`:
    words known nowhere. Which sentences these are, `passages` tells for those that become hits.
    """

    coverage: float
    body: float
    sentence: float
    opening: float
    precise: float
    subjects: float
    topic: float
    frame: float
    typed: float
    asked: float
    special: float
    parent: float
    parent_precise: float
    parent_asked: float
    least: float
    general: float
    missing: float


class Lens:
    """A question made ready for looking at many texts."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.weights = [concept.weight for concept in question.concepts]
        self.total = sum(self.weights) or 1.0
        self.kind_terms = question.kind_terms
        self.forms: dict[str, list[tuple[int, float]]] = {}
        for position, concept in enumerate(question.concepts):
            for form, weight in concept.forms.items():
                self.forms.setdefault(form, []).append((position, weight))
        self._keys = frozenset(self.forms)
        self._strongest = {form: max(weight for _, weight in stands) for form, stands in self.forms.items()}
        self._compounds = [(i, c.parts) for i, c in enumerate(question.concepts) if len(c.parts) > 1]
        self._nothing = [0.0] * len(self.weights)
        # Candidates have the same few terms in common with the question, and chapters in common with each other.
        self._best: dict[frozenset[str], Sequence[float]] = {frozenset(): self._nothing}
        self._covered: dict[frozenset[str], float] = {}
        self._shared: dict[frozenset[str], frozenset[str]] = {}
        self._precise: dict[Words, float] = {}

    def common(self, found: Iterable[str]) -> frozenset[str]:
        """Those of the terms `found` that stand for something asked."""
        return self._keys.intersection(found)

    def shared(self, found: frozenset[str]) -> frozenset[str]:
        """The same as `common`, kept for terms that many texts stand under."""
        own = self._shared.get(found)
        if own is None:
            own = self._shared[found] = self._keys & found
        return own

    def best(self, common: frozenset[str]) -> Sequence[float]:
        """How well each concept is covered by terms that are `common` to question and text."""
        found = self._best.get(common)
        if found is None:
            found = self._best[common] = self._best_of(common)
        return found

    def covered(self, common: frozenset[str]) -> float:
        """Share of the question's IDF mass that these terms cover, 0..1."""
        found = self._covered.get(common)
        if found is None:
            found = self._covered[common] = self.share(self.best(common))
        return found

    def _best_of(self, common: frozenset[str]) -> Sequence[float]:
        best = [0.0] * len(self.weights)
        for form in common:
            for position, weight in self.forms[form]:
                if weight > best[position]:
                    best[position] = weight
        for position, parts in self._compounds:
            # The parts of a compound are among its forms.
            if best[position] < _ALL_PARTS and parts <= common:
                best[position] = _ALL_PARTS
        return best

    def share(self, best: Sequence[float]) -> float:
        """Share of the question's IDF mass, 0..1."""
        return 0.0 if best is self._nothing else sum(map(mul, self.weights, best)) / self.total

    def precision(self, heading: Words) -> float:
        """The same as `precision_of`, kept for headings that many texts stand under."""
        found = self._precise.get(heading)
        if found is None:
            found = self._precise[heading] = self.precision_of(heading)
        return found

    def precision_of(self, heading: Words) -> float:
        """How much of a heading the question names, in words or by its kind."""
        mass = named = 0.0
        for parts, idf in heading:
            mass += idf
            # Of most words of headings nothing was asked.
            own = 0.0 if self._keys.isdisjoint(parts) else max(self._strongest.get(part, 0.0) for part in parts)
            if not self.kind_terms.isdisjoint(parts):
                own = max(own, _KIND_NAMED)
            elif not GENERAL.isdisjoint(parts):
                own = max(own, _GENERAL_NAMED)
            named += idf * own
        return named / mass if mass else 0.0


def weigh(lens: Lens, chunk: IndexedChunk) -> Evidence:
    """Look at a hit in the clear."""
    numbered = chunk.source_id is not None
    place, spans = around(chunk), read(chunk)
    commons = [lens.common(terms) for _, _, terms in spans]
    covers = _covers(lens, commons)
    body, heading, subjects = _NONE.union(*commons), lens.common(place.heading), lens.common(place.subjects)
    best = max(covers, default=0.0)
    in_body, in_heading = lens.best(body), lens.best(heading)
    in_frame = _most(in_heading, lens.best(lens.common(place.numbered) | lens.shared(place.above) | subjects))
    anywhere = _most(in_body, in_frame)
    heading_share = lens.covered(heading)
    asked = not (lens.kind_terms.isdisjoint(place.heading) and lens.kind_terms.isdisjoint(place.subjects))
    return Evidence(
        coverage=lens.share(anywhere),
        body=lens.covered(body),
        sentence=best,
        opening=covers[0] if covers else 0.0,
        precise=lens.precision_of(place.heading_words),
        subjects=lens.share(_most(in_heading, lens.best(subjects))) if place.subjects else heading_share,
        topic=lens.covered(lens.shared(place.names)),
        # Without §§ above it, a document has no heading that must name the subject: its best sentence must.
        frame=lens.share(in_frame) if numbered else best,
        typed=_typed(lens.question.kinds, chunk, spans, covers) if lens.question.kinds else best,
        asked=1.0 if asked else 0.0,
        special=1.0 - heading_share if place.special else 0.0,
        parent=lens.covered(lens.shared(place.chapter)),
        parent_precise=lens.precision(place.chapter_words),
        parent_asked=0.0 if lens.kind_terms.isdisjoint(place.chapter) else 1.0,
        least=min(anywhere, default=0.0),
        general=1.0 if place.general else 0.0,
        missing=_missing(lens, anywhere),
    )


def references_found(question: Question, chunk: IndexedChunk) -> bool:
    return bool(question.references) and not set(question.references).isdisjoint(reference_terms(chunk.heading))


def passages(lens: Lens, chunk: IndexedChunk) -> tuple[Sentence, ...]:
    """The sentences of a hit that cover most of the question, best first; the patterns of its kinds count a little."""
    spans, kinds = read(chunk), lens.question.kinds
    covers = _covers(lens, (lens.common(terms) for _, _, terms in spans))
    best = max(covers, default=0.0)
    ranked = []
    for position, cover in enumerate(covers):
        if cover >= _ENOUGH * best:
            start, stop, _ = spans[position]
            typed = _KIND_SHARE if cover and kinds and _answers(chunk.text[start:stop], kinds) else 0.0
            rank = cover + typed + _LEAD[min(position, 60)] if cover else 0.0
            ranked.append((-rank, position))
    ranked.sort()
    found = []
    for rank, position in ranked[: _PASSAGES if best else 1]:
        start, stop, _ = spans[position]
        found.append(Sentence(chunk.char_from + start, chunk.char_from + stop, covers[position], -rank))
    return tuple(found)


def _covers(lens: Lens, commons: Iterable[frozenset[str]]) -> list[float]:
    """How much of the question each sentence covers, by the terms that they have in common."""
    return [min(1.0, lens.covered(common)) if common else 0.0 for common in commons]


def _typed(kinds: Sequence[Kind], chunk: IndexedChunk, spans: Spans, covers: Sequence[float]) -> float:
    """The best cover of a sentence of one of the kinds; their patterns cost more than all else: best sentence first."""
    for position in sorted(range(len(covers)), key=covers.__getitem__, reverse=True):
        start, stop, _ = spans[position]
        if not covers[position]:
            break
        if _answers(chunk.text[start:stop], kinds):
            return covers[position]
    return 0.0


def _answers(sentence: str, kinds: Sequence[Kind]) -> bool:
    plain = normalise(sentence)
    return any(kind.answer.search(plain) for kind in kinds)


def _most(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return list(map(max, one, other))


def _missing(lens: Lens, best: Sequence[float]) -> float:
    """Share of words that no law knows and the hit does not have either."""
    concepts = lens.question.concepts
    lost = (c.weight for c, value in zip(concepts, best, strict=True) if not c.known and value < _SAME)
    return sum(lost) / lens.total
