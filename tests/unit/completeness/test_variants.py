# SPDX-License-Identifier: EUPL-1.2
"""Forms that reading was not written for: other labels, order, columns, marks, sizes and formats (48 of them)."""

import random

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from genius_common.contracts.layout import DocumentLayout, LayoutLine, LayoutPage
from genius_modules.completeness.capture.description import load_form
from genius_modules.completeness.capture.folded import name_parts
from genius_modules.completeness.capture.reading import observe, sources_of
from genius_modules.completeness.observed import Observed
from genius_retrieval.documents.layout import layout_of
from genius_retrieval.parsing.runner import ParserRunner
from genius_retrieval.settings import ParserSettings, UploadLimits
from tests.support import pdf
from tests.support.document_variants import PAPERS, as_docx, as_pdf
from tests.support.dossiers import RECEIVED, observed, plain, types, wrong_facts
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


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [0, 1, 2, 9, 16, 17])
async def test_a_scan_of_a_form_of_another_make_is_read(seed: int) -> None:
    """A little askew, blurred and dirty."""
    made = variant(seed)
    found = await observed(ParserRunner(ParserSettings(), UploadLimits()), {"Scan.pdf": _scanned(made.content, seed)})
    assert list(wrong_facts(found, made.application)) == []


def _scanned(content: bytes, seed: int) -> bytes:
    rng = random.Random(seed)
    pages = []
    for page in pypdfium2.PdfDocument(content):
        image = page.render(scale=200 / 72).to_pil().convert("L")
        turned = image.rotate(rng.uniform(-0.6, 0.6), fillcolor=255).filter(
            ImageFilter.GaussianBlur(rng.choice([0, 0.6]))
        )
        dirt = Image.frombytes("L", turned.size, rng.randbytes(turned.width * turned.height))
        pages.append(pdf.Page(scan=Image.blend(turned, dirt, 0.06)))
    return pdf.build(*pages)


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


def test_people_in_a_table_of_a_page_are_read() -> None:
    rows = [
        ("Name, Vorname", "Geburtsdatum", "Staatsangehörigkeit", "Einkommensart"),
        ("Nebel, Ida", "1.2.1980", "deutsch", "Rente"),
        ("Nebel, Tom", "3.4.2012", "polnisch", ""),
    ]
    lines = [pdf.Text("Antrag auf Wohngeld", x=50, y=800, size=16), pdf.Text("Haushalt", x=50, y=770, size=12)]
    for at, row in enumerate(rows):
        cells = [(cell, x) for cell, x in zip(row, (50, 200, 310, 440), strict=True) if cell]
        lines += [pdf.Text(cell, x=x, y=740 - 24 * at, size=9) for cell, x in cells]
    lines.append(pdf.Text("Wohnfläche: 64,5", x=50, y=640))
    found = _form(pdf.build(pdf.Page(lines)))
    assert [person.name for person in found.persons] == ["Ida Nebel", "Tom Nebel"]
    assert [plain(person.facts["geburtsdatum"].value) for person in found.persons] == ["1980-02-01", "2012-04-03"]
    assert [person.facts["einkommensarten"].value for person in found.persons] == [["rente"], None]
    assert found.persons[1].facts["staatsangehoerigkeit_gruppe"].value == "eu_ewr_schweiz"


def test_a_question_that_is_not_recognised_on_a_scan_is_not_blank() -> None:
    for scanned in (True, False):
        layout = DocumentLayout(
            media_type="application/pdf",
            lines=[_at("Antrag auf Wohngeld", 780), _at("Wohnf_äche", 700), _at("Vorname Ida", 680)],
            pages=[LayoutPage(number=1, width=595, height=842, scanned=scanned)],
        )
        facts = observe(sources_of("a.pdf", layout, "", ""), types(), load_form("wohngeld"), RECEIVED).facts
        wanted = "invalid" if scanned else "blank"
        assert (facts["haushalt_anzahl"].state, facts["anschrift"].state) == (wanted, wanted)


def _at(text: str, y: float) -> LayoutLine:
    return LayoutLine(text=text, box=(50, y, 50 + 6 * len(text), y + 10))


def _form(content: bytes, name: str = "a.pdf") -> Observed:
    sources = sources_of(name, layout_of(parse(content, name)), "", "")
    return observe(sources, types(), load_form("wohngeld"), RECEIVED)


def test_running_text_that_begins_a_line_with_a_title_is_none() -> None:
    """A page that goes on with a contract is not the document that its text mentions."""
    first = pdf.text_page("Wohnungsmietvertrag", "Zwischen Egon Beispiel (Vermieter) und Rosa Abendroth (Mieterin)")
    second = pdf.text_page(
        "§ 4 Der Vermieter stellt auf Verlangen jederzeit und ohne Kosten für die Mieterin eine",
        "Mietbescheinigung aus, soweit eine Behörde das von ihr verlangt",
        "Mietbescheinigungen älterer Art gelten nicht.",
    )
    sources = sources_of("V.pdf", layout_of(parse(pdf.build(first, second), "V.pdf")), "", "")
    (document,) = observe(sources, types(), load_form("wohngeld"), RECEIVED).documents
    assert (document.document_type, document.pages) == ("mietvertrag", (1, 2))
