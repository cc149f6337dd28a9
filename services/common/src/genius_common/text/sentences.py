# SPDX-License-Identifier: EUPL-1.2
"""German sentences as spans of a text. Rules, no model: administrative German is regular enough."""

from __future__ import annotations

import re

from genius_common.text.spans import Span

# Abbreviations after which a full stop ends no sentence (lower case, without the last stop).
_ABBREVIATIONS = frozenset(
    re.split(
        r"\s+",
        "abg abs abschn abt allg anl anm art az bd bes bspw bzgl bzw ca dgl d.h dr ebd einschl entspr etc evtl f ff fr "
        "geb gem ggf ggü hj hr hrsg i.d.r i.s.d i.s.v i.v.m inkl insb jr kap kfz lfd lit max min mind mio mrd "
        "mwst nr nrn o.ä o.g prof rd rdnr ref rn rspr s sog st std str tel urt v u.a u.ä ust usf usw v.a verf vgl vorl "
        "z zt z.b z.t z.zt ziff zzgl",
    )
)
_MONTHS = (
    "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|"
    "jan|feb|mär|apr|jun|jul|aug|sep|sept|okt|nov|dez"
)
# Of these, the ones that may stand at the end of a sentence as well, before a word that begins the next one.
_MAY_END = frozenset(("co", "dgl", "etc", "f", "ff", "mio", "mrd", "o.ä", "o.g", "u.a", "u.ä", "usf", "usw"))
# Words that begin a sentence, and never follow a number or an abbreviation of the same sentence with a capital letter.
_STARTERS = frozenset(
    re.split(
        r"\s+",
        "aber alle als am an auch auf aus bei beide bis bitte da dabei dadurch dagegen daher damit danach "
        "dann daran darauf darin darüber das davon dazu dem den denn der deren des deshalb die dies diese "
        "dieser dieses dort durch ein eine einem einen einer er es falls für gegen hierbei hierzu ihm ihnen "
        "ihr ihre im in ist ja jede jeder kann kein keine man mit nach nein nicht nur ob oder ohne sein "
        "seine seit sie sind so sofern soweit um und unter vom von vor wann war was weil wenn wer wie wir "
        "wird wo zu zudem zum zur zwar über",
    )
)
_WORD = re.compile(r"[^\W\d_]+")
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
        if match.group().startswith("\n") or ends_sentence(text, match.start(), match.end()):
            _add(spans, text, start, match.end())
            start = match.end()
    _add(spans, text, start, len(text))
    return spans


def ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether the mark at `text[start:end]` (".", "!", "…", closing quotation marks included) ends a sentence."""
    mark = text[start:end]
    following = _NEXT.match(text, end)
    if following is None:
        return True
    upcoming = following.group(1)
    if mark.startswith(("…", "..")):
        return not upcoming[0].islower()
    if not mark.startswith("."):
        return True
    word = _WORD_BEFORE.search(text, max(0, start - 24), start + 1)
    if word and _no_sentence_after(word.group(1), upcoming):
        return False
    return not upcoming[0].islower()


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        spans.append(Span(begin, begin + len(stripped)))


def _no_sentence_after(word: str, upcoming: str) -> bool:
    lower = word.lower()
    first = _WORD.match(upcoming)
    begins = first is not None and first[0][0].isupper() and first[0].lower() in _STARTERS
    if lower in _ABBREVIATIONS or lower.endswith("str"):
        return not (begins and lower in _MAY_END)
    if len(word) == 1 and word.isalpha():
        # "z. B. Das" is none, "e. V. Er" and "vom 4. d. M. Wir" are ends.
        return not (begins and word.isupper() and word != "B")
    # Ordinals: "31. Dezember", "im 2. Halbjahr", "Art. 12. Er"; a year before the stop ends a sentence.
    if word.isdigit() and len(word) <= 2:
        if begins:
            return False
        return bool(re.match(_MONTHS, upcoming.lower())) or not upcoming[0].isupper() or len(word) == 1
    return False
