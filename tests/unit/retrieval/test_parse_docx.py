# SPDX-License-Identifier: EUPL-1.2
"""DOCX: what becomes text, in which order and role, and what must never become text."""

import io

import docx as python_docx
import pytest

from tests.support.office import STYLES, docx, paragraph, run
from tests.unit.retrieval.parsing_helpers import codes, outcome, parse, shape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
SECRET = "Kanarienvogel"


def cell(*blocks: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks)}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def styles(*definitions: str) -> dict[str, str | bytes]:
    return {"word/styles.xml": f'<?xml version="1.0"?><w:styles {W}>{"".join(definitions)}</w:styles>'}


def word_file() -> bytes:
    """As a word processor writes it: every part of the package, default styles."""
    document = python_docx.Document()
    document.core_properties.title = "Dienstanweisung Wohngeld"
    document.add_heading("Geltungsbereich", 1)
    document.add_paragraph("Diese Anweisung gilt für alle Ämter der Stadt Köln.")
    document.add_heading("Ausnahmen", 2)
    document.add_paragraph("Nicht erfasst sind:")
    for item in ("Eigenbetriebe", "Beteiligungen"):
        document.add_paragraph(item, style="List Bullet")
    grid = document.add_table(rows=2, cols=2)
    for index, text in enumerate(("Stufe", "Betrag", "I", "347 €")):
        grid.cell(index // 2, index % 2).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_file_of_a_word_processor() -> None:
    found = parse(word_file(), "wohngeld.docx")
    assert found.title == "Dienstanweisung Wohngeld"
    assert found.media_type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert shape(found)[:4] == [
        ("heading", 1, "Geltungsbereich"),
        ("paragraph", "Diese Anweisung gilt für alle Ämter der Stadt Köln."),
        ("heading", 2, "Ausnahmen"),
        ("paragraph", "Nicht erfasst sind:"),
    ]
    assert shape(found)[-1] == ("table", "Stufe | Betrag\nI | 347 €")
    assert found.text.index("Eigenbetriebe") < found.text.index("Beteiligungen") < found.text.index("Stufe")
    assert [section.path for section in found.sections] == [("Geltungsbereich",), ("Geltungsbereich", "Ausnahmen")]
    assert codes(found) == []


@pytest.mark.parametrize(
    ("definition", "level"),
    [
        ('<w:name w:val="heading 1"/>', 1),
        ('<w:name w:val="Heading 4"/>', 4),
        ('<w:name w:val="Überschrift 2"/>', 2),
        ('<w:name w:val="heading 9"/>', 6),
        ('<w:name w:val="Title"/>', 1),
        ('<w:name w:val="Absatz"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr>', 3),
        ('<w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>', None),
        ('<w:name w:val="heading x"/>', None),
        ('<w:name w:val="heading"/>', None),
        ('<w:name w:val="Kopf"/><w:pPr><w:outlineLvl w:val="-1"/></w:pPr>', None),
        ("", None),
    ],
)
def test_which_style_makes_a_heading(definition: str, level: int | None) -> None:
    made = styles(f'<w:style w:type="paragraph" w:styleId="S">{definition}</w:style>')
    (first, *_) = parse(docx(paragraph("Kopf", style="S"), paragraph("Text"), parts=made), "x.docx").blocks
    assert (first.kind, first.level) == (("heading", level) if level else ("paragraph", None))


def test_a_style_inherits_its_level_and_an_unknown_one_has_none() -> None:
    found = parse(docx(paragraph("Amtlich", style="Amt"), paragraph("Fremd", style="Nirgends")), "x.docx")
    assert shape(found) == [("heading", 1, "Amtlich"), ("paragraph", "Fremd")]


def test_styles_that_inherit_from_each_other_end() -> None:
    ring = "".join(
        f'<w:style w:styleId="{a}"><w:name w:val="{a}"/><w:basedOn w:val="{b}"/></w:style>' for a, b in ("AB", "BA")
    )
    assert shape(parse(docx(paragraph("Text", style="A"), parts=styles(ring)), "x.docx")) == [("paragraph", "Text")]


def test_neighbouring_items_are_one_list_and_others_part_it() -> None:
    found = parse(
        docx(
            paragraph("Es sind vorzulegen:"),
            paragraph("Mietvertrag", listed=True),
            paragraph(""),
            paragraph("Kontoauszug", listed=True),
            paragraph("Außerdem:"),
            paragraph("Ausweis", listed=True),
            table(row(cell(paragraph("A")))),
            paragraph("Meldebescheinigung", listed=True),
        ),
        "x.docx",
    )
    assert shape(found) == [
        ("paragraph", "Es sind vorzulegen:"),
        ("list", "- Mietvertrag\n- Kontoauszug"),
        ("paragraph", "Außerdem:"),
        ("list", "- Ausweis"),
        ("table", "A"),
        ("list", "- Meldebescheinigung"),
    ]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([row(cell(paragraph("a")), cell(paragraph("b")))], "a | b"),
        ([row(cell(paragraph("a"), paragraph("b")), cell(paragraph("c")))], "a b | c"),
        ([row(cell(paragraph("breit"), properties='<w:gridSpan w:val="2"/>')), row(cell(paragraph("c")))], "breit\nc"),
        (
            [
                row(cell(paragraph("hoch"), properties='<w:vMerge w:val="restart"/>'), cell(paragraph("1"))),
                row(cell(paragraph(""), properties="<w:vMerge/>"), cell(paragraph("2"))),
            ],
            "hoch | 1\n| 2",
        ),
        ([row(cell(paragraph("")), cell(paragraph(""))), row(cell(paragraph("z")))], "z"),
        ([row(cell(table(row(cell(paragraph("innen")))), paragraph("außen")))], "innen außen"),
        (["<w:sdt><w:sdtContent>" + row(cell(paragraph("Formular"))) + "</w:sdtContent></w:sdt>"], "Formular"),
        ([row("<w:sdt><w:sdtContent>" + cell(paragraph("Feld")) + "</w:sdtContent></w:sdt>", cell(paragraph("b")))],
         "Feld | b"),
    ],
)  # fmt: skip
def test_tables(rows: list[str], text: str) -> None:
    """Also merged cells, nested tables, and rows or cells inside of content controls, as forms have them."""
    assert shape(parse(docx(table(*rows)), "x.docx")) == [("table", text)]


