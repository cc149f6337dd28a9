# SPDX-License-Identifier: EUPL-1.2
"""A search whose hits come with what stands around them in their section, over the real service."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from genius_common.contracts.retrieval import SearchRequest, SearchResult
from genius_common.principal import ProtectionClass
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload
from genius_retrieval.search.service import SearchService
from tests.support.pdf import build, text_page
from tests.support.retrieval import Office, RetrievalService, principal, upload, wait_for

FILLER = "Dieser Satz füllt nur den Platz und hat mit der Frage nichts zu tun. " * 8
RULES = (
    "# Dienstanweisung Hunde\n\n## 1 Steuer\n\nDie Hundesteuer beträgt 96 Euro im Jahr.\n\n"
    f"{FILLER}\n\n{FILLER}\n\nBefreit von der Hundesteuer sind Blindenhunde; die Befreiung gilt zwei Jahre.\n\n"
    f"{FILLER}\n\n## 2 Leine\n\nHunde sind im Park an der Leine zu führen.\n"
)
QUERY = "Wie lange gilt die Befreiung von der Hundesteuer?"


@pytest.fixture(scope="module")
def office(service: RetrievalService) -> Office:
    office = Office(service).set_up()
    lines = [f"Zeile {number}: Die Gebühr für Fischereischeine steht weiter unten." for number in range(40)]
    said = ["Die Gebühr für einen Fischereischein beträgt 16 Euro und gilt fünf Jahre."]
    pages = build(text_page(*lines), text_page(*said, *lines))
    with office.client() as client:
        for name, content in ("hunde.md", RULES.encode()), ("fischen.pdf", pages):
            made = upload(client, office.documents, name, content)
            assert wait_for(client, f"/documents/{made['id']}")["state"] == "ready"
    return office


def searched(office: Office, query: str, **wanted: object) -> list[dict]:
    with office.client() as client:
        answer = client.post("/search", json={"query": query, **wanted})
        assert answer.status_code == 200, answer.text
        hits: list[dict] = answer.json()["hits"]
        for hit in hits:
            span = {"char_from": hit["char_from"], "char_to": hit["char_to"]}
            assert client.get(f"/documents/{hit['document']}/text", params=span).json()["text"] == hit["text"]
    return hits


def test_a_hit_grows_to_its_section_and_no_further(office: Office) -> None:
    plain = searched(office, QUERY)
    assert "96 Euro" not in plain[0]["text"]
    wide = searched(office, QUERY, section_chars=10_000)
    assert wide[0]["text"].startswith("Die Hundesteuer beträgt 96 Euro im Jahr.")
    assert wide[0]["text"].rstrip().endswith(FILLER.rstrip())
    assert wide[0]["section_path"] == plain[0]["section_path"]
    best = wide[0]["passages"][0]
    start = wide[0]["char_from"]
    assert "Blindenhunde" in wide[0]["text"][best["char_from"] - start : best["char_to"] - start]
    # The chunks of one section are one source now, the other section is one of its own.
    assert sum("Steuer" in hit["section_path"][-1] for hit in plain) > 1
    assert sum("Steuer" in hit["section_path"][-1] for hit in wide) == 1


def test_pages_are_those_of_the_wider_text(office: Office) -> None:
    hit = searched(office, "Was kostet ein Fischereischein?", section_chars=10_000)[0]
    said = hit["char_from"] + hit["text"].index("16 Euro")
    assert (hit["page"], len(hit["page_breaks"])) == (1, 1)
    assert hit["page"] + sum(begin <= said for begin in hit["page_breaks"]) == 2


def test_without_room_nothing_grows(office: Office) -> None:
    plain = {(hit["char_from"], hit["char_to"]) for hit in searched(office, QUERY)}
    joined = searched(office, QUERY, section_chars=1)
    assert sum(hit["char_to"] - hit["char_from"] for hit in joined) <= sum(end - start for start, end in plain) + 20


def test_an_explanation_is_of_the_chunks(office: Office) -> None:
    body = {"query": QUERY, "knowledge_bases": [str(office.knowledge_base)]}
    with office.client() as client:
        told = [client.post("/search/explain", json={**body, **more}).json() for more in ({}, {"section_chars": 9_000})]
    found, again = ([one["hit"] for one in explanation["hits"]] for explanation in told)
    assert found == again


async def test_what_was_deleted_during_the_search_is_left_out(
    parts: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEN-04: the section is opened with the access of that moment."""
    base = uuid4()
    bases = frozenset({base})
    who = principal(uuid4(), knowledge_bases=bases, writable_knowledge_bases=bases)
    await parts.knowledge_bases.put(who, base, who.authority, ProtectionClass.INTERN)
    documents: list[UUID] = []
    for name in ("eins.md", "zwei.md"):
        made = await parts.documents.add_document(who, base, Upload.of(name, f"{RULES}\n\n{name}".encode()))
        documents.append(made.id)
    end = time.monotonic() + 30
    while (await parts.knowledge_bases.counts(who, base)).ready < 2:
        assert time.monotonic() < end
        await asyncio.sleep(0.03)
    request = SearchRequest(query=QUERY, section_chars=20_000)
    assert {hit.document for hit in (await parts.search.search(who, request)).hits} == set(documents)
    search = SearchService.search

    async def overtaken(*args: Any) -> SearchResult:
        result = await search(*args)
        await parts.documents.delete(who, documents[0], "document")
        return result

    monkeypatch.setattr(SearchService, "search", overtaken)
    assert {hit.document for hit in (await parts.search.search(who, request)).hits} == {documents[1]}
