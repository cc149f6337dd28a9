# SPDX-License-Identifier: EUPL-1.2
"""Legal references and Aktenzeichen as whole terms: "§ 12 Abs. 6 WoGG" → ref:wogg:12 and ref:wogg:12:6.

A reference without a law ("§ 12 Abs. 2") means the law that it stands in, which the caller names; in a question it
stays without one and becomes ref::12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_NUMBER = r"\d{1,4}(?:\s?[a-z](?!\w))?(?!\w)"
_SECTION = re.compile(
    rf"(?P<sign>§{{1,2}}|\bArt(?:\.|ikels?)|\bParagra(?:ph|f)(?:en)?)\s*(?P<numbers>{_NUMBER}"
    rf"(?:\s*(?:,|und|oder|bis)\s*{_NUMBER})*)"
    r"(?P<detail>(?:\s*(?:Abs(?:\.|atz(?:es)?)|Nr\.|Nummer|S(?:\.|atz)|Buchst(?:\.|abe))\s*[0-9a-z]{1,4})*)"
    r"(?:\s+(?:des|der|dem|im)\s+(?P<long>[A-ZÄÖÜ]\w+(?:\s+(?:Buch(?:es)?\s+)?Sozialgesetzbuch(?:es|s)?)?)"
    r"|\s+(?P<short>[A-ZÄÖÜ][\w]*[A-Z](?:\s+[IVX]+)?|SGB\s+[IVX]+))?",
)
_PARAGRAPH = re.compile(r"Abs(?:\.|atz(?:es)?)\s*(\d{1,3}[a-z]?)")
_FILE_NUMBER = re.compile(r"(?:Az\.?|Aktenzeichen|Gesch\.?-?Z\.?)[:\s]+([A-Z0-9][\w./-]{3,40}(?:\s\d[\w./-]*)*)")


@dataclass(frozen=True, slots=True)
class Reference:
    """`law` is the key of a citation name (lower case, no spaces), empty where none is named."""

    law: str
    number: str
    paragraph: str = ""

    def terms(self) -> list[str]:
        found = [f"ref:{self.law}:{self.number}"]
        if self.paragraph:
            found.append(f"ref:{self.law}:{self.number}:{self.paragraph}")
        return found


class LawNames:
    """Names of laws → key: citation names, aliases, and titles ("Wohngeldgesetz", also in the genitive)."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._keys = {_folded(name): key for name, key in names.items()}

    def key(self, name: str) -> str:
        """The key of a law by any of its names, else the name itself folded, so that unknown laws match too."""
        folded = _folded(name)
        for form in (folded, folded.removesuffix("es"), folded.removesuffix("s")):
            if form in self._keys:
                return self._keys[form]
        return folded

    def known(self, name: str) -> str | None:
        """The key of a known law, None for any other word."""
        folded = _folded(name)
        for form in (folded, folded.removesuffix("es"), folded.removesuffix("s")):
            if form in self._keys:
                return self._keys[form]
        return None


def _folded(name: str) -> str:
    return re.sub(r"[\s.]+", "", name).casefold()


def references(text: str, laws: LawNames, default_law: str = "") -> Iterator[Reference]:
    """Yield the references of `text` in order; "§§ 12 und 13 WoGG" are two."""
    for match in _SECTION.finditer(text):
        name = match.group("short") or match.group("long") or ""
        law = laws.key(name) if name and (match.group("short") or laws.known(name)) else default_law
        numbers = [re.sub(r"\s", "", n) for n in re.findall(_NUMBER, match.group("numbers"))]
        paragraph = _PARAGRAPH.search(match.group("detail"))
        for position, number in enumerate(numbers):
            last = position == len(numbers) - 1
            yield Reference(law, number, paragraph.group(1) if paragraph and last else "")


def file_numbers(text: str) -> Iterator[str]:
    """Yield Aktenzeichen as terms `az:…`, without spaces and case."""
    for match in _FILE_NUMBER.finditer(text):
        yield "az:" + re.sub(r"\s", "", match.group(1)).rstrip(".").casefold()
