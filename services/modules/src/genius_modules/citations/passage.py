# SPDX-License-Identifier: EUPL-1.2
"""A cited passage as something that holds facts: its own, those of its heading, and the § it stands in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from genius_common.text import split_sentences
from genius_modules.citations import dates
from genius_modules.citations.facts import Fact, Found, read_facts
from genius_modules.citations.laws import law_key, taught_by
from genius_modules.citations.quotes import Folded, find_quotation
from genius_modules.citations.references import ABSATZ, Part, Reference

_ITEM = re.compile(r"^[ \t]{0,8}(?:[0-9]{1,3}[a-z]?[.)]|[a-z]{1,2}\)|[-•–])\s")
_LAW_WORD = re.compile(r"[A-ZÄÖÜ][\wÄÖÜäöüß-]{1,60}")
_LONGEST_RANGE = 60
_LONGEST_ITEM = 400
_RANGES = "…"
_TWO_DIGITS = re.compile(r"([0-9]+)([a-z]?)")


class Passage:
    """`text` verbatim and `heading`, the true statements above it (title, section path, Stand)."""

    def __init__(self, text: str, heading: str) -> None:
        self.text = text
        self.heading = heading
        self.whole = f"{heading}\n{text}" if heading else text
        self._sentences: dict[str, int] = {}

    @cached_property
    def found(self) -> list[Found]:
        return read_facts(self.whole)

    @cached_property
    def have(self) -> frozenset[Fact]:
        """All facts, and the bare numbers behind amounts, periods and ordinals."""
        bare = {Fact("number", item.raw) for item in self.found if item.raw}
        ordinals = {Fact("number", item.fact.value) for item in self.found if item.fact.kind == "ordinal"}
        return frozenset({item.fact for item in self.found} | bare | ordinals)

    @cached_property
    def dates(self) -> frozenset[str]:
        """All dates, and the less exact ones that they say as well."""
        return frozenset(less for fact in self.have if fact.kind == "date" for less in dates.said_by(fact.value))

    @cached_property
    def years(self) -> frozenset[str]:
        return frozenset(filter(None, map(dates.year_of, self.dates)))

    @cached_property
    def taught(self) -> dict[str, str]:
        return taught_by(self.whole)

    @cached_property
    def laws(self) -> frozenset[str]:
        """Keys of all names that may be laws."""
        keys = {law_key(word) for word in _LAW_WORD.findall(self.whole)}
        return frozenset(keys | {self.taught.get(key, key) for key in keys})

    @cached_property
    def own(self) -> Reference | None:
        """The § that the passage is part of, from the last line of the heading that begins with one."""
        lines = [line for line in self.heading.split("\n") if line.startswith(("§", "Art"))]
        found = [item.reference for item in read_facts(lines[-1]) if item.reference] if lines else []
        return found[0] if found and found[0].start == 0 and found[0].number else None

    @cached_property
    def urls(self) -> tuple[str, ...]:
        return tuple(fact.value for fact in self.have if fact.kind == "url")

    @cached_property
    def references(self) -> dict[str, list[Reference]]:
        """Each reference of the passage once, by the number of its § and by its parts; ranges under `_RANGES`."""
        once = {replace(item.reference, start=0, end=0) for item in self.found if item.reference}
        index: dict[str, list[Reference]] = {}
        for reference in once:
            number = _RANGES if reference.upto or reference.after else reference.number
            for key in {number, *(" ".join(part) for part in reference.parts)} - {""}:
                index.setdefault(key, []).append(reference)
        return index

    @cached_property
    def paragraphs(self) -> dict[str, str]:
        """Absatz → its text. What stands before the first "(n)" is the Absatz before, or none ("")."""
        begins = list(ABSATZ.finditer(self.text))
        ends = [match.start() for match in begins[1:]] + [len(self.text)]
        # Without any "(n)" there is one end and no begin.
        found = {match["value"]: self.text[match.end() : end] for match, end in zip(begins, ends, strict=False)}
        before = self.text[: begins[0].start()] if begins else self.text
        if before.strip():
            first = begins[0]["value"] if begins else ""
            number = str(int(first) - 1) if first.isdigit() and int(first) > 1 else ""
            found.setdefault(number, before)
        return found

    @cached_property
    def folded(self) -> Folded:
        return Folded(self.whole)

    @cached_property
    def compact(self) -> tuple[str, list[int]]:
        """The text without separators, and where its words begin and end in that."""
        pieces = re.findall(r"[^\W_]+", self.whole.lower())
        ends: list[int] = [0]
        for piece in pieces:
            ends.append(ends[-1] + len(piece))
        return "".join(pieces), ends

    def holds(self, found: Found) -> bool:
        """Whether the passage says what the fact says; the more exact holds the less exact, not the other way round."""
        fact = found.fact
        if found.reference:
            return self.holds_reference(found.reference)
        if fact in self.have:
            return True
        match fact.kind:
            case "quote":
                return find_quotation(fact.value, self.folded) is not None
            case "date":
                return fact.value in self.dates
            case "number":
                return fact.value in self.years
            case "ordinal":
                return any(item.fact == Fact("number", fact.value) for item in self.found)
            case "file":
                return self._holds_sign(fact.value)
            case "url":
                # A shorter address is held only up to a slash: "https://amt.example" is not "https://amt.example.net".
                start = fact.value.rstrip("/") + "/"
                return any(have.startswith(start) for have in self.urls)
            case _:
                return False

    def _holds_sign(self, value: str) -> bool:
        text, ends = self.compact
        place = text.find(value)
        while place >= 0:
            if _is_edge(ends, place) and _is_edge(ends, place + len(value)):
                return True
            place = text.find(value, place + 1)
        return False

    def holds_reference(self, wanted: Reference) -> bool:
        numbers = _numbers(wanted)
        return all(
            any(self._names(wanted, number, have) for have in self._places(wanted, number)) for number in numbers
        )

    def _places(self, wanted: Reference, number: str) -> Iterator[Reference]:
        if self.own:
            yield self.own
        for key in (number, _RANGES) if number else (" ".join(part) for part in wanted.parts[:1]):
            yield from self.references.get(key, ())

    def _names(self, wanted: Reference, number: str, have: Reference) -> bool:
        if wanted.number and not (have.sign == wanted.sign and _covers(have, number) and self._same_law(wanted, have)):
            return False
        if set(wanted.parts) <= set(have.parts):
            return True
        is_own = have is self.own or (self.own and not have.number)
        return bool(is_own) and self.has_parts(wanted.parts)

    def _same_law(self, wanted: Reference, have: Reference) -> bool:
        if wanted.law is None:
            return True
        law = self.taught.get(wanted.law, wanted.law)
        other = have.law or (self.own.law if self.own else None)
        if other is not None:
            return law == self.taught.get(other, other) or ("sgb" in (law, other) and law[:3] == other[:3])
        return law in self.laws

    def has_parts(self, parts: tuple[Part, ...]) -> bool:
        """Whether the passage's own § has these parts, from "(2)", the number of sentences, and its lists."""
        wanted = dict(parts)
        absatz = wanted.pop("abs", None)
        if absatz is None:
            texts = list(self.paragraphs.values())
        elif absatz in self.paragraphs:
            texts = [self.paragraphs[absatz]]
        else:
            return False
        return any(all(self._has_part(text, kind, value) for kind, value in wanted.items()) for text in texts)

    def _has_part(self, text: str, kind: str, value: str) -> bool:
        if kind != "satz":
            return _has_item(text, kind, value)
        if text not in self._sentences:
            self._sentences[text] = _sentences(text)
        return value.isdigit() and 0 < int(value) <= self._sentences[text]

    def regions(self, found: Found) -> list[str]:
        """The texts that a reference to a part of the passage's own § may mean."""
        wanted = found.reference
        if wanted is None or self.own is None or wanted.number not in ("", self.own.number):
            return []
        parts = dict(wanted.parts)
        absatz = parts.pop("abs", None)
        texts = [text for number, text in self.paragraphs.items() if absatz in (None, number)]
        for kind, value in parts.items():
            texts = [region for text in texts for region in _regions(text, kind, value)]
        return texts


