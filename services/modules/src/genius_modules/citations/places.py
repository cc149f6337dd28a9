# SPDX-License-Identifier: EUPL-1.2
"""Whether a value is said of the same thing: `Herr B erhält 420 Euro` is not borne out by `Frau A erhält 420 Euro`.

A value of the sentence stands among words. Where the passage has these words with another value of the same kind, and
not with this one, the sentence has exchanged something. Told by comparing words only, so it stays silent in doubt: one
word that speaks for the value as it is written outweighs those that speak against it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from genius_common.text import Span, split_sentences
from genius_modules.citations import dates
from genius_modules.citations.facts import Fact, Found
from genius_modules.citations.limits import limit
from genius_modules.citations.passage import Passage
from genius_modules.citations.text import stems

_PIECE = re.compile(r"[,;:(]\s|\)\s|\s(?:und|sowie|während|hingegen|dagegen|aber)\s|\n")
_PERSON = re.compile(r"\b(?:Frau|Herrn?|Eheleute|Familie|Firma|Dr\.|Prof\.)\s[^\W\d_]")
_COUNTED = re.compile(r"\s([^\W\d_]{3,40})")
_TOKEN = re.compile(r"[^\W_]+|[^\w\s.]")
_NOT = re.compile(r"(?<!\w)(?:nicht|kein(?:e[mnrs]?)?)(?!\w)", re.IGNORECASE)
_LOOK, _FOLLOWS = 60, 100
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_KINDS = frozenset({"amount", "percent", "period", "number", "date", "ordinal", "measure", "reference"})
# Facts of a sentence or its passages; beyond that it is a list, where words tell nothing, and comparing takes too long.
_MOST = 400
# Words of the sentence that the other place has, at least, and how much fewer this one has, at most.
_FITS, _FAR, _NEARLY = 0.6, 0.5, 0.8
# Of the two words before and behind a reference, how many must be the same.
_BESIDE = 3
_LIMITED = frozenset({"amount", "percent", "period", "number", "date", "measure", "time"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A fact in its text. `near`: stems of its part of the sentence; `wide`: of the sentence and whom it is about.

    `beside`: the two words before and the two behind it, empty where the sentence begins or ends.
    """

    found: Found
    sentence: int
    near: frozenset[str]
    wide: frozenset[str]
    beside: tuple[str, ...]


