# SPDX-License-Identifier: EUPL-1.2
"""TextRank (Mihalcea and Tarau 2004) on tf-idf sentence vectors of the text itself, in blocks for long texts.

Every sentence takes part: a text longer than one block is ranked block by block, then the winners among each other.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from genius_modules.citations.text import stems

_BLOCK = 240
_DAMPING = 0.85
_ROUNDS = 30
_TOLERANCE = 1e-4
_FOCUS_WEIGHT = 4.0
_LEAD_WEIGHT = 0.5
_MIN_STEMS = 4
_MAX_CHARS = 700

Vector = dict[str, float]


def select(sentences: Sequence[str], count: int, focus: str = "") -> list[int]:
    """Indices of the `count` most central sentences, in the order of the text; `focus` words attract."""
    if len(sentences) <= count:
        return list(range(len(sentences)))
    bags = [stems(sentence) for sentence in sentences]
    usable = [i for i, bag in enumerate(bags) if len(set(bag)) >= _MIN_STEMS and len(sentences[i]) <= _MAX_CHARS]
    if len(usable) <= count:
        usable = [i for i, bag in enumerate(bags) if bag] or list(range(len(sentences)))
    wanted = set(stems(focus))
    while len(usable) > _BLOCK:
        blocks = [usable[start : start + _BLOCK] for start in range(0, len(usable), _BLOCK)]
        keep = max(count, _BLOCK // len(blocks), 4)
        usable = [index for block in blocks for index in _best(block, bags, min(keep, len(block) // 2 + 1), wanted)]
    return _best(usable, bags, count, wanted)


def _best(indices: Sequence[int], bags: Sequence[list[str]], count: int, focus: set[str]) -> list[int]:
    chosen = [bags[index] for index in indices]
    scores = _rank(_vectors(chosen), _bias(chosen, focus))
    order = sorted(range(len(indices)), key=lambda i: -scores[i])
    kept: list[int] = []
    for i in order:
        if len(kept) == count:
            break
        if not any(_same(chosen[i], chosen[other]) for other in kept):
            kept.append(i)
    return sorted(indices[i] for i in kept)


def _same(left: list[str], right: list[str]) -> bool:
    """Nearly the same words: a second one would say nothing new."""
    a, b = set(left), set(right)
    return len(a & b) >= 0.8 * max(len(a | b), 1)


def _vectors(bags: Sequence[list[str]]) -> list[Vector]:
    """Unit vectors of tf · idf."""
    frequency = Counter(stem for bag in bags for stem in set(bag))
    vectors = []
    for bag in bags:
        weights = {s: (1 + math.log(n)) * math.log(1 + len(bags) / frequency[s]) for s, n in Counter(bag).items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({stem: weight / length for stem, weight in weights.items()})
    return vectors


def _bias(bags: Sequence[list[str]], focus: set[str]) -> list[float]:
    """Where the random reader starts: evenly, a little more at the beginning, much more at focus words."""
    raw = [
        1.0 + _LEAD_WEIGHT * (1 - i / len(bags)) + _FOCUS_WEIGHT * len(focus & set(bag)) for i, bag in enumerate(bags)
    ]
    total = sum(raw)
    return [value / total for value in raw]


def _similar(vectors: Sequence[Vector]) -> list[dict[int, float]]:
    """Cosine of each pair that shares a word (inverted lists, symmetric)."""
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    edges: list[dict[int, float]] = [defaultdict(float) for _ in vectors]
    for i, vector in enumerate(vectors):
        for stem, weight in vector.items():
            for j, other in postings[stem]:
                edges[i][j] += weight * other
            postings[stem].append((i, weight))
    for i, row in enumerate(edges):
        for j, cosine in list(row.items()):
            if j < i:
                edges[j][i] = cosine
    return edges


def _rank(vectors: Sequence[Vector], bias: Sequence[float]) -> list[float]:
    edges = _similar(vectors)
    sums = [sum(row.values()) for row in edges]
    scores = list(bias)
    for _ in range(_ROUNDS):
        new = [(1 - _DAMPING) * value for value in bias]
        for i, row in enumerate(edges):
            if sums[i]:
                share = _DAMPING * scores[i] / sums[i]
                for j, cosine in row.items():
                    new[j] += share * cosine
        change = sum(abs(a - b) for a, b in zip(new, scores, strict=True))
        scores = new
        if change < _TOLERANCE:
            break
    return scores
