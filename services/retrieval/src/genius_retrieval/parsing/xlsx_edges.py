# SPDX-License-Identifier: EUPL-1.2
"""Headers and footers of a sheet (ECMA-376 part 1, 18.3.1.46): texts with codes for fonts, places and fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from genius_retrieval.chunks import BlockKind

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CODE = re.compile(r'&("[^"]*"|\d+|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|[A-Za-z&])')
_PLACE = re.compile(r"&[LCR]", re.IGNORECASE)
_KINDS: tuple[tuple[BlockKind, str], ...] = (("page_header", "Header"), ("page_footer", "Footer"))
# What a program puts in when it prints: nobody knows it here.
_UNKNOWN = frozenset("PNDTZF")


def page_edges(element: Any, sheet: str) -> Iterator[tuple[BlockKind, str]]:
    """Kind and text of those that `element` (headerFooter) shows, left, middle and right as lines."""
    shown = ["odd", *(["even"] if _is_on(element, "differentOddEven") else [])]
    shown += ["first"] if _is_on(element, "differentFirst") else []
    for kind, name in _KINDS:
        for which in shown:
            text = element.findtext(f"{_S}{which}{name}") or ""
            lines = (without_codes(part, sheet).strip() for part in _PLACE.split(text))
            if found := "\n".join(line for line in lines if any(map(str.isalnum, line))):
                yield kind, found


def without_codes(text: str, sheet: str) -> str:
    """The text as it is printed; a field whose value is known to the printer alone is "…"."""

    def shown(match: re.Match[str]) -> str:
        code = match[1].upper()
        if code == "&":
            return "&"
        return sheet if code == "A" else "…" if code in _UNKNOWN else " " if code in {"L", "C", "R"} else ""

    return _CODE.sub(shown, text)


def _is_on(element: Any, name: str) -> bool:
    return element.get(name) in {"1", "true"}
