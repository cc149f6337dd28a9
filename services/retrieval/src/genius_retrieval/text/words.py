# SPDX-License-Identifier: EUPL-1.2
"""Words of German text: tokens with their place, normal form, stems, stopwords.

The stemmer is Snowball German. `NORMALISER` changes when any rule here does: terms of two versions must not be mixed
in one collection (REL-11).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

NORMALISER = "de-1"
STEMMER = "snowball-german"
_TOKEN = re.compile(r"[^\W_]+(?:[-‑/][^\W_]+)*")
_PART = re.compile(r"[-‑/]")
_stemmer = Stemmer.Stemmer("german", 50_000)

STOPWORDS = frozenset(
    """
    aber alle allem allen aller alles als also am an andere anderem anderen anderer anderes auch auf aus bei beim bin
    bis bist bzw da dabei dafür dagegen daher damit dann daran darauf daraus darf darin darüber das dass davon dazu dein
    deine dem den denen denn der deren derer des dessen die dies diese diesem diesen dieser dieses doch dort du durch
    ein eine einem einen einer eines er es etwa etwas für gegen gibt hab habe haben hat hatte hätte hier hin ich ihm ihn
    ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja jede jedem jeden jeder jedes jene jenem jenen jener
    jenes kann kein keine keinem keinen keiner können könnte machen mal man manche mehr mein meine meinem meinen meiner
    mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seines
    seit sich sie sind so sofern sogar soll sollen sollte sondern sonst soweit sowie über um und uns unser unsere unter
    usw viel vom von vor wann war waren was weil welche welchem welchen welcher welches wem wen wenn wer werde werden
    wie wieder will wir wird wo wobei wodurch wofür woher womit worauf wozu wurde wurden während würde würden zu zum zur
    zwar zwischen eigentlich bitte gilt gelten genau denn jemand jemanden jemandem regel grundsätzlich normalerweise
    """.split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word and where it stands: `text[char_from:char_to]`."""

    word: str
    char_from: int
    char_to: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of `text` in order; a hyphenated word is given whole and then in its parts."""
    for match in _TOKEN.finditer(text):
        whole = match.group()
        yield Token(normal(whole), match.start(), match.end())
        if _PART.search(whole):
            place = match.start()
            for part in _PART.split(whole):
                yield Token(normal(part), place, place + len(part))
                place += len(part) + 1


def normal(word: str) -> str:
    """Lower case, composed (NFC), ß as ss, hyphens dropped: "Straßen-Verkehr" → "strassenverkehr"."""
    word = unicodedata.normalize("NFC", word).casefold()
    return _PART.sub("", word)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a normal form; numbers and short words are their own stem."""
    if len(word) < 3 or not word.isalpha():
        return word
    # The rules know ß, which `normal` has written out; nothing else of them depends on it.
    return str(_stemmer.stemWord(word))


def is_stopword(word: str) -> bool:
    return word in _NORMAL_STOPWORDS


_NORMAL_STOPWORDS = frozenset(normal(word) for word in STOPWORDS)
