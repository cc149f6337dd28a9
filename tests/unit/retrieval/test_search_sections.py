# SPDX-License-Identifier: EUPL-1.2
"""Hits grow within their section, become one where they meet, and every span stays one of the canonical text."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from genius_common.contracts.retrieval import Hit, Passage
from genius_retrieval.chunking.structure import chunk
from genius_retrieval.chunks import Block, CanonicalDocument, PageSpan, Section
from genius_retrieval.search_sections import LONGEST, widened

DOCUMENT = UUID(int=1)


def built(lengths: list[list[int]], page_chars: int) -> CanonicalDocument:
    """Sections of paragraphs of so many characters, each under a heading; a new page every `page_chars`."""
    blocks: list[Block] = []
    sections: list[Section] = []
    text = ""
    for number, paragraphs in enumerate(lengths):
        start = len(text)
        for kind, content in [
            ("heading", f"Abschnitt {number}"),
            *(("paragraph", f"{number}.{n} " + "x" * size) for n, size in enumerate(paragraphs)),
        ]:
            blocks.append(Block(kind, content, len(text), len(text) + len(content)))
            text += content + "\n\n"
        sections.append(Section((f"Abschnitt {number}",), start, len(text) - 2))
    text = text[:-2]
    pages = tuple(
        PageSpan(number, start, min(start + page_chars, len(text)), 595, 842)
        for number, start in enumerate(range(0, len(text), page_chars), 1)
    )
    return CanonicalDocument("Titel", text, tuple(blocks), pages, tuple(sections))


def hits_of(document: CanonicalDocument) -> list[Hit]:
    return [
        Hit(
            document=DOCUMENT,
            title="Titel",
            version="v",
            text=one.text,
            score=1.0,
            page=one.page,
            page_breaks=list(one.page_breaks),
            char_from=one.char_from,
            char_to=one.char_to,
            section_path=list(one.section_path),
            passages=[Passage(char_from=one.char_from, char_to=one.char_from + 3, score=1 / (1 + one.ordinal))],
        )
        for one in chunk(document, DOCUMENT, "v")
    ]


DOCUMENTS = st.builds(
    built,
    st.lists(st.lists(st.integers(1, 1_800), min_size=1, max_size=8), min_size=1, max_size=4),
    st.integers(300, 2_000),
)


@given(DOCUMENTS, st.randoms(use_true_random=False), st.integers(0, 30_000), st.integers(1, 8))
def test_spans_are_exact_apart_and_inside_their_section(document, random, most, number):
    hits = hits_of(document)
    random.shuffle(hits)
    hits = hits[:number]
    found = widened(hits, {DOCUMENT: document}, most)
    for one in found:
        assert document.text[one.char_from : one.char_to] == one.text
        assert [page.number for page in document.pages if page.char_from <= one.char_from][-1] == one.page
        for passage in one.passages:
            assert one.char_from <= passage.char_from < passage.char_to <= one.char_to
        inside = [s for s in document.sections if s.char_from <= one.char_from and one.char_to <= s.char_to]
        assert [list(section.path) for section in inside] == [one.section_path]
    for before, after in pairwise(sorted(found, key=lambda one: one.char_from)):
        assert before.char_to <= after.char_from
    for hit in hits:
        assert sum(one.char_from <= hit.char_from and hit.char_to <= one.char_to for one in found) == 1
    assert sum(len(one.passages) for one in found) == len(hits)
    # Between two that become one stands white space alone, two characters here.
    bare = sum(len(hit.text) for hit in hits)
    assert sum(len(one.text) for one in found) <= max(most, bare) + 2 * len(hits)


def test_the_best_hit_gets_its_whole_section_and_the_next_what_is_left():
    document = built([[900, 900, 900], [900, 900, 900]], 10_000)
    first, second = hits_of(document)[1], hits_of(document)[-1]
    found = widened([second, first], {DOCUMENT: document}, 4_000)
    assert (found[0].char_from, found[0].char_to) == (
        document.sections[1].char_from + len("Abschnitt 1\n\n"),
        document.sections[1].char_to,
    )
    assert found[1].text == first.text
    assert len(widened([second, first], {DOCUMENT: document}, 10_000)[1].text) > 2_000


def test_neighbours_become_one_with_the_passages_of_both():
    document = built([[900, 900, 900, 900]], 1_000)
    hits = hits_of(document)
    found = widened([hits[2], hits[1]], {DOCUMENT: document}, 0)
    assert [(one.char_from, one.char_to) for one in found] == [(hits[1].char_from, hits[2].char_to)]
    assert [passage.char_from for passage in found[0].passages] == [hits[1].char_from, hits[2].char_from]
    assert (found[0].page, found[0].page_at(hits[2].char_from)) == (hits[1].page, hits[2].page)


def test_a_very_long_section_is_not_taken_whole():
    document = built([[900] * 20], 10_000)
    found = widened(hits_of(document)[8:9], {DOCUMENT: document}, 50_000)
    assert LONGEST - 1_000 < len(found[0].text) <= LONGEST


def test_offsets_of_another_text_are_left_alone():
    hit = hits_of(built([[900, 900]], 10_000))[0]
    other = built([[800, 900]], 10_000)
    assert widened([hit], {DOCUMENT: other}, 10_000) == [hit]


def test_the_same_heading_in_two_documents_is_two_sources():
    """TEN-04: what may be seen is decided by document; texts of two are never put together."""
    document, other = built([[900, 900]], 10_000), UUID(int=2)
    hits = [hit.model_copy(update={"document": which}) for hit in hits_of(document) for which in (DOCUMENT, other)]
    found = widened(hits, {DOCUMENT: document, other: document}, 10_000)
    assert [one.document for one in found] == [DOCUMENT, other]
