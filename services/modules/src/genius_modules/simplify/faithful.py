# SPDX-License-Identifier: EUPL-1.2
"""Whether a rewritten text still says what its source says, as far as facts and names show it."""

from __future__ import annotations

from dataclasses import dataclass

from genius_modules.citations import missing_in, missing_names

# A law's § may be left out of a simple text; a date, an amount or a period may not.
_KEPT = frozenset(("date", "time", "amount", "percent", "period", "measure", "file", "number", "url"))


@dataclass(frozen=True, slots=True)
class Faithful:
    """`added` stands in the new text only, `lost` in the source only; both as written."""

    added: list[str]
    lost: list[str]

    @property
    def holds(self) -> bool:
        return not self.added and not self.lost


def compare(new: str, source: str) -> Faithful:
    """Facts and names of both, held against the other one."""
    added = missing_in(new, source).values + missing_names(new, source)
    check = missing_in(source, new)
    lost = [found.span.of(source) for found in check.missing if found.fact.kind in _KEPT] + missing_names(source, new)
    return Faithful(list(dict.fromkeys(added)), list(dict.fromkeys(lost)))
