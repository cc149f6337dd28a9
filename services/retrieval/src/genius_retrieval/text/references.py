# SPDX-License-Identifier: EUPL-1.2
"""Legal references and file numbers as whole terms: "§ 12 Abs. 6 WoGG" → ref:wogg:12 and ref:wogg:12:6.

A reference without a law's name belongs to `own` (the law that it stands in) or, without that, to no term at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from genius_retrieval.laws.names import law_at, law_key
from genius_retrieval.text.words import stem, words

_NUMBER = r"\d{1,4}\s?[a-z]?(?![A-Za-zÄÖÜäöüß\d])"
_DETAIL = r"(?:\s*(?:Abs(?:atz|\.)?|Nr\.|Nummer|S\.|Satz|Buchst(?:abe|\.)?|Halbs(?:atz|\.))\s*\d*[a-z]?\b)"
_REFERENCE = re.compile(
    rf"(?P<sign>§§?|\bArt(?:ikels?|ikel|\.)?|\bParagra(?:ph|f)(?:en)?)\s*(?P<body>{_NUMBER}{_DETAIL}*"
    rf"(?:\s*(?:,|und|oder|bis|sowie)\s*(?:§§?\s*)?{_NUMBER}{_DETAIL}*)*)",
)
_PART = re.compile(rf"(?P<number>{_NUMBER})(?P<detail>{_DETAIL}*)")
_PARAGRAPH = re.compile(r"Abs(?:atz|\.)?\s*(\d+[a-z]?)")
_ABBREVIATION = re.compile(r"[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]*(?:G|V|O|B|GB)$")
_FILE_NUMBER = re.compile(
    r"(?:\b(?:Az|Aktenzeichen|Gesch(?:äfts|\.-)?[zZ](?:eichen|\.)?)\s*[.:]*\s*)(?P<number>[A-Z0-9][\w./-]*\d[\w./-]*)"
)
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
    return [term for found in references(text, own) for term in found.terms] + file_numbers(text)


def _law_after(text: str, position: int) -> tuple[str | None, int]:
    """The law named right behind a reference and where its name ends."""
    following = list(re.finditer(r"[^\s,;()]+", text[position : position + 120]))[:12]
    while following and following[0][0] in _SKIPPED:
        following = following[1:]
    if not following or not following[0][0][:1].isupper():
        return None, position
    owners = [index for index, item in enumerate(following) for _ in words(item[0])]
    stems = [stem(word) for item in following for word in words(item[0])]
    if named := law_at(stems, 0):
        return named[0], position + following[owners[named[1] - 1]].end()
    first = following[0]
    name = first[0].rstrip(".:")
    return (law_key(name), position + first.end()) if _ABBREVIATION.match(name) else (None, position)
