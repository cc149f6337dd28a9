# SPDX-License-Identifier: EUPL-1.2
"""The fields of the index: which terms a chunk has in each and with what BM25 weight.

`PROFILE` is stored with each collection; terms made under two profiles must not meet in one (REL-11).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from genius_retrieval.chunks import Chunk
from genius_retrieval.laws.names import laws_in
from genius_retrieval.laws.subjects import SEPARATOR
from genius_retrieval.text.references import cited, file_numbers, references
from genius_retrieval.text.vocabulary import VOCABULARY, vocabulary
from genius_retrieval.text.words import NORMALISER, STEMMER, is_stopword, stem, words

BODY, COMPOUNDS, HEADING, PLACE, SUBJECTS = "body", "compounds", "heading", "place", "subjects"
FIELDS = (BODY, COMPOUNDS, HEADING, PLACE, SUBJECTS)
K1 = 1.2
_OPENING = 160
# b and the average length in terms, measured on the shipped laws and then frozen.
_SHAPE = {BODY: (0.6, 75.0), COMPOUNDS: (0.6, 120.0), HEADING: (0.5, 7.0), PLACE: (0.3, 25.0), SUBJECTS: (0.4, 18.0)}
PROFILE: dict[str, Any] = {
    "version": 3,
    "vocabulary": VOCABULARY,
    "stemmer": STEMMER,
    "normaliser": NORMALISER,
    "k1": K1,
    "fields": {name: {"b": b, "average": average} for name, (b, average) in _SHAPE.items()},
}


def content_words(text: str) -> list[str]:
    return [word for word in words(text) if not is_stopword(word)]


@lru_cache(maxsize=100_000)
def _expanded(word: str) -> tuple[str, ...]:
    return (stem(word), *(stem(part) for part in vocabulary().split(word)))


def with_parts(found: Iterable[str]) -> list[str]:
    """Stems of the words and of the parts of compounds among them."""
    return [term for word in found for term in _expanded(word)]


def terms_of(chunk: Chunk, title: str) -> dict[str, dict[str, float]]:
    """Field → term → BM25 weight without the IDF, which the engine adds."""
    own = references(chunk.heading)
    law = own[0].law if own else None
    body, files = content_words(chunk.text), file_numbers(chunk.text)
    heading = with_parts(content_words(chunk.heading)) + cited(own) + file_numbers(chunk.heading)
    if own and chunk.heading.strip() == chunk.heading[own[0].char_from : own[0].char_to].strip():
        # A § without a title: its first words say what it is about.
        heading += with_parts(content_words(chunk.text[:_OPENING]))
    above, _, subjects = chunk.context.partition(SEPARATOR)
    counted = {
        BODY: [stem(word) for word in body] + cited(references(chunk.text, law)) + files,
        COMPOUNDS: with_parts(body),
        HEADING: heading + files,
        PLACE: _place(f"{title} {above}"),
        SUBJECTS: with_parts(content_words(subjects)),
    }
    return {name: weights(name, Counter(terms)) for name, terms in counted.items()}


# The chunks of a chapter follow each other.
@lru_cache(maxsize=64)
def _place(place: str) -> tuple[str, ...]:
    return (*with_parts(content_words(place)), *(f"law:{key}" for key in sorted(laws_in(place))))


def weights(field: str, counts: Mapping[str, int]) -> dict[str, float]:
    """BM25's term part for one text with `counts` occurrences."""
    b, average = _SHAPE[field]
    length = sum(counts.values())
    damping = K1 * (1 - b + b * length / average)
    return {term: count * (K1 + 1) / (count + damping) for term, count in counts.items()}