def _regions(text: str, kind: str, value: str) -> list[str]:
    if kind == "satz":
        sentences = [span.of(text) for span in split_sentences(text) if not _ITEM.match(span.of(text))]
        return sentences[int(value) - 1 : int(value)] if value.isdigit() and int(value) else []
    if kind in ("nr", "lit", "dlit"):
        mark = "." if kind == "nr" else ")"
        begin = re.search(rf"(?<![\w.,]){value}{re.escape(mark)}\s", text)
        return [text[begin.end() : begin.end() + _LONGEST_ITEM]] if begin else []
    return [text]


def _has_item(text: str, kind: str, value: str) -> bool:
    if kind == "nr":
        return bool(re.search(rf"(?<![\w.,]){value}\.\s", text))
    if kind in ("lit", "dlit"):
        return bool(re.search(rf"(?<!\w){value}\)\s", text))
    # Half sentences, alternatives and Unterabsätze can't be told apart in a text: left to the reader.
    return True


def _sentences(text: str) -> int:
    return sum(not _ITEM.match(span.of(text)) for span in split_sentences(text))


def _numbers(wanted: Reference) -> list[str]:
    """The §§ that a reference asserts: all whole ones of a range."""
    if wanted.upto is None:
        return [wanted.number]
    first, last = _order(wanted.number)[0], _order(wanted.upto)[0]
    between = [str(number) for number in range(first + 1, min(last, first + _LONGEST_RANGE))]
    return [wanted.number, *between, wanted.upto]


def _covers(have: Reference, number: str) -> bool:
    if have.number == number or not number:
        return True
    if have.upto and have.number:
        return _order(have.number) <= _order(number) <= _order(have.upto)
    return have.after == "f" and have.number.isdigit() and str(int(have.number) + 1) == number


def _order(number: str) -> tuple[int, str]:
    found = _TWO_DIGITS.fullmatch(number)
    return (int(found[1]), found[2]) if found else (0, "")


def _is_edge(ends: list[int], place: int) -> bool:
    return ends[bisect_right(ends, place) - 1] == place
