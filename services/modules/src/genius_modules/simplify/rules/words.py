# SPDX-License-Identifier: EUPL-1.2
"""Rules about single words and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genius_common.text import Span
from genius_modules.citations.numbers import normal_number
from genius_modules.simplify.findings import Finding, Level, Sentence, Severity
from genius_modules.simplify.lexicon import Lexicon, abbreviations_with_meaning, lexicon
from genius_modules.simplify.words import Word, syllables

_LONG_COMPOUND = {"einfach": 20, "leicht": 13}
_MANY_SYLLABLES = 6
# A word that the laws use this often and everyday language does not know is a term of law.
_LAW_USES = 60
_ABBREVIATIONS = abbreviations_with_meaning()
_SHORT = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(re.escape(short).replace(r"\ ", r"\s?") for short in sorted(_ABBREVIATIONS, key=len, reverse=True))
    + r")(?!\w)"
)
_CAPITALS = re.compile(r"(?<![\w-])[A-ZÄÖÜ]{2,6}(?![\w-])")
_ROMAN = re.compile(r"(?<![\w.])(?=[IVX]{2,6}(?!\w))X{0,3}(?:IX|IV|V?I{0,3})(?!\w)")
_SPELT = frozenset(
    re.split(
        r"\s+",
        "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig hundert",
    )
)
_SIGNS = {
    "§": "Schreiben Sie „Paragraf“, am besten in Klammern ans Ende.",
    "%": "Schreiben Sie „Prozent“ oder „von 100“.",
    "&": "Schreiben Sie „und“.",
    ";": "Machen Sie einen Punkt.",
    "–": "Machen Sie zwei Sätze daraus.",
}
_SLASH = re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])")
_BRACKETS = re.compile(r"\([^()\n]{12,400}\)")
_NUMERIC_DATE = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{2,4}(?!\d)")


def vocabulary(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Words of offices, terms of law, and at the lower level any word that no list has."""
    known = lexicon()
    for place, word in enumerate(sentence.words):
        if word.is_number or len(word.text) < 4:
            continue
        instead = known.instead_of(word.text)
        if instead:
            yield sentence.finding(
                "office_word",
                "must" if level == "leicht" else "should",
                word.span,
                f"„{word.text}“ ist ein Wort der Verwaltung.",
                f"Einfacher: „{'“ oder „'.join(instead.split('; '))}“.",
            )
        elif _is_hard(known, word, level, first=place == 0):
            yield _hard(sentence, known, word)


def _is_hard(known: Lexicon, word: Word, level: Level, *, first: bool) -> bool:
    plain = word.text.replace("-", "").replace("·", "")
    if known.is_everyday(plain) or all(known.is_everyday(part) for part in re.split(r"[-·]", word.text)):
        return False
    used = known.laws.get(word.lower, 0)
    if level == "einfach":
        return used >= _LAW_USES and syllables(plain) >= 4 and not known.split(plain)
    parts = known.split(plain) if word.is_capital else None
    if parts and all(known.is_everyday(part) for part in parts):
        return False
    # A capital letter inside of a sentence may be a name, which stays as it is.
    return used > 0 or (not word.is_capital and not first)


def _hard(sentence: Sentence, known: Lexicon, word: Word) -> Finding:
    if known.laws.get(word.lower, 0) >= _LAW_USES:
        return sentence.finding(
            "hard_word",
            "should",
            word.span,
            f"„{word.text}“ ist ein Fachwort aus Gesetzen.",
            "Nehmen Sie ein bekanntes Wort, oder erklären Sie es gleich danach: „Das heißt: …“.",
        )
    return sentence.finding(
        "hard_word",
        "should",
        word.span,
        f"„{word.text}“ gehört nicht zum Grundwortschatz dieser Prüfung.",
        "Fragen Sie sich, ob alle das Wort kennen. Sonst erklären Sie es.",
    )


