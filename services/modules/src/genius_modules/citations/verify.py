# SPDX-License-Identifier: EUPL-1.2
"""Is a sentence supported by what it cites? Decided by comparing, not by asking a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from genius_common.text import split_sentences
from genius_modules.citations.facts import Found, read_facts
from genius_modules.citations.markers import without_markers
from genius_modules.citations.passage import Passage
from genius_modules.citations.places import Mentions, misattributed
from genius_modules.citations.references import Reference
from genius_modules.citations.text import stems

_MIN_OVERLAP = 0.25
# Another Absatz fits far better than the one that is named.
_FITS, _FAR = 0.6, 0.5
_PLACED = frozenset({"amount", "percent", "period", "number", "date", "measure"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cited span: `text` verbatim, `heading` what stands above it (title, section path, Stand)."""

    text: str
    heading: str = ""

    @property
    def whole(self) -> str:
        return f"{self.heading}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Check:
    """What came out for one sentence, without its `[n]`.

    `missing`: facts that no cited span holds, in order; their spans count characters of `claim`. `overlap`: share of
    the sentence's words that the spans have, 0..1.
    """

    claim: str
    supported: bool
    missing: tuple[Found, ...]
    overlap: float

    @property
    def values(self) -> list[str]:
        """The missing facts as the sentence writes them, each once."""
        return list(dict.fromkeys(found.span.of(self.claim) for found in self.missing))


def check(sentence: str, cited: Sequence[Evidence]) -> Check:
    """Compare a sentence with what it cites. Without a cited span nothing is supported."""
    claim = without_markers(sentence)
    passages = [Passage(evidence.text, evidence.heading) for evidence in cited]
    facts = read_facts(claim)
    missing = [found for found in facts if not any(passage.holds(found) for passage in passages)]
    held = len(facts) - len(missing)
    missing += [found for found in _misplaced(claim, facts, passages) if found not in missing]
    sources = [(Mentions(passage.whole, passage.found), passage) for passage in passages]
    spans = {found.span for found in missing}
    missing += [found for found in misattributed(Mentions(claim, facts), sources) if found.span not in spans]
    overlap = _share(claim, facts, held, passages)
    supported = bool(cited) and not missing and overlap >= _MIN_OVERLAP
    return Check(claim, supported, tuple(sorted(missing, key=lambda found: found.span)), overlap)


def is_supported(sentence: str, cited: Sequence[Evidence]) -> bool:
    """True where every fact of the sentence occurs in the cited spans and they share enough of its words."""
    return check(sentence, cited).supported


def missing_in(claim: str, source: str) -> Check:
    """Compare a text with another one as a whole, for summaries and drafts: only facts count."""
    passage = Passage(source, "")
    missing = tuple(found for found in read_facts(claim) if not passage.holds(found))
    return Check(claim, not missing, missing, 1.0)


def _share(claim: str, facts: Sequence[Found], held: int, passages: Sequence[Passage]) -> float:
    """Share of the claim's words and facts that the passages have; the notation of a fact doesn't count."""
    wanted = set(stems(_without(claim, facts, everything=True)))
    have = wanted & set(stems("\n".join(passage.whole for passage in passages)))
    return (len(have) + held) / (len(wanted) + len(facts)) if wanted or facts else 1.0


def _overlap(claim: str, source: str) -> float:
    wanted = set(stems(claim))
    return len(wanted & set(stems(source))) / len(wanted) if wanted else 1.0


def _misplaced(claim: str, facts: Sequence[Found], passages: Sequence[Passage]) -> list[Found]:
    """References to an Absatz of the cited § that does not say this, while another Absatz of it does.

    Only where the sentence names one Absatz: with two, which value belongs to which is not told by comparing.
    """
    named = [found for found in facts if found.reference and dict(found.reference.parts).get("abs")]
    if len(named) != 1 or named[0].reference is None:
        return []
    owners = [passage for passage in passages if _is_of(named[0].reference, passage)]
    if len(owners) != 1 or len(passages) != 1:
        return []
    passage, absatz = owners[0], dict(named[0].reference.parts)["abs"]
    if _quotes(claim, facts, named[0], passage):
        return []
    others = [text for number, text in passage.paragraphs.items() if number != absatz]
    here = Passage(passage.paragraphs[absatz], passage.heading)
    values = [found for found in facts if found.fact.kind in _PLACED]
    if not all(here.holds(found) for found in values):
        return named
    words = _without(claim, facts)
    best = max((_overlap(words, text) for text in others), default=0.0)
    return named if best >= _FITS and _overlap(words, here.text) < _FAR * best else []


def _quotes(claim: str, facts: Sequence[Found], named: Found, passage: Passage) -> bool:
    """Whether the passage itself refers to that place in such a sentence: `Absatz 1 gilt entsprechend`."""
    words = _without(claim, facts)
    for span in split_sentences(passage.text):
        sentence = span.of(passage.text)
        if _overlap(words, sentence) >= _FITS and any(
            have.reference and have.reference.parts == named.reference.parts  # type: ignore[union-attr]
            for have in read_facts(sentence)
            if have.span.start or not sentence.startswith("(")
        ):
            return True
    return False


def _is_of(reference: Reference, passage: Passage) -> bool:
    absatz = dict(reference.parts)["abs"]
    own = passage.own
    return own is not None and absatz in passage.paragraphs and reference.number in ("", own.number)


def _without(claim: str, facts: Sequence[Found], *, everything: bool = False) -> str:
    """The claim without its references, whose words say where, not what; or without all of its facts."""
    text = claim
    for found in sorted(facts, key=lambda found: found.span, reverse=True):
        if found.reference or (everything and found.fact.kind != "quote"):
            text = text[: found.span.start] + " " + text[found.span.end :]
    return text
