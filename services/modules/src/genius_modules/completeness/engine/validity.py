# SPDX-License-Identifier: EUPL-1.2
"""Validity rules of documents, judged by the reference day."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Literal

from genius_modules.completeness.observed import ObservedDocument
from genius_modules.completeness.rules.model import Validity

Shortfall = Literal["veraltet", "teilzeitraum", "unleserlich"]


def months_before(reference: dt.date, count: int) -> list[str]:
    """The calendar months before the one of the reference day, as "2026-07", earliest first."""
    months = reference.year * 12 + reference.month - 1
    return [f"{(months - back) // 12}-{(months - back) % 12 + 1:02d}" for back in range(count, 0, -1)]


def later(day: dt.date, months: int) -> dt.date:
    """The same day so many months on; the last day of a shorter month."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def shortfall(validity: Validity, document: ObservedDocument, reference: dt.date) -> Shortfall | None:
    """Why a readable document does not count on the reference day. `unleserlich`: the day it hangs on was not read."""
    values = document.values
    if validity.rule == "max_age_months":
        return _aged(_day(values.get("issued")), validity.months or 0, reference)
    if validity.rule == "covers_reference_date":
        return _covers(_day(values.get("from")), _day(values.get("to")), reference)
    if validity.rule == "valid_on_reference_date":
        if values.get("unlimited") is True:
            return None
        until = _day(values.get("to"))
        return "unleserlich" if until is None else None if until >= reference else "veraltet"
    if validity.rule == "calendar_year":
        last = _day(values.get("to"))
        year = values.get("year") or (last.year if last else None)
        if not isinstance(year, int):
            return "unleserlich"
        return None if year >= reference.year - (validity.max_years_back or 0) else "veraltet"
    if validity.rule == "booking_within_months":
        booked = _day(values.get(validity.value or ""))
        first = dt.date.fromisoformat(f"{months_before(reference, validity.months or 1)[0]}-01")
        return "teilzeitraum" if booked is None else None if booked >= first else "veraltet"
    return None


def _aged(issued: dt.date | None, months: int, reference: dt.date) -> Shortfall | None:
    if issued is None:
        return "unleserlich"
    return None if later(issued, months) >= reference else "veraltet"


def _covers(first: dt.date | None, last: dt.date | None, reference: dt.date) -> Shortfall | None:
    if last is not None and last < reference:
        return "veraltet"
    if first is not None and first > reference:
        return "teilzeitraum"
    return "unleserlich" if last is None or first is None else None


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