def test_a_text_box_in_a_cell_is_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('Kasten')}</w:txbxContent>"
    both = (
        f"<w:r {MC}><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert parse(docx(table(row(cell(paragraph(both))))), "x.docx").text.count("Kasten") == 1
    assert parse(docx(paragraph(both), paragraph("Danach")), "x.docx").text.count("Kasten") == 1
    assert shape(parse(docx(paragraph(run("Davor") + both)), "x.docx")) == [
        ("paragraph", "Davor"),
        ("paragraph", "Kasten"),
    ]


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        (f"<w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del>", "tracked_changes"),
        (f"<w:del>{run(SECRET)}</w:del>", "tracked_changes"),
        (f"<w:moveFrom>{run(SECRET)}</w:moveFrom>", "tracked_changes"),
        (f"<w:r><w:instrText>{SECRET}</w:instrText></w:r>", None),
        (run(SECRET, "<w:vanish/>"), "hidden_text"),
        (run(SECRET, '<w:vanish w:val="true"/>'), "hidden_text"),
        (run(SECRET, '<w:color w:val="ffffff"/>'), "hidden_text"),
        (run(SECRET, '<w:sz w:val="2"/>'), "hidden_text"),
    ],
)
@pytest.mark.parametrize("place", ["paragraph", "list", "cell", "control"])
def test_what_nobody_sees_does_not_leak(content: str, warning: str | None, place: str) -> None:
    """INJ-04: deleted, moved and hidden text and field codes stay out, wherever they stand."""
    inner = paragraph(run("sichtbar ") + content, listed=place == "list")
    inner = table(row(cell(inner))) if place == "cell" else inner
    inner = f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>" if place == "control" else inner
    found = parse(docx(inner), "x.docx")
    assert "sichtbar" in found.text
    assert SECRET not in found.text
    assert codes(found) == ([warning] if warning else [])


