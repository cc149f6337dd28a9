# SPDX-License-Identifier: EUPL-1.2
"""PPTX: slides in their order with title, lists, tables and notes; what nobody sees on the screen is left out."""

import re
import unicodedata
from collections.abc import Mapping
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.chunking.structure import chunk
from tests.support.sheets import relations
from tests.support.slides import chart, chart_part, frame, notes, paragraph, points, pptx, series, shape, slide, table
from tests.support.slides import title as above
from tests.unit.retrieval.parsing_helpers import codes, outcome, parse
from tests.unit.retrieval.parsing_helpers import shape as blocks

DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
CLEAR = '<a:solidFill><a:srgbClr val="0"><a:alpha val="0"/></a:srgbClr></a:solidFill>'


def paths(content: bytes) -> list[tuple[tuple[str, ...], str]]:
    """Path and text of each chunk."""
    return [(item.section_path, item.text) for item in chunk(parse(content, "x.pptx"), UUID(int=1), "v")]


DECK = pptx(
    slide(shape("Haushalt 2027", kind="ctrTitle"), shape("Vorlage für den Rat", kind="subTitle")),
    slide(
        table(("Jahr", "Betrag"), ("2026", "347 €")),
        shape("Eckwerte", kind="title"),
        shape("Ausgaben", "Einnahmen", kind=""),
        shape("Quelle: Kämmerei", kind=None),
        shape("Stadt Köln", kind="ftr"),
        shape("2", kind="sldNum"),
    ),
    slide(shape("Ohne Titel.", kind=None)),
    notes={2: notes("Auf die Rücklage hinweisen.")},
)


def test_slides_say_their_number_and_title() -> None:
    found = parse(DECK, "haushalt.pptx")
    assert found.title == "Haushalt 2027"
    assert found.media_type.endswith("presentationml.presentation")
    assert blocks(found) == [
        ("heading", 1, "Haushalt 2027"),
        ("paragraph", "Vorlage für den Rat"),
        ("heading", 2, "Eckwerte"),
        ("table", "Jahr | Betrag\n2026 | 347 €"),
        ("list", "- Ausgaben\n- Einnahmen"),
        ("paragraph", "Quelle: Kämmerei"),
        ("paragraph", "Auf die Rücklage hinweisen."),
        ("paragraph", "Ohne Titel."),
        ("page_footer", "Stadt Köln"),
    ]
    assert codes(found) == []
    assert [path for path, _ in paths(DECK)] == [
        ("Haushalt 2027", "Folie 1"),
        ("Haushalt 2027", "Eckwerte", "Folie 2"),
        ("Haushalt 2027", "Eckwerte", "Folie 2, Notizen"),
        ("Haushalt 2027", "Folie 3"),
    ]


def test_the_order_is_that_of_the_presentation() -> None:
    content = pptx(slide(shape("eins")), slide(shape("zwei")), order=[2, 1], attributes='firstSlideNum="5"')
    assert paths(content) == [(("Folie 5",), "zwei"), (("Folie 6",), "eins")]


@pytest.mark.parametrize(
    "hidden",
    [
        slide(shape("Kanarienvogel"), attributes='show="0"'),
        slide(shape("Kanarienvogel", hidden=True)),
        slide(shape("Kanarienvogel", frame=frame(12_192_000, 0))),
        slide(shape("Kanarienvogel", frame=frame(-500, 0, 100))),
        slide("<p:grpSp><p:grpSpPr>" + frame(0, 6_858_000) + "</p:grpSpPr>" + shape("Kanarienvogel") + "</p:grpSp>"),
        slide(shape(paragraph("Kanarienvogel").replace("<a:rPr>", '<a:rPr sz="100">'))),
        slide(shape(paragraph("Kanarienvogel", run=CLEAR))),
    ],
)  # fmt: skip
def test_what_nobody_sees_is_left_out_and_named(hidden: str) -> None:
    """INJ-04: hidden slides and shapes, text beside the slide, tiny and transparent text."""
    found = parse(pptx(slide(shape("Sichtbar.")), hidden), "x.pptx")
    assert (found.text, codes(found)) == ("Sichtbar.", ["hidden_text"])


def test_white_text_on_a_slide_is_text() -> None:
    white = paragraph("Weiß auf Blau.", run='<a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>')
    assert parse(pptx(slide(shape(white, frame=frame(0, 0)))), "x.pptx").text == "Weiß auf Blau."


def test_diagrams_are_read_charts_and_pictures_named() -> None:
    points = "".join(f"<dgm:pt><dgm:t>{paragraph(text)}</dgm:t></dgm:pt>" for text in ("Antrag", "Bescheid"))
    smart = f'<dgm:dataModel xmlns:dgm="{DGM}" xmlns:a="{A}"><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>'
    parts: Mapping[str, str | bytes] = {
        "ppt/diagrams/data1.xml": smart,
        "ppt/slides/_rels/slide1.xml.rels": relations(d="diagramData ../diagrams/data1.xml"),
    }
    slides = slide(shape("Ablauf", kind="title")), slide(chart("rId1")), slide("<p:pic/>")
    found = parse(pptx(*slides, parts=parts), "x.pptx")
    assert blocks(found) == [("heading", 2, "Ablauf"), ("list", "- Antrag\n- Bescheid")]
    assert codes(found) == ["charts_not_read", "pages_without_text:3"]


