# SPDX-License-Identifier: EUPL-1.2
"""German compounds split into words of a frozen vocabulary: "Wohngeldbehörde" → wohngeld, behörde (and wohn, geld).

A split is two known words with a linking element (Fugenelement) between; of several the one whose parts are most
common together wins: max √(df·df). The vocabulary is made from the shipped laws by `scripts/build_vocabulary.py`; its
version is stored with each collection.
"""

from __future__ import annotations

import lzma
import math
from functools import lru_cache
from importlib.resources import files

VOCABULARY = "laws-1"
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_MIN_PART = 4
_MIN_WORD = 2 * _MIN_PART


class Vocabulary:
    """Known words (normal form) with the number of sections that contain them."""

    def __init__(self, counts: dict[str, int]) -> None:
        self._counts = counts
        self.split = lru_cache(maxsize=100_000)(self._split)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, word: str) -> int:
        return self._counts.get(word, 0)

    def parts(self, word: str) -> tuple[str, ...]:
        """All parts of `word` down two levels, none for a word that is no compound of known words."""
        found: list[str] = []
        for part in self.split(word):
            found.append(part)
            found.extend(self.split(part))
        return tuple(found)

    def _split(self, word: str) -> tuple[str, ...]:
        best, best_score = (), 0.0
        if len(word) < _MIN_WORD or not word.isalpha():
            return ()
        for end in range(_MIN_PART, len(word) - _MIN_PART + 1):
            tail = word[end:]
            tail_count = self._counts.get(tail, 0)
            if not tail_count:
                continue
            for link in _LINKS:
                head = word[: end - len(link)]
                if len(head) < _MIN_PART or (link and not word[:end].endswith(link)):
                    continue
                score = math.sqrt(self._counts.get(head, 0) * tail_count)
                if score > best_score:
                    best, best_score = (head, tail), score
        return best


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with this version (about 20,000 words)."""
    raw = lzma.decompress((files("genius_retrieval.text") / f"data/{VOCABULARY}.xz").read_bytes()).decode()
    pairs = (line.split("\t") for line in raw.splitlines())
    return Vocabulary({word: int(count) for word, count in pairs})
