# SPDX-License-Identifier: EUPL-1.2
"""German sentences as spans of a text. Rules, no model: administrative German is regular enough."""

from __future__ import annotations

import re

from genius_common.text.spans import Span

# Abbreviations after which a full stop ends no sentence (lower case, without the last stop).
_ABBREVIATIONS = frozenset(
    re.split(
        r"\s+",
        "abs abschn allg anl anm art az bd bes bspw bzgl bzw ca dgl d.h dr ebd einschl entspr etc evtl f ff "
        "geb gem ggf ggü hj hr hrsg i.d.r i.s.d i.s.v i.v.m inkl insb jr kap kfz lfd lit max min mind mio mrd "
        "mwst nr nrn o.ä o.g prof rd rdnr rn rspr s sog st std str tel u.a u.ä ust usf usw v.a verf vgl vorl "
        "z zt z.b z.t z.zt ziff zzgl",
    )
)
_MONTHS = (
    "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|"
    "jan|feb|mär|apr|jun|jul|aug|sep|sept|okt|nov|dez"
)
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"”“«»’')\]]*(?:\s*\[\d{1,4}\])*(?=\s|$)|\n\s*\n|\n(?=\s*(?:[-•*–]\s|\(?\d{1,3}[.)]\s|[a-z]\)\s))"
)
_WORD_BEFORE = re.compile(r"([\w.]+)\.$")
_NEXT = re.compile(r"\s*(\S+)")


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences, in order, without the white space between them; together they hold every other character.

    A citation marker after the full stop belongs to the sentence before it. Blank lines and list items end one too.
    """
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if _is_end(text, match):
            _add(spans, text, start, match.end())
            start = match.end()
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        spans.append(Span(begin, begin + len(stripped)))


def _is_end(text: str, match: re.Match[str]) -> bool:
    found = match.group()
    if found.startswith("\n") or not found.startswith("."):
        return True
    following = _NEXT.match(text, match.end())
    if following is None:
        return True
    upcoming = following.group(1)
    word = _WORD_BEFORE.search(text, max(0, match.start() - 24), match.start() + 1)
    if word and _no_sentence_after(word.group(1), upcoming):
        return False
    return not upcoming[0].islower()


def _no_sentence_after(word: str, upcoming: str) -> bool:
    lower = word.lower()
    if lower in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return True
    # Ordinals: "31. Dezember", "im 2. Halbjahr"; a year before the stop ends a sentence.
    if word.isdigit() and len(word) <= 2:
        return bool(re.match(_MONTHS, upcoming.lower())) or not upcoming[0].isupper() or len(word) == 1
    return False
