# SPDX-License-Identifier: EUPL-1.2
"""Where values of a kind stand in a text: dates, amounts, IBANs, file numbers, addresses, phone numbers, e-mails.

A candidate is what looks like a value, valid or not: that an IBAN is wrong is worth telling. Every pattern is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from genius_common.text import Span
from genius_modules.citations import dates
from genius_modules.citations.numbers import ORDINAL
from genius_modules.citations.references import file_numbers
from genius_modules.extract.amounts import AMOUNT
from genius_modules.extract.wanted import Kind

# A date that a letter or digit touches is a misread one ("O3.02.2026"): part of it would be another day.
_DATE = re.compile(
    rf"(?:(?<![\w.,-])|(?<=\d{{4}}[-–]))(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}\.\s?\d{{1,2}}\.\s?(?:\d{{4}}|\d{{2}})|"
    rf"\d{{1,2}}\.\s?[IVX]{{1,4}}\.\s?\d{{4}}|(?:\d{{1,2}}(?:\.|te[nr])|{ORDINAL}e[nr])\s{{0,2}}{dates.MONTH}\s+\d{{4}})"
    r"(?!\w|[.,]\d|-(?!\d{1,2}\.))",
    re.IGNORECASE,
)
# A German one by its length, whatever stands between its digits (forms have a box for each); others in groups.
_GAP = r"[\s./-]{0,2}"
_IBAN = re.compile(
    rf"(?:(?<![A-Za-z0-9])|(?<=IBAN))(?:[Dd]\s?[Ee](?:{_GAP}\d){{20}}(?![A-Za-z0-9])"
    r"|[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?(?![A-Za-z0-9]))"
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PHONE = re.compile(
    r"(?:(?:Tel(?:efon)?|Fon|Mobil(?:telefon)?|Handy|Fax|Telefax|Rufnummer|Durchwahl)\.?(?:nummer|-Nr\.)?\s?[:.]?\s{0,3})"
    r"(?P<labelled>(?:\+|0)[\d\s/()\-–]{5,24}\d)|(?<![\w/.-])(?P<plain>\+49[\d\s/()\-–]{6,22}\d)(?![\d/.-])"
)
_HOUSE = r"\d{1,4}(?:\s?[-–/]\s?\d{1,4})?(?:[ ]?[a-zA-Z](?!\w))?"
# What names the flat, between street and town.
_FLAT = (
    r"(?:,[ ]?(?:Whg|Wohnung|App|Apartment|c/o|Zi|Zimmer|Haus|Hinterhaus|EG|DG|UG|\d{1,2}\.[ ]?(?:OG|Stock|Etage))"
    r"(?!\w)[^,\n]{0,30})?"
)
_ADDRESS = re.compile(
    r"(?<!\w)(?P<street>Postfach[ ][\d ]{2,12}|"
    rf"[A-ZÄÖÜ][\wäöüß.-]{{1,40}}(?:[ ][\wäöüß.-]{{1,30}}){{0,3}}[ ]{_HOUSE})"
    rf"{_FLAT}(?:,[ ]?|[ ]?\n[ ]{{0,40}}|[ ]\|[ ]|,?[ ][-–·][ ])"
    r"(?:D-)?\d{5}[ ][A-ZÄÖÜ][\wäöüß-]{1,40}(?:[ ](?:a[.m][ ]?)?[A-ZÄÖÜ(][\wäöüß.()-]{1,30}){0,2}"
)


def _all(pattern: re.Pattern[str]) -> Callable[[str], list[Span]]:
    return lambda text: [Span(*match.span()) for match in pattern.finditer(text)]


def _phones(text: str) -> list[Span]:
    return [Span(*match.span(match.lastgroup or 0)) for match in _PHONE.finditer(text)]


def _file_numbers(text: str) -> list[Span]:
    ibans = _all(_IBAN)(text)
    spans = [Span(number.start, number.end) for number in file_numbers(text)]
    return [span for span in spans if not any(iban.start <= span.start < iban.end for iban in ibans)]


_FINDERS: dict[Kind, Callable[[str], list[Span]]] = {
    "date": _all(_DATE),
    "amount": _all(AMOUNT),
    "iban": _all(_IBAN),
    "email": _all(_MAIL),
    "phone": _phones,
    "file_number": _file_numbers,
    "address": _all(_ADDRESS),
}
FOUND_ALONE = frozenset(_FINDERS)
"""Kinds that are recognised without a label."""


def candidates(kind: Kind, text: str) -> list[Span]:
    """Spans of what looks like a value of `kind`, in order; empty for kinds that only a label tells."""
    finder = _FINDERS.get(kind)
    return finder(text) if finder else []
