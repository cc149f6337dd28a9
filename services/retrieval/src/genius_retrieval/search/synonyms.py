# SPDX-License-Identifier: EUPL-1.2
"""Everyday words and what administration calls the same: `data/synonyms.txt`, general knowledge of the field.

Read as "who says this may mean that"; never filled from questions of a check or an evaluation. Left: everyday words,
matched by stem. Right: words as they stand in texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources

from genius_retrieval.text.words import stem, words

VERSION = "synonyms/2"
_HEAD = 6


@cache
def _lines() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    text = resources.files("genius_retrieval.search").joinpath("data", "synonyms.txt").read_text("utf-8")
    entries = (line.partition(":") for line in text.splitlines() if ":" in line and not line.startswith("#"))
    return tuple((tuple(words(left)), tuple(words(right))) for left, _, right in entries)


@cache
def _by_stem() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for everyday, meanings in _lines():
        for word in everyday:
            key = stem(word)
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *meanings)))
    return found


def synonyms(word: str) -> Iterator[str]:
    """Words that may be meant by `word`, not the word itself."""
    for meaning in _by_stem().get(stem(word), ()):
        if stem(meaning) != stem(word):
            yield meaning


def synonyms_inside(word: str, parts: tuple[str, ...]) -> Iterator[str]:
    """Meanings of the parts of a compound, also of an everyday word at its start that no law knows."""
    alike = _heads().get(word[:_HEAD], ())
    heads = parts or tuple(head for head in alike if word.startswith(head) and len(word) - len(head) > 3)
    for head in heads:
        yield from synonyms(head)


@cache
def _heads() -> dict[str, list[str]]:
    """The longer everyday words by their first letters, in the order of the file."""
    found: dict[str, list[str]] = defaultdict(list)
    for everyday, _ in _lines():
        for word in everyday:
            if len(word) >= _HEAD:
                found[word[:_HEAD]].append(word)
    return dict(found)
