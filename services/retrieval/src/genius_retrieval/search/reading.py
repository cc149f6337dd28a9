# SPDX-License-Identifier: EUPL-1.2
"""A chunk made ready for many questions: the terms of its sentences and of what stands around it, kept in caches.

The caches are bounded and hold terms, no texts: a chunk takes about 2 KB. Tuples where the terms are a chunk's own,
sets where many chunks share them, since a small set costs ten times its tuple.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Generic, TypeVar

from genius_retrieval.index.port import IndexedChunk
from genius_retrieval.laws.subjects import ABOVE, SEPARATOR
from genius_retrieval.text.fields import content_words, with_parts
from genius_retrieval.text.sentences import clause_spans
from genius_retrieval.text.vocabulary import vocabulary
from genius_retrieval.text.words import normalise, plain_words, stem, words

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
GENERAL = frozenset(
    stem(word)
    for word in words(
        "Grundsatz Grundsätze Allgemeines allgemeine Anspruch Voraussetzungen Umfang Begriff Begriffsbestimmungen"
        " Anwendungsbereich Aufgabe Zweck Gegenstand Inhalt Vorschriften Bestimmungen"
    )
)
_OPENING = 160
_READ, _AROUND = 24_000, 24_000

Terms = tuple[str, ...]
# Start, end (without trailing space) and terms of each sentence; together they have all terms of the text.
Spans = tuple[tuple[int, int, Terms], ...]
# The words of a heading: stem and parts of each, and its IDF.
Words = tuple[tuple[frozenset[str], float], ...]
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """What was computed last under a key, the oldest forgotten first; threads may compute the same twice."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}

    def get(self, key: K, compute: Callable[[], V]) -> V:
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = compute()
            if len(self._values) > self._most:
                # Another thread may have removed it first.
                self._values.pop(next(iter(self._values)), None)
        return found


@dataclass(frozen=True, slots=True)
class Around:
    """The terms of what stands around a text, and the words of its headings with their IDF.

    `heading`: what the section is called, or its first words; `numbered`: its heading as it stands there; `names`: what
    the whole document is called and about; `above`: the same with the path.
    """

    heading: Terms
    heading_words: Words
    numbered: Terms
    chapter: frozenset[str]
    chapter_words: Words
    subjects: Terms
    names: frozenset[str]
    above: frozenset[str]
    special: bool
    general: bool


_readings: Kept[tuple[object, int], Spans] = Kept(_READ)
_arounds: Kept[tuple[int, ...], Around] = Kept(_AROUND)


def read(chunk: IndexedChunk) -> Spans:
    """The sentences of a chunk's text; under its point and the hash of the text, which may change with the parser."""
    return _readings.get((chunk.point, hash(chunk.text)), lambda: _read(chunk.text))


def around(chunk: IndexedChunk) -> Around:
    """The terms around a chunk, under hashes of what they are made from."""
    opening, numbered = chunk.text[:_OPENING], chunk.source_id is not None
    heading, title, context = chunk.heading, chunk.meta.title, chunk.context
    key = (hash(heading), hash(title), hash(context), hash(opening), numbered)
    return _arounds.get(key, lambda: _around(heading, title, context, opening, numbered))


def _read(text: str) -> Spans:
    found = []
    for start, end in clause_spans(text):
        sentence = text[start:end].rstrip()
        found.append((start, start + len(sentence), tuple(_all_terms(sentence))))
    return tuple(found)


def _around(heading: str, title: str, context: str, opening: str, numbered: bool) -> Around:
    about = _NUMBER.sub("", heading) if numbered else heading
    above, _, subjects = context.partition(SEPARATOR)
    names, *chapters = above.split(ABOVE)
    chapter = _PART.sub("", normalise(chapters[-1])) if numbered and chapters else ""
    # Some laws have no headings: their first words say what a § is about.
    called = about or (opening if numbered else "")
    terms = _all_terms(called)
    return Around(
        heading=tuple(terms),
        heading_words=_heading_words(called),
        numbered=tuple(_all_terms(heading)),
        chapter=_shared(chapter),
        chapter_words=_shared_words(chapter),
        subjects=tuple(_all_terms(subjects)),
        names=_shared(f"{title} {names}"),
        above=_shared(f"{title} {above}"),
        special=bool(_SPECIAL.search(normalise(about or opening))),
        general=0 < len(terms) <= 2 and not GENERAL.isdisjoint(terms),
    )


def _all_terms(text: str) -> set[str]:
    tokens = plain_words(text)
    if tokens is None:
        return set(with_parts(content_words(text)))
    return set(chain.from_iterable(map(_of_token, tokens)))


@lru_cache(maxsize=120_000)
def _of_token(token: str) -> Terms:
    """The terms of a word as it stands in the text."""
    return tuple(with_parts(content_words(token)))


@lru_cache(maxsize=2_000)
def _shared(text: str) -> frozenset[str]:
    return frozenset(_all_terms(text))


@lru_cache(maxsize=2_000)
def _shared_words(heading: str) -> Words:
    return _heading_words(heading)


def _heading_words(heading: str) -> Words:
    return tuple(_heading_word(word) for word in content_words(heading))


@lru_cache(maxsize=20_000)
def _heading_word(word: str) -> tuple[frozenset[str], float]:
    return frozenset(with_parts([word])), vocabulary().idf(stem(word))
