# SPDX-License-Identifier: EUPL-1.2
"""Chunks along the structure of generated documents, and which lines begin a paragraph of law."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.chunking.cuts import cut_points
from genius_retrieval.chunking.structure import LONGEST, TARGET, chunk
from genius_retrieval.chunks import BlockKind, CanonicalDocument
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.parsing.plain import is_paragraph_heading
from genius_retrieval.text.sentences import sentence_ends

BOUNDS = Bounds(5000, 20_000_000, 5000, 1 << 20, 1 << 22, 100)
DOCUMENT = UUID(int=9)
Part = tuple[BlockKind, str, int | None]

sentences = st.sampled_from(
    ["Der Antrag ist zu stellen. ", "Vgl. § 12 Abs. 6 WoGG! ", "Am 3. Mai 2026 gilt das nicht mehr. ", "Ende? "]
)
prose = st.lists(sentences, min_size=1, max_size=70).map("".join)
headings = st.tuples(st.just("heading"), st.sampled_from(["Zuständigkeit", "§ 4 Höhe", "Anlage"]), st.integers(1, 6))
plain = st.tuples(st.sampled_from(["paragraph", "table"]), prose, st.none())
lists = st.tuples(st.just("list"), st.integers(1, 40).map(lambda n: "\n".join(["- ein Punkt"] * n)), st.none())
structures: st.SearchStrategy[list[Part]] = st.lists(headings | plain | lists, min_size=1, max_size=12)  # type: ignore[assignment]


def document(parts: list[Part]) -> CanonicalDocument:
    builder = DocumentBuilder(BOUNDS, "text/plain")
    for kind, text, level in parts:
        builder.add(kind, text, level=level)
    return builder.build("Dienstanweisung", "datei")


@given(structures)
def test_no_character_is_lost_or_doubled(parts: list[Part]) -> None:
    source = document(parts)
    found = chunk(source, DOCUMENT, "v")
    edges = [(0, 0), *((c.char_from, c.char_to) for c in found), (len(source.text), len(source.text))]
    for (_, end), (start, _) in pairwise(edges):
        assert end <= start
        assert not source.text[end:start].strip()
    assert all(c.text == source.text[c.char_from : c.char_to] and c.text.strip() for c in found)


@given(structures)
def test_sizes_are_bounded_and_small_neighbours_are_joined(parts: list[Part]) -> None:
    source = document(parts)
    found = chunk(source, DOCUMENT, "v")
    assert all(len(c.text) <= LONGEST for c in found)
    starts = {b.char_from for b in source.blocks if b.kind == "heading"}
    for before, after in pairwise(found):
        if after.char_from not in starts:
            assert after.char_to - before.char_from > TARGET


@given(structures)
def test_only_a_heading_without_text_is_followed_by_another_in_a_chunk(parts: list[Part]) -> None:
    source = document(parts)
    for item in chunk(source, DOCUMENT, "v"):
        kinds = [b.kind for b in source.blocks if item.char_from <= b.char_from < item.char_to]
        if "heading" in kinds:
            texts = [kind for kind in kinds if kind != "heading"]
            assert kinds == ["heading"] * (len(kinds) - len(texts)) + texts


@given(structures)
def test_a_chunk_carries_the_path_of_its_section(parts: list[Part]) -> None:
    source = document(parts)
    for item in chunk(source, DOCUMENT, "v"):
        section = next((s for s in source.sections if s.char_from <= item.char_from < s.char_to), None)
        assert item.section_path == (section.path if section else ())
        assert item.heading == (item.section_path[-1] if item.section_path else "")
        assert item.context == " > ".join(("Dienstanweisung", *item.section_path))[-300:]


@pytest.mark.parametrize("end", [":", ",", "–"])
@pytest.mark.parametrize("size", [300, 900, 960, 990])
def test_an_introduction_stays_with_its_list(end: str, size: int) -> None:
    """Also where both together are longer than the target."""
    introduction = "x" * (size - 20) + " sind vorzulegen" + end
    items = "\n".join(["- der Mietvertrag über die Wohnung"] * 8)
    found = chunk(document([("paragraph", introduction, None), ("list", items, None)]), DOCUMENT, "v")
    assert len(found) == 1
    other = chunk(document([("paragraph", introduction[:-1] + ".", None), ("list", items, None)]), DOCUMENT, "v")
    assert len(other) == (1 if size == 300 else 2)


@pytest.mark.parametrize("size", [5, 400, 980])
def test_a_heading_stays_with_its_text(size: int) -> None:
    found = chunk(document([("heading", "§ 5 " + "H" * 60, 1), ("paragraph", "y" * size, None)]), DOCUMENT, "v")
    assert len(found) == 1


@given(st.lists(sentences, min_size=150, max_size=200).map("".join))
def test_long_prose_is_cut_behind_sentences(text: str) -> None:
    ends = set(sentence_ends(text))
    assert all(cut in ends for cut in cut_points(text, TARGET, LONGEST))


@given(st.text(st.sampled_from("xy "), min_size=1, max_size=5000))
def test_without_sentences_words_stay_whole_where_there_are_any(text: str) -> None:
    for cut in cut_points(text, TARGET, LONGEST):
        halves = text[cut - LONGEST // 2 : cut - 1]
        assert text[cut - 1] == " " or " " not in halves[-(LONGEST // 2 - 2) :]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Das gilt. Das auch. ", 2),
        ("Nach § 5 Abs. 2 Nr. 3 Buchst. a gilt das. ", 1),
        ("Das gilt z. B. für Mieter. ", 1),
        ("Das gilt z.B. für Mieter. ", 1),
        ("Am 1. August 2026 beginnt es. ", 1),
        ("Im Jahr 2024. Der Rest folgt. ", 2),
        ("Dr. Müller sagt: „Nein.“ Danach ging er. ", 2),
        ("Wirklich? Ja! So ist es … Danach. ", 4),
        ("Zeile eins\nZeile zwei\n", 2),
        ("ohne Ende", 0),
        # The end of the text ends the last one.
        ("usw. usw. ", 1),
        ("", 0),
    ],
)
def test_ends_of_sentences(text: str, count: int) -> None:
    assert len(list(sentence_ends(text))) == count


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("§ 5 Höhe des Wohngeldes", True),
        ("§ 12a Bagatellgrenze", True),
        ("§ 5 Absatz 2 gilt entsprechend.", False),
        ("Nach § 5 gilt das", False),
        ("§§", False),
        ("Paragraph 5", False),
        ("", False),
    ],
)
def test_which_line_begins_a_paragraph_of_law(line: str, heading: bool) -> None:
    assert is_paragraph_heading(line) is heading
