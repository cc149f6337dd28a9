# SPDX-License-Identifier: EUPL-1.2
"""How much of a question a text covers, and which of its sentences cover most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from genius_retrieval.index.port import IndexedChunk
from genius_retrieval.search.question import Question
from genius_retrieval.text.fields import content_words, with_parts
from genius_retrieval.text.references import reference_terms
from genius_retrieval.text.sentences import sentence_spans

_PASSAGES = 3
_KIND_SHARE = 0.15
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with absolute span and how much of the question it covers, 0..1."""

    char_from: int
    char_to: int
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """`coverage`: share of the question's IDF mass in heading, place and text; `body` in the text alone; `sentence`
    in its best sentence; `rarest`: how well the rarest word of the question is covered."""

    coverage: float
    body: float
    sentence: float
    rarest: float
    heading: float
    passages: tuple[Sentence, ...]


def weigh(question: Question, chunk: IndexedChunk) -> Evidence:
    """Look at a hit in the clear."""
    sentences = []
    body: set[str] = set()
    frame = terms(f"{chunk.heading} {chunk.meta.title} {' '.join(chunk.section_path)}")
    for start, end in sentence_spans(chunk.text):
        found = terms(chunk.text[start:end])
        body |= found
        score = covered(question, found) + _KIND_SHARE * _kind(question, found)
        stop = start + len(chunk.text[start:end].rstrip())
        sentences.append(Sentence(chunk.char_from + start, chunk.char_from + stop, min(1.0, score)))
    best = max((sentence.score for sentence in sentences), default=0.0)
    return Evidence(
        coverage=covered(question, body | frame),
        body=covered(question, body),
        sentence=best,
        rarest=_rarest(question, body | frame),
        heading=covered(question, terms(chunk.heading)),
        passages=_passages(sentences, best),
    )


def terms(text: str) -> set[str]:
    return set(with_parts(content_words(text)))


def covered(question: Question, found: set[str]) -> float:
    """Share of the question's IDF mass that `found` covers, each word by its best form."""
    total = sum(concept.weight for concept in question.concepts)
    if not total:
        return 0.0
    return sum(concept.weight * _best(concept.forms, found) for concept in question.concepts) / total


def references_found(question: Question, chunk: IndexedChunk) -> bool:
    return not set(question.references).isdisjoint(reference_terms(chunk.heading))


def _best(forms: dict[str, float], found: set[str]) -> float:
    return max((weight for form, weight in forms.items() if form in found), default=0.0)


def _rarest(question: Question, found: set[str]) -> float:
    rarest = max(question.concepts, key=lambda concept: concept.weight, default=None)
    return _best(rarest.forms, found) if rarest else 0.0


def _kind(question: Question, found: set[str]) -> float:
    return 1.0 if question.kind_terms and not found.isdisjoint(question.kind_terms) else 0.0


def _passages(sentences: Iterable[Sentence], best: float) -> tuple[Sentence, ...]:
    good = [sentence for sentence in sentences if sentence.score > 0 and sentence.score >= _ENOUGH * best]
    ranked = sorted(good, key=lambda sentence: (-sentence.score, sentence.char_from))
    return tuple(ranked[:_PASSAGES])
