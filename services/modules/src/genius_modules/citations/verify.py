# SPDX-License-Identifier: EUPL-1.2
"""Is a sentence supported by what it cites? Decided by comparing, not by asking a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from genius_modules.citations.facts import missing_facts
from genius_modules.citations.markers import without_markers
from genius_modules.citations.text import stems

_MIN_OVERLAP = 0.25


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cited span: `text` verbatim, `heading` what stands above it (title, section path, Stand)."""

    text: str
    heading: str = ""

    @property
    def whole(self) -> str:
        return f"{self.heading}\n{self.text}"


def is_supported(sentence: str, cited: Sequence[Evidence]) -> bool:
    """True where every fact of the sentence occurs in the cited spans and they share enough of its words."""
    if not cited:
        return False
    claim = without_markers(sentence)
    source = "\n".join(evidence.whole for evidence in cited)
    if missing_facts(claim, source):
        return False
    wanted = set(stems(claim))
    return not wanted or len(wanted & set(stems(source))) / len(wanted) >= _MIN_OVERLAP
