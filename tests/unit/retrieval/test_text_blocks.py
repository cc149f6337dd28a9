# SPDX-License-Identifier: EUPL-1.2
"""Documents as pages without layout: every character is in one block and one part, and tables know their columns."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genius_retrieval.chunks import Block, CanonicalDocument, Section
from genius_retrieval.documents.blocks import PART, part_around, part_starts, text_blocks
from genius_retrieval.laws.documents import law_documents
from genius_retrieval.parsing.builder import DocumentBuilder
from tests.support.sheets import cell, row, sheet, xlsx
from tests.unit.retrieval.parsing_helpers import BOUNDS, parse
from tests.unit.retrieval.test_chunk_structure import Part, structures


def document(parts: list[Part]) -> CanonicalDocument:
    builder = DocumentBuilder(BOUNDS, "text/plain")
    for kind, text, level in parts:
        builder.add(kind, text, level=level)
    return builder.build("Dienstanweisung", "datei")


@given(structures, st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_parts_hold_each_character_once_and_blocks_hold_each_visible_one(parts: list[Part], times: int) -> None:
    """Nothing is cut in silence: what one part leaves out begins the next."""
    source = document(parts * times)
    edges = [*part_starts(source), len(source.text)]
    for start, end in pairwise(edges):
        assert 0 < end - start <= PART + len("\n\n")
        assert {part_around(source, position) for position in (start, end - 1)} == {(start, end)}
        at = start
        for block in text_blocks(source, start, end):
            assert not source.text[at : max(at, block.char_from)].strip()
            at = block.char_to
        assert not source.text[at:end].strip()
    assert part_around(source, len(source.text) + 9) == (edges[-2], edges[-1])


def test_a_part_ends_at_a_heading_rather_than_in_a_section() -> None:
    prose: Part = ("paragraph", "Der Antrag ist zu stellen. " * 60, None)
    source = document([("heading", "Anfang", 1), prose, prose, prose, ("heading", "Zuständigkeit", 1), *[prose] * 3])
    assert part_starts(source) == [0, source.text.index("Zuständigkeit")]


def test_what_stands_in_no_block_is_a_paragraph() -> None:
    source = replace(document([("paragraph", "Eins. Zwei. Drei.", None)]), blocks=(Block("paragraph", "Zwei.", 6, 11),))
    assert [source.text[b.char_from : b.char_to].strip() for b in text_blocks(source, 0, 17)] == [
        "Eins.",
        "Zwei.",
        "Drei.",
    ]


def test_a_document_without_blocks_has_its_text() -> None:
    source = CanonicalDocument("t", "Nur Text.", (), sections=(Section((), 0, 9),))
    assert [(b.kind, b.char_from, b.char_to) for b in text_blocks(source, 0, 9)] == [("paragraph", 0, 9)]


def test_all_groups_of_a_sheet_know_the_row_that_names_the_columns() -> None:
    rows = [row(1, "Gebühren 2026"), row(2, "Leistung", "Gebühr")]
    rows += [row(n, f"Beglaubigung Nummer {n} je Seite", cell(f"B{n}", str(n))) for n in range(3, 80)]
    source = parse(xlsx({"Gebühren": sheet(*rows), "Leer": sheet(row(1, "nur", cell("B1", "1")))}), "x")
    heading, first, *others = text_blocks(source, 0, len(source.text))
    assert (heading.kind, heading.level, heading.place) == ("heading", 2, first.place)
    assert first.place.startswith("Zeilen 1–")
    groups = [first, *others[:-2]]
    assert len(groups) > 3
    assert {block.columns for block in groups} == {"Leistung | Gebühr"}
    assert (others[-1].place, others[-1].columns) == ("Zeile 1", "")


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("Leistung | Gebühr\nAuskunft | 11 €", "Leistung | Gebühr"),
        ("Auskunft | 11 €\nPass | 37 €", ""),
        ("Vermerk: nur eine Zelle\nLeistung | Gebühr", ""),
        ("Leistung | Gebühr", ""),
        ("| Leistung | | Gebühr\nA | 11 €", "| Leistung | | Gebühr"),
    ],
)
def test_only_a_first_row_of_words_names_the_columns_of_other_tables(rows: str, columns: str) -> None:
    source = document([("table", rows, None)])
    assert text_blocks(source, 0, len(source.text))[0].columns == columns


def test_every_law_is_read_in_parts_of_its_sections() -> None:
    law = min(law_documents(), key=lambda one: abs(len(one.document.text) - 60_000)).document
    starts = part_starts(law)
    assert len(starts) > 5
    headings = {block.char_from for block in law.blocks if block.kind == "heading"}
    assert sum(start in headings for start in starts) > len(starts) * 0.8
