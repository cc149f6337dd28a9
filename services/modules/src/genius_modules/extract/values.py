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
from decimal import Decimal
from typing import Any

from genius_modules.citations import dates
from genius_modules.extract.wanted import Kind, Wanted

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{2}|\d{4})")
_LONG = re.compile(rf"(?P<day>\d{{1,2}})\.\s{{0,2}}{dates.MONTH}\s+(?P<year>\d{{4}})", re.IGNORECASE)
_SIGN = r"(?P<sign>[-+–−])?\s?"
_GROUPED = r"\d{1,3}(?:[. ’']\d{3})+|\d+"
_NUMBER = re.compile(
    rf"{_SIGN}(?P<whole>{_GROUPED})(?:,(?P<part>\d+|[-–—]{{1,2}})|\.(?P<point>\d{{1,2}}))?(?P<behind>-)?"
)
_CURRENCY = re.compile(r"(?:€|Euro|EUR)", re.IGNORECASE)
_YES = frozenset(("ja", "x", "yes", "wahr", "[x]", "☒", "☑", "✓", "✔", "true", "zutreffend"))
_NO = frozenset(("nein", "no", "falsch", "[ ]", "☐", "false", "nicht zutreffend", "entfällt"))
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?:\+|00)?\d[\d\s/()\-–]{4,24}\d")
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
    match = _ISO.fullmatch(text) or _DOTTED.fullmatch(text) or _LONG.fullmatch(text)
    if match is None:
        return Read(None, "Das ist kein Datum mit Tag, Monat und Jahr.")
    groups = match.groupdict()
    month = dates.month(groups["name"]) if groups.get("name") else int(groups["month"])
    if len(groups["year"]) == 2:
        return Read(None, "Das Jahr hat nur zwei Ziffern, das Jahrhundert steht nicht da.")
    try:
        return Read(dt.date(int(groups["year"]), month, int(groups["day"])).isoformat())
    except ValueError:
        return Read(None, "Dieses Datum gibt es nicht.")


def decimal_of(text: str) -> Decimal | None:
    """`1.234,56`, `1234,5`, `12,-`, `-3` and `12.50`; None for what can be read in two ways or not at all."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None or (match["point"] and "." in match["whole"]):
        return None
    part = match["part"] or match["point"] or ""
    digits = re.sub(r"\D", "", match["whole"]) + ("." + part if part.isdigit() else "")
    negative = match["sign"] in ("-", "–", "−") or bool(match["behind"])
    return -Decimal(digits) if negative else Decimal(digits)


def _amount(text: str, *, as_text: bool) -> Read:
    value = decimal_of(_CURRENCY.sub("", text).strip())
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
    compact = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact) or (compact.startswith("DE") and len(compact) != 22):
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def _iban(text: str) -> Read:
    if iban_holds(text):
        return Read(re.sub(r"\s", "", text).upper())
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
