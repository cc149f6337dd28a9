# SPDX-License-Identifier: EUPL-1.2
"""Limits around a value: `höchstens 480 Euro` is not `mindestens 480 Euro`, and `mehr als` not `nicht mehr als`."""

from __future__ import annotations

import re

from genius_common.text import Span

_UP = (
    r"mindestens|wenigstens|zumindest|mehr\sals|größer\sals|länger\sals|älter\sals|über|ab|frühestens(?:\sam)?|"
    r"nach|seit"
)
_DOWN = (
    r"höchstens|längstens|maximal|bis(?:\szu[mr]?)?|weniger\sals|kleiner\sals|kürzer\sals|jünger\sals|unter|"
    r"spätestens(?:\sam)?|vor|binnen|innerhalb(?:\svon)?"
)
_BEFORE = re.compile(
    rf"(?<!\w)(?P<limit>(?P<not>nicht\s|kein(?:e[nrs]?)?\s)?(?:(?P<up>{_UP})|(?P<down>{_DOWN})))\s"
    r"(?:(?:insgesamt|zu|de[mnrs]|einem|einer|eines|Ablauf\s(?:von|der|des))\s){0,2}(?:EUR\s|€\s)?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s(?:(?P<up>(?:oder|und)\s(?:mehr|darüber))|(?P<down>(?:oder|und)\s(?:weniger|darunter))"
    r"|(?:[a-zäöüß]{2,20}\s){0,2}?(?P<not>nicht\s)?(?:(?P<above>über(?:steig|schreit|schritt))|(?P<below>unter(?:schreit|schritt))))",
)
_LOOK = 60


def limit(text: str, span: Span) -> tuple[int, Span]:
    """1 for a lower limit of the value at `span`, -1 for an upper one, 0 for none; and the value with its limit."""
    before = _BEFORE.search(text, max(0, span.start - _LOOK), span.start)
    if before:
        direction = 1 if before["up"] else -1
        return (-direction if before["not"] else direction), Span(before.start("limit"), span.end)
    after = _AFTER.match(text, span.end, span.end + _LOOK)
    if after:
        direction = 1 if after["up"] or after["above"] else -1
        return (-direction if after["not"] else direction), Span(span.start, after.end())
    return 0, span
