# SPDX-License-Identifier: EUPL-1.2
"""Keyed term ids of one collection: what an engine gets instead of words."""

from __future__ import annotations

from collections.abc import Mapping

from genius_common.crypto import term_id

_KNOWN_TERMS = 150_000


class KeyedTerms:
    """Computes ids and keeps them; safe to share between threads, where two may compute the same."""

    def __init__(self) -> None:
        self._known: tuple[bytes, dict[str, int]] = (b"", {})

    def weights(self, key: bytes, terms: Mapping[str, float]) -> tuple[list[int], list[float]]:
        """Ascending ids with their weights; two terms with one id (1 in 4 billion) are added up."""
        weights: dict[int, float] = {}
        known = self._of(key)
        for term, weight in terms.items():
            identifier = known.get(term)
            if identifier is None:
                identifier = known[term] = term_id(key, term)
            weights[identifier] = weights.get(identifier, 0.0) + weight
        indices = sorted(weights)
        return indices, [weights[index] for index in indices]

    def _of(self, key: bytes) -> dict[str, int]:
        """Ids computed under `key`; those of another key must never be used, so both change in one assignment."""
        known, ids = self._known
        if key != known or len(ids) >= _KNOWN_TERMS:
            ids = {}
            self._known = (key, ids)
        return ids
