# SPDX-License-Identifier: EUPL-1.2
"""How much of a question a text covers, and which of its sentences cover most."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from genius_retrieval.index.port import IndexedChunk
from genius_retrieval.search.question import Question
from genius_retrieval.text.fields import content_words, with_parts
from genius_retrieval.text.references import reference_terms
from genius_retrieval.text.sentences import sentence_spans
from genius_retrieval.text.words import normalise

_PASSAGES = 3
_KIND_SHARE, _LEAD_SHARE = 0.15, 0.1
_ENOUGH = 0.6
_SAME = 0.9


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with absolute span and how much of the question it covers, 0..1; `rank` orders them."""

    char_from: int
    char_to: int
    score: float
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a hit offers, each 0..1.

    `coverage`: share of the question's IDF mass in heading, place and text; `body` in the text alone; `sentence`
    in its best sentence, in its heading, in heading and place together (`frame`); `rarest`: how well the rarest word
    of the question is covered;
    `missing`: words known nowhere; `typed`: the best sentence of the kind asked for; `asked`: the
    heading names it.
    """

    coverage: float
    body: float
    sentence: float
    rarest: float
    heading: float
    frame: float
    missing: float
    typed: float
    asked: float
    passages: tuple[Sentence, ...]


def weigh(question: Question, chunk: IndexedChunk) -> Evidence:
    """Look at a hit in the clear."""
    sentences = []
    body: set[str] = set()
    typed = 0.0
    heading = _frame(chunk.heading)
    frame = _frame(f"{chunk.heading} {chunk.meta.title} {chunk.context}")
    for position, (start, stop, found, plain) in enumerate(_sentences(chunk.text)):
        body |= found
        cover = covered(question, found)
        answers = any(kind.answer.search(plain) for kind in question.kinds)
        typed = max(typed, cover if answers else 0.0)
        lead = _LEAD_SHARE * math.exp(-position / 4)
        score = cover + (_KIND_SHARE if answers else 0.0) + lead if cover else 0.0
        sentences.append(Sentence(chunk.char_from + start, chunk.char_from + stop, min(1.0, cover), score))
    best = max((sentence.score for sentence in sentences), default=0.0)
    return Evidence(
        coverage=covered(question, body | frame),
        body=covered(question, body),
        sentence=best,
        rarest=_rarest(question, body | frame),
        heading=covered(question, heading),
        # Without §§ above it, a document has no heading that must name the subject: its best sentence must.
        frame=covered(question, frame) if chunk.source_id else best,
        missing=_missing(question, body | frame),
        typed=typed if question.kinds else best,
        asked=_asked(question, heading),
        passages=_passages(sentences, best),
    )


@lru_cache(maxsize=4_000)
def _sentences(text: str) -> tuple[tuple[int, int, frozenset[str], str], ...]:
    """Span without trailing space, terms and normalised text of each sentence."""
    found = []
    for start, end in sentence_spans(text):
        sentence = text[start:end].rstrip()
        found.append((start, start + len(sentence), frozenset(terms(sentence)), normalise(sentence)))
    return tuple(found)


@lru_cache(maxsize=20_000)
def _frame(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def terms(text: str) -> set[str]:
    return set(with_parts(content_words(text)))


def covered(question: Question, found: AbstractSet[str]) -> float:
    """Share of the question's IDF mass that `found` covers, each word by its best form."""
    total = sum(concept.weight for concept in question.concepts)
    if not total:
        return 0.0
    return sum(concept.weight * _best(concept.forms, found) for concept in question.concepts) / total


def references_found(question: Question, chunk: IndexedChunk) -> bool:
    return not set(question.references).isdisjoint(reference_terms(chunk.heading))


def _best(forms: dict[str, float], found: AbstractSet[str]) -> float:
    return max((weight for form, weight in forms.items() if form in found), default=0.0)


def _rarest(question: Question, found: AbstractSet[str]) -> float:
    rarest = max(question.concepts, key=lambda concept: concept.weight, default=None)
    return _best(rarest.forms, found) if rarest else 0.0


def _missing(question: Question, found: AbstractSet[str]) -> float:
    """Share of words that no law knows and the hit does not have either."""
    total = sum(concept.weight for concept in question.concepts) or 1.0
    return sum(c.weight for c in question.concepts if not c.known and _best(c.forms, found) < _SAME) / total


def _asked(question: Question, heading: AbstractSet[str]) -> float:
    return 1.0 if not heading.isdisjoint(question.kind_terms) else 0.0


def _passages(sentences: Iterable[Sentence], best: float) -> tuple[Sentence, ...]:
    good = [sentence for sentence in sentences if sentence.score >= _ENOUGH * best]
    ranked = sorted(good, key=lambda sentence: (-sentence.rank, sentence.char_from))
    return tuple(ranked[: _PASSAGES if best else 1])
