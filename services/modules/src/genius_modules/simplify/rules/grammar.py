# SPDX-License-Identifier: EUPL-1.2
"""Rules about forms: negation, genitive, subjunctive, "man"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from genius_common.text import Span
from genius_modules.simplify.findings import Finding, Level, Sentence

_NOT = frozenset(
    re.split(
        r"\s+",
        "nicht nichts nie niemals niemand niemanden niemandem nirgends kein keine keinen keinem keiner keines ohne "
        "weder",
    )
)
# "Nicht unzulässig": a negation inside of the word.
_UN = re.compile(
    r"(?:un(?:zulässig|erheblich|wesentlich|üblich|möglich|begründet|berechtigt|vollständig|richtig|wirksam)\w{0,3})"
)
_OF = re.compile(
    r"(?<!\w)(?P<head>[A-ZÄÖÜ][\w-]{2,40})\s(?P<article>des|der|eines|einer|dieses|dieser|jedes|jeder|ihres|ihrer|seines|"
    r"seiner|unseres|unserer|deren|dessen)\s(?P<between>(?:[a-zäöüß]{3,24}\s){0,2})(?P<noun>[A-ZÄÖÜ][\w-]{2,40})"
)
_DES = re.compile(
    r"(?<!\w)(?P<article>des|eines|dieses|jedes|ihres|seines|unseres)\s(?:[a-zäöüß]{3,24}\s){0,2}(?P<noun>[A-ZÄÖÜ][\w-]{2,40})"
)
_PREPOSITION = re.compile(
    r"(?<!\w)(?P<word>wegen|während|aufgrund|trotz|innerhalb|außerhalb|anhand|mittels|hinsichtlich|bezüglich|infolge|"
    r"anlässlich|zugunsten|zulasten|seitens|anstelle|einschließlich|ausschließlich|unbeschadet|ungeachtet)\s"
    r"(?:des|der|eines|einer|seiner|ihrer|dieser|dieses)(?!\w)",
    re.IGNORECASE,
)
_DATIVE = {"des": "dem", "der": "der", "eines": "einem", "einer": "einer", "dieses": "diesem", "dieser": "dieser"}
_SUBJUNCTIVE = frozenset(
    re.split(
        r"\s+",
        "wäre wären hätte hätten würde würden könnte könnten müsste müssten dürfte dürften sollte sollten möge mögen "
        "sei seien gäbe käme ginge ließe bliebe fände",
    )
)
_NO_SUBJUNCTIVE = {"mögen": ("wir", "sie"), "sollte": ("ich",), "sollten": ("wir",)}


def negation(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Leichte Sprache avoids negation (BITV 2.0); plain language avoids two of them in one sentence."""
    found = [word for word in sentence.words if word.lower in _NOT]
    doubled = found and [word for word in sentence.words if _UN.fullmatch(word.lower)]
    if len(found) > 1 or doubled:
        yield sentence.finding(
            "negation", "must", found[0].span, "Doppelte Verneinung.", "Sagen Sie, was gilt, ohne „nicht“."
        )
    elif found and level == "leicht":
        yield sentence.finding(
            "negation",
            "should",
            found[0].span,
            f"Verneinung: „{found[0].text}“.",
            "Sagen Sie, was gilt. Geht es nicht anders, heben Sie das Wort fett hervor.",
        )


def genitive(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """`die Höhe der Miete`; plain language only where one follows another."""
    body, offset = sentence.span.of(sentence.text), sentence.span.start
    found: list[tuple[Span, str | None]] = []
    position = 0
    while match := _OF.search(body, position):
        # The noun may be the head of the next one.
        position = match.start("noun")
        found.append((Span(match.start() + offset, match.end() + offset), _with_of(match)))
    spans = [span for span, _ in found]
    for pattern in (_DES, _PREPOSITION):
        for match in pattern.finditer(body):
            span = Span(match.start() + offset, match.end() + offset)
            if not any(one.start <= span.start < one.end for one in spans):
                found.append((span, None))
    if level == "einfach":
        chain = next((span for span, other in pairwise(spans) if other.start < span.end), None)
        if chain:
            yield sentence.finding(
                "genitive",
                "should",
                chain,
                "Mehrere Genitive hintereinander.",
                "Lösen Sie sie auf, am besten mit einem Verb.",
            )
        return
    for span, instead in found:
        hint = f"Zum Beispiel: „{instead}“." if instead else "Sagen Sie es mit „von“ oder mit einem Verb."
        yield sentence.finding("genitive", "must", span, f"Genitiv: „{span.of(sentence.text)}“.", hint)


def _with_of(match: re.Match[str]) -> str | None:
    """`Höhe der Miete` → `Höhe von der Miete`; only where the noun's form is sure."""
    article, noun = match["article"], match["noun"]
    if match["between"] or article not in _DATIVE:
        return None
    if article in ("der", "einer", "dieser"):
        return f"{match['head']} von {article} {noun}"
    base = noun[:-2] if noun.endswith("es") and not noun.endswith(("sses", "tes")) else noun.removesuffix("s")
    return (
        f"{match['head']} von {_DATIVE[article]} {base}"
        if noun.endswith("s") and not noun.endswith(("es", "ss"))
        else None
    )


def subjunctive(sentence: Sentence, level: Level) -> Iterator[Finding]:
    words = sentence.words
    for place, word in enumerate(words):
        if word.lower not in _SUBJUNCTIVE:
            continue
        beside = {words[at].lower for at in (place - 1, place + 1) if 0 <= at < len(words)}
        if beside & set(_NO_SUBJUNCTIVE.get(word.lower, ())):
            continue
        yield sentence.finding(
            "subjunctive",
            "must" if level == "leicht" else "should",
            word.span,
            f"Möglichkeitsform: „{word.text}“.",
            "Sagen Sie, was ist: „wenn …, dann …“ oder „vielleicht“.",
        )


def impersonal(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """`man`: readers are addressed (BITV 2.0, Anlage 2 Teil 2, Nr. 2)."""
    for word in sentence.words:
        if word.lower == "man":
            yield sentence.finding(
                "address",
                "should",
                word.span,
                "„man“ sagt nicht, wer gemeint ist.",
                "Sprechen Sie die Person an: „Sie“.",
            )
