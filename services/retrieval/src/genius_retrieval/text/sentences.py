# SPDX-License-Identifier: EUPL-1.2
"""German sentences as spans that together are the whole text.

Knows the abbreviations of administrative language, dates, ordinals, and the items of lists in laws ("1. …", "a) …").
"""

from __future__ import annotations

import re

_ABBREVIATIONS_TEXT = """
abs nr nrn art bzw ca vgl ggf evtl usw etc inkl exkl zzgl max min mind str tel dr prof ing dipl hr fr st bd ff
aufl hrsg az abl bgbl gmbl anm rn rdnr ziff lit buchst kap jan feb mär apr jun jul aug sept okt nov dez sog insb
gem geb verst vorm allg bes einschl entspr ehem ggü idf iv vm zb dh ua og mwv
"""
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
# Begins with its possible first characters, what must stand before comes second: all other text is skipped at once.
_END = re.compile(
    r"[.!?…\n;](?:(?<=[.!?…])[.!?…]*[\"'“”»)\]]*(?=\s)|(?<=\n)\n+|(?<=;)(?=\s))",
)
_LAST = re.compile(r"[^\W_]+$")
_OPENER = re.compile(r"\s*[\"'„“»(\[§]*\s*[A-ZÄÖÜ0-9§(„]")
Span = tuple[int, int]


def sentence_spans(text: str) -> list[Span]:
    """`[from, to)` of each sentence in order, without gaps; white space belongs to the sentence before it."""
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if not _ends(text, match):
            continue
        end = match.end()
        while end < len(text) and text[end].isspace():
            end += 1
        if end > start and text[start:end].strip():
            spans.append((start, end))
            start = end
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _ends(text: str, match: re.Match[str]) -> bool:
    mark = match[0]
    if mark[0] in "\n;!?…":
        return True
    if not _OPENER.match(text, match.end()):
        return False
    word = _LAST.search(text, max(0, match.start() - 40), match.start())
    if word is None:
        return True
    last = word[0]
    if last.isdigit():
        # An ordinal, a day or the number of a list item, but "… im Jahr 2024. Der Antrag" ends.
        return len(last) > 3
    return len(last) > 1 and last.lower() not in _ABBREVIATIONS
