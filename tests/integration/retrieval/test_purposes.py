# SPDX-License-Identifier: EUPL-1.2
"""DSG-06 in retrieval alone, with real tokens: the signed use decides, whatever the request or the gateway says."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from genius_common.contracts.retrieval import SearchRequest, SearchResult
from genius_common.principal import ProtectionClass
from genius_retrieval.components import Components
from genius_retrieval.documents.endpoints import documents
from genius_retrieval.documents.service import Upload
from tests.support import pdf
from tests.support.retrieval import Office, RetrievalService, principal, upload, wait_for

USES: tuple[tuple[str, ...] | None, ...] = (None, ("chat",), ("search",), ("chat", "ask-documents"))
ASKING = ("chat", "ask-documents", "draft", "search", "training", None)
READING = [route.path for route in documents.routes if "GET" in route.methods]  # type: ignore[attr-defined]


@dataclass
class Shelf:
    """An authority with a knowledge base and a document for each of `USES`."""

    office: Office
    bases: dict[tuple[str, ...] | None, UUID]
    documents: dict[tuple[str, ...] | None, str]

    def client(self, use: str | None, **changes: Any) -> httpx.Client:
        return self.office.client(
            use=use,
            knowledge_bases=frozenset(self.bases.values()),
            writable_knowledge_bases=frozenset(self.bases.values()),
            **changes,
        )


def allowed(uses: tuple[str, ...] | None, use: str | None) -> bool:
    return use is not None and (uses is None or use in uses)


def _search(client: httpx.Client, **places: list[str]) -> httpx.Response:
    return client.post("/search", json={"query": "Wann brütet der Vogel?", "limit": 50, **places})


@pytest.fixture(scope="module")
def shelf(service: RetrievalService) -> Shelf:
    bases = {uses: uuid4() for uses in USES}
    made = Shelf(Office(service), bases, {})
    with made.client("search") as client:
        for number, (uses, base) in enumerate(bases.items()):
            body = {"authority": str(made.office.authority), "uses": list(uses) if uses else None}
            assert client.put(f"/knowledge-bases/{base}", json=body).status_code == 204
            content = pdf.build(pdf.text_page(f"Der Vogel Nummer {number} brütet im Mai."))
            state = upload(client, f"/knowledge-bases/{base}/documents", f"{number}.pdf", content)
            assert wait_for(client, f"/documents/{state['id']}")["state"] == "ready"
            made.documents[uses] = state["id"]
    return made


@pytest.mark.parametrize("use", ASKING)
def test_a_search_finds_what_is_there_for_its_use(shelf: Shelf, use: str | None) -> None:
    """DSG-06: each use × each knowledge base, named, by a document, and not named at all; without a use nothing."""
    with shelf.client(use) as client:
        for uses, base in shelf.bases.items():
            for place, named in (("knowledge_bases", str(base)), ("documents", shelf.documents[uses])):
                answer = _search(client, **{place: [named]})
                if allowed(uses, use):
                    assert [hit["document"] for hit in answer.json()["hits"]] == [shelf.documents[uses]]
                    continue
                problem = answer.json()
                assert (answer.status_code, problem["code"]) == (403, "purpose_not_allowed")
                assert [error["pointer"] for error in problem["errors"]] == [f"/{place}/0"]
        found = _search(client).json()
        suited = {shelf.documents[uses] for uses in USES if allowed(uses, use)}
        assert {hit["document"] for hit in found["hits"]} == suited
        assert found["searched"]["left_out"] == len(USES) - len(suited)
        assert found["searched"]["knowledge_bases"] == len(suited)
        mixed = _search(client, knowledge_bases=[str(base) for base in shelf.bases.values()])
        wrong = [f"/knowledge_bases/{n}" for n, uses in enumerate(USES) if not allowed(uses, use)]
        assert [error["pointer"] for error in mixed.json().get("errors", [])] == wrong


@pytest.mark.parametrize("use", ["chat", "search", None])
def test_a_run_opens_nothing_that_is_there_for_others(shelf: Shelf, use: str | None) -> None:
    """DSG-06: every reading route of documents, and the list; a person's own reading stays possible."""
    assert len(READING) == 6
    with shelf.client(use, run=uuid4()) as run, shelf.client(None) as person:
        for uses, route in itertools.product(USES, READING):
            path = route.format(document=shelf.documents[uses], number=1)
            assert run.get(path).status_code == (200 if allowed(uses, use) else 403), (uses, route)
            assert person.get(path).status_code == 200
        for uses, base in shelf.bases.items():
            path = f"/knowledge-bases/{base}/documents"
            assert run.get(path).status_code == (200 if allowed(uses, use) else 403)
            assert person.get(path).status_code == 200


