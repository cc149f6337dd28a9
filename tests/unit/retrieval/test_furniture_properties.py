# SPDX-License-Identifier: EUPL-1.2
"""Whatever pages look like: no text of their middle is set apart, no character is lost, their order changes nothing."""

import random
from collections import Counter
from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from genius_retrieval.chunking.structure import chunk
from genius_retrieval.chunks import FURNITURE, CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder, Line
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.furniture.edges import ZONE, edges
from genius_retrieval.parsing.furniture.recogniser import Marks, recognise
from genius_retrieval.parsing.layout import Styled, body_size
from genius_retrieval.parsing.pages import ReadPage, add_pages
from tests.unit.retrieval.parsing_helpers import BOUNDS, check

HEIGHT, WIDTH = 842.0, 595.0
BOX = (0.0, 0.0, WIDTH, HEIGHT)
HEADS = ("Ministerium für Inneres", "Seite {n} von 9", "{n}", "- {n} -", "Kapitel {n} Recht", "§ {n}", "Handbuch {n}")
words = st.text("abcäöüß ABC0123456789.,;:", min_size=1, max_size=30)
heights = st.sampled_from([20.0, 34.0, 48.0, 60.0, 120.0, 127.0, 400.0, 412.0, 720.0, 735.0, 770.0, 790.0, 805.0])
lines = st.tuples(st.sampled_from(HEADS) | words, heights | st.floats(0, 830), st.sampled_from([8.0, 11.0, 16.0]))


@st.composite
def documents(draw: st.DrawFn) -> list[ReadPage]:
    """Pages of lines that often stand at one height, with a few headers on most pages."""
    scan = draw(st.booleans())
    turns = draw(st.sampled_from([0, 0, 0, 2]))
    usual = draw(st.lists(lines, min_size=1, max_size=3))
    mostly = st.sampled_from([True, True, True, False])
    pages = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        own = draw(st.lists(lines, max_size=8)) + [line for line in usual if draw(mostly)]
        numbered = [(text.replace("{n}", str(number)), y, size) for text, y, size in own]
        styled = [
            Styled(Line(text, number, 70, y, 70 + 5 * len(text), y + size), size, bold=False)
            for text, y, size in sorted(numbered, key=lambda line: -line[1])
        ]
        pages.append(ReadPage(number, WIDTH, HEIGHT, BOX, [styled], turns, scan))
    return pages


def marks_of(pages: list[ReadPage]) -> Marks:
    found = []
    for page in pages:
        found += edges(page.number, page.lines, page.visible, page.turns, body_size(page.lines), rough=page.scan)
    return recognise(found, sum(bool(page.lines) for page in pages))


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text if not char.isspace())


def built(pages: list[ReadPage]) -> CanonicalDocument | None:
    """None where nothing is written on the pages."""
    builder = DocumentBuilder(BOUNDS, "application/pdf")
    add_pages(builder, list(pages))
    try:
        return builder.build("t", "t")
    except Refused:
        return None


@given(documents())
@settings(max_examples=200)
def test_the_middle_of_a_page_is_never_set_apart(pages: list[ReadPage]) -> None:
    by_number = {page.number: page for page in pages}
    for number, marked in marks_of(pages).items():
        page = by_number[number]
        for index, kind in marked.items():
            line = page.lines[index].line
            top, bottom = HEIGHT - line.y0 <= ZONE * HEIGHT, line.y1 <= ZONE * HEIGHT
            if page.turns == 2:
                top, bottom = line.y1 <= ZONE * HEIGHT, HEIGHT - line.y0 <= ZONE * HEIGHT
            assert top if kind == "page_header" else bottom


@given(documents())
@settings(max_examples=200)
def test_no_character_is_lost(pages: list[ReadPage]) -> None:
    """Each is in the document, on its page, and in a chunk unless it is in a header or footer."""
    found = built(pages)
    given_letters = letters(" ".join(styled.line.text for page in pages for styled in page.lines))
    if found is None:
        assert not given_letters
        return
    check(found)
    assert letters(found.text) == given_letters
    for page in pages:
        own = letters(" ".join(styled.line.text for styled in page.lines))
        boxes = [(b, box) for b in found.blocks for box in b.boxes if box.page == page.number]
        assert letters(" ".join(found.text[box.char_from : box.char_to] for _, box in boxes)) == own
        span = found.pages[page.number - 1]
        content = [box for block, box in boxes if block.kind not in FURNITURE]
        assert all(span.char_from <= box.char_from and box.char_to <= span.char_to for box in content)
    pieces = chunk(found, UUID(int=1), "v")
    assert letters(" ".join(piece.text for piece in pieces)) == letters(found.text[: found.content_end])
    assert pieces


@given(documents(), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_the_order_of_pages_changes_nothing(pages: list[ReadPage], draw: random.Random) -> None:
    """Each page keeps its words, and with them its marks, wherever it stands."""
    order = list(range(len(pages)))
    draw.shuffle(order)
    moved = [replace(pages[old], number=new) for new, old in enumerate(order, 1)]
    before = marks_of(pages)
    assert marks_of(moved) == {new: before[old + 1] for new, old in enumerate(order, 1) if old + 1 in before}
