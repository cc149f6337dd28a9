# SPDX-License-Identifier: EUPL-1.2
"""Charts in DOCX and XLSX are tables of their values; headers and footers of sheets and slides are set apart."""

import pytest

from genius_retrieval.parsing.xlsx_edges import without_codes
from tests.support.office import docx, paragraph, run
from tests.support.sheets import relations, row, sheet, xlsx
from tests.support.slides import chart_part, points, pptx, series, shape, slide, title
from tests.unit.retrieval.parsing_helpers import codes, outcome, parse
from tests.unit.retrieval.parsing_helpers import shape as blocks

YEARS = points("2025", "2026", kind="str")
CHART = chart_part(series("Anträge", YEARS, points("120", "150")), above=title("Anträge im Jahr"))
TABLE = [("paragraph", "Anträge im Jahr"), ("table", "| Anträge\n2025 | 120\n2026 | 150")]
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_NEWER = '<x:chart xmlns:x="http://schemas.microsoft.com/office/drawing/2014/chartex"/>'


def shown(identifier: str = "c1") -> str:
    return f'<c:chart xmlns:c="{_C}" xmlns:r="{_R}" r:id="{identifier}"/>'


def drawn(inner: str) -> str:
    return f"<w:r><w:drawing>{inner}</w:drawing></w:r>"


def word(*blocks: str, made: str = CHART) -> bytes:
    names = relations(c1="chart charts/chart1.xml", c2="image media/a.png")
    return docx(*blocks, parts={"word/_rels/document.xml.rels": names, "word/charts/chart1.xml": made})


def test_a_chart_of_a_text_stands_behind_its_paragraph() -> None:
    found = parse(
        word(paragraph("Davor."), paragraph(run("Siehe Bild.") + drawn(shown())), paragraph("Danach.")), "x.docx"
    )
    assert blocks(found) == [("paragraph", "Davor."), ("paragraph", "Siehe Bild."), *TABLE, ("paragraph", "Danach.")]
    assert codes(found) == []


@pytest.mark.parametrize(
    "around",
    [
        "<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>",
        "<w:p><w:r><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></w:r></w:p>",
        "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>",
    ],
)
def test_also_in_a_table_a_text_box_or_a_form(around: str) -> None:
    assert blocks(parse(word(around.format(paragraph(drawn(shown()))), paragraph("x")), "x.docx")) == [
        *TABLE,
        ("paragraph", "x"),
    ]


def test_what_is_deleted_or_repeated_for_older_programs_is_no_chart() -> None:
    deleted = f"<w:p><w:del>{drawn(shown())}</w:del></w:p>"
    choices = f"<mc:Choice>{_NEWER}</mc:Choice><mc:Fallback>{shown()}</mc:Fallback>"
    both = f'<mc:AlternateContent xmlns:mc="{_MC}">{choices}</mc:AlternateContent>'
    found = parse(word(paragraph("x"), deleted, paragraph(drawn(both))), "x.docx")
    assert blocks(found) == [("paragraph", "x")]
    assert codes(found) == ["tracked_changes", "charts_not_read"]


@pytest.mark.parametrize("identifier", ["c2", "fehlt", ""])
def test_what_keeps_no_values_is_named(identifier: str) -> None:
    assert codes(parse(word(paragraph("x"), paragraph(drawn(shown(identifier)))), "x.docx")) == ["charts_not_read"]


def test_a_mark_in_a_chart_is_found() -> None:
    """ING-11"""
    marked = chart_part(series("x", YEARS, points("1", "2")), above=title("VS-NUR FÜR DEN DIENSTGEBRAUCH"))
    assert outcome(word(paragraph("x"), paragraph(drawn(shown())), made=marked), "x.docx") == "vs_marking"


def workbook(*sheets: str, state: str = "visible", kind: str = "worksheet") -> bytes:
    """The first sheet, T, has a chart; `kind` of all."""
    drawing = f'<d xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{shown()}</d>'
    folder = f"xl/{kind}s"
    parts: dict[str, str | bytes] = {
        f"{folder}/_rels/sheet1.xml.rels": relations(d="drawing ../drawings/drawing1.xml"),
        "xl/drawings/drawing1.xml": drawing,
        "xl/drawings/_rels/drawing1.xml.rels": relations(c1="chart ../charts/chart1.xml"),
        "xl/charts/chart1.xml": CHART,
    }
    if kind == "chartsheet":
        parts["xl/_rels/workbook.xml.rels"] = relations(
            s1=f"{kind} {kind}s/sheet1.xml", s2="worksheet worksheets/sheet2.xml"
        )
        parts[f"{folder}/sheet1.xml"] = "<chartsheet/>"
    names = dict(zip(("T", "U"), sheets, strict=False))
    return xlsx(names, states={"T": state}, parts=parts)