class Mentions:
    """The facts of a text with the words around them; `heading` is said of all of them."""

    def __init__(self, text: str, found: Sequence[Found], heading: str = "") -> None:
        self.text = text
        self.found = found
        self.heading = heading

    @cached_property
    def _spans(self) -> list[Span]:
        return split_sentences(self.text)

    @cached_property
    def all(self) -> list[Mention]:
        spans = self._spans
        starts = [span.start for span in spans]
        inside: list[list[Found]] = [[] for _ in spans]
        for item in self.found:
            place = bisect_right(starts, item.span.start) - 1
            if place >= 0:
                inside[place].append(item)
        mentions: list[Mention] = []
        about: frozenset[str] = frozenset()
        for number, span in enumerate(spans):
            words = self._words(span, inside[number])
            names = _PERSON.search(span.of(self.text)) is not None
            inherited = frozenset() if names else about
            about = words if names else about
            for item, near in self._pieces(span, inside[number]):
                mentions.append(Mention(item, number, near | inherited, words | inherited, self._beside(span, item)))
        return mentions

    def denied(self, mention: Mention) -> bool:
        """Whether a "nicht" follows the value: `vor dem 1. März nicht` says what `ab dem 1. März` says."""
        end = min(self._spans[mention.sentence].end, mention.found.span.end + _FOLLOWS)
        return _NOT.search(self.text, mention.found.span.end, end) is not None

    def _beside(self, sentence: Span, item: Found) -> tuple[str, ...]:
        before = _TOKEN.findall(self.text[max(sentence.start, item.span.start - _LOOK) : item.span.start].lower())
        after = _TOKEN.findall(self.text[item.span.end : min(sentence.end, item.span.end + _LOOK)].lower())
        return (*["", "", *before][-2:], *[*after, "", ""][:2])

    def _pieces(self, sentence: Span, found: Sequence[Found]) -> list[tuple[Found, frozenset[str]]]:
        """Each fact with the words of its part: parts without a fact belong to the next one that has one."""
        cuts = [sentence.start + match.end() for match in _PIECE.finditer(sentence.of(self.text))]
        cuts = [cut for cut in cuts if not any(item.span.start < cut < item.span.end for item in found)]
        pieces: list[tuple[Span, list[Found]]] = []
        begin = sentence.start
        for cut in [*cuts, sentence.end]:
            own = [item for item in found if begin <= item.span.start < cut and item.fact.kind in _KINDS]
            if own or cut == sentence.end:
                pieces.append((Span(begin, cut), own))
                begin = cut
        if len(pieces) > 1 and not pieces[-1][1]:
            last = pieces.pop()[0]
            pieces[-1] = (Span(pieces[-1][0].start, last.end), pieces[-1][1])
        near = [(own, self._words(span, found)) for span, own in pieces]
        return [(item, words | self._counted(item) | _signs(own, item)) for own, words in near for item in own]

    def _counted(self, item: Found) -> frozenset[str]:
        """What a bare number counts: `15 Stimmen`."""
        after = _COUNTED.match(self.text, item.span.end) if item.fact.kind in ("number", "ordinal") else None
        return frozenset(f"#{stem}" for stem in stems(after[1])) if after else frozenset()

    def _words(self, span: Span, found: Sequence[Found]) -> frozenset[str]:
        """Stems without those of values; file numbers say what the sentence is about."""
        pieces, position, signs = [], span.start, set()
        for item in found:
            if item.fact.kind == "quote" or item.span.end <= span.start or item.span.start >= span.end:
                continue
            pieces.append(self.text[position : max(position, item.span.start)])
            position = max(position, item.span.end)
            if item.fact.kind == "file":
                signs.add(f"={item.fact.value}")
        pieces.append(self.text[position : max(position, span.end)])
        return frozenset(stems(" ".join(pieces))) | signs


def _sign(fact: Fact) -> str:
    return f"={fact.kind} {fact.value}"


def _signs(found: Sequence[Found], item: Found) -> frozenset[str]:
    """What else a part of a sentence says tells like a word what the value belongs to: `im Februar 19`."""
    return frozenset(_sign(one.fact) for one in found if one.fact != item.fact)


def says(have: Found, fact: Fact) -> bool:
    """Whether one fact of a passage says the other."""
    if have.fact == fact or (fact.kind == "number" and fact.value in (have.raw, _number_of(have))):
        return True
    if have.fact.kind == "date":
        return fact.value in dates.said_by(have.fact.value) or fact.value == dates.year_of(have.fact.value)
    return fact.kind == "ordinal" and have.fact == Fact("number", fact.value)


def _number_of(have: Found) -> str:
    return have.fact.value if have.fact.kind == "ordinal" else ""


def misattributed(claim: Mentions, sources: Sequence[tuple[Mentions, Passage]]) -> list[Found]:
    """Facts that the passages hold, but of something else; nothing where there are too many to tell."""
    texts = [source for source, _ in sources]
    if max(len(claim.found), sum(len(source.found) for source in texts)) > _MOST:
        return []
    found = beyond(claim, texts) + exchanged(claim, texts) + misreferred(claim, sources)
    return list(dict.fromkeys(found))


def exchanged(claim: Mentions, sources: Sequence[Mentions]) -> list[Found]:
    """Values of the sentence that the passages say of something else, while they say another value of this."""
    mentions = [mention for mention in claim.all if mention.found.fact.kind in _KINDS - {"reference"}]
    said = [(number, mention) for number, source in enumerate(sources) for mention in source.all]
    nouns = {stem for word in _WORD.findall(claim.text) if word[0].isupper() for stem in stems(word)}
    return [mention.found for mention in mentions if _is_exchanged(mention, said, nouns)]


def _is_exchanged(wanted: Mention, said: Sequence[tuple[int, Mention]], nouns: set[str]) -> bool:
    fact = wanted.found.fact
    same = [item for item in said if says(item[1].found, fact)]
    kinds = {fact.kind} | ({"number", "ordinal"} if fact.kind in ("number", "ordinal") else set())
    others = [item for item in said if item[1].found.fact.kind in kinds and not says(item[1].found, fact)]
    if not same:
        return False
    return any(all(_outweighs(wanted, other, one, nouns) for one in same) for other in others)


