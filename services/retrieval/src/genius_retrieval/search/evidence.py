# SPDX-License-Identifier: EUPL-1.2
"""How much of a question a text covers, and which of its sentences cover most."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from genius_retrieval.index.port import IndexedChunk
from genius_retrieval.laws.subjects import ABOVE, SEPARATOR
from genius_retrieval.search.question import Question
from genius_retrieval.text.fields import content_words, with_parts
from genius_retrieval.text.references import reference_terms
from genius_retrieval.text.sentences import sentence_spans
from genius_retrieval.text.vocabulary import vocabulary
from genius_retrieval.text.words import normalise, stem, words

_PASSAGES = 3
_KIND_SHARE, _LEAD_SHARE = 0.15, 0.1
_ENOUGH = 0.6
# How well all parts of a compound stand for it, and what counts as having a word.
_ALL_PARTS, _SAME = 0.8, 0.8
# "§ 12a SGB II " before what a section is about.
_NUMBER = re.compile(r"^(?:§+|Art\.?)\s*\d+\s?[a-z]?\s+(?:SGB [IVX]+|\S+)\s*")
# Sections that regulate the law itself or its sanctions, seldom what somebody asks for.
_SPECIAL = re.compile(
    r"übergang|anwendungs(?:vorschrift|bestimmung|regel)|bussgeld|ordnungswidrig|strafvorschrift|"
    r"ermächtigung(?:en)?$|rechtsverordnung|inkrafttreten|ausserkrafttreten|weggefallen|aufgehoben|"
    r"sonderregelung|statistik|evaluation|berichtspflicht|berlin-klausel|verwaltungsvorschriften"
)


# What stands before the title of a part or chapter.
_PART = re.compile(
    r"^(?:(?:\w+(?:er|es|te|tes)\s+)?(?:buch|teil|kapitel|\w*abschnitt|\w*titel)\s*(?:[ivx]+\b|\d+\w?)?)\s*"
)
# Words of headings that only say "here is the rule".
_GENERAL = frozenset(
    stem(word)
    for word in words(
        "Grundsatz Grundsätze Allgemeines allgemeine Anspruch Voraussetzungen Umfang Begriff Begriffsbestimmungen"
        " Anwendungsbereich Aufgabe Zweck Gegenstand Inhalt Vorschriften Bestimmungen"
    )
)
_GENERAL_NAMED, _KIND_NAMED, _OPENING = 0.6, 0.7, 160


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with absolute span and how much of the question it covers, 0..1; `rank` orders them."""

    char_from: int
    char_to: int
    score: float
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a hit offers, each 0..1; "share" is of the question's IDF mass.

    `coverage`: share in heading, place and text; `body`: in the text; `sentence`: in its best sentence; `opening`: in
    its first one; `precise`: how much of the heading the question names; `subjects`: share in heading and subject
    index; `topic`: share in the law's names; `frame`: in all of these and the path; `typed`: the best sentence of the
    kind asked for; `asked`: the heading names that kind; `special`: transitional rules, sanctions, powers to make
    rules that were not asked for; `parent`, `parent_precise`, `parent_asked`: the same for the chapter it stands in;
    `least`: how well the word covered worst is; `general`: the heading only says that here is the rule; `missing`:
    words known nowhere.
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
    passages: tuple[Sentence, ...]


