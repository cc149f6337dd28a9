# SPDX-License-Identifier: EUPL-1.2
"""Whether a question rather fits a subject that the shipped laws do not regulate."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from genius_retrieval.laws.elsewhere import Subject, elsewhere
from genius_retrieval.search.evidence import Lens
from genius_retrieval.search.reading import Words
from genius_retrieval.text.fields import content_words, with_parts
from genius_retrieval.text.vocabulary import vocabulary
from genius_retrieval.text.words import stem

_NAMED = 0.5


@dataclass(frozen=True, slots=True)
class Outside:
    """The best fitting subject: the share of the question's IDF mass it covers, and how much of its name is asked."""

    share: float = 0.0
    precise: float = 0.0
    subject: Subject | None = None


def outside(lens: Lens) -> Outside:
    """The nearest subject elsewhere; the empty one where no word fits any."""
    best, most = Outside(), 0.0
    every, places = _subjects(), _places()
    for place in sorted({place for form in lens.forms for place in places.get(form, ())}):
        subject, name = every[place]
        share = lens.covered(lens.common(subject.terms))
        precise = lens.precision(name)
        value = share * (1 + _NAMED * precise)
        if value > most:
            best, most = Outside(share, precise, subject), value
    return best


@cache
def _subjects() -> tuple[tuple[Subject, Words], ...]:
    known = vocabulary()
    return tuple(
        (
            subject,
            tuple((frozenset(with_parts([word])), known.idf(stem(word))) for word in content_words(subject.name)),
        )
        for subject in elsewhere()
    )


@cache
def _places() -> dict[str, tuple[int, ...]]:
    """Term → which of the subjects have it: most questions share words with a few of 900."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, (subject, _) in enumerate(_subjects()):
        for term in subject.terms:
            found[term].append(place)
    return {term: tuple(places) for term, places in found.items()}
