# SPDX-License-Identifier: EUPL-1.2
"""A value as written, read as what a field wants. What is impossible stays as it is written and becomes no value.

`31.02.2026` is no date, a two-digit year is no year, an IBAN whose check digits fail is no IBAN: the reader is told so,
and nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from genius_modules.citations import dates
from genius_modules.citations.numbers import ORDINAL, ordinal
from genius_modules.extract.amounts import decimal_of, euros_of
from genius_modules.extract.wanted import Kind, Wanted

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{2}|\d{4})")
_ROMAN = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<roman>[IVX]{1,4})\.\s?(?P<year>\d{4})")
_LONG = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:\.|te[nr])|(?P<spelt>{ORDINAL}e[nr]))\s{{0,2}}{dates.MONTH}\s+(?P<year>\d{{4}})",
    re.IGNORECASE,
)
_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_YES = frozenset(("ja", "x", "yes", "wahr", "[x]", "☒", "☑", "✓", "✔", "true", "zutreffend"))
_NO = frozenset(("nein", "no", "falsch", "[ ]", "☐", "false", "nicht zutreffend", "entfällt"))
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?:\+|\(?0)?[\d(][\d\s/()\-–]{4,24}\d")
# What writers and forms put between the characters of an account number.
_GAPS = re.compile(r"[\s./-]")
_POSTCODE = re.compile(r"(?:D-)?\d{5}\s[A-ZÄÖÜ]")


@dataclass(frozen=True, slots=True)
class Read:
    """`value` is None where `why` says what is wrong."""

    value: Any
    why: str = ""


def read(field: Wanted, raw: str) -> Read:
    """What `raw` says, for this field."""
    text = " ".join(raw.split())
    if field.kind == "amount":
        return _amount(text, as_text=field.as_text)
    if field.kind == "choice":
        return _choice(field, text)
    return _READERS[field.kind](text)


def _date(text: str) -> Read:
    match = next(filter(None, (one.fullmatch(text) for one in (_ISO, _DOTTED, _ROMAN, _LONG))), None)
    if match is None:
        return Read(None, "Das ist kein Datum mit Tag, Monat und Jahr.")
    groups = match.groupdict()
    day, month = groups["day"] or ordinal(groups["spelt"]) or "0", _month(groups)
    if len(groups["year"]) == 2:
        return Read(None, "Das Jahr hat nur zwei Ziffern, das Jahrhundert steht nicht da.")
    try:
        return Read(dt.date(int(groups["year"]), month, int(day)).isoformat())
    except ValueError:
        return Read(None, "Dieses Datum gibt es nicht.")


def _month(groups: dict[str, str]) -> int:
    """1 to 12; 0 for a Roman numeral that is no month."""
    if groups.get("roman"):
        return _MONTHS.index(groups["roman"]) + 1 if groups["roman"] in _MONTHS else 0
    return dates.month(groups["name"]) if groups.get("name") else int(groups["month"])


def _amount(text: str, *, as_text: bool) -> Read:
    value = euros_of(text)
    if value is None or -value.as_tuple().exponent > 2:  # type: ignore[operator]
        return Read(None, "Das ist kein Betrag in Euro und Cent.")
    return Read(f"{value:.2f}" if as_text else float(value))


def _number(text: str, *, whole: bool) -> Read:
    value = decimal_of(text)
    if value is None:
        return Read(None, "Das ist keine Zahl.")
    if whole:
        return Read(int(value)) if value == value.to_integral_value() else Read(None, "Das ist keine ganze Zahl.")
    return Read(float(value))


def _boolean(text: str) -> Read:
    lower = text.lower()
    if lower in _YES or lower in _NO:
        return Read(lower in _YES)
    return Read(None, "Das ist weder Ja noch Nein.")


def iban_holds(text: str) -> bool:
    """Length for Germany, check digits modulo 97 for all (ISO 13616)."""
    compact = _GAPS.sub("", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact) or (compact.startswith("DE") and len(compact) != 22):
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def _iban(text: str) -> Read:
    if iban_holds(text):
        return Read(_GAPS.sub("", text).upper())
    return Read(None, "Die Prüfziffer der IBAN stimmt nicht, oder sie ist nicht vollständig.")


def _choice(field: Wanted, text: str) -> Read:
    found = [choice for choice in field.choices if choice.casefold() == text.casefold()]
    if len(found) == 1:
        return Read(found[0])
    return Read(None, "Das ist keiner der erlaubten Werte.")


def _phone(text: str) -> Read:
    digits = re.sub(r"\D", "", text)
    if _PHONE.fullmatch(text) and 6 <= len(digits) <= 15:
        return Read(text)
    return Read(None, "Das ist keine Telefonnummer.")


def _number_of_any_kind(text: str) -> Read:
    return _number(text, whole=False)


def _whole_number(text: str) -> Read:
    return _number(text, whole=True)


def _mail(text: str) -> Read:
    return Read(text) if _MAIL.fullmatch(text) else Read(None, "Das ist keine E-Mail-Adresse.")


def _file_number(text: str) -> Read:
    fits = any(letter.isdigit() for letter in text) and len(text) <= 60
    return Read(text) if fits else Read(None, "Das ist kein Aktenzeichen.")


def _address(text: str) -> Read:
    return Read(text) if _POSTCODE.search(text) else Read(None, "In der Anschrift fehlen Postleitzahl und Ort.")


_READERS: dict[Kind, Callable[[str], Read]] = {
    "text": Read,
    "date": _date,
    "number": _number_of_any_kind,
    "integer": _whole_number,
    "boolean": _boolean,
    "iban": _iban,
    "email": _mail,
    "phone": _phone,
    "file_number": _file_number,
    "address": _address,
}
