# SPDX-License-Identifier: EUPL-1.2
"""House templates filled from notes. What the notes do not say stays a visible gap; nothing is invented.

A template is text with places, as `genius_common.contracts.house_style` describes them: the platform's own, or one of
the authority, which may name places that nobody else has: "Kassenzeichen: …" in the notes fills `{{kassenzeichen}}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from genius_common.contracts.house_style import PLACE, DraftKind
from genius_modules.prompts import parse

_KEY_LINE = re.compile(r"^\s*(?:[-•*]\s*)?([A-Za-zÄÖÜäöüß ]{2,30}?)\s*:\s*(.*)$")
_GAP = re.compile(r"\[Bitte ergänzen: ([^\]]+)\]")

LABELS = {
    "aktenzeichen": "Aktenzeichen",
    "anlagen": "Anlagen",
    "anlass": "Anlass und Ort",
    "anrede": "Anrede",
    "anschrift": "Anschrift",
    "begruessung": "Begrüßung",
    "betreff": "Betreff",
    "datum": "Datum",
    "dienststelle": "Dienststelle",
    "empfaenger": "Empfänger",
    "frist": "Frist",
    "grussformel": "Grußformel",
    "inhalt": "Inhalt",
    "kontakt": "Kontakt",
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


def label_of(name: str) -> str:
    """Of a place: the platform's word for it, or its name: `kassen_zeichen` → `Kassen zeichen`."""
    return LABELS.get(name) or name.replace("_", " ").strip().capitalize()


@dataclass(frozen=True, slots=True)
class Template:
    version: str
    body_field: str
    text: str

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(name for _, name in PLACE.findall(self.text))


@cache
def template(kind: DraftKind) -> Template:
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
        name = _key_of(match.group(1), form) if match else None
        if match and name:
            current = name
            line = match.group(2)
        elif not line.strip():
            # A blank line ends a one-line field; the body goes on.
            current = current if current in _LONG else form.body_field
        found.setdefault(current, []).append(line.rstrip())
        if current not in _LONG and line.strip():
            current = form.body_field
    texts = {name: "\n".join(lines).strip() for name, lines in found.items()}
    return {name: text for name, text in texts.items() if text}


def _key_of(written: str, form: Template) -> str | None:
    """The place that a line's key names; None where this template has none for it."""
    lower = written.strip().lower()
    known = _KEYS.get(lower, re.sub(r"\s+", "_", lower))
    return known if known in form.fields else None


_LONG = frozenset({"sachverhalt", "wuerdigung", "vorschlag", "inhalt", "begruessung", "schluss"})


def salutation(recipient: str, kind: str, general: str = "") -> str:
    """`Sehr geehrte Frau Müller,` where the recipient is named so; else `general`, the house's or the common form."""
    if kind == "rede":
        return "Sehr geehrte Damen und Herren,"
    named = [(title, _surname(name)) for title, name in _PERSON.findall(recipient) if _surname(name)]
    if not named:
        return general or "Sehr geehrte Damen und Herren,"
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
        if any(mark and not values.get(name) for mark, name in PLACE.findall(line)):
            continue
        lines.append(PLACE.sub(lambda m: values.get(m.group(2)) or f"[Bitte ergänzen: {label_of(m.group(2))}]", line))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def gaps_in(text: str) -> list[str]:
    return list(dict.fromkeys(_GAP.findall(text)))
