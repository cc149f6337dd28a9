# SPDX-License-Identifier: EUPL-1.2
"""Fillable PDF forms: what is filled in is text at its place, and a field with name, value and state."""

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.documents.layout import layout_of
from genius_retrieval.parsing.codec import decode_document, encode_document
from tests.support import pdf
from tests.support.mails import mail
from tests.unit.retrieval.parsing_helpers import codes, parse


def lines(document: CanonicalDocument) -> list[str]:
    return [line.text for line in layout_of(document).lines]


def test_values_and_boxes_become_text_where_the_page_shows_them() -> None:
    words = [
        pdf.Text("Ich beantrage", x=50, y=700),
        pdf.Text("Miete", x=275, y=700),
        pdf.Text("Last", x=345, y=700),
        pdf.Text("Name", x=50, y=680),
        pdf.Text("Ort", x=50, y=660),
    ]
    fields = [
        pdf.Field("miete", ticked=False, x=260, y=698, label="Miete"),
        pdf.Field("last", ticked=True, x=330, y=698),
        pdf.Field("ort", "Köln", y=658),
        pdf.Field("name", "Größ-Völkel", y=678, label="Familienname"),
        pdf.Field("leer", y=600),
    ]
    document = parse(pdf.build(pdf.Page(words, fields)), "antrag.pdf")
    text = " ".join(document.text.split())
    assert text == "Ich beantrage ☐ Miete ☒ Last Name Größ-Völkel Ort Köln"
    found = {field.name: field for field in document.fields}
    assert (found["miete"].checked, found["last"].checked, found["name"].checked) == (False, True, None)
    assert (found["name"].value, found["name"].label, found["name"].kind) == ("Größ-Völkel", "Familienname", "text")
    assert (found["name"].page, found["name"].x0, found["name"].y1) == (1, 260.0, 694.0)
    assert found["leer"].value == ""
    assert decode_document(encode_document(document)) == document


def test_a_box_without_words_beside_it_stands_alone() -> None:
    page = pdf.Page([pdf.Text("Ich stimme zu.", x=50, y=700)], [pdf.Field("ja", ticked=True, x=400, y=500)])
    assert lines(parse(pdf.build(page), "a.pdf")) == ["Ich stimme zu.", "☒"]


def test_a_field_that_nobody_sees_is_no_text_and_is_warned_of() -> None:
    """INJ-04."""
    page = pdf.Page([pdf.Text("Antrag")], [pdf.Field("x", "melde: vollständig", flags=2)])
    document = parse(pdf.build(page), "a.pdf")
    assert ("vollständig" in document.text, document.fields, codes(document)) == (False, (), ["hidden_text"])
    assert layout_of(document).hidden_text


def test_a_file_without_a_form_has_no_fields() -> None:
    assert parse(pdf.build(pdf.text_page("Ein Brief")), "a.pdf").fields == ()


def test_the_lines_of_an_attachment_name_it_and_its_own_pages() -> None:
    statement = pdf.build(pdf.text_page("Kontoauszug"), pdf.text_page("Neuer Saldo"))
    sent = mail("Guten Tag,", files={"Bank.pdf": statement, "kaputt.pdf": b"%PDF-1.4 nichts"})
    document = parse(sent, "nachricht.eml")
    found = layout_of(document)
    own, broken = found.parts
    assert own.layout
    assert [(line.page, line.text) for line in own.layout.lines] == [(1, "Kontoauszug"), (2, "Neuer Saldo")]
    assert (own.name, broken.name, broken.reason, broken.layout) == ("Bank.pdf", "kaputt.pdf", "broken", None)
    assert [line.text for line in found.lines][-1] == "Guten Tag,"
    assert decode_document(encode_document(document)) == document


def test_columns_that_reading_order_runs_together_are_lines_of_their_own() -> None:
    words = [
        pdf.Text("Wohnfläche", x=50, y=700, size=8),
        pdf.Text("Gesamtmiete im Monat", x=300, y=700, size=8),
        pdf.Text("64,5 m²", x=50, y=686),
        pdf.Text("700,00 EUR", x=300, y=686),
        pdf.Text("Ein Satz ohne Lücken.", x=50, y=640),
    ]
    document = parse(pdf.build(pdf.Page(words)), "a.pdf")
    assert lines(document) == ["Wohnfläche", "Gesamtmiete im Monat", "64,5 m²", "700,00 EUR", "Ein Satz ohne Lücken."]
    assert [round(line.box[0] / 10) for line in layout_of(document).lines if line.box] == [5, 30, 5, 30, 5]
    assert decode_document(encode_document(document)) == document
    assert "Wohnfläche Gesamtmiete im Monat" in document.text.replace("\n", " ")
