# SPDX-License-Identifier: EUPL-1.2
"""Texts in windows of characters, for models whose tokenizer is elsewhere, and one vector for the windows of a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from genius_retrieval.dense.port import Vector

_OVERLAP = 8


def windows(text: str, room: int) -> list[str]:
    """The text, or overlapping parts of it with at most `room` characters each: together they hold all of it."""
    parts, start = [], 0
    while len(text) - start > room:
        end = text.rfind(" ", start + room // 2, start + room)
        end = end if end > 0 else start + room
        parts.append(text[start:end])
        # Two windows share an eighth, from the beginning of a word where there is one.
        word = text.find(" ", end - room // _OVERLAP, end)
        start = word + 1 if word >= 0 else end - room // _OVERLAP
    return [*parts, text[start:]]


def pooled(vectors: Sequence[Vector], how: Literal["mean", "max"]) -> Vector:
    """One vector of length 1. Raises: ValueError where it has no direction."""
    join = max if how == "max" else math.fsum
    joined = list(vectors[0]) if len(vectors) == 1 else [join(column) for column in zip(*vectors, strict=True)]
    length = math.hypot(*joined)
    if not length:
        raise ValueError("a vector without a direction")
    return [number / length for number in joined]
