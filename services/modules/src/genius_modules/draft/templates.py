# SPDX-License-Identifier: EUPL-1.2
"""House templates filled from notes. What the notes do not say stays a visible gap; nothing is invented.

A template is text with `{{field}}` (a gap where empty) and `{{?field}}` (its line disappears where empty).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from genius_modules.prompts import parse

_FIELD = re.compile(r"\{\{(\??)([a-z_]+)\}\}")
_KEY_LINE = re.compile(r"^\s*(?:[-•*]\s*)?([A-Za-zÄÖÜäöüß ]{2,30}?)\s*:\s*(.*)$")
_GAP = re.compile(r"\[Bitte ergänzen: ([^\]]+)\]")

LABELS = {
    "aktenzeichen": "Aktenzeichen",
    "anlagen": "Anlagen",
    "anlass": "Anlass und Ort",
    "anrede": "Anrede",
    "begruessung": "Begrüßung",
    "betreff": "Betreff",
    "datum": "Datum",
    "dienststelle": "Dienststelle",
    "empfaenger": "Empfänger",
    "frist": "Frist",
    "inhalt": "Inhalt",
    "name": "Name",
    "sachverhalt": "Sachverhalt",
    "schluss": "Schlussgedanke",
    "vorschlag": "Vorschlag",
    "wuerdigung": "Würdigung",
}
_ALIASES = {
    "az": "aktenzeichen", "geschäftszeichen": "aktenzeichen", "zeichen": "aktenzeichen", "anlage": "anlagen",
    "thema": "betreff", "titel": "betreff", "an": "empfaenger", "empfängerin": "empfaenger", "behörde": "dienststelle",
    "amt": "dienststelle", "absender": "dienststelle", "bearbeitung": "name", "bearbeiter": "name",
    "bearbeiterin": "name", "unterschrift": "name", "rednerin": "name", "redner": "name", "ort": "anlass",
    "veranstaltung": "anlass", "sachstand": "sachverhalt", "bewertung": "wuerdigung",
    "rechtliche würdigung": "wuerdigung", "entscheidungsvorschlag": "vorschlag", "empfehlung": "vorschlag",
    "text": "inhalt", "hauptteil": "inhalt", "einstieg": "begruessung", "fazit": "schluss",
}  # fmt: skip
_KEYS = {label.lower(): name for name, label in LABELS.items()} | _ALIASES


@dataclass(frozen=True, slots=True)
class Template:
    version: str
    body_field: str
    text: str

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(name for _, name in _FIELD.findall(self.text))


@cache
def template(kind: str) -> Template:
    raw = files("genius_modules").joinpath("draft", "templates", f"{kind}.md").read_text("utf-8")
    head = re.search(r"^body: (\w+)$", raw, re.MULTILINE)
    assert head is not None
    prompt = parse("draft", kind, raw)
    return Template(prompt.version, head.group(1), prompt.body.strip())


def fields_of(notes: str, form: Template) -> dict[str, str]:
    """Sort the notes into the template's fields: `Betreff: …` by its key, everything else into the body, in order."""
    found: dict[str, list[str]] = {}
    current = form.body_field
    for line in notes.strip().splitlines():
        match = _KEY_LINE.match(line)
        name = _KEYS.get(match.group(1).strip().lower()) if match else None
        if match and name in form.fields:
            current = str(name)
            line = match.group(2)
        elif not line.strip():
            # A blank line ends a one-line field; the body goes on.
            current = current if current in _LONG else form.body_field
        found.setdefault(current, []).append(line.rstrip())
        if current not in _LONG and line.strip():
            current = form.body_field
    texts = {name: "\n".join(lines).strip() for name, lines in found.items()}
    return {name: text for name, text in texts.items() if text}


_LONG = frozenset({"sachverhalt", "wuerdigung", "vorschlag", "inhalt", "begruessung", "schluss"})


def salutation(recipient: str, kind: str) -> str:
    """`Sehr geehrte Frau Müller,` where the recipient is named so; else the general form."""
    if kind == "rede":
        return "Sehr geehrte Damen und Herren,"
    named = [(title, _surname(name)) for title, name in _PERSON.findall(recipient) if _surname(name)]
    if not named:
        return "Sehr geehrte Damen und Herren,"
    parts = ["sehr geehrte Frau " + name if title == "Frau" else "sehr geehrter Herr " + name for title, name in named]
    return f"S{', '.join(parts)[1:]},"


_PERSON = re.compile(r"\b(Frau|Herrn?)[ \t]+((?:(?!\s(?:und|u\.|sowie)\s)[^\n,;(/])+)")
_SURNAME = re.compile(r"(?:\b(?:von|van|vom|zu|zum|zur|de|del|di|da|der|den|dem|ten|ter|le|la)\s+)*\S+$")


def _surname(name: str) -> str:
    """The last name with what belongs to it: academic titles, and the particles of a noble or foreign name."""
    titles = re.match(r"(?:(?:Dr|Prof)\.\s+)*", name)
    lead = titles.group() if titles else ""
    found = _SURNAME.search(name[len(lead) :].strip())
    return lead + found.group() if found else ""


def fill(form: Template, values: Mapping[str, str]) -> str:
    """The template with its values; empty fields become gaps, lines of empty optional fields go."""
    lines = []
    for line in form.text.splitlines():
        optional = re.search(r"\{\{\?([a-z_]+)\}\}", line)
        if optional and not values.get(optional.group(1)):
            continue
        lines.append(_FIELD.sub(lambda m: values.get(m.group(2)) or f"[Bitte ergänzen: {LABELS[m.group(2)]}]", line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def gaps_in(text: str) -> list[str]:
    return list(dict.fromkeys(_GAP.findall(text)))