def _outweighs(wanted: Mention, other: tuple[int, Mention], one: tuple[int, Mention], nouns: set[str]) -> bool:
    """Whether the words of the sentence speak for the `other` value and none for this `one`.

    They can't where the sentence says both values with the same words: `mit 12 zu 7 Stimmen`.
    """
    if _sign(other[1].found.fact) in wanted.near:
        return False
    together = other[0] == one[0] and other[1].sentence == one[1].sentence
    against = other[1].near
    favour = one[1].near if together else one[1].wide | one[1].near
    speak = (wanted.near & against) - favour
    telling = {word for word in speak if word in nouns or word[0] in "#="}
    return bool(telling) and not (wanted.near & favour) - against


def misreferred(claim: Mentions, sources: Sequence[tuple[Mentions, Passage]]) -> list[Found]:
    """References of the sentence where the passage, saying the same, refers to another place of the same form."""
    wanted = [mention for mention in claim.all if mention.found.reference]
    own = {mention.found.fact for mention in wanted}
    said = [one for source, _ in sources for one in source.all if one.found.reference]
    found: list[Found] = []
    for mention in wanted:
        others = [one for one in said if one.found.fact not in own and _is_like(one.found, mention.found)]
        others = [one for one in others if _fit(mention, one.wide) >= _FITS]
        here = [one for one in said if _refers(one.found, mention.found)]
        regions = [frozenset(stems(text)) for _, passage in sources for text in passage.regions(mention.found)]
        if any(_is_instead(mention, one, here, regions) for one in others):
            found.append(mention.found)
    return found


def _is_instead(wanted: Mention, other: Mention, here: Sequence[Mention], regions: Sequence[frozenset[str]]) -> bool:
    """Whether the sentence belongs to the `other` reference: by all its words, or by those right beside it."""
    least = _FAR * _fit(wanted, other.wide)
    near = [one for one in here if _fit(wanted, one.wide) >= least]
    beside = _alike(wanted.beside, other.beside)
    if beside >= _BESIDE and all(_alike(wanted.beside, one.beside) < beside for one in near):
        return True
    return not near and all(_fit(wanted, words) < least for words in regions)


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    return sum(one == other for one, other in zip(first, second, strict=True))


def beyond(claim: Mentions, sources: Sequence[Mentions]) -> list[Found]:
    """Values with a limit (`höchstens`) where what the passages say of it has the opposite one."""
    found: list[Found] = []
    for mention in claim.all:
        direction, span = limit(claim.text, mention.found.span)
        if not direction or mention.found.fact.kind not in _LIMITED:
            continue
        said = [
            (_share(mention, one), limit(source.text, one.found.span)[0])
            for source in sources
            for one in source.all
            if says(one.found, mention.found.fact) and source.denied(one) == claim.denied(mention)
        ]
        best = max((share for share, _ in said), default=0.0)
        if said and all(other == -direction for share, other in said if share >= _NEARLY * best):
            found.append(replace(mention.found, span=span))
    return found


def _share(wanted: Mention, one: Mention) -> float:
    return len(wanted.near & one.near) / max(1, len(wanted.near))


def _fit(wanted: Mention, words: frozenset[str]) -> float:
    return len(wanted.wide & words) / max(1, len(wanted.wide))


def _is_like(one: Found, other: Found) -> bool:
    """Whether two references have the same form: § with Absatz, or Satz alone."""
    first, second = one.reference, other.reference
    assert first is not None
    assert second is not None
    form = [
        (bool(ref.number), ref.sign if ref.number else "", [kind for kind, _ in ref.parts]) for ref in (first, second)
    ]
    return one.fact != other.fact and form[0] == form[1] and not _refers(one, other)


def _refers(have: Found, wanted: Found) -> bool:
    """Whether a reference of the passage names what the sentence names, or more exactly."""
    first, second = have.reference, wanted.reference
    assert first is not None
    assert second is not None
    same = (first.number or "") == second.number or not second.number or bool(first.upto)
    return same and set(second.parts) <= set(first.parts)
