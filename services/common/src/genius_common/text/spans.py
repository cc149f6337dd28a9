# SPDX-License-Identifier: EUPL-1.2
"""Pieces of a text by their place."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """Characters `start` (inclusive) to `end` (exclusive) of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]
