# SPDX-License-Identifier: EUPL-1.2
"""Legal bases of a rule set against the shipped laws: a § that a shipped law does not have is refused."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from importlib import resources

import orjson

_NUMBER = re.compile(r"\d+[a-z]?")
_REFERENCE = re.compile(r"(?P<signs>§{1,2}|Art\.)\s*(?P<numbers>[^§]*)")
_RANGE = re.compile(r"^(\d+[a-z]?)(?:\s+(?:bis|und|,)\s+(\d+[a-z]?))?")
PRACTICE = "Verwaltungspraxis"


@functools.cache
def shipped() -> Mapping[str, frozenset[str]]:
    """Numbers of the §§ by the name of each shipped law (`data/sections.json`, made from the laws of retrieval)."""
    source = resources.files("genius_modules.completeness.rules").joinpath("data", "sections.json")
    return {name: frozenset(numbers) for name, numbers in orjson.loads(source.read_bytes()).items()}


def unknown_sections(basis: str, laws: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Each § of a basis that a shipped law does not have, as "§ 99 WoGG". Other laws are not judged."""
    for match in _REFERENCE.finditer(basis):
        words = match["numbers"]
        law = next((name for name in sorted(laws, key=len, reverse=True) if _named(name, words)), None)
        first = _RANGE.match(words)
        if law is None or first is None:
            continue
        for number in first.groups():
            if number and number not in laws[law]:
                yield f"{match['signs'][0] if match['signs'].startswith('§') else 'Art.'} {number} {law}"


def is_basis(text: str) -> bool:
    """A provision, or said to be practice."""
    return text.startswith(PRACTICE) or bool(_REFERENCE.search(text) and _NUMBER.search(text))


def _named(law: str, words: str) -> bool:
    return bool(re.search(rf"(?<![\w]){re.escape(law)}(?![\w]| [IVX])", words))
