# SPDX-License-Identifier: EUPL-1.2
"""Legal references and file numbers: `§ 12 Abs. 6 Satz 2 Nr. 1 WoGG`, `Art. 6 Abs. 1 lit. e DSGVO`, `§§ 12 bis 14`.

One `Reference` per place that is named; lists and ranges give several. The reading is one pass from left to right
with bounded look-ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from genius_common.text import ends_sentence
from genius_modules.citations.laws import law_after

Part = tuple[str, str]

_SIGN = re.compile(
    r"(?P<sign>§{1,2})\s{0,2}|\b(?P<article>Art(?:ikels?|ikeln)?\b\.?)\s{1,2}|\bParagra(?:ph|f)(?:en)?\s"
)
_NUMBER = re.compile(r"(?P<digits>[0-9]{1,4})(?:\s?(?P<letter>[a-z])(?![A-Za-zÄÖÜäöüß0-9.]|\)))?(?![A-Za-zÄÖÜäöüß0-9])")
_NUMBER_DOT = re.compile(r"(?P<digits>[0-9]{1,4})(?P<letter>[a-eg-z])(?=\.)")
_FOLLOWING = re.compile(r"\s?(?P<ff>ff?\.)|\s(?P<plain>ff?)(?![\w.])")
_ROMAN = re.compile(r"\s(?P<roman>[IVX]{1,5})(?![A-Za-zÄÖÜäöüß.])(?:\s(?P<sentence>[0-9]{1,2})(?![0-9.]))?")
_KINDS = {
    "abs": "abs", "uabs": "uabs", "unterabs": "uabs", "satz": "satz", "sätze": "satz", "s": "satz",
    "halbsatz": "hs", "halbs": "hs", "hs": "hs", "nr": "nr", "nrn": "nr", "nummer": "nr", "nummern": "nr",
    "buchst": "lit", "buchstabe": "lit", "buchstaben": "lit", "lit": "lit", "doppelbuchst": "dlit",
    "doppelbuchstabe": "dlit", "alt": "alt", "alternative": "alt", "absatz": "abs", "absätze": "abs",
    "absätzen": "abs", "absatzes": "abs", "sätzen": "satz", "satzes": "satz", "unterabsatz": "uabs",
}  # fmt: skip
_WORD = (
    r"Abs(?:atzes|atz|ätzen|ätze)?|UAbs|Unterabs(?:atz)?|Sätzen|Sätze|Satzes|Satz|Halbs(?:atz)?|Hs|HS|Nummern|Nummer|"
    r"Nrn|Nr|Doppelbuchst(?:abe)?|Buchst(?:aben|abe)?|lit|Lit|Alt(?:ernative)?"
)
_VALUE = r"(?P<value>[0-9]{1,3}[a-z]?(?![A-Za-zÄÖÜäöüß0-9])|[a-z]{1,2}(?![A-Za-zÄÖÜäöüß0-9]))"
_PART = re.compile(rf"[\s,]{{0,3}}(?P<kind>{_WORD}|S(?=\.))\.?\s{{0,2}}{_VALUE}\)?")
_BARE = re.compile(
    rf"(?<![\w§])(?P<kind>{_WORD}|S(?=\.\s?[0-9]{{1,2}}(?![0-9])))\.?\s{{0,2}}(?P<value>[0-9]{{1,3}}[a-z]?(?![A-Za-zÄÖÜäöüß0-9]))"
)
_ORDINAL_PART = re.compile(
    r"[\s,]{0,2}(?P<value>[0-9]{1,2})\.\s?(?P<kind>Halbsatz|Halbs\.?|Hs\.?|HS|Alternative|Alt\.?)"
)
_JOIN = re.compile(
    r"\s{0,2}(?:(?P<to>bis|–|-|‑)|(?P<and>,|und|oder|sowie|bzw\.|;))\s{0,2}(?:(?:auch|nach|zu)\s)?(?P<sign>§{0,2})\s{0,2}"
)
_COUNTS = re.compile(r"\.\s?[A-Z0-9]|,[0-9]|\s(?:Euro|EUR|€|Prozent|%|Tage|Monate|Jahre|Wochen)")
_MORE = re.compile(rf"{_VALUE}")
# "(2)" begins an Absatz at the start of a line, and in texts without line breaks behind a sentence, before a capital.
ABSATZ = re.compile(
    r"(?:(?:^|\n)[ \t]{0,8}(?=\([0-9a-z]{1,3}\)\s)"
    r"|(?:(?<=[.;:!?]\s)|(?<=[.;:!?][“\")]\s))(?<!Abs\.\s)(?<!Nr\.\s)(?=\([0-9a-z]{1,3}\)\s[A-ZÄÖÜ§„]))"
    r"\((?P<value>[0-9]{1,2}[a-z]?)\)"
)
_LABEL = (
    r"(?:\b(?:Az|Aktenz(?:eichen)?|Aktennummer|Gesch(?:äfts|\.)?-?\s?(?:[zZ](?:eichen)?|Nr)|Gz|GZ|Vorgangsnummer|"
    r"Vorgangs-Nr|Kassenzeichen|Kundennummer|Wohngeldnummer|Steuernummer|Steuer-Nr|Kennzeichen)\b[.:\s]{0,4})"
)
# The number plate of a vehicle is one sign: "MU-XY 417 E".
_PLATE = r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [1-9][0-9]{0,3}(?: ?[EH](?!\w))?(?![\w/-])"
_FILE = re.compile(
    rf"(?<![\w-])(?P<plate>{_PLATE})|{_LABEL}(?P<labelled>{_PLATE}|(?=[\w./ -]{{0,20}}[0-9])[A-Z0-9][\w./-]{{0,40}}"
    r"(?:\s[A-Z][A-Za-z]{0,4}\s[0-9]{1,6}/[0-9]{2,4}|\s[0-9][\w./-]{0,20})?)"
    r"|(?<![\w.])(?P<court>(?:[IVX]{1,5}|[0-9]{1,3})[\s-][A-Z][A-Za-z]{0,5}(?:\s\([A-Z]{1,4}\))?\s[0-9]{1,5}/[0-9]{2,4}(?:\.[A-Z]{1,3})?)(?![\w/])"
    r"|(?<![\w])(?P<iban>[A-Z]{2}[0-9]{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?)(?![\w])"
    r"|(?<![\w/.-])(?P<code>(?=[\w./-]{0,30}[A-Za-z])(?=(?:[\w./-]{0,12}?[0-9]){4})[A-Z0-9][\w.]{0,20}(?:[-/][\w.]{1,20}){1,6})(?![\w])"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a law. `number` is empty for "Absatz 2" alone; `parts` go from the larger to the smaller.

    `law` is a key of `laws.law_key`, None where none is named; `upto` is the last § of a range, `after` the "ff.".
    """

    sign: str
    number: str
    parts: tuple[Part, ...]
    law: str | None
    start: int
    end: int
    upto: str | None = None
    after: str = ""

    @property
    def value(self) -> str:
        """The normal form, for comparing and showing."""
        head = f"{self.sign} {self.number}" if self.number else ""
        upto = f" bis {self.upto}" if self.upto else f" {self.after}" if self.after else ""
        return " ".join(filter(None, [head + upto, *(f"{kind} {value}" for kind, value in self.parts), self.law]))


