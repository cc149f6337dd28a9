# SPDX-License-Identifier: EUPL-1.2
"""Sentences of the shipped laws: as they are, in other notations, in part, and with one fact changed.

The passage is the whole §, the way it is cited. What counts as a fact here is read by patterns of this file, not by the
checker. A change counts as such even where the wrong value stands elsewhere in the §.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from genius_common.text import split_sentences
from genius_retrieval.laws.documents import law_documents
from tests.eval.citations.cases import Case, case, marked
from tests.eval.citations.values import MONTHS, WORDS

_COUNTS = "|".join(sorted(WORDS[2:], key=len, reverse=True))
_UNITS = {"Tag": "Woche", "Woche": "Monat", "Monat": "Jahr", "Jahr": "Monat", "Stunde": "Tag"}
_NAMES = {
    "Bürgerlichen Gesetzbuchs": "BGB", "Abgabenordnung": "AO", "Grundgesetzes": "GG", "Strafgesetzbuches": "StGB",
    "Strafgesetzbuchs": "StGB", "Zivilprozessordnung": "ZPO", "Verwaltungsverfahrensgesetzes": "VwVfG",
    "Einkommensteuergesetzes": "EStG", "Handelsgesetzbuchs": "HGB", "Aufenthaltsgesetzes": "AufenthG",
    "Strafprozessordnung": "StPO", "Baugesetzbuchs": "BauGB", "Wohngeldgesetzes": "WoGG",
}  # fmt: skip
_LIMITS = {
    "mindestens": "höchstens",
    "höchstens": "mindestens",
    "mehr als": "weniger als",
    "weniger als": "mehr als",
    "bis zu": "mehr als",
}
_SAME = {"mindestens": "wenigstens", "höchstens": "maximal", "bis zu": "höchstens"}

Change = Callable[[random.Random, re.Match[str]], str]


def _step(value: str, rng: random.Random, most: int = 9999) -> str:
    number = int(value)
    return str(number - 1 if number > 1 and (rng.random() < 0.4 or number >= most) else number + 1)


def _abbreviated(rng: random.Random, match: re.Match[str]) -> str:
    short = {"Absatz": "Abs.", "Satz": "S." if rng.random() < 0.3 else "Satz", "Nummer": "Nr.", "Buchstabe": "lit."}
    return f"{short[match['word']]} {match['value']}"


def _other_count(rng: random.Random, match: re.Match[str]) -> str:
    raw = match["count"]
    if raw.isdigit():
        return match[0].replace(raw, _step(raw, rng))
    number = WORDS.index(raw.lower())
    words = [word for word in WORDS[2:] if word != WORDS[number]]
    return match[0].replace(raw, rng.choice(words), 1)


def _written_count(_: random.Random, match: re.Match[str]) -> str:
    raw = match["count"]
    if raw.isdigit():
        return match[0].replace(raw, WORDS[int(raw)]) if 1 < int(raw) <= 20 else match[0]
    return match[0].replace(raw, str(WORDS.index(raw.lower())), 1)


def _date(match: re.Match[str], day: int, month: int, year: int, rng: random.Random) -> str:
    return rng.choice((f"{day}. {MONTHS[month - 1]} {year}", f"{day:02d}.{month:02d}.{year}"))


def _same_date(rng: random.Random, match: re.Match[str]) -> str:
    return _date(match, int(match["day"]), MONTHS.index(match["month"]) + 1, int(match["year"]), rng)


def _other_date(rng: random.Random, match: re.Match[str]) -> str:
    day, month, year = int(match["day"]), MONTHS.index(match["month"]) + 1, int(match["year"])
    which = rng.choice("dmy")
    day = day % 28 + 1 if which == "d" else day
    month = month % 12 + 1 if which == "m" else month
    return _date(match, day, month, year + (which == "y"), rng)


def _other_digits(rng: random.Random, match: re.Match[str]) -> str:
    raw = match["count"]
    places = [place for place, letter in enumerate(raw) if letter.isdigit()]
    place = rng.choice(places)
    digit = rng.choice([digit for digit in "123456789" if digit != raw[place]])
    return match[0].replace(raw, raw[:place] + digit + raw[place + 1 :], 1)


# kind → pattern, another notation, what is wrong instead
_KINDS: dict[str, tuple[re.Pattern[str], Change | None, Change]] = {
    "§: Absatz, Satz, Nummer": (
        re.compile(r"\b(?P<word>Absatz|Satz|Nummer) (?P<value>\d{1,2})(?![\w.]|,? (?:bis|und|oder|,))(?! bis)"),
        _abbreviated,
        lambda rng, m: f"{m['word']} {_step(m['value'], rng)}",
    ),
    "§: number": (
        re.compile(r"§ (?P<value>\d{1,4})(?![\w])(?! (?:bis|und|oder|,))"),
        None,
        lambda rng, m: f"§ {_step(m['value'], rng)}",
    ),
    "§: law": (
        re.compile(rf"(?<=\d )(?:des|der) (?P<name>{'|'.join(_NAMES)})(?!\w)"),
        lambda _, m: _NAMES[m["name"]],
        lambda rng, m: rng.choice([name for name in sorted(set(_NAMES.values())) if name != _NAMES[m["name"]]]),
    ),
    "period: number": (
        re.compile(
            rf"(?<![\w,.-])(?P<count>\d{{1,2}}|{_COUNTS}) (?:Tage|Wochen|Monate|Jahre|Stunden)n?\b", re.IGNORECASE
        ),
        _written_count,
        _other_count,
    ),
    "period: unit": (
        re.compile(
            rf"(?<![\w,.-])(?P<count>\d{{1,2}}|{_COUNTS}) (?P<unit>Tag|Woche|Monat|Jahr|Stunde)(?P<end>en|n|e)\b",
            re.IGNORECASE,
        ),
        None,
        lambda _, m: (
            f"{m['count']} {_UNITS[m['unit'].capitalize()]}"
            + ("n" if _UNITS[m["unit"].capitalize()] == "Woche" else "e")
        ),
    ),
    "amount: digit": (
        re.compile(r"(?<![\w,.])(?P<count>\d[\d.  ]*(?:,\d+)?) Euro\b"),
        lambda _, m: f"{m['count'].strip()} €",
        _other_digits,
    ),
    "share: digit": (
        re.compile(r"(?<![\w,.])(?P<count>\d+(?:,\d+)?) (?:Prozent|vom Hundert)\b"),
        lambda _, m: f"{m['count']} %",
        _other_digits,
    ),
    "date": (
        re.compile(rf"(?<![\w.])(?P<day>\d{{1,2}})\. (?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})\b"),
        _same_date,
        _other_date,
    ),
    "limit: other direction": (
        re.compile(rf"\b(?<!nicht )(?P<limit>{'|'.join(_LIMITS)}) (?=\d|(?:{_COUNTS})\b)"),
        lambda _, m: _SAME.get(m["limit"], m["limit"]) + " ",
        lambda _, m: _LIMITS[m["limit"]] + " ",
    ),
}
_END = re.compile(r"[.:;]$")


def law_cases(rng: random.Random, half: int, most: int) -> Iterator[Case]:
    """Up to `most` sentences of every second law (`half` 0 or 1), each right and once for each kind of fact in it."""
    found: list[tuple[str, str, str, str]] = []
    for place, law in enumerate(sorted(law_documents(), key=lambda law: law.citation)):
        if place % 2 != half:
            continue
        for section in law.document.sections:
            text = law.document.text[section.char_from : section.char_to]
            heading = section.path[-1]
            body = text.removeprefix(heading).strip()
            if len(body) <= 6000:
                found += [(law.citation, heading, body, sentence) for sentence in _sentences(body)]
    for citation, heading, body, sentence in rng.sample(found, min(most, len(found))):
        yield from _cases(rng, citation, heading, body, sentence)


def _sentences(body: str) -> list[str]:
    pieces = (re.sub(r"^\(\d+[a-z]?\) ", "", span.of(body)) for span in split_sentences(body))
    return [piece for piece in pieces if 60 <= len(piece) <= 500 and _END.search(piece) and _facts(piece)]


def _facts(sentence: str) -> list[str]:
    return [kind for kind, (pattern, _, _) in _KINDS.items() if pattern.search(sentence)]


def _cases(rng: random.Random, citation: str, heading: str, body: str, sentence: str) -> Iterator[Case]:
    yield case("law", body, heading, _paraphrase(rng, citation, heading, sentence))
    kind = rng.choice(_facts(sentence))
    pattern, _, change = _KINDS[kind]
    match = rng.choice(list(pattern.finditer(sentence)))
    wrong = sentence[: match.start()] + marked(change(rng, match)) + sentence[match.end() :]
    yield case("law", body, heading, wrong, kind)
    yield from _place(rng, citation, heading, body, sentence)


def _place(rng: random.Random, citation: str, heading: str, body: str, sentence: str) -> Iterator[Case]:
    """`Nach § 25 WoGG …`: the § that the sentence is from, right and wrong."""
    own = re.match(r"§ (\d+)([a-z]?)\b", heading)
    if own is None or rng.random() < 0.7:
        return
    yield case("law", body, heading, f"Nach § {own[1]}{own[2]} {citation} gilt: {sentence}")
    other = f"§ {int(own[1]) + rng.choice((1, 2, 10))}{own[2]} {citation}"
    yield case("law", body, heading, f"Nach {marked(other)} gilt: {sentence}", "§: own number")


def _paraphrase(rng: random.Random, citation: str, heading: str, sentence: str) -> str:
    for pattern, same, _ in _KINDS.values():
        if same is not None and rng.random() < 0.6:
            sentence = pattern.sub(lambda match, same=same: same(rng, match), sentence)  # type: ignore[misc]
    parts = re.split(r"(?<=\w); |, (?=wenn |soweit |sofern |es sei denn)", sentence)
    if len(parts) > 1 and rng.random() < 0.5:
        parts = parts[:1] if rng.random() < 0.5 else parts[::-1]
        sentence = ", ".join(parts)
    return sentence
