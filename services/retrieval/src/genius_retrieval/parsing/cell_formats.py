# SPDX-License-Identifier: EUPL-1.2
"""Stored numbers of spreadsheets as readers see them: "1.234,50 €", "12,5 %", "31.12.2026" (ECMA-376, 18.8.30)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_MONEY, _WHOLE = "#,##0.00", "#,##0"
BUILT_IN = {
    1: "0", 2: "0.00", 3: _WHOLE, 4: _MONEY, 5: _WHOLE, 6: _WHOLE, 7: _MONEY, 8: _MONEY, 9: "0%", 10: "0.00%",
    **dict.fromkeys((14, 15, 16, 17), "dd.mm.yyyy"), **dict.fromkeys((18, 20), "hh:mm"),
    **dict.fromkeys((19, 21, 45, 47), "hh:mm:ss"), 22: "dd.mm.yyyy hh:mm", 46: "[h]:mm:ss",
    37: _WHOLE, 38: _WHOLE, 39: _MONEY, 40: _MONEY, 41: _WHOLE, 42: _WHOLE, 43: _MONEY, 44: _MONEY,
}  # fmt: skip
"""Format codes by their fixed number; without a currency, which depends on the country of the program."""

_LONGEST_CODE = 200
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<sign>[^\]-]*)[^\]]*\]|(?P<elapsed>\[[hms]+\])|\[[^\]]*\]'
    r"|(?P<digits>[#0?][#0?.,]*)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
# The dates of a sheet have no zone.
_START_1900, _START_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_466  # 1.1.10000
_MOST_DIGITS = 10**15


class _Format(NamedTuple):
    kind: str
    """"general", "number", "date" (with or without a time), "time" or "elapsed"."""
    decimals: int = 0
    thousands: bool = False
    percent: bool = False
    before: str = ""
    after: str = ""
    clock: bool = False
    seconds: bool = False


def show(stored: str, code: str, since_1904: bool = False) -> str:
    """The stored value in German spelling; what is no number stays as it is."""
    try:
        value = Decimal(f"{float(stored):.15g}")
    except (ValueError, InvalidOperation):
        return stored
    if not value.is_finite():
        return stored
    form = _format(code)
    if form.kind in {"date", "time", "elapsed"} and 0 <= value < _LAST_DAY:
        return _moment(float(value), form, since_1904)
    if form.kind != "number" or abs(value) >= _MOST_DIGITS:
        return _general(value)
    return _number(value, form)


def _general(value: Decimal) -> str:
    if value == value.to_integral_value() and abs(value) < _MOST_DIGITS:
        return str(int(value))
    return f"{value:f}".replace(".", ",") if abs(value) >= Decimal("1e-6") else f"{value:g}".replace(".", ",")


def _number(value: Decimal, form: _Format) -> str:
    shown = value * 100 if form.percent else value
    shown = shown.quantize(Decimal(1).scaleb(-form.decimals), ROUND_HALF_UP)
    digits = f"{abs(shown):{',' if form.thousands else ''}.{form.decimals}f}"
    digits = digits.translate(str.maketrans(",.", ".,"))
    return f"{'-' if shown < 0 else ''}{form.before}{digits}{form.after}".strip()


def _moment(days: float, form: _Format, since_1904: bool) -> str:
    seconds = round(days * 86_400)
    if form.kind == "elapsed":
        return f"{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if form.seconds else "")
    # Day 60 is the 29.2.1900, which never was.
    start = _START_1904 if since_1904 else _START_1900 + dt.timedelta(days=days < 60)
    try:
        moment = start + dt.timedelta(seconds=seconds)
    except OverflowError:
        return _general(Decimal(str(days)))
    clock = f"{moment:%H:%M:%S}" if form.seconds else f"{moment:%H:%M}"
    if form.kind == "time":
        return clock
    return f"{moment:%d.%m.}{moment.year:04}" + (f" {clock}" if form.clock else "")


@lru_cache(maxsize=1_000)
def _format(code: str) -> _Format:
    """What the first section of a code says, which is for positive numbers."""
    if len(code) > _LONGEST_CODE or code.strip().lower() in {"", "general", "standard", "@"}:
        return _Format("general")
    digits = ""
    around = ["", ""]
    letters = ""
    elapsed = False
    for token in _TOKEN.finditer(code):
        plain = token["other"] or ""
        if plain == ";":
            break
        elapsed = elapsed or token["elapsed"] is not None
        digits += token["digits"] or ""
        if plain.isalpha() and plain.isascii():
            letters += plain.lower()
        else:
            around[bool(digits)] += token["quoted"] or token["escaped"] or token["sign"] or plain
    seconds = "s" in letters
    if elapsed:
        return _Format("elapsed", seconds=seconds or "ss" in code.lower())
    if set(letters) & set("ydhms") and "e" not in letters:
        clock = seconds or "h" in letters
        kind = "date" if set(letters) & set("yd") or not clock else "time"
        return _Format(kind, clock=clock, seconds=seconds)
    if not digits or letters or "/" in around[1] or digits.endswith(","):
        return _Format("general")
    before, after = around
    decimals = len(digits.partition(".")[2])
    return _Format("number", min(decimals, 15), "," in digits, "%" in before + after, before, after)
