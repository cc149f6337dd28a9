# SPDX-License-Identifier: EUPL-1.2
"""One sentence to check against one passage."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKED = re.compile("\x01(.*?)\x02", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """`wrong`: what was changed, empty for a right sentence; `changed` are the characters of `claim` that are wrong."""

    origin: str
    source: str
    heading: str
    claim: str
    wrong: str = ""
    changed: tuple[tuple[int, int], ...] = ()


def marked(text: str) -> str:
    return f"\x01{text}\x02"


def case(origin: str, source: str, heading: str, claim: str, wrong: str = "") -> Case:
    """`claim` may have `marked` pieces: what is wrong in it."""
    places, taken = [], 0
    for found in _MARKED.finditer(claim):
        start = found.start() - taken
        places.append((start, start + len(found[1])))
        taken += 2
    return Case(origin, source, heading, _MARKED.sub(r"\1", claim), wrong, tuple(places))