def compounds(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Long compounds get hyphens: `Wohngeld-Antrag` (BITV 2.0, Anlage 2 Teil 2, Nr. 4)."""
    known = lexicon()
    for word in sentence.words:
        if not word.is_capital or "-" in word.text or "·" in word.text or len(word.text) < _LONG_COMPOUND[level]:
            continue
        parts = known.split(word.text)
        if parts:
            yield sentence.finding(
                "compound",
                "must" if level == "leicht" else "should",
                word.span,
                f"„{word.text}“ ist ein langes zusammengesetztes Wort.",
                f"Mit Bindestrich: „{'-'.join(parts)}“. Besser: ein kürzeres Wort.",
            )
        elif syllables(word.text) >= _MANY_SYLLABLES:
            yield sentence.finding(
                "compound",
                "should",
                word.span,
                f"„{word.text}“ ist ein sehr langes Wort.",
                "Nehmen Sie ein kürzeres Wort.",
            )


def abbreviations(sentence: Sentence, level: Level) -> Iterator[Finding]:
    for match in _SHORT.finditer(sentence.text, sentence.span.start, sentence.span.end):
        key = re.sub(r"\s", "", match.group())
        long = next(full for short, full in _ABBREVIATIONS.items() if short.replace(" ", "") == key)
        yield sentence.finding(
            "abbreviation",
            "must" if level == "leicht" else "should",
            Span(*match.span()),
            f"Abkürzung: „{match.group()}“.",
            f"Ausgeschrieben: „{'“ oder „'.join(long.split('; '))}“.",
        )
    for match in _CAPITALS.finditer(sentence.text, sentence.span.start, sentence.span.end):
        if level == "leicht" and not _ROMAN.fullmatch(match.group()):
            yield sentence.finding(
                "abbreviation",
                "should",
                Span(*match.span()),
                f"Kurzwort: „{match.group()}“.",
                "Schreiben Sie beim ersten Mal aus, wofür die Buchstaben stehen.",
            )


def numbers(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Digits instead of number words, no Roman numerals, the month in words (Leichte Sprache)."""
    for match in _ROMAN.finditer(sentence.text, sentence.span.start, sentence.span.end):
        yield sentence.finding(
            "number",
            "should",
            Span(*match.span()),
            f"Römische Zahl: „{match.group()}“.",
            "Schreiben Sie die Zahl mit Ziffern.",
        )
    if level != "leicht":
        return
    for word in sentence.words:
        if word.lower in _SPELT:
            yield sentence.finding(
                "number",
                "should",
                word.span,
                f"Zahl als Wort: „{word.text}“.",
                f"Schreiben Sie „{normal_number(word.lower)}“.",
            )
    for match in _NUMERIC_DATE.finditer(sentence.text, sentence.span.start, sentence.span.end):
        yield sentence.finding(
            "number",
            "should",
            Span(*match.span()),
            f"Datum nur aus Zahlen: „{match.group()}“.",
            "Schreiben Sie den Monat als Wort.",
        )


def signs(sentence: Sentence, level: Level) -> Iterator[Finding]:
    """Special signs and long insertions in brackets (BITV 2.0, Anlage 2 Teil 2, Nr. 6)."""
    severity: Severity = "must" if level == "leicht" else "should"
    for match in _BRACKETS.finditer(sentence.text, sentence.span.start, sentence.span.end):
        yield sentence.finding(
            "sign", "should", Span(*match.span()), "Ein Einschub in Klammern.", "Machen Sie einen eigenen Satz daraus."
        )
    if level == "leicht":
        for place in range(sentence.span.start, sentence.span.end):
            hint = _SIGNS.get(sentence.text[place])
            if hint:
                yield sentence.finding(
                    "sign", severity, Span(place, place + 1), f"Sonderzeichen: „{sentence.text[place]}“.", hint
                )
        for match in _SLASH.finditer(sentence.text, sentence.span.start, sentence.span.end):
            yield sentence.finding(
                "sign",
                severity,
                Span(*match.span()),
                "Schrägstrich zwischen Wörtern.",
                "Schreiben Sie „oder“ oder „und“.",
            )
