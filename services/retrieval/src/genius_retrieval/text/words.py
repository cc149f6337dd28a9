# SPDX-License-Identifier: EUPL-1.2
"""Normalised words, their stems, and the words that carry no meaning of their own."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

STEMMER = "snowball-german"
NORMALISER = "nfc-lower-ss/1"

# The hyphen comes first, what must stand before it second: five times faster than the other way round.
_HYPHENATED = re.compile(r"[-\u00ad\u2010](?:(?<=\w.)\s*\n\s*(?=[a-zäöü])|(?<=\u00ad))")
_WORD = re.compile(r"[^\W_]+")
_stemmer = Stemmer.Stemmer("german", 0)

_STOPWORDS_TEXT = """
aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bereits
bin bis bist da dabei dadurch dafür daher damit danach dann daran darauf daraus darf darin darüber darum das
dass davon dazu dein dem den denen denn der deren des dessen die dies diese diesem diesen dieser dieses dir doch
dort du durch dürfen ein eine einem einen einer eines er es etwa etwas euch euer für gegen gegenüber gibt habe
haben hat hatte hier hierfür hierzu hinsichtlich ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins
insbesondere ist ja je jede jedem jeden jeder jedes jedoch jemand jene jener jetzt kann kein keine keinem keinen
keiner können könnte lassen man mein meine meinem meinen meiner mich mir mit muss müssen nach nicht noch nun nur
ob oder ohne sein seine seinem seinen seiner sein sich sie sind so sofern solche solchen sollen soll sollte
sondern soweit sowie sowohl über um und uns unser unter viel viele vom von vor war waren was weder weil welche
welchem welchen welcher welches wenn wer werden wem wen wessen wie wieder will wir wird wo wobei wofür woher
wohin worden wurde wurden würde während zu zum zur zwar zwischen eigentlich bitte mal eben ggf bzw usw etc abs
nr satz absatz nummer jeweils jeweilige
"""
STOPWORDS = frozenset(_STOPWORDS_TEXT.split())


def normalise(text: str) -> str:
    """NFC, words joined again that a line end had hyphenated, lower case, ß as ss."""
    if _may_be_hyphenated(text):
        text = _HYPHENATED.sub("", text)
    return unicodedata.normalize("NFC", text).lower().replace("ß", "ss")


def words(text: str) -> list[str]:
    """The normalised words of `text` in order; digits count as words."""
    return _WORD.findall(normalise(text))


def _may_be_hyphenated(text: str) -> bool:
    """Whether the pattern, which looks at every character, is worth a try."""
    return "\u00ad" in text or ("\n" in text and ("-" in text or "\u2010" in text))


def plain_words(text: str) -> list[str] | None:
    """The words of `text` as they stand there; None where only `normalise` tells what they are."""
    if not unicodedata.is_normalized("NFC", text) or (_may_be_hyphenated(text) and _HYPHENATED.search(text)):
        return None
    return _WORD.findall(text)


_STOPPED = frozenset(normalise(word) for word in STOPWORDS)


def is_stopword(word: str) -> bool:
    return word in _STOPPED or (len(word) == 1 and not word.isdigit())


@lru_cache(maxsize=120_000)
def stem(word: str) -> str:
    """Snowball stem of one normalised word."""
    return str(_stemmer.stemWord(word))
