# SPDX-License-Identifier: EUPL-1.2
"""Whether a question rather fits a subject that the shipped laws do not regulate."""

from __future__ import annotations

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
    for subject, name in _subjects():
        share = lens.share(lens.best(lens.common(subject.terms)))
        if not share:
            continue
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
