# SPDX-License-Identifier: EUPL-1.2
"""The frozen vocabulary: how many §§ of the shipped laws contain a word. It splits compounds and weighs words.

Made by `python -m genius_retrieval.text.build_vocabulary`; a new one gets a new id and a new collection (REL-11).
"""

from __future__ import annotations

import lzma
import math
from functools import cache
from importlib import resources

from genius_retrieval.text.words import stem

VOCABULARY = "gesetze-2026-05/2"
_FILE = "vocabulary.txt.xz"
_SPLIT_DF = 3
_PART = 4
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_DEPTH = 2


class Vocabulary:
    """Word forms with their document frequency among `sections` texts."""

    def __init__(self, frequencies: dict[str, int], sections: int) -> None:
        self._df = frequencies
        self._sections = sections
        self._parts: dict[str, tuple[str, ...]] = {}
        self._stem_df: dict[str, int] = {}
        for word, count in frequencies.items():
            key = stem(word)
            self._stem_df[key] = min(sections, self._stem_df.get(key, 0) + count)

    def __len__(self) -> int:
        return len(self._df)

    def df(self, word: str) -> int:
        return self._df.get(word, 0)

    def idf(self, stemmed: str) -> float:
        """Weight of a stem in administrative German, about 0.1 (everywhere) to 9 (in no law)."""
        df = self._stem_df.get(stemmed, 0)
        return math.log(1 + (self._sections - df + 0.5) / (df + 0.5))

    def split(self, word: str) -> tuple[str, ...]:
        """The parts of a compound, () where it is none."""
        found = self._parts.get(word)
        if found is None:
            found = self._parts[word] = self._split(word, _DEPTH)
            if len(self._parts) > 200_000:
                self._parts.clear()
        return found

    def _split(self, word: str, depth: int) -> tuple[str, ...]:
        if len(word) < 2 * _PART or not word.isalpha():
            return ()
        best, pair = 0.0, ("", "")
        for cut in range(_PART, len(word) - _PART + 1):
            right = self._df.get(word[cut:], 0)
            if right < _SPLIT_DF:
                continue
            for link in _LINKS:
                left = word[: cut - len(link)]
                if len(left) < _PART or not word[:cut].endswith(link):
                    continue
                score = self._df.get(left, 0)
                if score >= _SPLIT_DF and math.sqrt(score * right) > best:
                    best, pair = math.sqrt(score * right), (left, word[cut:])
        if not best:
            return ()
        if depth == 1:
            return pair
        return tuple(part for half in pair for part in (self._split(half, depth - 1) or (half,)))


@cache
def vocabulary() -> Vocabulary:
    """The shipped one, loaded once (about 0.2 s)."""
    packed = resources.files("genius_retrieval.text").joinpath("data", _FILE).read_bytes()
    head, *lines = lzma.decompress(packed).decode().splitlines()
    identifier, _, sections = head.partition("\t")
    assert identifier == VOCABULARY, "package data and code belong together"
    frequencies = {}
    for line in lines:
        word, _, count = line.partition("\t")
        frequencies[word] = int(count)
    return Vocabulary(frequencies, int(sections))
