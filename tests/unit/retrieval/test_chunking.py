# SPDX-License-Identifier: EUPL-1.2
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from genius_retrieval.chunking.cuts import cut_points
from genius_retrieval.chunking.structure import LONGEST, TARGET, chunk
from genius_retrieval.chunks import BlockKind, CanonicalDocument, PageSpan
from genius_retrieval.parsing.builder import DocumentBuilder
from genius_retrieval.parsing.guards import Bounds
from genius_retrieval.text.sentences import sentence_ends

BOUNDS = Bounds(5000, 20_000_000, 5000, 1 << 20, 1 << 22, 100)
DOCUMENT = UUID(int=7)

words = st.text(st.sampled_from("abcdeäß§ .:\n1"), min_size=1, max_size=60)
texts = st.one_of(
    words, st.integers(1, 60).map(lambda n: "Der Antrag nach Abs. 2 ist zu stellen. " * n), st.just("x" * 4000)
)
kinds = st.sampled_from(["heading", "paragraph", "list", "table"])
blocks = st.lists(st.tuples(kinds, texts), min_size=1, max_size=25)


def document(parts: list[tuple[BlockKind, str]]) -> CanonicalDocument:
    builder = DocumentBuilder(BOUNDS, "text/plain")
    for kind, text in parts:
        builder.add(kind, text, level=1 if kind == "heading" else None)
    builder.add("paragraph", "Schluss")
    return builder.build("Titel", "datei")


@given(blocks)
def test_chunks_are_verbatim_and_lose_nothing(parts: list[tuple[BlockKind, str]]) -> None:
    """Verbatim slices, in order, without overlap, that together hold every visible character."""
    source = document(parts)
    chunks = chunk(source, DOCUMENT, "v")
    end = 0
    for item in chunks:
        assert item.char_from >= end
        assert source.text[end : item.char_from].strip() == ""
        assert item.text == source.text[item.char_from : item.char_to]
        end = item.char_to
    assert source.text[end:].strip() == ""
    assert [item.ordinal for item in chunks] == list(range(len(chunks)))
    assert all(len(item.text) <= LONGEST for item in chunks)


@given(blocks)
def test_ids_depend_on_content_only(parts: list[tuple[BlockKind, str]]) -> None:
    """ING-10: the same file again gives the same points, another version none of them."""
    first, again = chunk(document(parts), DOCUMENT, "v"), chunk(document(parts), DOCUMENT, "v")
    other = chunk(document(parts), DOCUMENT, "w")
    assert [c.id for c in first] == [c.id for c in again]
    assert len({c.id for c in first}) == len(first)
    assert {c.id for c in first}.isdisjoint(c.id for c in other)


def test_a_list_keeps_its_introduction() -> None:
    filler = "Ein Satz zur Sache, der etwas länger ist als andere Sätze. " * 14
    source = document([("paragraph", filler), ("paragraph", "Beizufügen sind:"), ("list", "- Ausweis\n- Mietvertrag")])
    together = [c for c in chunk(source, DOCUMENT, "v") if "Beizufügen" in c.text]
    assert "Mietvertrag" in together[0].text


def test_headings_begin_chunks_and_name_them() -> None:
    parts: list[tuple[BlockKind, str]] = [
        ("heading", "§ 11 Miete"),
        ("paragraph", "Text zur Miete."),
        ("heading", "§ 12 Höchstbeträge"),
        ("paragraph", "Der Höchstbetrag richtet sich nach der Mietenstufe."),
    ]
    chunks = chunk(document(parts), DOCUMENT, "v")
    assert [c.heading for c in chunks] == ["§ 11 Miete", "§ 12 Höchstbeträge"]
    assert chunks[1].text.startswith("§ 12 Höchstbeträge\n\nDer Höchstbetrag")
    assert chunks[1].section_path == ("§ 12 Höchstbeträge",)
    assert "Titel" in chunks[1].context


def test_a_chunk_knows_where_pages_begin_inside_it() -> None:
    source = document([("paragraph", "Auf Seite eins."), ("paragraph", "Auf Seite zwei.")])
    last = source.text.index("Schluss")
    starts = [0, source.text.index("Auf Seite zwei"), last, last]
    pages = tuple(PageSpan(number, start, start + 5, 1, 1) for number, start in enumerate(starts, 1))
    only = chunk(replace(source, pages=pages), DOCUMENT, "v")
    assert [(item.page, item.page_breaks) for item in only] == [(1, (starts[1], last, last))]


def test_sentences_know_administrative_abbreviations() -> None:
    text = (
        "Nach § 12 Abs. 6 i.V.m. Nr. 3 gilt z. B. am 3. Mai 2024 etwas. Der Antrag ist bis 31.12.2024 zu stellen. Ende"
    )
    ends = list(sentence_ends(text))
    assert [text[:end].rsplit(" ", 1)[-1] for end in ends] == ["etwas.", "stellen."]


@given(st.text(st.sampled_from("ab. \n"), max_size=6000))
def test_cuts_are_ordered_and_short(text: str) -> None:
    cuts = [0, *cut_points(text, TARGET, LONGEST), len(text)]
    assert cuts == sorted(cuts)
    assert all(b - a <= LONGEST for a, b in pairwise(cuts))
