# SPDX-License-Identifier: EUPL-1.2
"""Amounts of money as German papers write them: `1.234,56 €`, `EUR 12,--`, `1 000 Euro`, `2,4 Mio. €`, `50 Cent`.

A figure is found as a whole or not at all: half of one (`500,00` of `12 500,00`) would be a wrong value that looks
right. What names two figures (`100 bis 200 EUR`) is found as one place, and read as none.
"""

from __future__ import annotations

import re
from decimal import Decimal

from genius_modules.citations.numbers import SCALE, normal_number

# Printers and word processors part thousands by narrow and hard spaces as well.
_BLANK = "[ \u00a0\u2009\u202f]"
_SIGN = r"(?:[-–−]\s?|minus\s)?"
_WHOLE = rf"(?:\d{{1,3}}(?:(?:[.'’]|{_BLANK})\d{{3}}){{1,4}}(?!\d)|\d{{1,12}})"
_CENTS = r"(?:,(?:\d{2}-(?!\d)|\d{1,4}|[-–—]{1,2})|\.(?:\d{2}(?!\d)|[-–—]{1,2}))"
_FIGURE = rf"{_SIGN}(?:{_WHOLE}{_CENTS}?(?:{_BLANK}?{SCALE})?|[-–—],\d{{2}}(?!\d))"
_TO = r"\s?(?:bis(?:\szu)?|[-–—])\s?"
_CURRENCY = r"(?:€|EUR(?!\w)|Euro(?!\w))"
_AND_CENTS = r"(?:\s(?:und\s)?\d{1,2}\s?(?:Cent|Ct)(?!\w)|\s\d{2}(?=\s*(?:$|[;)\n]|[.,](?!\d))))?"
AMOUNT = re.compile(
    rf"(?<![\w.,'’])(?:(?:{_FIGURE}(?:\s{{0,2}}{_CURRENCY})?{_TO})?{_FIGURE}\s{{0,2}}{_CURRENCY}{_AND_CENTS}"
    rf"|(?:€|EUR|Euro)\s{{0,2}}{_FIGURE}(?:{_TO}{_FIGURE})?(?![\d])|\d{{1,2}}\s?Cent(?!\w))",
    re.IGNORECASE,
)
_ONLY_CENTS = re.compile(r"(?P<cents>\d{1,2})\s?Cent", re.IGNORECASE)
_WITH_CENTS = re.compile(
    rf"(?P<euro>\d{{1,12}})\s?{_CURRENCY}\s(?:und\s)?(?P<cents>\d{{1,2}})(?:\s?(?:Cent|Ct))?", re.IGNORECASE
)
_SCALED = re.compile(rf"\d{{1,12}}(?:,\d{{1,4}})?\s?{SCALE}", re.IGNORECASE)
_NAME = re.compile(r"(?:€|Euro|EUR)", re.IGNORECASE)
_GROUPED = r"\d{1,3}(?:[. ’']\d{3})+|\d+"
_NUMBER = re.compile(
    rf"(?P<sign>[-+–−]|minus(?=\s))?\s?(?P<whole>{_GROUPED})"
    r"(?:,(?P<part>\d+|[-–—]{1,2})|\.(?P<point>\d{1,2}|[-–—]{1,2}))?(?P<behind>-)?",
    re.IGNORECASE,
)
_NO_WHOLE = re.compile(r"[-–—],(?P<cents>\d{2})")


def decimal_of(text: str) -> Decimal | None:
    """`1.234,56`, `1234,5`, `12,-`, `-3` and `12.50`; None for what can be read in two ways or not at all."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None or (match["point"] and match["point"].isdigit() and "." in match["whole"]):
        return None
    part = match["part"] or match["point"] or ""
    digits = re.sub(r"\D", "", match["whole"]) + ("." + part if part.isdigit() else "")
    negative = bool(match["sign"] and match["sign"] != "+") or bool(match["behind"])
    return -Decimal(digits) if negative else Decimal(digits)


def euros_of(text: str) -> Decimal | None:
    """The amount that `text` says, with or without its currency; None where it says none, or two."""
    if cents := _ONLY_CENTS.fullmatch(text):
        return Decimal(int(cents["cents"])) / 100
    if both := _WITH_CENTS.fullmatch(text):
        return Decimal(both["euro"]) + Decimal(int(both["cents"])) / 100
    figure = _NAME.sub("", text, count=1).strip()
    if _SCALED.fullmatch(figure):
        return Decimal(normal_number(figure))
    if bare := _NO_WHOLE.fullmatch(figure):
        return Decimal(int(bare["cents"])) / 100
    return decimal_of(figure)
