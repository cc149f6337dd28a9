# SPDX-License-Identifier: EUPL-1.2
"""The shipped laws in a real index: chunks, search, verdict, access."""

from itertools import pairwise
from uuid import uuid4

import pytest

from genius_common.contracts.retrieval import SearchRequest
from genius_retrieval.index.port import Access
from genius_retrieval.laws.documents import LONGEST, law_chunks, law_documents
from genius_retrieval.laws.source import law_index
from genius_retrieval.laws.subjects import subjects
from genius_retrieval.search.service import SearchScope, SearchService
from tests.eval.laws import KNOWLEDGE_BASE, index_laws

LAWS = frozenset({"WoGG", "BMG", "PAuswG", "VwVfG", "IFG"})


@pytest.fixture(scope="module")
async def laws(tmp_path_factory):
    index, scope = await index_laws(tmp_path_factory.mktemp("laws") / "edge", LAWS)
    yield SearchService(index), scope
    await index.close()


def test_every_section_is_in_chunks_that_are_slices_of_the_text():
    """Each chunk knows its section and place; nothing of a § is lost."""
    total = 0
    for law in law_documents():
        found = law_chunks(law, uuid4(), KNOWLEDGE_BASE)
        text = law.document.text
        assert all(text[chunk.char_from : chunk.char_to] == chunk.text for chunk in found)
        assert [section.source_id for section in law.document.sections] == list(
            dict.fromkeys(chunk.source_id for chunk in found)
        )
        assert max(len(chunk.text) for chunk in found) <= 2 * LONGEST
        spans = [(chunk.char_from, chunk.char_to) for chunk in found]
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        total += len(law.document.sections)
    assert total == sum(law.sections for law in law_index()) == 8473


def test_the_same_import_gives_the_same_chunks():
    first = next(law_documents())
    again = next(law_documents())
    identifier = uuid4()
    assert law_chunks(first, identifier, KNOWLEDGE_BASE) == law_chunks(again, identifier, KNOWLEDGE_BASE)


def test_no_two_chunks_have_one_id_and_each_knowledge_base_has_its_own():
    """ING-10: ids by content, which some §§ have in common ("(weggefallen)")."""
    found = [chunk.id for law in law_documents() for chunk in law_chunks(law, uuid4(), KNOWLEDGE_BASE)]
    assert len(set(found)) == len(found) > 11_000
    first = next(law_documents())
    other = {chunk.id for chunk in law_chunks(first, uuid4(), uuid4())}
    assert other.isdisjoint(found)


def test_headings_are_as_they_are_cited():
    paths = [section.path for law in law_documents() if law.citation == "WoGG" for section in law.document.sections]
    assert paths[0][-1] == "§ 1 WoGG Zweck des Wohngeldes"


async def test_a_question_finds_its_section_with_the_passage(laws):
    service, scope = laws
    result = await service.search(
        scope, SearchRequest(query="Wie hoch sind die Kosten für den Zugang zu Akten? Gebühren")
    )
    hit = result.hits[0]
    assert hit.section_path[-1].startswith("§ 10 IFG")
    assert result.verdict.answerable
    assert result.searched.knowledge_bases == 1
    passage = hit.passages[0]
    assert hit.char_from <= passage.char_from < passage.char_to <= hit.char_to
    assert "Gebühren" in hit.text[passage.char_from - hit.char_from : passage.char_to - hit.char_from]


@pytest.mark.parametrize("query", ["§ 44 VwVfG", "Was regelt § 44 Abs. 2 des Verwaltungsverfahrensgesetzes?"])
async def test_a_cited_section_comes_first(laws, query):
    service, scope = laws
    result = await service.search(scope, SearchRequest(query=query))
    assert result.hits[0].section_path[-1].startswith("§ 44 VwVfG")
    assert result.verdict.answerable


