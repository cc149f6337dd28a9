# SPDX-License-Identifier: EUPL-1.2
"""Filled-in forms as other authorities might make them: other labels, order, layout, marks and file formats.

Their wording and layouts are invented here and not taken from the form's description, so that reading is measured on
what it was not written for.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support import pdf
from tests.support.office import docx, odt, paragraph

Tick = tuple[str, bool]


@dataclass(frozen=True)
class Ask:
    """A question with its written answer, or with boxes; `heading` begins a section."""

    label: str
    answer: str = ""
    boxes: Sequence[Tick] = ()
    heading: bool = False


@dataclass(frozen=True)
class Variant:
    """A form as a file, and the facts that must be read from it."""

    name: str
    content: bytes
    application: dict[str, Any]


@dataclass
class _Applicant:
    given: str
    family: str
    born: str
    street: str
    postcode: str
    town: str
    rent: str
    cents: int
    people: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    """Given name, family name, birth date (ISO), income as written, income as fact."""


_GIVEN = ["Jürgen", "Aylin", "Małgorzata", "Ann-Kathrin", "Søren", "Lucía", "Björn", "Fatma"]
_FAMILY = ["Größ-Völkel", "Yıldız", "Kowalska", "von der Heide", "Müller", "Óskarsdóttir", "Nguyen", "Szabó"]
_LATIN_GIVEN = ["Jürgen", "Aylin", "Ann-Kathrin", "Björn", "Fatma", "Lucía"]
_LATIN_FAMILY = ["Größ-Völkel", "Müller", "Nguyen", "Weiß", "Brandt-Ehlers", "Österle"]
_RENTS = [("1.200,00 €", 120000), ("1200,00", 120000), ("845,50 EUR", 84550), ("700,-- €", 70000)]
_RENTS += [("EUR 933,10", 93310)]
_INCOMES = [
    ("Gehalt", ["arbeitnehmer"]),
    ("Minijob, Unterhaltsvorschuss", ["minijob", "unterhalt"]),
    ("Altersrente", ["rente"]),
    ("ohne Einkommen", []),
    ("selbstständig", ["selbststaendig"]),
]
_DATES: list[Callable[[int, int, int], str]] = [
    lambda y, m, d: f"{d:02}.{m:02}.{y}",
    lambda y, m, d: f"{d}.{m}.{y}",
    lambda y, m, d: f"{y}-{m:02}-{d:02}",
    lambda y, m, d: f"{d}. {_MONTHS[m - 1]} {y}",
]
_MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"]
_MONTHS += ["Oktober", "November", "Dezember"]
_TICKED = {"[x]": "[ ]", "(X)": "( )", "☒": "☐", "☑": "☐", "[X]": "[  ]"}
_WORDS = {
    "art": ["Ich beantrage", "Beantragt wird", "Antragsart"],
    "vorgang": ["Es handelt sich um einen", "Antragsvorgang", "Anlass des Antrags"],
    "street": ["Straße und Hausnummer", "Straße, Nr.", "Straße / Hausnummer"],
    "count": ["Anzahl der Haushaltsmitglieder", "Wie viele Personen wohnen in der Wohnung?", "Anzahl Personen"],
    "use": ["Ich bewohne den Wohnraum als", "Wohnverhältnis", "Nutzung der Wohnung als"],
    "area": ["Wohnfläche", "Wohnfläche in qm", "Größe der Wohnung"],
    "moved": ["Einzugsdatum", "Eingezogen seit", "Tag des Einzugs"],
    "sublet": ["Werden Räume untervermietet oder gewerblich genutzt?", "Untervermietung oder gewerbliche Nutzung"],
    "rent": ["Monatliche Gesamtmiete", "Warmmiete", "Gesamtmiete im Monat"],
    "capital": ["Kapitalerträge vorhanden?", "Werden Kapitalerträge erzielt?"],
    "wealth": ["Erhebliches Vermögen", "Besitzt eine Person erhebliches Vermögen?"],
    "pays": ["Zahlt eine Person Unterhalt?", "Unterhaltszahlungen"],
    "disabled": ["Schwerbehinderung oder Pflegebedürftigkeit", "Ist eine Person schwerbehindert oder pflegebedürftig?"],
    "payee": ["Auszahlung an", "Zahlungsempfänger", "Das Wohngeld soll überwiesen werden an"],
    "holder": ["Kontoinhaberin oder Kontoinhaber", "Kontoinhaber"],
    "born": ["Geburtsdatum", "geboren am", "Geburtstag"],
    "nation": ["Staatsangehörigkeit", "Nationalität"],
    "income": ["Einkommensart", "Art der Einnahmen", "Einkommen aus"],
    "school": ["In Ausbildung oder Studium", "Schule, Ausbildung oder Studium"],
    "benefit": ["Leistungen nach § 7 WoGG", "Transferleistungen", "Bezug von Sozialleistungen"],
    "sign": ["Unterschrift", "Unterschrift Antragsteller/in"],
    "person": ["Person {n}", "{n}. Person", "Haushaltsmitglied {n}"],
}
LAYOUTS = ("right", "inline", "above", "fillable", "docx", "docx_table", "odt", "text")


def variant(seed: int) -> Variant:
    """The form of this number; the same number makes the same file."""
    rng = random.Random(seed)
    layout = LAYOUTS[seed % len(LAYOUTS)]
    asks, wanted = _form(rng, latin=layout in {"right", "inline", "above"})
    marks = rng.choice(list(_TICKED) if layout not in {"right", "inline", "above"} else ["[x]", "(X)", "[X]"])
    behind = layout != "fillable" and rng.random() < 0.25
    content, name = _MAKERS[layout](asks, lambda boxes: _boxes(boxes, marks, behind), rng)
    return Variant(name, content, wanted)


def _form(rng: random.Random, *, latin: bool) -> tuple[list[Ask], dict[str, Any]]:
    say = {key: rng.choice(words) for key, words in _WORDS.items()}
    given, family = (_LATIN_GIVEN, _LATIN_FAMILY) if latin else (_GIVEN, _FAMILY)
    rent, cents = rng.choice(_RENTS)
    write = rng.choice(_DATES)
    people = [(rng.choice(given), rng.choice(family), *rng.choice(_INCOMES)) for _ in range(rng.randint(1, 3))]
    births = [(rng.randint(1950, 2015), rng.randint(1, 12), rng.randint(1, 28)) for _ in people]
    flags = {key: rng.random() < 0.4 for key in ("sublet", "capital", "wealth", "pays")}
    owner = rng.random() < 0.3
    postcode, street = f"{rng.randint(10000, 99999)}", rng.choice(["Am Wall 3", "Lotsenstr. 19 b", "Große Trommel 8a"])
    town = rng.choice(["Rheinbeispiel", "Bad Muster", "Musterstadt-Süd"])
    household = [
        Ask("Wohnung", heading=True),
        Ask(say["count"], str(len(people))),
        Ask(say["use"], "Eigentümer" if owner else "Hauptmieterin"),
        Ask(say["area"], rng.choice(["64,5 m²", "64,5"])),
        Ask(say["moved"], write(2022, 3, 1)),
        Ask(say["sublet"], boxes=_yes_no(flags["sublet"])),
        Ask(say["rent"], rent),
    ]
    more = [
        Ask("Sonstiges", heading=True),
        Ask(say["capital"], boxes=_yes_no(flags["capital"])),
        Ask(say["wealth"], boxes=_yes_no(flags["wealth"])),
        Ask(say["pays"], boxes=_yes_no(flags["pays"])),
        Ask(say["disabled"], boxes=_yes_no(answer=False)),
        Ask(say["payee"], boxes=[("mich", True), ("meinen Vermieter", False)]),
        Ask(say["holder"], f"{people[0][0]} {people[0][1]}"),
        Ask("IBAN", "DE89 3704 0044 0532 0130 00"),
    ]
    members = []
    for number, (person, birth) in enumerate(zip(people, births, strict=True), 1):
        members += [Ask(say["person"].format(n=number), heading=True), *_member(say, person, write(*birth))]
    sections = [household, members, more]
    rng.shuffle(sections)
    first = [
        Ask("Antrag auf Wohngeld", heading=True),
        Ask("Eingegangen am", "14.10.2026"),
        Ask(say["art"], boxes=[("Mietzuschuss", not owner), ("Lastenzuschuss", owner)]),
        Ask(say["vorgang"], boxes=[("Erstantrag", True), ("Weiterleistungsantrag", False)]),
        *_where(rng, say, street, postcode, town),
    ]
    asks = [*first, *(ask for section in sections for ask in section), Ask("Erklärungen", heading=True)]
    asks.append(Ask(say["sign"], f"{people[0][0]} {people[0][1]}"))
    wanted = {
        "eingangsdatum": "2026-10-14",
        "antragsart": "lastenzuschuss" if owner else "mietzuschuss",
        "antragsvorgang": "erstantrag",
        "anschrift": {"strasse": street, "plz": postcode, "ort": town},
        "haushalt_anzahl": len(people),
        "nutzungsart": "eigentum" if owner else "hauptmiete",
        "wohnflaeche_qm": "64.5",
        "einzugsdatum": "2022-03-01",
        "untervermietung_gewerbe": flags["sublet"],
        "wohnkosten_cent": cents,
        "kapitalertraege": flags["capital"],
        "erhebliches_vermoegen": flags["wealth"],
        "zahlt_unterhalt": flags["pays"],
        "schwerbehinderung_pflege": False,
        "zahlungsempfaenger": "antragsteller",
        "kontoinhaber": f"{people[0][0]} {people[0][1]}",
        "iban": "DE89370400440532013000",
        "unterschrieben": True,
        "personen": [
            {
                "vorname": person[0],
                "nachname": person[1],
                "geburtsdatum": f"{birth[0]}-{birth[1]:02}-{birth[2]:02}",
                "staatsangehoerigkeit_gruppe": "deutsch",
                "einkommensarten": person[3],
                "in_ausbildung": False,
                "transferleistung": "keine",
            }
            for person, birth in zip(people, births, strict=True)
        ],
    }
    return asks, wanted


def _where(rng: random.Random, say: dict[str, str], street: str, postcode: str, town: str) -> list[Ask]:
    if rng.random() < 0.5:
        return [Ask(say["street"], street), Ask("PLZ, Ort", f"{postcode} {town}")]
    return [Ask(say["street"], street), Ask("Postleitzahl", postcode), Ask("Wohnort", town)]


def _member(say: dict[str, str], person: tuple[str, str, str, list[str]], born: str) -> list[Ask]:
    given, family, income, _ = person
    return [
        Ask("Nachname", family),
        Ask("Vorname", given),
        Ask(say["born"], born),
        Ask(say["nation"], "deutsch"),
        Ask(say["income"], income),
        Ask(say["school"], "nein"),
        Ask(say["benefit"], "keine"),
    ]


def _yes_no(answer: bool) -> list[Tick]:
    return [("Ja", answer), ("Nein", not answer)]


def _boxes(boxes: Sequence[Tick], mark: str, behind: bool) -> str:
    signs = [(word, mark if ticked else _TICKED[mark]) for word, ticked in boxes]
    return "  ".join(f"{word} {sign}" if behind else f"{sign} {word}" for word, sign in signs)


Boxes = Callable[[Sequence[Tick]], str]
Made = tuple[bytes, str]


def _said(ask: Ask, boxes: Boxes) -> str:
    return boxes(ask.boxes) if ask.boxes else ask.answer


def _pages(asks: Sequence[Ask], rows: int) -> list[Sequence[Ask]]:
    return [asks[at : at + rows] for at in range(0, len(asks), rows)]


def _right(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    """Labels on the left, answers in a column on the right."""
    step, size, column = (*rng.choice([(22, 9), (26, 11)]), rng.choice([250, 300]))
    pages = []
    for part in _pages(asks, 26):
        lines = []
        for at, ask in enumerate(part):
            y = 790 - at * step
            lines.append(pdf.Text(ask.label, x=50, y=y, size=size + 3 * ask.heading, bold=ask.heading))
            if said := _said(ask, boxes):
                lines.append(pdf.Text(said, x=column + 60, y=y, size=size))
        pages.append(pdf.Page(lines))
    return pdf.build(*pages), "formular.pdf"


def _inline(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    colon = rng.choice([":", " :"])
    pages = []
    for part in _pages(asks, 30):
        lines = [
            pdf.Text(
                ask.label if ask.heading else f"{ask.label}{colon} {_said(ask, boxes)}",
                x=60,
                y=790 - at * 24,
                size=14 if ask.heading else 10,
                bold=ask.heading,
            )
            for at, ask in enumerate(part)
        ]
        pages.append(pdf.Page(lines))
    return pdf.build(*pages), "formular.pdf"


def _above(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    """Small labels, the answer below each."""
    pages = []
    for part in _pages(asks, 18):
        lines = []
        for at, ask in enumerate(part):
            y = 790 - at * 42
            lines.append(pdf.Text(ask.label, x=60, y=y, size=14 if ask.heading else 8, bold=ask.heading))
            if said := _said(ask, boxes):
                lines.append(pdf.Text(said, x=60, y=y - 14, size=11))
        pages.append(pdf.Page(lines))
    return pdf.build(*pages), "formular.pdf"


def _fillable(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    pages = []
    for number, part in enumerate(_pages(asks, 26)):
        lines, fields = [], []
        for at, ask in enumerate(part):
            y = 790 - at * 26
            lines.append(pdf.Text(ask.label, x=50, y=y, size=13 if ask.heading else 9, bold=ask.heading))
            x = 330.0
            for word, ticked in ask.boxes:
                fields.append(pdf.Field(f"f{number}_{at}_{word}", ticked=ticked, x=x, y=y - 2))
                lines.append(pdf.Text(word, x=x + 16, y=y, size=9))
                x += 110
            if not ask.boxes and not ask.heading:
                fields.append(pdf.Field(f"f{number}_{at}", ask.answer, x=330, y=y - 4, width=220))
        rng.shuffle(fields)
        pages.append(pdf.Page(lines, fields))
    return pdf.build(*pages), "formular.pdf"


def _docx(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    blocks = [
        paragraph(ask.label, style="Heading1") if ask.heading else paragraph(f"{ask.label}: {_said(ask, boxes)}")
        for ask in asks
    ]
    return docx(*blocks), "formular.docx"


def _docx_table(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    blocks: list[str] = []
    rows: list[str] = []
    for ask in asks:
        if ask.heading:
            blocks += [_table(rows)] if rows else []
            rows = []
            blocks.append(paragraph(ask.label, style="Heading1"))
        else:
            rows.append(_row(ask.label, _said(ask, boxes)))
    return docx(*blocks, _table(rows)), "formular.docx"


def _row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def _table(rows: Sequence[str]) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def _odt(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    blocks = [
        f'<text:h text:outline-level="1">{ask.label}</text:h>'
        if ask.heading
        else f"<text:p>{ask.label}: {_said(ask, boxes)}</text:p>"
        for ask in asks
    ]
    return odt(*blocks), "formular.odt"


def _text(asks: Sequence[Ask], boxes: Boxes, rng: random.Random) -> Made:
    dots = rng.choice([" ", " ..... ", ": "])
    rows = [f"\n{ask.label}\n" if ask.heading else f"{ask.label}{dots}{_said(ask, boxes)}\n" for ask in asks]
    return "\n".join(rows).encode(), "formular.txt"


_MAKERS: dict[str, Callable[[Sequence[Ask], Boxes, random.Random], Made]] = {
    "right": _right,
    "inline": _inline,
    "above": _above,
    "fillable": _fillable,
    "docx": _docx,
    "docx_table": _docx_table,
    "odt": _odt,
    "text": _text,
}
