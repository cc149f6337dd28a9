# SPDX-License-Identifier: EUPL-1.2
"""Legal references and file numbers as whole terms: "§ 12 Abs. 6 WoGG" → ref:wogg:12 and ref:wogg:12:6.

A reference without a law's name belongs to `own` (the law that it stands in) or, without that, to no term at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from genius_retrieval.laws.names import law_at, law_key, longest_name
from genius_retrieval.text.words import stem, words

_NUMBER = r"\d{1,4}\s?[a-z]?(?![A-Za-zÄÖÜäöüß\d])"
_DETAIL = r"(?:\s*(?:Abs(?:atz|\.)?|Nr\.|Nummer|S\.|Satz|Buchst(?:abe|\.)?|Halbs(?:atz|\.))\s*\d*[a-z]?\b)"
# Each begins with its possible first characters, what must stand before them comes second: the engine skips all other
# text at once, which makes a search several times faster.
_REFERENCE = re.compile(
    rf"[§AP](?:(?<=§)§?|(?<=\bA)rt(?:ikels?|ikel|\.)?|(?<=\bP)aragra(?:ph|f)(?:en)?)\s*(?P<body>{_NUMBER}{_DETAIL}*"
    rf"(?:\s*(?:,|und|oder|bis|sowie)\s*(?:§§?\s*)?{_NUMBER}{_DETAIL}*)*)",
)
_PART = re.compile(rf"(?P<number>{_NUMBER})(?P<detail>{_DETAIL}*)")
_PARAGRAPH = re.compile(r"Abs(?:atz|\.)?\s*(\d+[a-z]?)")
_ABBREVIATION = re.compile(r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]*(?:G|V|O|B|GB)$")
_FILE_NUMBER = re.compile(
    r"[AG](?:(?<=\bA)(?:z|ktenzeichen)|(?<=\bG)esch(?:äfts|\.-)?[zZ](?:eichen|\.)?)\s*[.:]*\s*"
    r"(?P<number>[A-Z0-9][\w./-]*\d[\w./-]*)"
)
_TOKEN = re.compile(r"[^\s,;()]+")
_NEAR, _TOKENS = 120, 12
_SKIPPED = frozenset({"des", "der", "dem", "im", "in", "nach", "vom", "von", "den"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One cited section; `law` is a law key, `paragraph` the Absatz if one is named."""

    law: str
    number: str
    paragraph: str | None
    char_from: int
    char_to: int

    @property
    def terms(self) -> tuple[str, ...]:
        base = f"ref:{self.law}:{self.number}"
        return (base, f"{base}:{self.paragraph}") if self.paragraph else (base,)


def references(text: str, own: str | None = None) -> list[Reference]:
    """All references of `text` in order."""
    found = []
    for match in _REFERENCE.finditer(text):
        law, end = _law_after(text, match.end())
        law = law or own
        if law is None:
            continue
        for part in _PART.finditer(match["body"]):
            if part["number"][0].isdigit():
                paragraph = _PARAGRAPH.search(part["detail"])
                number = "".join(part["number"].split())
                found.append(Reference(law, number, paragraph[1] if paragraph else None, match.start(), end))
    return found


def file_numbers(text: str) -> list[str]:
    """Terms of the file numbers (Aktenzeichen) in `text`: `az:…` without separators."""
    return ["az:" + re.sub(r"[\W_]", "", match["number"]).lower() for match in _FILE_NUMBER.finditer(text)]


def reference_terms(text: str, own: str | None = None) -> list[str]:
    return cited(references(text, own)) + file_numbers(text)


def cited(found: Iterable[Reference]) -> list[str]:
    """The terms of references."""
    return [term for one in found for term in one.terms]


def _law_after(text: str, position: int) -> tuple[str | None, int]:
    """The law named right behind a reference and where its name ends."""
    first: re.Match[str] | None = None
    stems: list[str] = []
    ends: list[int] = []
    for item in islice(_TOKEN.finditer(text, position, position + _NEAR), _TOKENS):
        if first is None:
            if item[0] in _SKIPPED:
                continue
            if not item[0][0].isupper():
                return None, position
            first = item
        for word in words(item[0]):
            stems.append(stem(word))
            ends.append(item.end())
        if stems and len(stems) >= longest_name(stems[0]):
            break
    if first is None:
        return None, position
    if named := law_at(stems, 0):
        return named[0], ends[named[1] - 1]
    name = first[0].rstrip(".:")
    return (law_key(name), first.end()) if _ABBREVIATION.match(name) else (None, position)
