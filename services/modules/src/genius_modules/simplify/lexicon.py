# SPDX-License-Identifier: EUPL-1.2
"""What is known of words: everyday words, words of offices with something simpler, and how often laws use a word.

Everyday and office words were written for this project; the frequencies are counted in the shipped laws
(`build_frequencies`), which are official works. There is no frequency list of everyday German here: those that can be
had as packages are under share-alike licences (wordfreq: CC BY-SA 4.0), and we don't ship such data. So a word that no
list has is called unknown, not rare.
"""

from __future__ import annotations

import lzma
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from genius_modules.citations.text import stem_of

_JOINTS = ("", "s", "es", "n", "en", "e", "er")
_LEAST_PART = 4
_LONGEST = 60
_PREFIX = (
    "ab|an|auf|aus|bei|dar|durch|ein|fest|her|hin|mit|nach|nieder|vor|weg|weiter|wieder|zurück|zusammen|zu|um|unter|"
    "über"
)
_WITH_TO = re.compile(rf"(?P<prefix>{_PREFIX})zu(?P<rest>\w{{3,20}}n)")
_PARTICIPLE = re.compile(
    rf"(?:(?:(?P<prefix>{_PREFIX})?ge)(?P<rest>\w{{3,20}})t|(?=be|er|ver|ent|zer|fest)(?P<own>\w{{5,20}})t)(?:e[nmrs]?)?"
)
_FINITE = re.compile(r"(?P<rest>\w{3,20}?)e?t(?:e[nt]?)?")
# Parts of compounds that the lists have in another form only.
_PARTS = frozenset(("schul", "sprach", "mitglied", "geld", "amt", "kosten", "arbeits", "kranken"))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`everyday` holds stems, `laws` occurrences in the laws by form, in lower case.

    `office` has a suggestion by word and by stem; the stem of an everyday word tells nothing ("monatlich" and "Monat").
    """

    everyday: frozenset[str]
    office: dict[str, str]
    laws: dict[str, int]
    nouns: frozenset[str]

    def is_everyday(self, word: str) -> bool:
        return any(stem_of(form) in self.everyday for form in _forms(word))

    def instead_of(self, word: str) -> str | None:
        """What to say instead of an office word, also of `vorzulegen` and `eingereicht`."""
        for form in _forms(word):
            found = self.office.get(form) or (
                None if stem_of(form) in self.everyday else self.office.get(stem_of(form))
            )
            if found:
                return found
        return None

    def split(self, word: str) -> list[str] | None:
        """The parts of a compound noun, as few as possible: `Wohngeldantrag` → Wohngeld, Antrag; None for no compound.

        A part is a known noun or an everyday word, with what joins it to the next one.
        """
        lower = word.lower()
        if len(lower) > _LONGEST:
            return None
        for count in (2, 3, 4):
            found = self._cut(lower, count)
            if found:
                return [part.capitalize() for part in found]
        return None

    def _cut(self, word: str, count: int) -> list[str] | None:
        if count == 1:
            return [word] if self._is_part(word) else None
        for end in range(len(word) - _LEAST_PART, _LEAST_PART - 1, -1):
            if self._begins(word[:end]):
                rest = self._cut(word[end:], count - 1)
                if rest:
                    return [word[:end], *rest]
        return None

    def _begins(self, part: str) -> bool:
        return any(self._is_part(part.removesuffix(joint)) for joint in _JOINTS if part.endswith(joint))

    def _is_part(self, word: str) -> bool:
        return len(word) >= _LEAST_PART and (word in self.nouns or word in _PARTS)


def _forms(word: str) -> list[str]:
    """The word in lower case, and what may be its infinitive: of `wohnt`, `eingereicht` and `vorzulegen`."""
    lower = word.lower()
    forms = [lower]
    if match := _WITH_TO.fullmatch(lower):
        forms.append(match["prefix"] + match["rest"])
    if match := _PARTICIPLE.fullmatch(lower):
        forms.append(f"{match['own'] or (match['prefix'] or '') + match['rest']}en")
    if match := _FINITE.fullmatch(lower):
        forms.append(f"{match['rest']}en")
    return forms


def _lines(name: str) -> list[str]:
    text = files("genius_modules.simplify").joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _pairs(name: str) -> list[tuple[str, str]]:
    cut = [line.partition(" = ") for line in _lines(name)]
    return [(left, right) for left, _, right in cut]


@cache
def abbreviations_with_meaning() -> dict[str, str]:
    """`z. B.` → `zum Beispiel`; several meanings are separated by "; "."""
    return dict(_pairs("abkuerzungen.txt"))


@cache
def lexicon() -> Lexicon:
    everyday_words = re.findall(r"[^\W\d_-]+", "\n".join(_lines("alltag.txt")))
    pairs = _pairs("amtsdeutsch.txt")
    packed = files("genius_modules.simplify").joinpath("data", "gesetze.txt.xz").read_bytes()
    counted = [line.split("\t") for line in lzma.decompress(packed).decode().splitlines()]
    laws: dict[str, int] = {}
    for word, count, _ in counted:
        laws[word.lower()] = laws.get(word.lower(), 0) + int(count)
    nouns = {word.lower() for word, _, _ in counted if word[0].isupper() and len(word) >= _LEAST_PART}
    return Lexicon(
        everyday=frozenset(stem_of(word) for word in everyday_words),
        office={stem_of(word): instead for word, instead in reversed(pairs)} | dict(pairs),
        laws=laws,
        nouns=frozenset(nouns | {word for word in everyday_words if len(word) > _LEAST_PART}),
    )
