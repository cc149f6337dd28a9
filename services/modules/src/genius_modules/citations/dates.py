# SPDX-License-Identifier: EUPL-1.2
"""Dates and times of German texts in one normal form: `1. Februar 2026`, `01.02.2026`, `1.2.26` → `2026-02-01`.

Less exact dates stay so: `Februar 2026` → `2026-02`, `1. Februar` → `-02-01`, `im Februar` → `-02`.
"""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_OTHERS = {"jän": 1, "mrz": 3, "mae": 3}
_NAMES = (
    r"(?:januar|jänner|februar|märz|maerz|april|mai|juni|juli|august|september|oktober|november|dezember|"
    r"(?:jan|feb|mär|mrz|apr|jun|jul|aug|sept?|okt|nov|dez)\b\.?)s?"
)
MONTH = rf"(?P<name>{_NAMES})(?![a-zäöüß])"
_DAY = r"(?<![0-9.,])(?P<day>[0-9]{1,2})\."
ISO = re.compile(r"(?<![0-9-])(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9-])")
LONG = re.compile(rf"{_DAY}\s{{0,2}}{MONTH}(?:\s+(?P<year>[0-9]{{4}})(?![0-9]))?", re.IGNORECASE)
# "1. bis 15. März 2026": the first day has month and year of the second.
SHORT_SPAN = re.compile(
    rf"(?<![0-9.,])(?P<first>[0-9]{{1,2}})\.\s?(?:bis(?:\s(?:zum|einschließlich))?|und|oder|–|-|/)\s?(?:dem\s)?"
    rf"(?=(?P<day>[0-9]{{1,2}})\.\s{{0,2}}{MONTH}(?:\s+(?P<year>[0-9]{{4}})(?![0-9]))?)",
    re.IGNORECASE,
)
DOTTED = re.compile(
    rf"{_DAY}\s?(?P<month>[0-9]{{1,2}})\.(?:\s?(?P<year>[0-9]{{4}}(?![0-9])|(?<=\.)[0-9]{{2}}(?![0-9]|[.,][0-9])))?"
)
MONTH_YEAR = re.compile(rf"(?<![\w.]){MONTH}\s+(?P<year>[0-9]{{4}})(?![0-9])", re.IGNORECASE)
MONTH_ONLY = re.compile(
    rf"(?<!\w)(?:im|ab|seit|bis|bis zum|zum|ende|anfang|mitte|monats?)\s{MONTH}(?=$|[^\w])", re.IGNORECASE
)
TIME = re.compile(
    r"(?<![0-9.,:])(?P<hour>[01]?[0-9]|2[0-4])(?:[:.](?P<minute>[0-5][0-9]))?\s?(?:Uhr|h)(?!\w)"
    r"(?:\s(?P<after>[0-5][0-9])(?![0-9.,]))?|(?<![0-9.,:])(?P<h>[01]?[0-9]|2[0-4]):(?P<m>[0-5][0-9])(?![0-9:])"
)
# "vom 1.1. bis 31.3.2026", "1. Januar bis 31. März 2026": what stands between two ends of a period.
BETWEEN = re.compile(r"\s{0,2}(?:bis(?:\s(?:zum|einschließlich))?|und|–|-|/)\s{0,2}(?:dem\s)?", re.IGNORECASE)


def month(name: str) -> int:
    """`Februar` → 2; Austrian `Jänner` is January."""
    lower = name.lower()[:3]
    return _OTHERS.get(lower) or _MONTHS.index(lower) + 1


def full_year(year: str | None) -> str:
    """`26` → `2026`, `85` → `1985`, None → the empty string."""
    if not year or len(year) == 4:
        return year or ""
    return ("20" if int(year) < 50 else "19") + year


def date(year: str | None, month_number: int, day: str | None) -> str | None:
    """The normal form; None where it is none (`32.13.`)."""
    if not 1 <= month_number <= 12 or (day is not None and not 1 <= int(day) <= 31):
        return None
    return f"{full_year(year)}-{month_number:02d}" + ("" if day is None else f"-{int(day):02d}")


def clock(match: re.Match[str]) -> str:
    """`8 Uhr` → `08:00`, `10.30 Uhr` and `10 Uhr 30` → `10:30`."""
    minute = match["minute"] or match["after"] or match["m"] or "00"
    return f"{int(match['hour'] or match['h']):02d}:{minute}"


def said_by(value: str) -> set[str]:
    """The date and the less exact ones that it says as well: `2026-02-01` → also `2026-02`, `-02-01`, `-02`."""
    year, month_number, day = _parts(value)
    years, days = {year, ""}, {"", f"-{day}" if day else ""}
    return {f"{one}-{month_number}{other}" for one in years for other in days}


def year_of(value: str) -> str:
    return _parts(value)[0]


def _parts(value: str) -> tuple[str, str, str | None]:
    year, _, rest = value.partition("-")
    month_number, _, day = rest.partition("-")
    return year, month_number, day or None
