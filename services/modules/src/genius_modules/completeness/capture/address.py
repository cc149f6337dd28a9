# SPDX-License-Identifier: EUPL-1.2
"""Addresses: in parts, in one field, or in a line of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping

from genius_modules.completeness.capture.folded import fold
from genius_modules.completeness.observed import Fact

_WHOLE = re.compile(
    r"(?P<strasse>[A-ZÄÖÜ0-9][^,;|\n]*?\d+ ?[a-zA-Z]?(?:[-/]\d+ ?[a-z]?)?)\s*[,;|]?\s+(?P<plz>\d{5})\s+"
    # "Köln (Altstadt)", "Frankfurt (Oder)": what stands in brackets belongs to the town.
    r"(?P<ort>[A-ZÄÖÜ][\w.\-/ ]*?(?: ?\([\w.\-/ ]{2,40}\))?)(?=[,;.|)]|\s{2}|$)"
)
_TOWN = re.compile(r"(?:D-?)?(\d{5})\s+(\D.*)")
_POSTCODE = re.compile(r"\d{5}")


def address_in(text: str) -> dict[str, str] | None:
    """Street with number, postcode and town of an address in one line."""
    match = _WHOLE.search(text)
    return {name: match[name].strip() for name in ("strasse", "plz", "ort")} if match else None


def as_spelled(address: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """An address of a scan, each part spelled as in `known` where only look-alike letters (l, I, 1) differ."""
    return {
        part: known[part] if part in known and fold(known[part]).text == fold(said).text else said
        for part, said in address.items()
    }


def address_of(parts: Mapping[str, Fact], *, scanned: bool = False) -> Fact:
    """The address from the facts of its parts (`description.FormField.parts`); incomplete is blank, odd is invalid.

    On a scan a part whose label was not found may be there all the same: then it is invalid too.
    """
    whole = parts.get("whole")
    if whole and whole.state == "stated" and (found := address_in(str(whole.value))):
        return Fact(state="stated", value=found, raw=str(whole.value), places=whole.places)
    read = {name: str(fact.value) for name, fact in parts.items() if fact.state == "stated"}
    if (town := _TOWN.fullmatch(read.get("plz_ort", ""))) and "plz" not in read:
        read["plz"], read["ort"] = town[1], town[2].strip()
    wanted = ("strasse", "plz", "ort")
    kept = [parts[name] for name in ("strasse", "plz", "ort", "plz_ort") if name in parts]
    places = tuple(dict.fromkeys(place for fact in kept for place in fact.places))
    raw = ", ".join(read[name] for name in wanted if name in read)
    if any(name not in read for name in wanted):
        odd = "plz_ort" in read and "plz" not in read
        odd = odd or (scanned and any(name not in parts for name in wanted if name not in read))
        return Fact(state="invalid" if odd else "blank", raw=raw or None, places=places)
    if not _POSTCODE.fullmatch(read["plz"]) or not re.search(r"\d", read["strasse"]):
        return Fact(state="invalid", raw=raw, places=places)
    return Fact(state="stated", value={name: read[name] for name in wanted}, raw=raw, places=places)
