# SPDX-License-Identifier: EUPL-1.2
"""Dates, months, money and numbers as people write them in Germany. Nothing is repaired: what is odd is no value."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal
from itertools import pairwise

_MONTHS = [
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
]
_BY_NAME = {name: number for number, name in enumerate(_MONTHS, 1)}
_BY_NAME |= {name[:3]: number for name, number in _BY_NAME.items()}
_BY_NAME |= {"jänner": 1, "jaenner": 1, "maerz": 3, "mrz": 3, "sept": 9}
_NAME = r"(?:" + "|".join(sorted(_BY_NAME, key=len, reverse=True)) + r")\b\.?"
_DATE = re.compile(
    r"(?<![\d.,])(?:(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})|(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})"
    rf"|(?P<nd>\d{{1,2}})\. ?(?P<nm>{_NAME}) (?P<ny>\d{{4}}))(?![\d])",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?<!\w)({_NAME}(?: ?(?:,|/|und|u\.|bis|-|–) ?{_NAME})*) ?(\d{{4}})(?!\d)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?<![\d./-])(0?[1-9]|1[0-2]) ?[/.] ?(20\d\d)(?!\d|\.\d)|(?<![\d-])(20\d\d)-(0[1-9]|1[0-2])(?![\d-])"
)
# "November 2025 bis Januar 2026", "11/2025 - 01/2026": both ends have a year, what lies between is meant too.
_ENDS = re.compile(
    rf"(?<![\w./-])(?:(?P<from_name>{_NAME}) ?|(?P<from_month>0?[1-9]|1[0-2]) ?[/.] ?)(?P<from_year>(?:19|20)\d\d)"
    rf"\s*(?:bis(?: (?:zum|einschließlich|einschl\.))?|[-–—])\s*"
    rf"(?:(?P<to_name>{_NAME}) ?|(?P<to_month>0?[1-9]|1[0-2]) ?[/.] ?)(?P<to_year>(?:19|20)\d\d)(?!\d|\.\d)",
    re.IGNORECASE,
)
_SPAN = r"\s*(?:bis(?: zum)?|[-–—]|/)\s*"
_AMOUNT = r"(?P<sign>[-−–+])? ?(?P<whole>\d{1,3}(?:[.  ]\d{3})+|\d+)(?:,(?P<cents>\d\d|-{1,2}|–|—))?(?P<after>-)?"
_MONEY = re.compile(rf"(?:(?:€|EUR|Euro)\s*)?{_AMOUNT}\s*(?:€|EUR|Euro)?", re.IGNORECASE)
_AMOUNTS = re.compile(rf"(?<![\w.,]){_AMOUNT.replace('?P<after>-)?', '?P<after>-)?')}(?![\w]|[.,]\d)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:ca\.?|etwa|rund)?\s*(\d{1,4}(?:,\d{1,2})?)\s*(?:m²|m2|m\?|qm|m\W?|quadratmeter)?\W*", re.IGNORECASE
)
_MOST_CENTS = 100_000_000_00


def date(text: str) -> dt.date | None:
    """The day that the whole text is; None where it is anything else, or a day that does not exist."""
    match = _DATE.fullmatch(text.strip(" \t.,;:"))
    return _day(match) if match else None


def dates(text: str) -> list[tuple[dt.date, int, int]]:
    """The days in a text with their spans; days that do not exist are left out."""
    found = ((_day(match), match) for match in _DATE.finditer(text))
    return [(day, match.start(), match.end()) for day, match in found if day is not None]


def _day(match: re.Match[str]) -> dt.date | None:
    year, month, day = (match[name] for name in ("y", "m", "d"))
    if match["iy"]:
        year, month, day = match["iy"], match["im"], match["id"]
    elif match["ny"]:
        year, month, day = match["ny"], str(_BY_NAME[match["nm"].lower().rstrip(".")]), match["nd"]
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def periods(text: str) -> list[tuple[dt.date, dt.date]]:
    """Two days with "bis" or a dash between them."""
    found = dates(text)
    return [(a, b) for (a, _, end), (b, start, _) in pairwise(found) if a <= b and re.fullmatch(_SPAN, text[end:start])]


def months(text: str) -> list[str]:
    """The months in a text as "2026-07": by name, by number, as a range, or as a period of whole months."""
    found: list[tuple[int, str]] = []
    plain = _DATE.sub(lambda match: "#" * len(match[0]), text)
    for match in _NAMED.finditer(plain):
        found += [(match.start(), f"{match[2]}-{number:02}") for number in _numbers(match[1])]
    for match in _NUMBERED.finditer(plain):
        year, month = (match[2], match[1]) if match[1] else (match[3], match[4])
        found.append((match.start(), f"{year}-{int(month):02}"))
    for match in _ENDS.finditer(plain):
        found += [(match.start(), month) for month in _between(_end(match, "from"), _end(match, "to"))]
    for first, last in periods(text):
        if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
            found += [(len(text), month) for month in _between(first, last)]
    return list(dict.fromkeys(month for _, month in sorted(found, key=lambda item: item[0])))


def _end(match: re.Match[str], which: str) -> dt.date:
    """The first day of the month at one end of a range."""
    name = match[f"{which}_name"]
    month = _BY_NAME[name.lower().rstrip(".")] if name else int(match[f"{which}_month"])
    return dt.date(int(match[f"{which}_year"]), month, 1)


def _numbers(names: str) -> list[int]:
    numbers = [_BY_NAME[name.lower()] for name in re.findall(r"[^\W\d_]+", names) if name.lower() in _BY_NAME]
    ranged = re.search(r"bis|[-–]", names)
    return list(range(numbers[0], numbers[-1] + 1)) if ranged and numbers[0] < numbers[-1] else numbers


def _between(first: dt.date, last: dt.date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    at = [first.month - 1 + step for step in range(min(count, 24))]
    return [f"{first.year + month // 12}-{month % 12 + 1:02}" for month in at]


def money(text: str) -> int | None:
    """Cents of an amount that the whole text is, with its sign; None for what can be read in two ways."""
    match = _MONEY.fullmatch(text.strip(" \t.;:"))
    return _cents(match) if match else None


def amounts(text: str) -> list[tuple[int, int, int]]:
    """Cents of the amounts with decimals in a text, with their spans; "120,00 S" and "120,00-" are debits."""
    found = []
    for match in _AMOUNTS.finditer(text):
        cents = _cents(match) if match["cents"] else None
        if cents is not None:
            debit = match["after"] or re.match(r"\s*(?:€|EUR)?\s*S\b", text[match.end() :])
            found.append((-abs(cents) if debit else cents, match.start(), match.end()))
    return found


def _cents(match: re.Match[str]) -> int | None:
    if match["after"] and match["sign"]:
        return None
    cents = match["cents"] if match["cents"] and match["cents"].isdigit() else "00"
    value = int(re.sub(r"\D", "", match["whole"])) * 100 + int(cents)
    if value > _MOST_CENTS:
        return None
    return -value if (match["sign"] and match["sign"] != "+") or match["after"] else value


def decimal(text: str) -> Decimal | None:
    """A number with a comma and perhaps a unit of area."""
    match = _NUMBER.fullmatch(text.strip())
    return Decimal(match[1].replace(",", ".")) if match else None


def integer(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,2})\s*(?:Personen|Person)?\.?", text.strip(), re.IGNORECASE)
    return int(match[1]) if match else None


def year(text: str) -> int | None:
    """The first year in a text, that of a whole day included."""
    match = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", text)
    return int(match[1]) if match else None


def iban(text: str) -> str | None:
    """Without blanks; its check digits are looked at by who judges."""
    plain = re.sub(r"\s", "", text).upper()
    return plain if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{4,36}", plain) else None