def test_a_change_holds_from_the_next_search_on(shelf: Shelf) -> None:
    """DSG-06: also for a run that goes on with the token that it has."""
    base = shelf.bases[None]
    with shelf.client("chat", run=uuid4()) as run, shelf.client(None) as keeper:
        for uses, status in ((["search"], 403), (["chat"], 200), (["draft", "search"], 403), (None, 200)):
            assert keeper.put(f"/knowledge-bases/{base}/uses", json={"uses": uses}).status_code == 204
            assert _search(run, knowledge_bases=[str(base)]).status_code == status
            # Making it known again is no way to widen it.
            body = {"authority": str(shelf.office.authority), "uses": None}
            assert keeper.put(f"/knowledge-bases/{base}", json=body).status_code == 204
            assert _search(run, knowledge_bases=[str(base)]).status_code == status


async def test_hits_are_looked_at_once_more(parts: Components, monkeypatch: pytest.MonkeyPatch) -> None:
    """DSG-06: bound to other uses while the search was under way, nothing of it leaves, and that is counted."""
    base = uuid4()
    own = frozenset({base})
    keeper = principal(uuid4(), use="chat", knowledge_bases=own, writable_knowledge_bases=own)
    await parts.knowledge_bases.put(keeper, base, keeper.authority, ProtectionClass.INTERN, None)
    made = await parts.documents.add_document(keeper, base, Upload.of("a.txt", b"Der Vogel bruetet im Mai."))
    for _ in range(500):
        if (await parts.documents.state(keeper, made.id, "document")).state == "ready":
            break
        await asyncio.sleep(0.02)
    request = SearchRequest(query="Wann bruetet der Vogel?")
    assert [hit.document for hit in (await parts.search.search(keeper, request)).hits] == [made.id]
    service = parts.search._service
    real = service.search

    async def and_bind(*args: Any) -> SearchResult:
        found = await real(*args)
        await parts.knowledge_bases.bind(keeper, base, ["draft"])
        return found

    monkeypatch.setattr(service, "search", and_bind)
    found = await parts.search.search(keeper, request)
    assert (found.hits, found.searched.left_out, found.verdict.answerable) == ([], 1, False)


def test_only_its_own_side_binds_it(shelf: Shelf, service: RetrievalService) -> None:
    """DSG-06: not a reader, not another authority that names it, not one that it is shared with, not without scope."""
    base, other = shelf.bases[("search",)], Office(service)
    path, body = f"/knowledge-bases/{base}/uses", {"uses": None}
    named = frozenset({base})
    with shelf.client(None) as keeper:
        assert keeper.put(f"/knowledge-bases/{base}/shares/{other.authority}").status_code == 204
    with other.client(knowledge_bases=named, writable_knowledge_bases=named) as stranger:
        assert stranger.put(path, json=body).status_code == 404
        assert stranger.post(f"/knowledge-bases/{base}/acceptance").status_code == 204
        assert stranger.put(path, json=body).status_code == 404
        assert _search(stranger, knowledge_bases=[str(base)]).status_code == 200
    with other.client(use="chat", knowledge_bases=named) as stranger:
        assert _search(stranger, knowledge_bases=[str(base)]).json()["code"] == "purpose_not_allowed"
    with shelf.office.client(use=None, knowledge_bases=named, writable_knowledge_bases=frozenset()) as reader:
        assert reader.put(path, json=body).status_code == 404
    with shelf.client(None, scopes=frozenset({"documents.write", "search"})) as writer:
        assert writer.put(path, json=body).status_code == 403
    with shelf.client("chat") as still:
        assert _search(still, knowledge_bases=[str(base)]).status_code == 403


@pytest.mark.parametrize("uses", [[], ["Chat"], ["a b"], ["x" * 99], "chat", [None], ["chat"] * 51])
def test_nonsense_is_refused_by_name(shelf: Shelf, uses: object) -> None:
    """DSG-06"""
    with shelf.client(None) as keeper:
        answer = keeper.put(f"/knowledge-bases/{shelf.bases[None]}/uses", json={"uses": uses})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/uses")
