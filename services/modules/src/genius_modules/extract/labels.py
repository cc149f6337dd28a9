# SPDX-License-Identifier: EUPL-1.2
"""Labels and the values beside them, as forms and letters write them, and which field a label means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from genius_common.text import Span
from genius_modules.citations.text import stems
from genius_modules.extract.lines import cells, lines, tight
from genius_modules.extract.wanted import Kind, Wanted

EXACT, LEAST = 0.95, 0.6
_PARTIAL = 0.7
_LONGEST_LABEL = 60
_PAIR = re.compile(r"(?P<label>[^:|\t\n]{2,60}?)\s?:(?=\s|$)\s{0,20}(?P<value>[^\n]*)")
# "Name: Meier     Datum: 1.1.2026", columns that a form makes of spaces, and "Telefon: 0211, E-Mail: …".
_WIDE = re.compile(r"\t+| {3,}|[,;]\s(?=[A-ZÄÖÜ][\w-]{1,30}(?:\s[A-ZÄÖÜ][\w-]{1,30})?:\s)")
# Where a form's spaces were lost: "Rechnungsdatum: 31.02.2026 Kundennummer: 4711".
_NEXT_LABEL = re.compile(r"(?<=[^\s,;]) (?=[A-ZÄÖÜ][\w-]{2,30}:\s)")
_SYNONYMS = (
    ("aktenzeichen", "az", "geschäftszeichen", "gz", "aktennummer", "zeichen"),
    ("telefon", "tel", "telefonnummer", "rufnummer", "fon", "telefonnr"),
    ("email", "mail", "e-mail", "mailadresse"),
    ("geburtsdatum", "geboren", "geb", "geburtstag"),
    ("anschrift", "adresse", "wohnanschrift"),
    ("nachname", "familienname", "zuname"),
    ("rechnungsnummer", "rechnungsnr", "belegnummer"),
    ("nr", "nummer", "nummern"),
    ("fax", "telefax", "faxnummer", "telefaxnummer"),
    ("gesamtbetrag", "rechnungsbetrag", "endbetrag", "gesamtsumme", "summe", "zahlbetrag"),
)
_SAME = {stem: group[0] for group in _SYNONYMS for word in group for stem in stems(word) or [word]}
# What a form tells its reader beside the label is no part of its meaning; "(netto)" is.
_ADVICE = re.compile(
    r"\((?:bitte|falls|wenn|sofern|soweit|nur|optional|freiwillig|siehe|s\.|z\.\s?B\.|in Druck|Pflicht|TT|immer)"
    r"[^()\n]{0,60}\)|\*+$|^\(?\d{1,2}(?:\.\d{1,2})?[.)]\s",
    re.IGNORECASE,
)

_KIND_WORDS: dict[Kind, str] = {
    "date": "Datum Tag",
    "amount": "Betrag Summe Euro Gesamtbetrag",
    "iban": "IBAN Konto Kontonummer Bankverbindung",
    "email": "E-Mail Email Adresse",
    "phone": "Telefon Telefonnummer",
    "file_number": "Aktenzeichen",
    "address": "Anschrift Adresse",
}
GENERIC = {kind: frozenset(_SAME.get(stem, stem) for stem in stems(words)) for kind, words in _KIND_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Pair:
    """A label with the value beside or below it; the spans count characters of the text."""

    label: str
    value: Span
    line: Span


def pairs(text: str) -> list[Pair]:
    """Label and value: `Label: value`, a row of two cells, wide spaces, or the value on the line below."""
    every = list(lines(text))
    return [pair for line, below in zip_longest(every, every[1:]) if line for pair in _of_line(text, line, below)]


def _of_line(text: str, line: Span, below: Span | None) -> Iterator[Pair]:
    row = cells(text, line)
    if " | " in line.of(text):
        if len(row) == 2 and row[1].of(text):
            yield Pair(row[0].of(text).strip(" :"), row[1], line)
        return
    pieces = list(_pieces(text, line))
    under = below if below and " | " not in below.of(text) and not _is_pair(text, below) else None
    for piece, beside in zip_longest(pieces, pieces[1:]):
        if piece is None:
            continue
        match = _PAIR.fullmatch(piece.of(text))
        value = Span(piece.start + match.start("value"), piece.end) if match else None
        label = match["label"].strip() if match else piece.of(text)
        if value and value.of(text):
            yield Pair(label, value, line)
        elif beside and not _is_pair(text, beside):
            yield Pair(label, beside, line)
        elif under and len(pieces) == 1 and line.end - line.start <= _LONGEST_LABEL:
            yield Pair(label, tight(text, under), Span(line.start, under.end))


def _is_pair(text: str, span: Span) -> bool:
    return _PAIR.fullmatch(span.of(text).strip()) is not None


def _pieces(text: str, line: Span) -> Iterator[Span]:
    """What wide spaces part."""
    start = line.start
    colon = text.find(":", line.start, line.end)
    inner = [gap for gap in _NEXT_LABEL.finditer(text, line.start, line.end) if 0 <= colon < gap.start()]
    gaps: list[re.Match[str] | None] = [*sorted([*_WIDE.finditer(text, line.start, line.end), *inner], key=_start)]
    for gap in [*gaps, None]:
        piece = tight(text, Span(start, gap.start() if gap else line.end))
        if piece.of(text):
            yield piece
        start = gap.end() if gap else line.end


def _start(match: re.Match[str]) -> int:
    return match.start()


def meaning(words: str) -> tuple[str, ...]:
    """The stems of a label, synonyms as one."""
    return tuple(dict.fromkeys(_SAME.get(stem, stem) for stem in stems(re.sub(r"-(?=Nr)", "", words))))


def similarity(field: Wanted, label: str) -> float:
    """How well a label fits a field, 0..1: the share of words that both have, parts of compounds at less."""
    have = meaning(_ADVICE.sub("", label.strip()))
    return max((_alike(meaning(hint), have) for hint in (field.label, *field.hints)), default=0.0)


def _alike(wanted: Sequence[str], have: Sequence[str]) -> float:
    if not wanted or not have:
        return 0.0
    total = 0.0
    for stem in wanted:
        if stem in have:
            total += 1
        elif any(_part_of(stem, other) for other in have):
            total += _PARTIAL
    return total / max(len(wanted), len(have))


def _part_of(one: str, other: str) -> bool:
    """`rechnung` and `rechnungsdatum`."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and (long.startswith(short) or long.endswith(short))


def is_generic(field: Wanted) -> bool:
    """Whether the field asks for nothing but its kind: "IBAN", "Datum"; not "Geburtsdatum"."""
    known = GENERIC.get(field.kind, frozenset())
    return any(wanted and set(wanted) <= known for wanted in (meaning(hint) for hint in (field.label, *field.hints)))


def named_before(field: Wanted, context: str) -> bool:
    """Whether the words before a value name the field: `Die Rechnung vom …` for "Rechnungsdatum"."""
    have = meaning(context)
    return any(
        all(stem in have or any(_part_of(stem, other) for other in have) for stem in wanted)
        for wanted in (meaning(hint) for hint in (field.label, *field.hints))
        if wanted
    )