@dataclass(frozen=True, slots=True)
class FileNumber:
    """An Aktenzeichen, IBAN or the like; `value` is it without separators, lower case."""

    value: str
    start: int
    end: int


def references(text: str) -> list[Reference]:
    """All legal references of `text` in order, those with § or Art. and parts that stand alone."""
    return list(_all(text))


def _all(text: str) -> Iterator[Reference]:
    position = 0
    signs = list(_SIGN.finditer(text))
    bare = [*_BARE.finditer(text), *ABSATZ.finditer(text)]
    for begin in sorted([*signs, *bare], key=lambda match: match.start()):
        if begin.start() < position:
            continue
        reader = _Reader(text, begin)
        found = reader.read()
        yield from found
        position = max(position, reader.position) if found else position


class _Reader:
    """Reads the references that begin at one sign; a law named at the end belongs to all of them."""

    def __init__(self, text: str, begin: re.Match[str]) -> None:
        self.text = text
        self.start = begin.start()
        groups = begin.groupdict()
        self.bare = "value" in groups
        self.sign = "art" if groups.get("article") else "§"
        self.several = groups.get("sign") == "§§"
        self.position = begin.start() if self.bare else begin.end()
        self.bracket = self.bare and "kind" not in groups
        self.bracket_value = begin.group("value") if self.bracket else ""
        self.bracket_end = begin.end()
        self.found: list[Reference] = []
        self.path: list[Part] = []
        self.ranged: set[tuple[str, tuple[Part, ...]]] = set()
        self.number = ""

    def read(self) -> list[Reference]:
        if self.bracket:
            self.position = self.bracket_end
            return [Reference("§", "", (("abs", self.bracket_value),), None, self.start, self.bracket_end)]
        if not (self._detail() if self.bare else self._section()):
            return []
        while self._next():
            pass
        law, end = (None, self.position) if self.bare else law_after(self.text, self.position)
        self.position = end
        return [replace(one, law=law, end=end) for one in self.found]

    def _emit(self, upto: str | None = None, after: str = "") -> None:
        one = Reference(self.sign, self.number, tuple(self.path), None, self.start, self.position, upto, after)
        self.found.append(one)

    def _emit_once(self) -> None:
        """Within a range: what the same list has named already would only cost time."""
        place = (self.number, tuple(self.path))
        if place not in self.ranged:
            self.ranged.add(place)
            self._emit()

    def _section(self) -> bool:
        """A § number with what follows it directly."""
        found = _NUMBER.match(self.text, self.position) or _NUMBER_DOT.match(self.text, self.position)
        if found is None:
            return False
        self.number = str(int(found["digits"])) + (found["letter"] or "")
        self.position, self.path = found.end(), []
        following = _FOLLOWING.match(self.text, self.position)
        if following:
            self.position = following.end()
            self._emit(after=(following["ff"] or following["plain"]).rstrip("."))
            return True
        roman = _ROMAN.match(self.text, self.position)
        if roman and (number := _roman(roman["roman"])):
            self.path = [("abs", str(number))] + ([("satz", roman["sentence"])] if roman["sentence"] else [])
            self.position = roman.end()
        while self._detail(emit=False):
            pass
        self._emit()
        return True

    def _detail(self, *, emit: bool = True) -> bool:
        """One more part ("Abs. 2"), and its own follow-ups when it stands alone."""
        found = _PART.match(self.text, self.position) or _ORDINAL_PART.match(self.text, self.position)
        if found is None:
            return False
        kind = _KINDS[found["kind"].rstrip(".").lower()]
        if not _fits(kind, found["value"]):
            return False
        self._set(kind, found["value"])
        self.position = found.end()
        if emit:
            while self._detail(emit=False):
                pass
            self._emit()
        return True

    def _set(self, kind: str, value: str) -> None:
        known = [name for name, _ in self.path]
        if kind in known:
            self.path = self.path[: known.index(kind)]
        self.path.append((kind, value))

    def _next(self) -> bool:
        """What a list or range goes on with: another §, another part, or another value of the last part."""
        join = _JOIN.match(self.text, self.position)
        if join is None:
            return False
        before = self.position
        self.position = join.end()
        if join["sign"] or not self.path or (self.several and not self.bare and not self._runs_down(join)):
            return (not self.bare and self._next_section(ranged=bool(join["to"]))) or self._back(before)
        if self._detail():
            return True
        kind = self.path[-1][0]
        value = _MORE.match(self.text, self.position)
        if value is None or not _fits(kind, value["value"]) or _is_day(self.text, value.end()):
            return self._back(before)
        return self._more(kind, value, ranged=bool(join["to"]))

    def _runs_down(self, join: re.Match[str]) -> bool:
        """Whether it can't be a range of §§: `§§ 312 und 404 Absatz 2 Nummer 19 bis 21`."""
        value = _MORE.match(self.text, self.position)
        number = re.sub(r"[a-z]$", "", self.number)
        if value is None or not join["to"] or not value["value"].isdigit():
            return False
        return int(value["value"]) < int(number)

    def _more(self, kind: str, value: re.Match[str], *, ranged: bool) -> bool:
        first = self.path[-1][1]
        self.position = value.end()
        if ranged and first.isdigit() and value["value"].isdigit() and int(value["value"]) - int(first) <= 50:
            for between in range(int(first) + 1, int(value["value"])):
                self._set(kind, str(between))
                self._emit_once()
        self._set(kind, value["value"])
        while self._detail(emit=False):
            pass
        self._emit()
        return True

    def _next_section(self, *, ranged: bool) -> bool:
        first = self.number
        if self.path and not self.text.startswith(("§", " §"), self.position - 2) and self._detail():
            return True
        if not self._section() or _is_day(self.text, self.position):
            return False
        if ranged:
            last = self.found.pop()
            if not self.found[-1].parts:
                self.found.pop()
            self.found.append(replace(last, number=first, upto=last.number, parts=()))
            if last.parts:
                self.found.append(last)
        return True

    def _back(self, position: int) -> bool:
        self.position = position
        return False