def test_charts_of_a_sheet_stand_under_its_name_behind_its_rows() -> None:
    found = parse(workbook(sheet(row(1, "Jahr", "Zahl"), row(2, "2025", "7")), sheet(row(1, "b"))), "x.xlsx")
    assert blocks(found) == [
        ("heading", 2, "T"),
        ("table", "Jahr | Zahl\n2025 | 7"),
        *TABLE,
        ("heading", 2, "U"),
        ("table", "b"),
    ]
    assert [
        section.path
        for section in found.sections
        if "Anträge im Jahr" in found.text[section.char_from : section.char_to]
    ] == [("T",)]


@pytest.mark.parametrize("kind", ["worksheet", "chartsheet"])
def test_a_sheet_of_nothing_but_a_chart(kind: str) -> None:
    found = parse(workbook(sheet(), sheet(row(1, "b")), kind=kind), "x.xlsx")
    assert blocks(found)[:3] == [("heading", 2, "T"), *TABLE]


@pytest.mark.parametrize("kind", ["worksheet", "chartsheet"])
def test_charts_of_a_hidden_sheet_are_left_out(kind: str) -> None:
    found = parse(workbook(sheet(row(1, "verdeckt")), sheet(row(1, "b")), state="hidden", kind=kind), "x.xlsx")
    assert blocks(found) == [("heading", 2, "U"), ("table", "b")]


def headed(inner: str, attributes: str = "", **more: str) -> bytes:
    edges = f"<headerFooter {attributes}>{inner}</headerFooter>"
    sheets = {"Gebühren": sheet(row(1, "a"), after=edges), "Zwei": sheet(row(1, "b"), after=edges)}
    return xlsx(sheets, states=more)


def test_headers_and_footers_of_sheets_are_set_apart() -> None:
    inner = (
        "<oddHeader>&amp;L&amp;&quot;Arial,Fett&quot;&amp;14Amt für Soziales"
        "&amp;C&amp;K01+034Müller &amp;&amp; Söhne&amp;R&amp;D</oddHeader>"
        "<oddFooter>&amp;LStand: 01.03.2026&amp;RSeite &amp;P von &amp;N</oddFooter><evenFooter>ungezeigt</evenFooter>"
    )
    found = parse(headed(inner), "x.xlsx")
    assert blocks(found)[4:] == [
        ("page_header", "Amt für Soziales\nMüller & Söhne"),
        ("page_footer", "Stand: 01.03.2026\nSeite … von …"),
    ]
    assert str(found.as_of) == "2026-03-01"
    assert found.text[: found.content_end].endswith("b")


def test_those_of_first_and_left_pages_where_these_have_their_own() -> None:
    inner = "<oddHeader>&amp;A</oddHeader><evenHeader>Links</evenHeader><firstHeader>Erste</firstHeader>"
    attributes = 'differentFirst="1" differentOddEven="true"'
    edges = [text for kind, *_, text in blocks(parse(headed(inner, attributes), "x.xlsx")) if kind == "page_header"]
    assert sorted(edges) == ["Erste", "Gebühren", "Links", "Zwei"]
    hidden = [text for kind, *_, text in blocks(parse(headed(inner, Zwei="hidden"), "x.xlsx")) if kind == "page_header"]
    assert hidden == ["Gebühren"]


def test_codes_of_a_header_are_what_the_printer_makes_of_them() -> None:
    assert without_codes('&"Arial,Fett"&12Teil &K00FF00&A&X2&Y && mehr', "T") == "Teil T2 & mehr"


def test_headers_and_footers_of_slides_are_set_apart_once() -> None:
    edges = shape("Amt 50", kind="ftr"), shape("1. März 2026", kind="dt"), shape("7", kind="sldNum")
    found = parse(
        pptx(slide(shape("Eins", kind="title"), *edges), slide(shape("Zwei", kind="title"), *edges)), "x.pptx"
    )
    assert blocks(found) == [
        ("heading", 2, "Eins"),
        ("heading", 2, "Zwei"),
        ("page_footer", "Amt 50"),
        ("page_footer", "1. März 2026"),
    ]
