# SPDX-License-Identifier: EUPL-1.2
"""Forms that reading was not written for: other labels, order, columns, marks, sizes and formats (48 of them)."""

import pytest

from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.folded import name_parts
from genius_modules.completeness.capture.reading import observe, sources_of
from genius_modules.completeness.observed import Observed
from genius_retrieval.documents.layout import layout_of
from tests.support import pdf
from tests.support.document_variants import PAPERS, as_docx, as_pdf
from tests.support.dossiers import RECEIVED, plain, types, wrong_facts
from tests.support.form_variants import LAYOUTS, variant
from tests.support.office import docx, paragraph
from tests.unit.retrieval.parsing_helpers import parse


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_form_of_another_make_is_read(layout: str) -> None:
    for seed in range(LAYOUTS.index(layout), 48, len(LAYOUTS)):
        made = variant(seed)
        sources = sources_of(made.name, layout_of(parse(made.content, made.name)), "", "")
        found = observe(sources, types(), load_form("wohngeld"), RECEIVED)
        assert found.application_file == made.name, seed
        assert list(wrong_facts(found, made.application)) == [], seed


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_a_document_of_another_make_is_read(name: str, suffix: str) -> None:
    paper = PAPERS[name]
    content = as_pdf(paper) if suffix == "pdf" else as_docx(paper)
    sources = sources_of(f"Scan.{suffix}", layout_of(parse(content, f"Scan.{suffix}")), "", "")
    (document,) = observe(sources, types(), load_form("wohngeld"), RECEIVED).documents
    assert document.document_type == paper.kind
    written = {frozenset(name_parts(_latin(name) if suffix == "pdf" else name)) for name in paper.names}
    assert {frozenset(name_parts(name)) for name, _ in document.names} == written
    assert {key: plain(document.values.get(key)) for key in paper.values} == paper.values


def _latin(name: str) -> str:
    """What the font of a written PDF can show."""
    return name.encode("cp1252", "ignore").decode("cp1252")


def test_labels_with_numbers_more_words_and_boxes_below_are_read() -> None:
    lines = [
        "Antrag auf Wohngeld",
        "1. Ich beantrage",
        "[x] Mietzuschuss",
        "[ ] Lastenzuschuss",
        "2.1 Wohnfläche der Wohnung in m²: 64,5",
        "2.2 Monatliche Gesamtmiete (warm) ....... 700,00 EUR",
        "3.1 Ist erhebliches Vermögen vorhanden? Ja ( ) Nein (X)",
        "4) Kapitalerträge vorhanden?   X ja   O nein",
        "Rheinbeispiel, den 3. Mai 2026",
        "Ort, Datum",
        "_____________________",
        "Unterschrift der Antragstellerin",
    ]
    page = pdf.Page(
        [pdf.Text(line, x=50, y=770 - 22 * at, size=16 if at == 0 else 10) for at, line in enumerate(lines)]
    )
    facts = _form(pdf.build(page)).facts
    wanted = {"antragsart": "mietzuschuss", "wohnkosten_cent": 70000, "erhebliches_vermoegen": False}
    assert {name: facts[name].value for name in wanted} == wanted
    assert (plain(facts["wohnflaeche_qm"].value), facts["kapitalertraege"].value) == ("64.5", True)
    assert facts["unterschrieben"].state == "blank"


def test_a_field_whose_label_only_programs_see_is_read() -> None:
    fields = [
        pdf.Field("n1", "Nebel", y=740, label="Familienname"),
        pdf.Field("n2", "Ida", y=700, label="Vorname"),
        pdf.Field("k1", ticked=True, y=620, label="Mietzuschuss"),
        pdf.Field("k2", ticked=False, y=600, label="Lastenzuschuss"),
    ]
    found = _form(pdf.build(pdf.Page([pdf.Text("Antrag auf Wohngeld", y=800, size=16)], fields)))
    assert found.facts["antragsart"].value == "mietzuschuss"
    assert [person.name for person in found.persons] == ["Ida Nebel"]


def test_people_in_the_rows_of_a_table_are_read_and_empty_rows_are_none() -> None:
    rows = [
        ("Nr.", "Name, Vorname", "Geburtsdatum", "Staatsangehörigkeit", "Einkommen"),
        ("1", "Nebel, Ida", "1.2.1980", "deutsch", "Rente"),
        ("2", "Nebel, Tom", "31.02.2012", "polnisch", "ohne Einkommen"),
        ("3", "", "", "", ""),
    ]
    cells = ["".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"
    title = paragraph("Antrag auf Wohngeld", style="Heading1")
    people = _form(docx(title, paragraph("IBAN: DE1"), table), "a.docx").persons
    assert [person.name for person in people] == ["Ida Nebel", "Tom Nebel"]
    assert people[1].facts["geburtsdatum"].state == "invalid"
    assert people[1].facts["einkommensarten"].value == []


def test_two_columns_with_answers_below_their_labels_are_read() -> None:
    asked = [
        ("Familienname", "Nebel", "Vorname", "Ida"),
        ("Straße, Hausnummer", "Am Wall 3", "PLZ, Ort", "40002 Rheinbeispiel"),
        ("Geburtsdatum", "01.02.1980", "Einzugsdatum", "01.03.2022"),
        ("Wohnfläche", "64,5 m²", "Gesamtmiete", "700,00 EUR"),
    ]
    lines = [pdf.Text("Antrag auf Wohngeld", x=50, y=800, size=16)]
    for at, (left, below_left, right, below_right) in enumerate(asked):
        y = 760 - 40 * at
        lines += [pdf.Text(left, x=50, y=y, size=8), pdf.Text(right, x=300, y=y, size=8)]
        lines += [pdf.Text(below_left, x=50, y=y - 14), pdf.Text(below_right, x=300, y=y - 14)]
    found = _form(pdf.build(pdf.Page(lines)))
    assert found.facts["anschrift"].value == {"strasse": "Am Wall 3", "plz": "40002", "ort": "Rheinbeispiel"}
    assert (found.facts["wohnkosten_cent"].value, plain(found.facts["wohnflaeche_qm"].value)) == (70000, "64.5")
    assert plain(found.facts["einzugsdatum"].value) == "2022-03-01"
    assert (found.persons[0].name, plain(found.persons[0].facts["geburtsdatum"].value)) == ("Ida Nebel", "1980-02-01")


def _form(content: bytes, name: str = "a.pdf") -> Observed:
    sources = sources_of(name, layout_of(parse(content, name)), "", "")
    return observe(sources, types(), load_form("wohngeld"), RECEIVED)
