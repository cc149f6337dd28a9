# SPDX-License-Identifier: EUPL-1.2
"""German sentences as spans of a text. Rules, no model: administrative German is regular enough."""

from __future__ import annotations

import re

from genius_common.text.spans import Span

# Abbreviations after which a full stop ends no sentence (lower case, without the last stop).
_ABBREVIATIONS = frozenset(
    re.split(
        r"\s+",
        "abg abl abs abschn abt allg anl anm art aufl az banz bd bekl bes betr bez bgbl bspw buchst bzgl bzw ca d.h "
        "dgl dipl dr ebd einschl entspr etc evtl f fa ff fr geb gem gez ggf ggü gv gvbl gvobl hj hr hrsg i.d.r "
        "i.s.d i.s.v i.v.m ing inh inkl insb jr kap kfz kl kto lfd lit lt max mbl min mind mio mrd mtl mwst nr nrn "
        "o.g o.ä prof rd rdnr ref rn rspr s sog sp st std str tel u.a u.ä urt usf ust usw v v.a verf vgl vorl wg "
        "whg z z.b z.t z.zt zi ziff zt zust zzgl",
    )
)
_MONTH = re.compile(
    "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|"
    "jan|feb|mär|apr|jun|jul|aug|sep|sept|okt|nov|dez",
    re.IGNORECASE,
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
# Before a number they make it an ordinal ("das 25. Lebensjahr") or the number of an item ("…, 13. Wohnmobile").
_BEFORE_ORDINAL = re.compile(
    r"(?:\b(?:d(?:er|ie|as|e[mns])|(?:jed|ein|ihr|sein|unser|dies)(?:e[rmns]?)?|[ai]m|zu[mr]|vom|beim"
    r"|und|oder|bis|sowie|vollendete[mn])|[,;:(]|^|\n)\s*\d+\.$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"”“«»’')\]]*(?:\s*\[\d{1,4}\])*(?=\s|$)|\n\s*\n|\n(?=\s*(?:[-•*–]\s|\(?\d{1,3}[.)]\s|[a-z]\)\s))"
)
_WORD_BEFORE = re.compile(r"([\w.]+)\.$")
_NEXT = re.compile(r"\s*(\S+)")
# "GV. NRW. S. 490"
_PAGE = re.compile(r"S\. \d")


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
    if upcoming[0].islower() or _PAGE.match(text, following.start(1)):
        return False
    # It has no space in it: to search from the last one on takes a fifth of the time.
    nearest = max(0, start - 24)
    word = _WORD_BEFORE.search(text, max(nearest, text.rfind(" ", nearest, start) + 1), start + 1)
    if word is None:
        return True
    last = word[1]
    if last.isdigit():
        return not _is_ordinal(text, start, last, upcoming)
    return not _goes_on(last, upcoming)


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        spans.append(Span(begin, begin + len(stripped)))


def _goes_on(word: str, upcoming: str) -> bool:
    """Whether `word` is an abbreviation inside of a sentence."""
    lower = word.lower()
    if lower in _ABBREVIATIONS or lower.endswith("str"):
        return not (lower in _MAY_END and _begins(upcoming))
    if len(word) == 1 and word.isalpha():
        # "z. B. Das" is none, "e. V. Er" and "vom 4. d. M. Wir" are ends.
        return not (word.isupper() and word != "B" and _begins(upcoming))
    return False


def _is_ordinal(text: str, stop: int, number: str, upcoming: str) -> bool:
    """Of "31. Dezember", "im 2. Halbjahr", "das 25. Lebensjahr"; "Art. 12. Er" and a year end a sentence."""
    if len(number) > 2 or _begins(upcoming):
        return False
    if len(number) == 1 or not upcoming[0].isupper() or _MONTH.match(upcoming):
        return True
    return bool(_BEFORE_ORDINAL.search(text, max(0, stop - 24), stop + 1))


def _begins(upcoming: str) -> bool:
    """Whether this is a word that begins a sentence, with a capital letter."""
    first = _WORD.match(upcoming)
    return first is not None and first[0][0].isupper() and first[0].lower() in _STARTERS