@pytest.mark.parametrize(
    "properties",
    [
        '<w:vanish w:val="0"/>',
        '<w:vanish w:val="false"/>',
        '<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>',
        '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>',
        '<w:sz w:val="4"/>',
        '<w:sz w:val="x"/>',
        '<w:color w:val="auto"/>',
    ],
)
def test_what_can_be_seen_stays(properties: str) -> None:
    found = parse(docx(paragraph(run("Weiß auf Schwarz", properties))), "x.docx")
    assert (found.text, codes(found)) == ("Weiß auf Schwarz", [])


def test_inserted_text_is_the_current_text() -> None:
    found = parse(docx(paragraph(f"<w:ins>{run('Neue')}</w:ins>" + run(" Fassung"))), "x.docx")
    assert (found.text, codes(found)) == ("Neue Fassung", ["tracked_changes"])


def test_comments_stay_outside() -> None:
    note = f"<w:comments {W}><w:comment w:id='1'>{paragraph(SECRET)}</w:comment></w:comments>"
    body = paragraph(run("Text") + '<w:r><w:commentReference w:id="1"/></w:r>')
    found = parse(docx(body, parts={"word/comments.xml": note}), "x.docx")
    assert (found.text, codes(found)) == ("Text", ["tracked_changes"])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (run("Groß") + run("schreibung"), "Großschreibung"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", "a b"),
        ("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", "a\nb"),
        ("<w:r><w:t>a</w:t><w:cr/><w:t>b</w:t></w:r>", "a\nb"),
        ("<w:r><w:t>E</w:t><w:noBreakHyphen/><w:t>Mail</w:t></w:r>", "E-Mail"),
        (run("Stra\u00adße"), "Straße"),
        (run("Mu\u0308ller"), "Müller"),
        (f"<w:hyperlink>{run('Verweis')}</w:hyperlink>", "Verweis"),
        (f"<w:smartTag>{run('Ort')}</w:smartTag>", "Ort"),
        (run("&lt;b&gt; &amp; ü"), "<b> & ü"),
    ],
)
def test_characters_of_a_paragraph(content: str, text: str) -> None:
    assert parse(docx(paragraph(content)), "x.docx").text == text


@pytest.mark.parametrize("part", ["word/header1.xml", "word/footer3.xml", "docProps/core.xml", "docProps/app.xml"])
def test_a_classification_mark_outside_of_the_body_is_seen(part: str) -> None:
    """ING-11: header, footer and properties are looked at although they are no content."""
    mark = f"<a {W}>VS-NUR FÜR DEN DIENSTGEBRAUCH</a>"
    assert outcome(docx(paragraph("Harmlos"), parts={part: mark}), "x.docx") == "vs_marking"
    harmless = parse(docx(paragraph("Harmlos"), parts={part: f"<a {W}>Seite 1</a>"}), "x.docx")
    assert harmless.text == "Harmlos"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/document.xml": f"<w:document {W}/>"}, "broken"),
        ({"word/document.xml": ""}, "broken"),
        ({"word/document.xml": "<w:document>"}, "broken"),
        ({"word/document.xml": f"<w:document {W}><w:body/></w:document>"}, "no_content"),
        ({"word/styles.xml": "<offen>" + STYLES}, "broken"),
        ({"docProps/core.xml": "kein XML"}, "broken"),
    ],
)
def test_damaged_parts_are_refused(parts: dict[str, str | bytes], code: str) -> None:
    assert outcome(docx(paragraph("x"), parts=parts), "x.docx") == code


def test_without_styles_there_are_paragraphs_and_the_name_is_the_title() -> None:
    found = parse(docx(paragraph("Text", style="berschrift1"), parts={"word/styles.xml": b""}), "Mein Brief.docx")
    assert (shape(found), found.title) == ([("paragraph", "Text")], "Mein Brief.docx")