Words = tuple[tuple[frozenset[str], float], ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """The terms of what stands around a text, and the words of its headings with their IDF."""

    heading: frozenset[str]
    heading_words: Words
    chapter: frozenset[str]
    chapter_words: Words
    subjects: frozenset[str]
    names: frozenset[str]
    frame: frozenset[str]
    special: bool
    general: bool


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
        self._compounds = [(i, c.parts) for i, c in enumerate(question.concepts) if len(c.parts) > 1]
        self._nothing = [0.0] * len(self.weights)

    def best(self, found: AbstractSet[str]) -> list[float]:
        """How well each concept is covered by the terms `found`."""
        common = self._keys & found
        if not common:
            return self._nothing
        best = [0.0] * len(self.weights)
        for form in common:
            for position, weight in self.forms[form]:
                if weight > best[position]:
                    best[position] = weight
        for position, parts in self._compounds:
            if best[position] < _ALL_PARTS and parts <= found:
                best[position] = _ALL_PARTS
        return best

    def share(self, best: Sequence[float]) -> float:
        """Share of the question's IDF mass, 0..1."""
        return 0.0 if best is self._nothing else sum(map(mul, self.weights, best)) / self.total

    def precision(self, heading: Words) -> float:
        """How much of a heading the question names, in words or by its kind."""
        mass = named = 0.0
        for parts, idf in heading:
            mass += idf
            own = max((weight for part in parts for _, weight in self.forms.get(part, ())), default=0.0)
            if not self.kind_terms.isdisjoint(parts):
                own = max(own, _KIND_NAMED)
            elif not _GENERAL.isdisjoint(parts):
                own = max(own, _GENERAL_NAMED)
            named += idf * own
        return named / mass if mass else 0.0


def weigh(lens: Lens, chunk: IndexedChunk) -> Evidence:
    """Look at a hit in the clear."""
    numbered = chunk.source_id is not None
    around = _around(chunk.heading, chunk.meta.title, chunk.context, chunk.text[:_OPENING], numbered)
    body, sentences, typed = _read(lens, chunk)
    in_body, in_heading = lens.best(body), lens.best(around.heading)
    in_frame = _most(in_heading, lens.best(around.frame))
    anywhere = _most(in_body, in_frame)
    best = max((sentence.score for sentence in sentences), default=0.0)
    heading_share = lens.share(in_heading)
    return Evidence(
        coverage=lens.share(anywhere),
        body=lens.share(in_body),
        sentence=best,
        opening=sentences[0].score if sentences else 0.0,
        precise=lens.precision(around.heading_words),
        subjects=lens.share(_most(in_heading, lens.best(around.subjects))) if around.subjects else heading_share,
        topic=lens.share(lens.best(around.names)),
        # Without §§ above it, a document has no heading that must name the subject: its best sentence must.
        frame=lens.share(in_frame) if numbered else best,
        typed=typed if lens.question.kinds else best,
        asked=0.0 if lens.kind_terms.isdisjoint(around.heading | around.subjects) else 1.0,
        special=1.0 - heading_share if around.special else 0.0,
        parent=lens.share(lens.best(around.chapter)),
        parent_precise=lens.precision(around.chapter_words),
        parent_asked=0.0 if lens.kind_terms.isdisjoint(around.chapter) else 1.0,
        least=min(anywhere, default=0.0),
        general=1.0 if around.general else 0.0,
        missing=_missing(lens, anywhere),
        passages=_passages(sentences, best),
    )


def references_found(question: Question, chunk: IndexedChunk) -> bool:
    return bool(question.references) and not set(question.references).isdisjoint(reference_terms(chunk.heading))


def _read(lens: Lens, chunk: IndexedChunk) -> tuple[AbstractSet[str], list[Sentence], float]:
    """All terms of the text, its sentences with what they cover, and the best cover of one of the kind asked for."""
    body, spans = _sentences(chunk.text)
    kinds = lens.question.kinds
    found = []
    typed = 0.0
    for position, (start, stop, terms, plain) in enumerate(spans):
        cover = min(1.0, lens.share(lens.best(terms)))
        rank = 0.0
        if cover:
            answers = any(kind.answer.search(plain) for kind in kinds)
            typed = max(typed, cover if answers else 0.0)
            rank = cover + (_KIND_SHARE if answers else 0.0) + _LEAD_SHARE * math.exp(-position / 4)
        found.append(Sentence(chunk.char_from + start, chunk.char_from + stop, cover, rank))
    return body, found, typed


@lru_cache(maxsize=4_000)
def _sentences(text: str) -> tuple[frozenset[str], tuple[tuple[int, int, frozenset[str], str], ...]]:
    """All terms, and span without trailing space, terms and normalised text of each sentence."""
    found = []
    for start, end in sentence_spans(text):
        sentence = text[start:end].rstrip()
        found.append((start, start + len(sentence), frozenset(_all_terms(sentence)), normalise(sentence)))
    return frozenset().union(*(item[2] for item in found)), tuple(found)


@lru_cache(maxsize=12_000)
def _around(heading: str, title: str, context: str, opening: str, numbered: bool) -> _Around:
    about = _NUMBER.sub("", heading) if numbered else heading
    above, _, subjects = context.partition(SEPARATOR)
    names, *chapters = above.split(ABOVE)
    chapter = _PART.sub("", normalise(chapters[-1])) if numbered and chapters else ""
    # Some laws have no headings: their first words say what a § is about.
    terms = _terms(about or opening) if numbered else _terms(about)
    about_it = _terms(subjects)
    return _Around(
        heading=terms,
        heading_words=_heading_words(about or (opening if numbered else "")),
        chapter=_terms(chapter),
        chapter_words=_heading_words(chapter),
        subjects=about_it,
        # What the whole document is called and about, without the parts and chapters inside it.
        names=_names(f"{title} {names}"),
        frame=_terms(f"{heading} {title} {above}") | about_it,
        special=bool(_SPECIAL.search(normalise(about or opening))),
        general=0 < len(terms) <= 2 and not _GENERAL.isdisjoint(terms),
    )


def _terms(text: str) -> frozenset[str]:
    return frozenset(_all_terms(text))


@lru_cache(maxsize=500)
def _names(text: str) -> frozenset[str]:
    return _terms(text)


def _all_terms(text: str) -> list[str]:
    return with_parts(content_words(text))


def _heading_words(heading: str) -> Words:
    known = vocabulary()
    return tuple((frozenset(with_parts([word])), known.idf(stem(word))) for word in content_words(heading))


def _most(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return list(map(max, one, other))


def _missing(lens: Lens, best: Sequence[float]) -> float:
    """Share of words that no law knows and the hit does not have either."""
    concepts = lens.question.concepts
    lost = (c.weight for c, value in zip(concepts, best, strict=True) if not c.known and value < _SAME)
    return sum(lost) / lens.total


def _passages(sentences: Iterable[Sentence], best: float) -> tuple[Sentence, ...]:
    good = [sentence for sentence in sentences if sentence.score >= _ENOUGH * best]
    ranked = sorted(good, key=lambda sentence: (-sentence.rank, sentence.char_from))
    return tuple(ranked[: _PASSAGES if best else 1])
