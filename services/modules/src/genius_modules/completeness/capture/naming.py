# SPDX-License-Identifier: EUPL-1.2
"""The people that a document names, in the role that counts for its type."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from genius_modules.completeness.capture import values
from genius_modules.completeness.capture.cells import Labels
from genius_modules.completeness.capture.folded import fold, name_parts
from genius_modules.completeness.capture.lines import Row, Text

Named = tuple[str, dt.date | None]
BIRTH = ("Geburtsdatum", "geboren am", "geb. am", "geb.", "Geburtstag")
FAMILY = ("Familienname", "Nachname", "Name", "Familiennamen")
GIVEN = ("Vornamen", "Vorname", "Vorname(n)")
TOGETHER = (
    "Name, Vorname",
    "Familienname, Vorname",
    "Nachname, Vorname",
    "Vorname, Name",
    "Vorname Name",
    "Vorname und Name",
    "Vor- und Nachname",
    "Vor- und Familienname",
    "Vorname, Familienname",
)
_TITLE = re.compile(r"^(?:Herrn?|Frau|Familie|Dr\.|Prof\.)\s+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[ '’-]+[^\W\d_][^\W\d_'’.-]*){1,5}")
_SALUTED = re.compile(r"^(?:Herrn?|Frau)\s+([^\W\d_][\w'’.-]+(?: [^\W\d_][\w'’.-]+){1,3})$")
_MOST_WORDS = 6
_WORDS = r"[^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+){1,4}"
_PARTICLES = frozenset(
    {"von", "vom", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "le", "la", "el"}
)
_PARTICLES |= {"al", "ibn", "bin", "zu", "zum", "zur", "und", "ten", "ter"}


def names_in(text: Text, labels: Labels, wanted: Sequence[str]) -> tuple[Named, ...]:
    """The names behind the labels, else those who a letter is addressed to, each with a birth date where one is."""
    found: list[str] = []
    for cell in labels.cells([*wanted, *TOGETHER], text.lines):
        found += [name for part in re.split(r"[;]|,(?=\s*\S+\s+\S)|\bund\b", cell.value) if (name := a_name(part))]
        if not found and (name := a_name(cell.value)):
            found.append(name)
    found += _in_parts(text, labels) if not found else []
    found += _by_role(text, wanted) if not found else []
    if not found:
        found += [match[1] for line in text.lines if (match := _SALUTED.match(line.text.strip()))]
        found += _under_salutation(text) if not found else []
    born = _birth_dates(text, labels)
    names = list({name_parts(name): name for name in reversed(found)}.values())[::-1]
    return tuple((name, born[0] if len(names) == 1 and len(born) == 1 else None) for name in names)


def as_spelled(names: Sequence[Named], known: Sequence[str]) -> tuple[Named, ...]:
    """Names from recognised text, spelled as the form does where only look-alike letters (l, I, 1) differ."""
    spelled = {frozenset(fold(part).text for part in name_parts(name)): name for name in known}
    found = []
    for name, born in names:
        parts = name_parts(name)
        same = spelled.get(frozenset(fold(part).text for part in parts))
        found.append((same if same and name_parts(same) != parts else name, born))
    return tuple(found)


def a_name(text: str) -> str | None:
    """The text as a name, without title; None where it can't be one."""
    plain = _TITLE.sub("", re.sub(r"\s+", " ", text)).strip(" ,.:;|")
    plain = re.sub(r",?\s*(?:geb(?:oren|\.)?.*|\(.*)$", "", plain).strip(" ,")
    joined = plain.replace(",", " ").replace("  ", " ")
    if not 1 < len(joined.split()) <= _MOST_WORDS or re.search(r"\d|@|€", joined):
        return None
    return plain if _NAME.fullmatch(joined) and _is_cased(joined) else None


def _is_cased(words: str) -> bool:
    """Whether every word is written as one of a name."""
    return all(word[0].isupper() or word.lower() in _PARTICLES for word in words.split())


def people_in(text: Text) -> tuple[Named, ...]:
    """The rows of a register: family name, given names, birth date, in the order that their header tells."""
    rows = text.rows
    header = next((at for at, row in enumerate(rows) if _is_header(row)), None)
    if header is None:
        return ()
    family_first = _place(rows[header].text, FAMILY) <= _place(rows[header].text, GIVEN)
    found: list[Named] = []
    for row in rows[header + 1 :]:
        days = values.dates(row.text)
        written = row.text[: days[0][1]] if days else ""
        name = _row_name(written, family_first)
        if name is None:
            if found:
                break
            continue
        found.append((name, days[0][0]))
    return tuple(found)


def _is_header(row: Row) -> bool:
    return (
        _place(row.text, GIVEN) < len(row.text)
        and _place(row.text, FAMILY) < len(row.text)
        and not values.dates(row.text)
    )


def _place(text: str, words: Sequence[str]) -> int:
    found = [match.start() for word in words if (match := re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I))]
    return min(found, default=len(text))


def _row_name(written: str, family_first: bool) -> str | None:
    cells = [cell.strip() for cell in written.split("|") if cell.strip()]
    words = re.sub(r"^\s*\d+[.)]?\s*", "", written.replace("|", " ").replace(",", " ")).split()
    if len(words) < 2 or len(words) > _MOST_WORDS or not _is_cased(" ".join(words)):
        return None
    first, second = (cells[0], cells[1]) if len(cells) == 2 else (words[0], " ".join(words[1:]))
    return f"{second} {first}" if family_first else f"{first} {second}"


def _in_parts(text: Text, labels: Labels) -> list[str]:
    """Names whose family and given part have a label each, in the order of the labels."""
    families = labels.cells(FAMILY, text.lines)
    givens = labels.cells(GIVEN, text.lines)
    families.sort(key=lambda cell: cell.line.index)
    givens.sort(key=lambda cell: cell.line.index)
    pairs = zip(givens, families, strict=False)
    return [name for given, family in pairs if (name := a_name(f"{given.value} {family.value}".strip()))]


def _by_role(text: Text, wanted: Sequence[str]) -> list[str]:
    """Names with their role in brackets, as contracts begin: "und Fridolin Nebelhorn (Mieter)"."""
    roles = "|".join(re.escape(word) for word in wanted)
    called = r"(?:als |im Folgenden |nachfolgend )?[„\"]?"
    pattern = re.compile(rf"({_WORDS})\s*(?:,\s*)?\({called}(?:{roles})[“\"]?\)")
    found = []
    for row in text.rows if roles else ():
        for match in pattern.finditer(row.text):
            words = re.sub(r"^(?:und|Zwischen|zwischen|Herrn?|Frau|sowie)\s+", "", match[1])
            if name := a_name(re.sub(r"^(?:Herrn?|Frau)\s+", "", words)):
                found.append(name)
    return found


def _under_salutation(text: Text) -> list[str]:
    lines = text.lines
    for line, after in pairwise(lines):
        if re.fullmatch(r"(?:Herrn?|Frau)", line.text.strip()) and (name := a_name(after.text)):
            return [name]
    return []


def _birth_dates(text: Text, labels: Labels) -> list[dt.date]:
    days = [values.date(cell.value) for cell in labels.cells(BIRTH, text.lines)]
    return list(dict.fromkeys(day for day in days if day is not None))