@pytest.mark.parametrize("query", ["Was kostet ein Döner am Bahnhof?", "Xylophonquartett Probenraum", "§ 9999 WoGG"])
async def test_what_the_documents_do_not_answer_is_not_answerable(laws, query):
    service, scope = laws
    assert not (await service.search(scope, SearchRequest(query=query))).verdict.answerable


@pytest.mark.parametrize("query", ["", "   ", "?", "der die das", "💥", "a" * 4000, "§" * 2000, "\x00\ud800"])
async def test_odd_queries_are_answered(laws, query):
    service, scope = laws
    request = SearchRequest.model_construct(
        query=query, limit=10, knowledge_bases=None, documents=None, files=None, context=None
    )
    assert len((await service.search(scope, request)).hits) <= 10


@pytest.mark.parametrize(
    ("query", "section", "sentence"),
    [
        ("Wie lange wird Wohngeld in der Regel bewilligt?", "§ 25 WoGG", "zwölf Monate"),
        ("Wer ist vom Wohngeld ausgeschlossen?", "§ 7 WoGG", "Bürgergeld"),
        ("Bis wann muss man sich nach einem Umzug anmelden?", "§ 17 BMG", "zwei Wochen"),
        ("Wie lange ist ein Personalausweis gültig?", "§ 6 PAuswG", "zehn Jahren"),
        ("Wann muss eine Behörde Beteiligte anhören?", "§ 28 VwVfG", "Gelegenheit"),
        ("Was ist ein Verwaltungsakt?", "§ 35 VwVfG", "Verwaltungsakt ist jede Verfügung"),
    ],
)
async def test_the_first_passage_is_the_sentence_that_answers(laws, query, section, sentence):
    service, scope = laws
    hit = (await service.search(scope, SearchRequest(query=query))).hits[0]
    assert hit.section_path[-1].startswith(f"{section} ")
    passage = hit.passages[0]
    assert sentence in hit.text[passage.char_from - hit.char_from : passage.char_to - hit.char_from]


def test_the_subject_index_names_sections_that_exist():
    sections = {section.source_id for law in law_documents() for section in law.document.sections}
    assert subjects().keys() <= sections
    assert len(subjects()) > 1_000


async def test_everyday_words_of_the_subject_index_are_never_shown(laws):
    service, scope = laws
    hit = (await service.search(scope, SearchRequest(query="Frauenhaus Sperrvermerk"))).hits[0]
    assert hit.section_path[-1].startswith("§ 52 BMG ")
    assert "Frauenhaus" in subjects()[hit.source_id]
    assert "Frauenhaus" not in hit.text


async def test_one_section_is_one_hit(laws):
    service, scope = laws
    hits = (await service.search(scope, SearchRequest(query="Datenübermittlung der Meldebehörde", limit=20))).hits
    assert len({hit.source_id for hit in hits}) == len(hits)


@pytest.mark.parametrize(
    "narrow",
    [
        {},
        {"knowledge_bases": [str(KNOWLEDGE_BASE)]},
        {"knowledge_bases": []},
        {"documents": []},
        {"files": []},
        {"files": [str(uuid4())]},
        {"documents": [str(uuid4())]},
    ],
)
async def test_a_knowledge_base_outside_the_set_gives_nothing(laws, narrow):
    """TEN-04: whatever a request names, nothing outside the token's set is found."""
    service, scope = laws
    outside = SearchScope(scope.collections, Access(frozenset({uuid4()})), 0)
    for query in ("Wohngeld", "§ 25 WoGG", "Wer bekommt Wohngeld?"):
        result = await service.search(outside, SearchRequest.model_validate({"query": query, **narrow}))
        assert result.hits == []
        assert not result.verdict.answerable


async def test_documents_narrow_the_search(laws):
    service, scope = laws
    any_hit = (await service.search(scope, SearchRequest(query="Auskunft"))).hits[0]
    hits = (await service.search(scope, SearchRequest(query="Auskunft", documents=[any_hit.document]))).hits
    assert {hit.document for hit in hits} == {any_hit.document}
