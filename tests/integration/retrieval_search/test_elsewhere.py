# SPDX-License-Identifier: EUPL-1.2
"""Questions that the shipped laws don't answer: refused, and where they belong instead is named."""

import pytest

from genius_common.contracts.retrieval import SearchRequest
from genius_common.principal import ProtectionClass
from genius_retrieval.chunks import Chunk, chunk_id
from genius_retrieval.index.edge import EdgeIndex
from genius_retrieval.index.port import Access, DocumentMeta
from genius_retrieval.laws.elsewhere import elsewhere, read
from genius_retrieval.laws.source import law_index
from genius_retrieval.search.service import SearchScope, SearchService
from tests.eval.laws import KNOWLEDGE_BASE, index_laws, new_collection

LAWS = frozenset({"WoGG", "BMG", "SGB III", "BEEG"})


@pytest.fixture(scope="module")
async def laws(tmp_path_factory):
    index, scope = await index_laws(tmp_path_factory.mktemp("elsewhere") / "edge", LAWS)
    yield SearchService(index), scope
    await index.close()


@pytest.mark.parametrize(
    ("query", "law"),
    [
        ("Wie hoch ist die Zuzahlung für Medikamente auf Rezept?", "SGB V"),
        ("Wie hoch ist das Pflegegeld?", "SGB XI"),
        ("Ab welchem Alter kann ich in Altersrente gehen?", "SGB VI"),
    ],
)
async def test_where_it_is_regulated_instead_is_named(laws, query, law):
    service, scope = laws
    verdict = (await service.search(scope, SearchRequest(query=query))).verdict
    assert not verdict.answerable
    assert verdict.elsewhere is not None
    assert verdict.elsewhere.startswith(f"{law} (")


async def test_what_the_laws_answer_is_nowhere_else(laws):
    service, scope = laws
    verdict = (await service.search(scope, SearchRequest(query="Wie lange wird Wohngeld bewilligt?"))).verdict
    assert verdict.answerable
    assert verdict.elsewhere is None


async def test_documents_of_the_authority_are_not_judged_by_the_table(tmp_path):
    """An authority may well have uploaded what the table calls missing."""
    index, collection = EdgeIndex(tmp_path / "edge"), new_collection()
    text = "Das Krankengeld beträgt 70 Prozent des Lohnes und wird höchstens 78 Wochen gezahlt."
    chunk = Chunk(
        id=chunk_id(KNOWLEDGE_BASE, "v1", 0), document=KNOWLEDGE_BASE, ordinal=0, text=text, char_from=0,
        char_to=len(text), section_path=("Krankengeld",), heading="Krankengeld",
    )  # fmt: skip
    meta = DocumentMeta(KNOWLEDGE_BASE, "v1", "document", KNOWLEDGE_BASE, None, ProtectionClass.OFFEN, "Merkblatt")
    await index.upsert(collection, [chunk], meta)
    scope = SearchScope([collection], Access(knowledge_bases=frozenset({KNOWLEDGE_BASE})), documents=1)
    verdict = (await SearchService(index).search(scope, SearchRequest(query="Wie hoch ist das Krankengeld?"))).verdict
    await index.close()
    assert verdict.answerable
    assert verdict.elsewhere is None


def test_the_table_names_no_shipped_law_and_no_subject_twice():
    shipped = {law.citation for law in law_index()}
    table = elsewhere()
    assert len(table) > 200
    assert not shipped & {subject.law for subject in table}
    assert len({(subject.law, subject.name) for subject in table}) == len(table)
    assert all(subject.title for subject in table)
    assert all(len(subject.terms) > len(subject.named) > 0 for subject in table)


def test_a_line_without_words_is_refused():
    with pytest.raises(ValueError, match="Krankengeld"):
        read("[SGB V] Krankenversicherung\nKrankengeld\n")