def _is_day(text: str, end: int) -> bool:
    """Whether the number that ends at `end` is a day or an ordinal ("und 3. Mai") or counts something.

    "Sätze 2 bis 4. Die Behörde …" is neither: a sentence ends there.
    """
    if _COUNTS.match(text, end) is None:
        return False
    return not (text.startswith(". ", end) and ends_sentence(text, end, end + 1))


def _fits(kind: str, value: str) -> bool:
    """`lit a`, `dlit aa`, but `Abs. 2`; in laws "Buchstabe a", never "Absatz a"."""
    return value[0].isalpha() if kind in ("lit", "dlit") else value[0].isdigit()


def _roman(text: str) -> int | None:
    total = 0
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in text]
    for value, after in zip(values, [*values[1:], 0], strict=True):
        total += value if value >= after else -value
    return total if 0 < total <= 39 else None


def file_numbers(text: str) -> list[FileNumber]:
    """File numbers, court references, account numbers and similar signs of `text`, in order."""
    found = []
    for match in _FILE.finditer(text):
        name = match.lastgroup or "code"
        raw = match[name]
        raw = raw.rstrip("./- ")
        if any(letter.isdigit() for letter in raw):
            start = match.start(name)
            found.append(FileNumber(joined(raw), start, start + len(raw)))
    return found


def joined(raw: str) -> str:
    """Without separators, lower case: `WG-2026/0815` → `wg20260815`."""
    return re.sub(r"[\W_]", "", raw).lower()
