# SPDX-License-Identifier: EUPL-1.2
"""The import of laws, with the real database and index in this process and two of the shipped laws."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from genius_common.contracts.retrieval import SearchRequest
from genius_common.errors import NotFound
from genius_common.principal import ProtectionClass
from genius_retrieval.components import Components
from genius_retrieval.documents.content import Wanted
from genius_retrieval.ingest.imports import LawImport
from genius_retrieval.ingest.owners import CollectionOwner
from genius_retrieval.ingest.rebuild import Rebuild
from genius_retrieval.laws.documents import LawDocument, canonical, law_documents
from genius_retrieval.laws.source import read_laws
from tests.support.retrieval import Office, RetrievalService, principal

CITATIONS = {"WoGG", "BMG"}


@pytest.fixture(scope="module")
def some_laws() -> list[LawDocument]:
    return [
        LawDocument(law.info.key, law.info.citation, canonical(law))
        for law in read_laws()
        if law.info.citation in CITATIONS
    ]


def test_the_shipped_laws_are_complete() -> None:
    laws = list(law_documents())
    assert len(laws) > 50
    assert sum(len(law.document.sections) for law in laws) > 8_000


async def test_laws_come_in_once_and_new_versions_supersede(parts: Components, some_laws: list[LawDocument]) -> None:
    """ING-10 in part: a second run changes nothing. TEN-04 in part: only who has them in the token finds them."""
    base = uuid4()
    own = frozenset({base})
    operator = principal(None, knowledge_bases=own, writable_knowledge_bases=own)
    await parts.knowledge_bases.put(operator, base, None, ProtectionClass.OFFEN)
    current = list(some_laws)
    laws = replace_source(parts.laws, lambda: current)
    row = await laws.start(operator, base)
    progress = [line async for line in laws.run(operator, row)]
    assert [line["done"] for line in progress[:-1]] == [1, 2]
    assert progress[-1]["finished"] is True
    before = await parts.knowledge_bases.counts(operator, base)
    assert (before.documents, before.ready) == (2, 2)
    again = [line async for line in laws.run(operator, row)]
    assert [(line["title"], line["points"]) for line in again[:-1]] == [(line["title"], 0) for line in progress[:-1]]
    assert again[-1] == progress[-1]
    assert await parts.knowledge_bases.counts(operator, base) == before

    reader = principal(uuid4(), knowledge_bases=own)
    request = SearchRequest(query="Wie lange wird Wohngeld in der Regel bewilligt?")
    hits = (await parts.search.search(reader, request)).hits
    assert any("§ 25 WoGG" in hit.section_path[-1] for hit in hits[:3])
    text = await parts.content.text(reader, hits[0].document, "document", Wanted(hits[0].char_from, hits[0].char_to))
    assert text.text == hits[0].text
    assert hits[0].as_of
    assert (await parts.search.search(principal(uuid4()), request)).hits == []
    for kind, number in (("law", len(hits)), ("text", 0)):
        assert len((await parts.search.search(reader, request.model_copy(update={"kinds": [kind]}))).hits) == number

    old = next(law for law in current if law.citation == "WoGG")
    changed = replace(old.document, title=old.document.title + " neu")
    current[current.index(old)] = replace(old, document=changed)
    assert [line async for line in laws.run(operator, row)][-1]["documents"] == 2
    assert (await parts.knowledge_bases.counts(operator, base)).documents == 2
    hits = (await parts.search.search(reader, request)).hits
    assert {hit.title for hit in hits if "Wohngeld" in hit.title} == {changed.title}


async def test_laws_are_the_same_after_a_rebuild(parts: Components, some_laws: list[LawDocument]) -> None:
    """BAK-06: a tenant-wide knowledge base is built again from its stored texts: hits, order and scores stay."""
    base = uuid4()
    own = frozenset({base})
    operator = principal(None, knowledge_bases=own, writable_knowledge_bases=own)
    await parts.knowledge_bases.put(operator, base, None, ProtectionClass.OFFEN)
    laws = replace_source(parts.laws, lambda: [law for law in some_laws if law.citation == "BMG"])
    _ = [line async for line in laws.run(operator, await laws.start(operator, base))]
    reader = principal(uuid4(), knowledge_bases=own)
    request = SearchRequest(query="Wie lange habe ich Zeit, mich nach einem Umzug anzumelden?")
    before = await parts.search.search(reader, request)
    assert before.hits
    owner, real = CollectionOwner(None, base), parts.rebuild
    rebuild = Rebuild(real._database, real._catalogue, real._index, real._points, 0.0)
    first = await rebuild.begin(owner)
    assert await rebuild.run(owner)
    assert await parts.search.search(reader, request) == before
    assert await parts.index.count(first) > 50
    await parts.knowledge_bases.delete(operator, base)
    assert await parts.index.count(first) == 0


def replace_source(laws: LawImport, source: Callable[[], list[LawDocument]]) -> LawImport:
    laws._laws = source
    return laws


async def test_only_operation_writes_tenant_wide(parts: Components) -> None:
    """TEN-01 in part: a writable claim alone does not let an authority fill a tenant-wide knowledge base."""
    base = uuid4()
    own = frozenset({base})
    operator = principal(None, knowledge_bases=own, writable_knowledge_bases=own)
    await parts.knowledge_bases.put(operator, base, None, ProtectionClass.OFFEN)
    for stranger in (principal(uuid4(), writable_knowledge_bases=own), principal(None, knowledge_bases=own)):
        with pytest.raises(NotFound):
            await parts.laws.start(stranger, base)
        with pytest.raises(NotFound):
            await parts.knowledge_bases.put(stranger, base, None, ProtectionClass.OFFEN)


def test_the_route_checks_before_it_streams(office: Office, service: RetrievalService) -> None:
    with office.client() as client:
        path = f"/knowledge-bases/{office.knowledge_base}/imports"
        wrong = client.post(path, json={"source": "https://example.org"})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/source")
        assert client.post(f"/knowledge-bases/{uuid4()}/imports", json={"source": "gesetze"}).status_code == 404