def charted(*made: str, shown: str = "") -> bytes:
    """One slide with these charts, between two texts."""
    frames = shown or "".join(chart(f"c{number}") for number in range(len(made)))
    parts: dict[str, str | bytes] = {f"ppt/charts/chart{number}.xml": part for number, part in enumerate(made)}
    kinds = {f"c{number}": f"chart ../charts/chart{number}.xml" for number in range(len(made))}
    parts["ppt/slides/_rels/slide1.xml.rels"] = relations(**kinds)
    return pptx(slide(shape("Davor."), frames, shape("Danach.")), parts=parts)


YEARS = points("2025", "2026", "2027", kind="str")


def test_charts_are_tables_of_the_values_kept_with_them() -> None:
    axes = f"<c:catAx>{above('Jahr')}</c:catAx><c:valAx>{above('in Mio. Euro')}</c:valAx>"
    made = chart_part(
        series("Ausgaben", YEARS, points("1250.5", "1310", "", code="#,##0.0")),
        series("Anteil", YEARS, points("0.125", "", "0.2", code="0.0%")),
        above=above("Haushalt der Stadt"),
        axes=axes,
    )
    found = parse(charted(made), "x.pptx")
    assert codes(found) == []
    assert blocks(found) == [
        ("paragraph", "Davor."),
        ("paragraph", "Haushalt der Stadt\nin Mio. Euro"),
        ("table", "Jahr | Ausgaben | Anteil\n2025 | 1.250,5 | 12,5%\n2026 | 1.310,0 |\n2027 | | 20,0%"),
        ("paragraph", "Danach."),
    ]


def test_points_with_places_of_their_own_are_tables_of_their_own() -> None:
    made = chart_part(
        series("Messstelle A", points("1", "2"), points("0.5", "0.75"), scattered=True),
        series("Messstelle B", points("3"), points("4"), scattered=True),
    )
    tables = [item[1] for item in blocks(parse(charted(made), "x.pptx")) if item[0] == "table"]
    assert tables == ["| Messstelle A\n1 | 0,5\n2 | 0,75", "| Messstelle B\n3 | 4"]


def test_categories_in_groups_and_dates_are_written_out() -> None:
    levels = [points(*level, kind="str") for level in (("Januar", "Februar", "Januar"), ("2025", "", "2026"))]
    inner = "".join("<c:lvl>" + "".join(re.findall("<c:pt.*?</c:pt>", level)) + "</c:lvl>" for level in levels)
    grouped = f"<c:multiLvlStrRef><c:multiLvlStrCache>{inner}</c:multiLvlStrCache></c:multiLvlStrRef>"
    dated = points("45658", "45689", code="dd\\.mm\\.yyyy")
    made = [chart_part(series("Fälle", along, points("7", "8", "9"))) for along in (grouped, dated)]
    tables = [item[1] for item in blocks(parse(charted(*made), "x.pptx")) if item[0] == "table"]
    assert tables[0] == "| Fälle\n2025 Januar | 7\n2025 Februar | 8\n2026 Januar | 9"
    assert tables[1].startswith("| Fälle\n01.01.2025 | 7\n01.02.2025 | 8\n")


def literal(place: int) -> str:
    return series("x", "", f'<c:numLit><c:pt idx="{place}"><c:v>1</c:v></c:pt></c:numLit>')


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (chart_part(), ""),
        (chart_part(series("Leer", YEARS, points())), ""),
        (chart_part(series("x", YEARS, "<c:multiLvlStrRef><c:multiLvlStrCache/></c:multiLvlStrRef>")), ""),
        (chart_part(series("x", YEARS, points("1"))), chart("c9")),
        (chart_part(*map(literal, range(999))), ""),
    ],
    ids=["no series", "no values", "no levels", "no part", "too many cells"],
)  # fmt: skip
def test_a_chart_without_readable_values_is_named(made: str, shown: str) -> None:
    """ING-04: few bytes of a file are never many cells."""
    found = parse(charted(made, shown=shown), "x.pptx")
    assert (found.text, codes(found)) == ("Davor.\n\nDanach.", ["charts_not_read"])


def test_a_chart_on_two_slides_is_read_once() -> None:
    made = chart_part(series("Fälle", YEARS, points("1", "2", "3")))
    found = parse(charted(made, shown=chart("c0") * 2), "x.pptx")
    assert found.text.count("Fälle") == 1


def test_groups_and_alternatives_are_read_once() -> None:
    choice = f"<mc:Choice>{shape('neu')}</mc:Choice><mc:Fallback>{shape('alt')}</mc:Fallback>"
    both = f"<mc:AlternateContent>{choice}</mc:AlternateContent>"
    assert parse(pptx(slide(f"<p:grpSp>{both}</p:grpSp>", shape("danach"))), "x.pptx").text == "neu\n\ndanach"


def test_comments_are_named() -> None:
    found = parse(pptx(slide(shape("Text")), parts={"ppt/comments/comment1.xml": "<a>Kanarienvogel</a>"}), "x.pptx")
    assert (found.text, codes(found)) == ("Text", ["tracked_changes"])


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "Nd")), min_size=1, max_size=20)


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=4)), min_size=1, max_size=6))
def test_every_text_of_every_slide_is_there_in_order(slides: list[tuple[str, list[str]]]) -> None:
    content = pptx(*(slide(shape(*texts, kind="body"), shape(title, kind="title")) for title, texts in slides))
    found = parse(content, "x.pptx").text
    position = 0
    for title, texts in slides:
        for text in (title, *texts):
            position = found.index(unicodedata.normalize("NFC", text), position)


@given(st.binary(max_size=400), st.integers(0, 2000))
def test_damaged_files_are_refused_or_read(junk: bytes, at: int) -> None:
    """ING-06: whatever stands in the middle of the file."""
    outcome(DECK[:at] + junk + DECK[at + len(junk) :], "x.pptx")
