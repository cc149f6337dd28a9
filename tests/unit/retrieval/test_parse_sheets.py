# SPDX-License-Identifier: EUPL-1.2
"""XLSX, ODS and CSV: rows with their numbers and columns, and what must never become text."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.chunking.structure import LONGEST, chunk
from genius_retrieval.chunks import CanonicalDocument, Chunk
from genius_retrieval.parsing.cell_formats import show
from genius_retrieval.parsing.guards import Bounds
from tests.support.sheets import cell, ods, ods_cell, ods_row, ods_table, relations, row, sheet, styles, text, xlsx
from tests.unit.retrieval.parsing_helpers import BOUNDS, codes, outcome, parse, shape

SECRET = "Kanarienvogel"
FEES = [("Leistung", "Gebühr in Euro"), *((f"Auskunft Nummer {n} aus dem Melderegister", str(n)) for n in range(2, 60))]


def chunks(document: CanonicalDocument) -> list[Chunk]:
    return chunk(document, UUID(int=1), "v")


def as_xlsx(rows: list[tuple[str, ...]]) -> bytes:
    return xlsx({"Gebühren": sheet(*(row(n, *cells) for n, cells in enumerate(rows, 1)))})


def as_ods(rows: list[tuple[str, ...]]) -> bytes:
    return ods(ods_table("Gebühren", *(ods_row(*cells) for cells in rows)))


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    return "".join(";".join(f'"{c}"' for c in cells) + "\r\n" for cells in rows).encode("cp1252")


@pytest.mark.parametrize("made", [as_xlsx, as_ods, as_csv])
def test_every_chunk_says_its_rows_and_is_found_by_the_columns(made: object) -> None:
    """The header row is indexed with each chunk and cited only where it stands."""
    found = chunks(parse(made(FEES), "x"))  # type: ignore[operator]
    assert len(found) > 2
    for piece in found:
        place = piece.section_path[-1]
        first, last = (int(n) for n in place.removeprefix("Zeilen ").split("–"))
        lines = [line for line in piece.text.split("\n") if " | " in line]
        assert lines == [" | ".join(FEES[n - 1]) for n in range(first, last + 1)]
        assert ("Leistung" in piece.text) == (first == 1)
        assert ("Leistung | Gebühr in Euro" in piece.context) == (first > 1)
    if made is not as_csv:
        assert {piece.section_path[0] for piece in found} == {"Gebühren"}
        assert {piece.heading for piece in found} == {"Gebühren"}


def test_sheets_follow_each_other_with_their_names() -> None:
    two = {"Eins": sheet(row(3, "a", "b")), "Zwei": sheet(row(1, "c"), row(7, "d"))}
    document = parse(xlsx(two), "Mappe.xlsx")
    assert shape(document) == [
        ("heading", 2, "Eins"), ("table", "a | b"), ("heading", 2, "Zwei"), ("table", "c\nd"),
    ]  # fmt: skip
    assert [piece.section_path for piece in chunks(document)] == [("Eins", "Zeile 3"), ("Zwei", "Zeilen 1–7")]
    assert document.media_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert document.title == "Mappe.xlsx"


@pytest.mark.parametrize(
    ("stored", "code", "shown"),
    [
        ("1234.5", '#,##0.00\\ "€"', "1.234,50 €"),
        ("1234.5", "#,##0.00 [$€-407]", "1.234,50 €"),
        ("-1234.5", "#,##0.00_-;[Red]-#,##0.00", "-1.234,50"),
        ("0.125", "0.0%", "12,5%"),
        ("2.5", "0", "3"),
        ("0.30000000000000004", "General", "0,3"),
        ("1200", "", "1200"),
        ("0.0000001", "", "1e-7"),
        ("46023", "dd.mm.yyyy", "01.01.2026"),
        ("46023.5", "m/d/yy h:mm", "01.01.2026 12:00"),
        ("0.75", "hh:mm", "18:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("59", "d.m.yyyy", "28.02.1900"),
        ("61", "d.m.yyyy", "01.03.1900"),
        ("1e300", "dd.mm.yyyy", "1" + "0" * 300),
        ("nan", "0.00", "nan"),
        ("inf", "0", "inf"),
        ("kein Wert", "0.00", "kein Wert"),
        ("12", '0 "Tage"', "12 Tage"),
        ("12345678", "0,,", "12345678"),
        ("7", "#" * 500, "7"),
    ],
)
def test_numbers_look_as_in_the_program(stored: str, code: str, shown: str) -> None:
    assert show(stored, code) == shown


@given(st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=30))
def test_any_format_code_is_survived(value: float, code: str) -> None:
    assert isinstance(show(repr(value), code), str)


def test_cells_of_every_kind() -> None:
    """Formulas are shown as their stored value and never computed; one without a value is named."""
    part = sheet(
        row(
            1,
            cell("A1", "0", kind="s"),
            cell("B1", "1234.5", style=1),
            cell("C1", "1", kind="b"),
            cell("D1", "#DIV/0!", kind="e"),
            cell("F1", "Summe: 7", kind="str", formula='WEBSERVICE("http://127.0.0.1:9/x")'),
            cell("G1", "9", kind="s"),
        ),
        row(2, '<c r="A2"><f>A1*2</f></c>'),
    )
    document = parse(
        xlsx(
            {"T": part},
            shared=["<r><t>Reich</t></r><r><t>er Text</t></r><rPh><t>Lesehilfe</t></rPh>"],
            parts={"xl/styles.xml": styles("General", "#,##0.00")},
        ),
        "x.xlsx",
    )
    assert document.text == "T\n\nReicher Text | 1.234,50 | WAHR | #DIV/0! | | Summe: 7"
    assert codes(document) == ["formulas_without_value"]


WHITE = '<font/><font><color rgb="FFFFFFFF"/></font>'
HIDDEN = {
    "row": (sheet(row(1, "offen"), row(2, SECRET, attributes='hidden="1"')), {}),
    "column": (
        sheet(row(1, "offen", SECRET), before='<cols><col min="2" max="16384" hidden="1"/></cols>'),
        {},
    ),
    "white": (
        sheet(row(1, "offen", text("B1", SECRET, style=1))),
        {"xl/styles.xml": styles("General", fonts=WHITE, cells='<xf numFmtId="0" fontId="1"/>')},
    ),
    "format": (sheet(row(1, "offen", text("B1", SECRET, style=1))), {"xl/styles.xml": styles("General", ";;;")}),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_what_a_sheet_hides_does_not_leak(how: str) -> None:
    """INJ-04, ING-12: hidden rows and columns, white on nothing, formats that show nothing."""
    part, parts = HIDDEN[how]
    document = parse(xlsx({"T": part}, parts=parts), "x.xlsx")
    assert (document.text, codes(document)) == ("T\n\noffen", ["hidden_text"])


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_do_not_leak(state: str) -> None:
    """ING-12: nor does the text box on one."""
    two = {"Offen": sheet(row(1, "offen")), "Verdeckt": sheet(row(1, SECRET))}
    parts = {"xl/worksheets/_rels/sheet2.xml.rels": relations(d="drawing ../drawings/drawing1.xml"),
             "xl/drawings/drawing1.xml": drawing(SECRET)}  # fmt: skip
    document = parse(xlsx(two, states={"Verdeckt": state}, parts=parts), "x.xlsx")
    assert (document.text, codes(document)) == ("Offen\n\noffen", ["hidden_text"])


def drawing(content: str) -> str:
    return f'<d xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:t>{content}</a:t></a:p></d>'


def test_text_boxes_follow_their_sheet_and_comments_are_left_out() -> None:
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(d="drawing ../drawings/drawing1.xml", c="comments x.xml"),
        "xl/drawings/drawing1.xml": drawing("Stand: 1.3.2026"),
        "xl/comments1.xml": f"<comments><t>{SECRET}</t></comments>",
        "docProps/core.xml": "<c><creator>Erika Muster</creator><lastModifiedBy>Max</lastModifiedBy></c>",
    }
    document = parse(xlsx({"T": sheet(row(1, "a"))}, parts=parts), "x.xlsx")
    assert (document.text, codes(document)) == ("T\n\na\n\nStand: 1.3.2026", ["tracked_changes"])


MARK = "VS-NfD"
MARKED = {
    "cell": xlsx({"T": sheet(row(1, "a", MARK))}),
    "hidden row": xlsx({"T": sheet(row(1, "a"), row(2, MARK, attributes='hidden="1"'))}),
    "hidden sheet": xlsx({"T": sheet(row(1, "a")), "U": sheet(row(1, MARK))}, states={"U": "hidden"}),
    "sheet name": xlsx({"VS-NfD Lage": sheet()}),
    "header": xlsx({"T": sheet(row(1, "a"), after='<headerFooter><oddHeader>&amp;C&amp;"Arial,Bold"&amp;14VS-NUR FÜR'
                               " DEN DIENSTGEBRAUCH</oddHeader></headerFooter>")}),
    "comment": xlsx({"T": sheet(row(1, "a"))}, parts={"xl/comments1.xml": f"<c><t>{MARK}</t></c>"}),
    "text box": xlsx({"T": sheet(row(1, "a"))}, parts={"xl/drawings/drawing1.xml": drawing(MARK)}),
    "property": xlsx({"T": sheet(row(1, "a"))}, parts={"docProps/custom.xml": f"<c><t>{MARK}</t></c>"}),
    "ods cell": ods(ods_table("T", ods_row("a", MARK))),
    "ods hidden row": ods(ods_table("T", ods_row("a"), ods_row(MARK, attributes='table:visibility="collapse"'))),
    "ods comment": ods(ods_table("T", ods_row("<table:table-cell><office:annotation><text:p>VS-NfD</text:p>"
                                              "</office:annotation><text:p>a</text:p></table:table-cell>"))),
    "ods header": ods(ods_table("T", ods_row("a")), parts={"styles.xml": f"<a>{MARK}</a>"}),
    "ods sheet name": ods(ods_table("VS-NfD", ods_row("a"))),
    "csv": b"a;b\n1;2\n3;VS-NfD\n",
}  # fmt: skip


@pytest.mark.parametrize("where", MARKED)
def test_a_classification_mark_is_seen_everywhere(where: str) -> None:
    """ING-11: also in what is left out."""
    assert outcome(MARKED[where], "x") == "vs_marking"


def test_ods_repeats_hides_and_shows() -> None:
    hiding = (
        '<style:style style:name="H" style:family="table"><style:table-properties table:display="false"/></style:style>'
        '<style:style style:name="W"><style:text-properties fo:color="#ffffff"/></style:style>'
    )
    document = parse(
        ods(
            ods_table(
                "Bestand",
                '<table:table-column/><table:table-column table:visibility="collapse"/>',
                ods_row(ods_cell("a"), ods_cell("verdeckt"), ods_cell("c", 'table:number-columns-repeated="2"')),
                ods_row(attributes='table:number-rows-repeated="4"'),
                ods_row("x", attributes='table:number-rows-repeated="2"'),
                ods_row(ods_cell("weiß", 'table:style-name="W"')),
                ods_row("=SUMME(A1)", attributes='table:visibility="filter"'),
                ods_row(attributes='table:number-rows-repeated="1048000"'),
            ),
            ods_table("Verdeckt", ods_row(SECRET), attributes='table:style-name="H"'),
            styles=hiding,
        ),
        "x.ods",
    )
    assert shape(document) == [("heading", 2, "Bestand"), ("table", "a | | c | c\nx\nx")]
    assert chunks(document)[0].section_path == ("Bestand", "Zeilen 1–7")
    assert codes(document) == ["hidden_text"]
    assert document.media_type == "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "name", "table"),
    [
        ("a;b\n1;2\n3;4\n", "x.txt", True),
        ("a\tb\n1\t2\n3\t4\n", "x.txt", True),
        ("a,b\n1,2\n3,4\n", "x.txt", True),
        ("sep=|\na|b\n", "x.csv", True),
        ("a;b\n1;2;3\n", "x.csv", True),
        ("a;b\n1;2;3\n", "x.txt", False),
        ("Äpfel, Birnen\nBrot, Butter\nSalz, Zucker\n", "x.txt", False),
        ("1. Erstens;\n2. Zweitens;\n3. Drittens;\n", "x.txt", False),
        ("Nur ein Satz; mit Strichpunkt.", "x.txt", False),
        ('a;"b\n1;2\n' + "x" * 140_000, "x.csv", False),
    ],
)
def test_csv_is_known_by_its_content(content: str, name: str, table: bool) -> None:
    """ING-05: the name helps only where the rows have different lengths."""
    document = parse(content.encode(), name)
    assert (document.media_type == "text/csv") is table
    assert ("table" in {block.kind for block in document.blocks}) is table


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='";'), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=5), min_size=1, max_size=120))
def test_no_cell_is_lost(table: list[list[str]]) -> None:
    """Of CSV, in order; chunks are bounded and hold every row."""
    content = "".join(";".join(f'"{c}"' for c in line) + "\n" for line in table)
    found = outcome(content.encode(), "x.csv")
    if isinstance(found, str):
        assert found in {"no_content", "empty"}
        return
    assert all(len(piece.text) <= LONGEST for piece in chunks(found))
    if found.media_type == "text/csv":
        numbers = [piece.section_path[-1] for piece in chunks(found)]
        assert all(number.startswith("Zeile") for number in numbers)


def test_places_past_the_edge_are_refused_and_the_last_ones_are_read() -> None:
    """ING-06: a cell at the very end costs one cell."""
    edge = parse(xlsx({"T": sheet(row(1, "a"), row(1_048_576, text("XFD1048576", "z")))}), "x.xlsx")
    assert edge.text.startswith("T\n\na\n")
    assert len(edge.text) < 1000
    for wrong in (
        row(1_048_577, "a"),
        row(1, text("XFE1", "a")),
        row(1, text("B1", "a"), text("A1", "b")),
        row(0, "a"),
    ):
        assert outcome(xlsx({"T": sheet(wrong)}), "x.xlsx") == "broken"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"1;1;1;1;1;1;1;1;1;1\n" * 100_000, "too_much_text"),
        (ods(ods_table("T", ods_row("x" * 50, attributes='table:number-rows-repeated="1048576"'))), "too_much_text"),
        (ods(ods_table("T", ods_row(ods_cell("x" * 200, 'table:number-columns-repeated="16384"')))), "too_much_text"),
        (ods(ods_table("T", ods_row("x", attributes='table:number-rows-repeated="-1"'))), "broken"),
        (xlsx({"T": sheet()}, shared=["<t>" + "x" * 3_000_000 + "</t>"]), "too_much_text"),
        (xlsx({"T": b"<worksheet><offen>"}), "broken"),
        (xlsx({}), "no_content"),
    ],
)  # fmt: skip
def test_bombs_end_with_a_reason(content: bytes, code: str) -> None:
    """ING-06."""
    wide = Bounds(BOUNDS.pages, 1_000_000, 500, 1 << 23, 1 << 24, 100_000)
    assert outcome(content, "x", wide) == code
