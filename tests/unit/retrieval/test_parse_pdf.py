# SPDX-License-Identifier: EUPL-1.2
"""PDF: reading order, roles and places of lines; the highlight is where the word is, also on turned pages."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops

from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.pdf_pictures import render
from genius_retrieval.parsing.spans import boxes_of
from tests.support import pdf
from tests.unit.retrieval.parsing_helpers import BOUNDS, codes, outcome, parse, shape

PIXELS = 4_000_000
WORD = "Kanarienvogel"
MEDIA = b"/MediaBox [0 0 595 842]"


def picture(content: bytes, boxes: list[list[float]], page: int = 1, pixels: int = PIXELS) -> Image.Image:
    return Image.open(io.BytesIO(render(content, {"page": page, "boxes": boxes, "pixels": pixels})))


def place(document: CanonicalDocument, word: str, page: int = 1) -> list[list[float]]:
    start = document.text.index(word)
    return boxes_of(document, page, start, start + len(word))


def dark(image: Image.Image) -> tuple[int, int, int, int]:
    """The rectangle that holds all ink."""
    found = image.convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    assert found
    return found


def marked(content: bytes, boxes: list[list[float]]) -> tuple[int, int, int, int]:
    """The rectangle in which the picture with highlights differs from the one without."""
    found = ImageChops.difference(picture(content, []), picture(content, boxes)).getbbox()
    assert found
    return found


def turned(content: bytes, degrees: int, media: bytes = MEDIA) -> bytes:
    """The same file with another page box and rotation (offsets of objects are found again by pdfium)."""
    return content.replace(MEDIA, media + b" /Rotate %d" % degrees)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("media", "x", "y"),
    [
        (MEDIA, 72, 770),
        (MEDIA, 300, 400),
        (b"/MediaBox [1000 1000 1595 1842]", 1072, 1770),
        (b"/MediaBox [-300 -400 295 442]", -200, -300),
        (b"/MediaBox [0 0 595 842] /CropBox [100 200 500 700]", 200, 300),
    ],
)
def test_a_highlight_covers_the_ink_of_its_word(degrees: int, media: bytes, x: float, y: float) -> None:
    """The only ink of the page is the word: the marked area must hold it, and little more."""
    content = turned(pdf.build(pdf.Page([pdf.Text(WORD, x=x, y=y, size=14)])), degrees, media)
    found = parse(content, "x.pdf")
    assert (found.text, codes(found)) == (WORD, [])
    ink, mark = dark(picture(content, [])), marked(content, place(found, WORD))
    assert all(mark[i] <= ink[i] + 1 for i in (0, 1))
    assert all(mark[i] >= ink[i] - 1 for i in (2, 3))
    assert all(abs(mark[i] - ink[i]) <= 14 for i in range(4))


def test_a_part_of_a_line_is_marked_in_its_part() -> None:
    content = pdf.build(pdf.Page([pdf.Text(f"{'n' * 30} {WORD} {'n' * 30}", size=12)]))
    ink, mark = dark(picture(content, [])), marked(content, place(parse(content, "x.pdf"), WORD))
    middle = (ink[0] + ink[2]) / 2
    assert mark[0] < middle < mark[2]
    assert (mark[2] - mark[0]) < (ink[2] - ink[0]) / 3


def test_the_mark_keeps_the_text_readable_and_nothing_else_changes() -> None:
    content = pdf.build(pdf.Page([pdf.Text(WORD, y=700), pdf.Text("Anderes", y=300)]))
    found = parse(content, "x.pdf")
    box = marked(content, place(found, WORD))
    plain, shown = picture(content, []), picture(content, place(found, WORD))
    assert dark(plain) == dark(shown)
    assert shown.getpixel((box[0], box[1])) == (255, 226, 92)
    assert box[3] < 842 * 2 - 300 * 2 - 40


def test_boxes_on_another_page_or_off_the_page_change_nothing() -> None:
    content = pdf.build(pdf.text_page("eins"), pdf.text_page(WORD))
    found = parse(content, "x.pdf")
    assert place(found, WORD, page=1) == []
    assert len(place(found, WORD, page=2)) == 1
    far = [[9000.0, 9000.0, 9100.0, 9100.0], [-500.0, -500.0, -400.0, -400.0]]
    assert ImageChops.difference(picture(content, []), picture(content, far)).getbbox() is None


@pytest.mark.parametrize("page", [0, -1, 3, 10_000])
def test_pages_that_are_not_there_have_no_picture(page: int) -> None:
    content = pdf.build(pdf.text_page("a"), pdf.text_page("b"))
    with pytest.raises(Refused):
        picture(content, [], page)


@pytest.mark.parametrize("pixels", [10_000, 100_000, 1_000_000, PIXELS])
def test_a_picture_has_at_most_its_pixels(pixels: int) -> None:
    image = picture(pdf.build(pdf.text_page("a")), [], pixels=pixels)
    assert image.width * image.height <= pixels * 1.03
    assert abs(image.width / image.height - 595 / 842) < 0.02


def test_a_page_like_a_thread_is_refused() -> None:
    content = turned(pdf.build(pdf.text_page("a")), 0, b"/MediaBox [0 0 1 14000]")
    with pytest.raises(Refused):
        picture(content, [], pixels=100)


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [pdf.Text(f"links {n}", x=72, y=700 - 14 * n) for n in range(4)]
    right = [pdf.Text(f"rechts {n}", x=320, y=700 - 14 * n) for n in range(4)]
    found = parse(pdf.build(pdf.Page([*left, *right])), "x.pdf")
    order = [f"{side} {n}" for side in ("links", "rechts") for n in range(4)]
    assert found.text.replace("\n\n", " ").split() == " ".join(order).split()
    assert len(found.blocks) == 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Erste Zeile", "zweite Zeile."), [("paragraph", "Erste Zeile zweite Zeile.")]),
        (("Erster Absatz.", "", "", "Zweiter Absatz."), [("paragraph", "Erster Absatz."),
                                                        ("paragraph", "Zweiter Absatz.")]),
        (("Die Wohnungs-", "größe zählt."), [("paragraph", "Die Wohnungsgröße zählt.")]),
        (("Bund-", "Länder-Programm"), [("paragraph", "Bund- Länder-Programm")]),
        (("- eins", "- zwei"), [("list", "- eins\n- zwei")]),
        (("1. eins", "2. zwei"), [("list", "1. eins\n2. zwei")]),
        (("a) eins", "b) zwei"), [("list", "a) eins\nb) zwei")]),
        (("§ 5 Höhe", "Das Wohngeld beträgt …"), [("heading", 3, "§ 5 Höhe"), ("paragraph", "Das Wohngeld beträgt …")]),
    ],
)  # fmt: skip
def test_lines_become_blocks(lines: tuple[str, ...], expected: list[Any]) -> None:
    assert shape(parse(pdf.build(pdf.text_page(*lines)), "x.pdf")) == expected


@pytest.mark.parametrize(
    ("head", "level"),
    [
        (pdf.Text("Große Überschrift", y=800, size=20), 1),
        (pdf.Text("Mittlere Überschrift", y=800, size=13), 2),
        (pdf.Text("Fetter Text", y=800, bold=True), None),
        (pdf.Text("Großer Satz.", y=800, size=20), None),
        (pdf.Text("2026", y=800, size=20), None),
    ],
)
def test_what_makes_a_heading(head: pdf.Text, level: int | None) -> None:
    body = [pdf.Text("Der Antrag ist schriftlich zu stellen", y=770 - 14 * n) for n in range(5)]
    first = parse(pdf.build(pdf.Page([head, *body])), "x.pdf").blocks[0]
    assert (first.text, first.level) == (head.text, level)


def test_pages_hold_their_own_text_and_boxes_their_lines() -> None:
    """Page spans are in order, part the text, and every box belongs to the line that it names."""
    content = pdf.build(
        pdf.text_page("Auf Seite eins", "steht dies."), pdf.Page(), pdf.text_page("Drei."), pdf.text_page("Vier.")
    )
    found = parse(content, "x.pdf")
    assert [p.number for p in found.pages] == [1, 2, 3, 4]
    assert [found.text[p.char_from : p.char_to] for p in found.pages] == [
        "Auf Seite eins steht dies.", "", "Drei.", "Vier.",
    ]  # fmt: skip
    lines = [(b.page, found.text[b.char_from : b.char_to]) for block in found.blocks for b in block.boxes]
    assert lines == [(1, "Auf Seite eins"), (1, "steht dies."), (3, "Drei."), (4, "Vier.")]
    assert all(b.x0 < b.x1 and b.y0 < b.y1 for block in found.blocks for b in block.boxes)
    assert all((p.width, p.height) == pdf.A4 for p in found.pages)


@pytest.mark.parametrize(
    "hidden",
    [
        pdf.Text(WORD, y=600, grey=1.0),
        pdf.Text(WORD, y=600, grey=0.99),
        pdf.Text(WORD, y=600, size=0.5),
        pdf.Text(WORD, x=-900, y=600),
        pdf.Text(WORD, x=900, y=600),
        pdf.Text(WORD, y=-200),
        pdf.Text(WORD, y=2000),
    ],
)
def test_what_nobody_sees_does_not_leak(hidden: pdf.Text) -> None:
    """INJ-04: white, tiny and off-page text stays out and is said."""
    found = parse(pdf.build(pdf.Page([pdf.Text("sichtbar"), hidden])), "x.pdf")
    assert found.text == "sichtbar"
    # Some of it pdfium itself leaves out, silently.
    assert set(codes(found)) <= {"hidden_text"}


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("Satzung über Gebühren", "Satzung über Gebühren"),
        ("", "Überschrift"),
        ("Microsoft Word - Entwurf3.doc", "Überschrift"),
        ("untitled", "Überschrift"),
        ("Dokument1", "Überschrift"),
        ("entwurf.pdf", "Überschrift"),
    ],
)
def test_titles(given: str, title: str) -> None:
    lines = [pdf.Text("Überschrift", y=800, size=22), *(pdf.Text("Text im Körper", y=770 - 14 * n) for n in range(4))]
    assert parse(pdf.build(pdf.Page(lines), title=given), "x.pdf").title == title


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf.build(pdf.Page(picture=True)), "ocr_missing"),
        (pdf.build(pdf.Page()), "no_content"),
        (pdf.build(pdf.text_page("x"), encrypt=True), "encrypted"),
        (pdf.build(*[pdf.text_page("x")] * 3), "too_many_pages"),
        (pdf.build(pdf.text_page("VS-NfD")), "vs_marking"),
        (b"%PDF-1.4\n", "broken"),
    ],
)
def test_refusals(content: bytes, code: str) -> None:
    assert outcome(content, "x.pdf", replace(BOUNDS, pages=2)) == code


def test_a_scan_between_texts_is_said() -> None:
    found = parse(pdf.build(pdf.text_page("a"), pdf.Page(picture=True)), "x.pdf")
    assert codes(found) == ["ocr_missing:2"]
