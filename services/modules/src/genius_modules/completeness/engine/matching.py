# SPDX-License-Identifier: EUPL-1.2
"""Whether two names are one person's, and two addresses one flat's (section 4 of the specification)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_STREET = re.compile(r"str(?:\.|aße\b|asse\b)")
# The postcode already says which town: "Köln (Altstadt)" and "Köln" are one.
_DISTRICT = re.compile(r"\s*\([^()]*\)\s*$")
_TOGETHER = re.compile(r"\s+(?:und|u\.|oder|&)\s+|\s*/\s*")


def folded(text: str) -> str:
    """Lower case, umlauts written out, no accents."""
    plain = unicodedata.normalize("NFC", text).lower().translate(_FOLDED)
    return "".join(char for char in unicodedata.normalize("NFD", plain) if not unicodedata.combining(char))


def name_parts(name: str) -> frozenset[str]:
    """The set of its parts: "Größ-Völkel, Jürgen" and "Juergen Groess Voelkel" have the same."""
    return frozenset(re.findall(r"\w+", folded(name)))


def same_person(first: str, born: dt.date | None, second: str, second_born: dt.date | None) -> bool:
    """Same parts of the name in any order; where both birth dates are known, they agree."""
    parts = name_parts(first)
    if not parts or parts != name_parts(second):
        return False
    return born is None or second_born is None or born == second_born


def holders(name: str) -> list[str]:
    """The people of a joint account."""
    return [name, *(part for part in _TOGETHER.split(name) if part.strip())]


def address_key(address: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What must be equal: str. is straße, lower case, no blanks, no district behind a town; house numbers exactly."""
    return tuple((part, _comparable(part, str(value))) for part, value in sorted(address.items()))


def _comparable(part: str, value: str) -> str:
    said = _DISTRICT.sub("", value) if part == "ort" else value
    return re.sub(r"\s+", "", folded(_STREET.sub("straße", said.lower())))
