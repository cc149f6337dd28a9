# SPDX-License-Identifier: EUPL-1.2
"""German sentences with their place. Knows what ends with a full stop and is no end: Abs., Nr., i. V. m., 3. März."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ABBREVIATIONS = frozenset(
    """
    abs abschn anl anm art aufl az bd bgbl bsp bspw buchst bzgl bzw ca dr einschl entspr etc evtl f ff gem ggf ggü grds
    hrsg i inkl insb insbes jh kap lfd lit max mio mind mrd nr nrn o prof rd rn s satz sog spd st std str tab tel tz u ua
    usw v verf vgl vol vorl z zb zit ziff zzgl d h a m e b w n l
    """.split()
)
_MONTHS = (
    "januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|jan|feb|mär|apr|jun|jul|aug|sep|"
    "sept|okt|nov|dez"
)
_END = re.compile(r"[.!?…]+[\"“”»«')\]]*(?=\s)|\n{2,}|\n(?=\s*(?:\(\d+[a-z]?\)|[-•*–]\s|\d+\.\s|[a-z]\)\s))")
_LAST_WORD = re.compile(r"([\w§]+)\.$")
_MONTH = re.compile(rf"\s*(?:{_MONTHS})\b", re.IGNORECASE)
_NEXT = re.compile(r"\s*[\"„»(\[]*(\S)")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield spans `[from, to)` of the sentences, without the white space between them, in order."""
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith("\n"):
            yield from _trimmed(text, start, match.start())
            start = match.end()
        elif _ends_sentence(text, match):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if match.group()[0] != "." or len(match.group()) > 1:
        return True
    following = _NEXT.match(text, match.end())
    if following and following.group(1).islower():
        return False
    word = _LAST_WORD.search(text, max(0, match.start() - 30), match.end())
    if word is None:
        return True
    last = word.group(1)
    if last.isdigit():
        # "3. März", "Nummer 3. Oktober": an ordinal or a list number; "im Jahr 2025." is an end.
        return len(last) > 2 and not _MONTH.match(text, match.end())
    return last.lower() not in _ABBREVIATIONS and not (len(last) == 1 and last.isalpha())
