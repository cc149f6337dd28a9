# SPDX-License-Identifier: EUPL-1.2
"""What a Python programmer gets by default: `BM25Retriever` of langchain-community as its documentation defines it.

Okapi BM25 with k1 1.5 and b 0.75, words by `str.split()` (case, punctuation and endings stay), the IDF of a word that
more than half of the texts have replaced by a quarter of the mean IDF; every text is looked at for every word. Written
from that definition, since the package is not among the locked ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

_K1, _B, _EPSILON = 1.5, 0.75, 0.25


class PopularDefault:
    """Ranks `texts` by id."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._ids = list(texts)
        self._counts = [Counter(text.split()) for text in texts.values()]
        lengths = np.array([counts.total() for counts in self._counts], dtype=float)
        self._damping = _K1 * (1 - _B + _B * lengths / lengths.mean())
        frequencies = Counter(word for counts in self._counts for word in counts)
        number = len(self._ids)
        idf = {word: math.log(number - df + 0.5) - math.log(df + 0.5) for word, df in frequencies.items()}
        floor = _EPSILON * sum(idf.values()) / len(idf)
        self._idf = {word: value if value >= 0 else floor for word, value in idf.items()}

    def search(self, query: str, limit: int) -> list[str]:
        """Ids of the best texts, best first."""
        scores = np.zeros(len(self._ids))
        for word in query.split():
            if idf := self._idf.get(word):
                found = np.array([counts.get(word, 0) for counts in self._counts])
                scores += idf * found * (_K1 + 1) / (found + self._damping)
        return [self._ids[place] for place in np.argsort(-scores, kind="stable")[:limit]]
