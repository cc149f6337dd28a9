# SPDX-License-Identifier: EUPL-1.2
"""Names of people and organisations in a German text, as far as their form shows them.

German writes every noun with a capital letter, so a single word tells nothing: `Meier` looks like `Miete`. What is read
is what follows a form of address or a kind of organisation, and two capital words in a row (`Anna Schmidt`).
"""

from __future__ import annotations

import re

from genius_common.text import Span, split_sentences

# With the letters of all languages that write in Latin script: Wiśniewski, Şahin, Nuñez.
_UPPER, _LOWER = "[A-Z\u00c0-\u00de\u0100-\u017f]", "[a-z\u00df-\u00ff\u0100-\u017f\u1ea0-\u1ef9]"
_NAME = rf"(?:{_UPPER}{_LOWER}+(?:-{_UPPER}{_LOWER}+)?)"
# What a person is: the name follows. Compounds ("Oberbürgermeisterin", "Ministerpräsident") end in one of them.
_OFFICE = (
    r"(?:[A-ZÄÖÜ][a-zäöüß]{1,20})?(?:[Bb]ürgermeister|[Mm]inister|[Pp]räsident|[Ll]andr[aä]t|[Dd]ezernent|[Ss]ekretär|"
    r"[Dd]irektor|[Ll]eiter|[Rr]ichter|[Aa]nwalt|[Aa]nwält|[Ss]enator|[Kk]anzler|[Bb]eauftragte|[Bb]eigeordnete|"
    r"[Aa]bgeordnete|[Kk]ommissar|[Ii]nspektor|[Nn]otar)(?:in|r)?"
)
_PARTICLE = r"(?:(?:von|van|de|zu|del|di|al|el)\s(?:der\s|den\s)?)?"
_ADDRESSED = re.compile(
    rf"(?<!\w)(?:Frau|Herrn?|Eheleute|Familie|Dr\.|Prof\.|Firma|Stadt|Gemeinde|Landkreis|Kreis|{_OFFICE})\s"
    rf"(?:(?:Dr\.|Prof\.|med\.|jur\.)\s){{0,3}}(?P<name>{_PARTICLE}{_NAME}(?:\s{_PARTICLE}{_NAME}){{0,2}})"
)
_PAIR = re.compile(rf"(?<![\w.])(?P<name>{_NAME}\s{_PARTICLE}{_NAME}(?:\s{_NAME})?)(?!\w)")
_COMPANY = re.compile(
    rf"(?<!\w)(?P<name>(?:{_NAME}|[A-Z]{{2,8}})(?:\s(?:&\s)?(?:{_NAME}|[A-Z]{{2,8}})){{0,3}})\s(?:GmbH|AG|KG|OHG|GbR|SE|UG|e\.\s?V\.|eG)(?!\w)"
)
_NO_NAME = frozenset(
    re.split(
        r"\s+",
        "Absatz Satz Nummer Artikel Paragraf Seite Anlage Teil Kapitel Abschnitt Euro Cent Prozent Uhr Januar "
        "Februar März April Mai Juni Juli August September Oktober November Dezember Montag Dienstag Mittwoch "
        "Donnerstag Freitag Samstag Sonntag Jahr Jahre Monat Monate Tag Tage Woche Wochen Stunde Stunden "
        "Millionen Milliarden Damen Herren Frau Herr Sehr Sie Ihr Ihre Ihren Ihrer Ihrem Ihnen Die Der Das "
        "Den Dem Des Ein Eine Einen Wir Er Es Und Oder Mit Von Im In Am Bei Bitte Nach Für Auf Wenn Dann Auch "
        "Zum Zur Herrn Familie Eheleute Firma Stadt Gemeinde Landkreis Kreis Dr Prof Amt Antrag Bescheid",
    )
)


def names_of(text: str) -> list[Span]:
    """Spans of the names, in order, each once; without the form of address."""
    spans: list[Span] = []
    for pattern in (_ADDRESSED, _COMPANY):
        spans += [_own(match) for match in pattern.finditer(text)]
    starts = {span.start for span in split_sentences(text)}
    for match in _PAIR.finditer(text):
        span = Span(*match.span("name"))
        # A sentence begins with a capital anyway: "Gestern Abend", "Laut Herrn Meier".
        if span.start not in starts and not any(word in _NO_NAME for word in match["name"].split()):
            spans.append(span)
    spans.sort()
    kept: list[Span] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _own(match: re.Match[str]) -> Span:
    """Without what belongs to the person (`Frau Meiers Antrag`) and without an article that begins a sentence."""
    start, end = match.span("name")
    first, _, rest = match["name"].partition(" ")
    if rest and first in _NO_NAME:
        start = end - len(rest)
    possessive = re.search(r"[a-zäöüß]s(?=\s[A-ZÄÖÜ])", match.string[start:end])
    return Span(start, start + possessive.end() if possessive else end)


def missing_names(claim: str, source: str) -> list[str]:
    """Names of `claim` of which a word does not stand in `source`, as written, each once; "Meiers" is "Meier"."""
    known = {word.lower() for word in re.findall(r"[^\W\d_]+", source)}
    missing: list[str] = []
    for span in names_of(claim):
        name = span.of(claim)
        words = [word for word in re.findall(r"[^\W\d_]+", name) if word[0].isupper()]
        if not all(_is_known(word.lower(), known) for word in words) and name not in missing:
            missing.append(name)
    return missing


def _is_known(word: str, known: set[str]) -> bool:
    return word in known or word.removesuffix("s") in known or f"{word}s" in known
