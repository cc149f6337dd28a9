# SPDX-License-Identifier: EUPL-1.2
"""Verb ↔ noun ↔ adjective: bewilligt → Bewilligung, ausgeschlossen → Ausschluss, gültig → Gültigkeit.

Rules make candidates; only those that the vocabulary knows are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from genius_retrieval.text.vocabulary import vocabulary
from genius_retrieval.text.words import stem

_SEPARABLE = (
    "zurück|wieder|unter|über|durch|herab|heraus|fest|frei|nach|auf|aus|bei|ein|mit|vor|weg|her|hin|um|an|ab|zu"
)
_GE = re.compile(rf"^({_SEPARABLE})?ge(?=\w{{3}})")
_ZU = re.compile(rf"^({_SEPARABLE})zu(?=\w{{4}})")
_SEPARATED = re.compile(rf"^({_SEPARABLE})(\w{{3,}})")
_VERB_END = re.compile(r"(?:ierten|ierte|iert|ieren|eten|etes|eter|etem|ten|tes|ter|tem|te|et|en|t|n|st|e)$")
# Stems of strong verbs and their nouns: (form in the verb, form in the noun).
_ABLAUT = (
    ("schloss", "schluss"), ("schliess", "schluss"), ("zog", "zug"), ("zieh", "zug"), ("nomm", "nahm"),
    ("nehm", "nahm"), ("geb", "gab"), ("gang", "gang"), ("geh", "gang"), ("sproch", "spruch"), ("sprech", "spruch"),
    ("bot", "bot"), ("biet", "bot"), ("lier", "lust"), ("lor", "lust"), ("treff", "treff"), ("steh", "stand"),
    ("stand", "stand"), ("halt", "halt"), ("fall", "fall"), ("trag", "trag"), ("ruf", "ruf"), ("lauf", "lauf"),
    ("schrieb", "schrift"), ("schreib", "schrift"), ("brach", "bruch"), ("broch", "bruch"), ("brech", "bruch"),
    ("fahr", "fahrt"), ("wies", "weis"), ("weis", "weis"), ("storb", "tod"), ("sterb", "tod"), ("bor", "burt"),
    ("seh", "sicht"), ("wahr", "wahr"), ("fang", "fang"), ("tret", "tritt"), ("kauf", "kauf"), ("lass", "lass"),
    ("kling", "klang"), ("find", "fund"), ("fund", "fund"), ("werb", "werb"), ("worb", "werb"), ("hilf", "hilf"),
)  # fmt: skip
_MOST = 6
_NOUN_ENDS = ("ung", "ungen", "", "e", "keit", "igkeit", "heit", "schaft", "nis", "er", "ation", "ierung")
_STRONG_ENDS = ("", "e", "en", "ung", "s")
_ADJECTIVE = re.compile(r"(?:ig|lich|bar|sam|haft)(?=e[nmrs]?$|$)")
_NOUN = re.compile(r"(?:igkeit|keit|heit|ungen|ung|nahme|nahmen)$")


@lru_cache(maxsize=20_000)
def derived(word: str) -> tuple[str, ...]:
    """Related words of another word class, most frequent first, at most `_MOST`."""
    known = vocabulary()
    own = stem(word)
    found: dict[str, int] = {}
    for candidate in _candidates(word):
        df = known.df(candidate)
        if df >= 2 and stem(candidate) != own:
            found[candidate] = df
    return tuple(sorted(found, key=lambda item: (-found[item], item))[:_MOST])


def _candidates(word: str) -> Iterator[str]:
    if len(word) < 5:
        return
    if _ADJECTIVE.search(word):
        yield from _from_adjective(word)
    if _NOUN.search(word):
        yield from _from_noun(word)
        yield from _from_verb(_NOUN.sub("", word))
        return
    for base in sorted({word, _GE.sub(r"\1", word), _ZU.sub(r"\1", word)}):
        yield from _from_verb(base)


def _from_adjective(word: str) -> Iterator[str]:
    base = re.sub(r"e[nmrs]?$", "", word)
    for form in (base, base.removeprefix("un")):
        yield form + "keit"
        yield form


def _from_noun(word: str) -> Iterator[str]:
    base = _NOUN.sub("", word)
    for ending in ("en", "n", "t", "et", "ig", "ige", ""):
        yield base + ending
    yield re.sub(rf"^({_SEPARABLE})", r"\1ge", base) + "t"


def _from_verb(base: str) -> Iterator[str]:
    roots = sorted({base, _VERB_END.sub("", base)})
    for root in roots:
        if separable := _SEPARATED.match(root):
            yield from (f"{separable[1]}zu{separable[2]}{ending}" for ending in ("en", "n", ""))
            yield from (f"{separable[1]}ge{separable[2]}{ending}" for ending in ("t", "et", "en", ""))
        yield root + "en"
        yield f"ge{root}t"
        if len(root) < 3:
            continue
        yield from (root + ending for ending in _NOUN_ENDS)
        for verb, noun in _ABLAUT:
            if root.endswith(verb) and len(root) > len(verb):
                yield from (root[: -len(verb)] + noun + ending for ending in _STRONG_ENDS)
