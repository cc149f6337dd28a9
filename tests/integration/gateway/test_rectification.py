# SPDX-License-Identifier: EUPL-1.2
"""A wrong document is replaced: no new answer cites it, and what cited it says that it is superseded (DSG-08)."""

from __future__ import annotations

import httpx

from tests.support.gateway import Gateway
from tests.support.personal_data import ready

API = "/api/v1"


async def put(client: httpx.AsyncClient, kb: str, name: str, text: str, **params: str) -> httpx.Response:
    path = f"{API}/knowledge-bases/{kb}/documents"
    return await client.post(path, params=params, files={"file": (name, text.encode())})


async def cited(client: httpx.AsyncClient, kb: str) -> set[str]:
    body = {"input": {"question": "Wie lang ist die Frist für den Widerspruch?", "knowledge_bases": [kb]}}
    run = (await client.post(f"{API}/modules/ask-documents/runs", json=body)).raise_for_status().json()
    return {citation["document"] for citation in run["result"]["citations"]}


async def test_no_answer_cites_what_was_replaced(with_modules: Gateway) -> None:
    """DSG-08: bound = the new one is ready; the old document stays readable, and names what holds now."""
    async with await with_modules.client("a.weber") as client:
        made = await client.post(f"{API}/knowledge-bases", json={"name": "Fristen", "purpose": "Probe"})
        kb = made.raise_for_status().json()["id"]
        old = (await put(client, kb, "Alt.txt", "Die Frist für den Widerspruch beträgt zwei Wochen.")).json()["id"]
        await ready(client, f"{API}/documents/{old}")
        assert await cited(client, kb) == {old}
        answer = await put(client, kb, "Neu.txt", "Die Frist für den Widerspruch beträgt einen Monat.", replaces=old)
        new = answer.raise_for_status().json()["id"]
        await ready(client, f"{API}/documents/{new}")
        assert await cited(client, kb) == {new}
        hits = (await client.post(f"{API}/search", json={"query": "Frist Widerspruch"})).json()["hits"]
        assert old not in {hit["document"] for hit in hits}
        state = (await client.get(f"{API}/documents/{old}")).json()
        assert (state["superseded_by"]["document"], state["superseded_by"]["name"]) == (new, "Neu.txt")
        assert "zwei Wochen" in (await client.get(f"{API}/documents/{old}/content")).text
        await refused_and_listed(client, kb, old, new)


async def refused_and_listed(client: httpx.AsyncClient, kb: str, old: str, new: str) -> None:
    """Replaced once is replaced; the old one is listed on demand only, with what holds instead."""
    again = await put(client, kb, "Noch neuer.txt", "Noch Neueres.", replaces=old)
    assert (again.status_code, again.json()["code"]) == (409, "already_replaced")
    assert again.json()["errors"][0]["pointer"] == "/replaces"
    documents = f"{API}/knowledge-bases/{kb}/documents"
    (current,) = (await client.get(documents)).json()["items"]
    assert (current["id"], current["replaces"]) == (new, old)
    every = (await client.get(documents, params={"superseded": "true"})).json()["items"]
    assert [(one["id"], (one["superseded_by"] or {}).get("document")) for one in every] == [(old, new), (new, None)]


async def test_what_is_replaced_is_a_document_of_this_knowledge_base(with_modules: Gateway) -> None:
    """DSG-08, TEN-02: foreign, unknown and impossible ids, and own ones from elsewhere, are refused alike."""
    async with await with_modules.client("a.weber") as client, await with_modules.client("d.schmidt") as stranger:
        kb, theirs = [
            (await one.post(f"{API}/knowledge-bases", json={"name": "x", "purpose": "Probe"}))
            .raise_for_status()
            .json()["id"]
            for one in (client, stranger)
        ]
        foreign = (await put(stranger, theirs, "Fremd.txt", "Fremdes.")).json()["id"]
        beside = await client.post(f"{API}/knowledge-bases", json={"name": "y", "purpose": "Probe"})
        own = (await put(client, beside.json()["id"], "Eigenes.txt", "Eigenes.")).json()["id"]
        details = set()
        for replaced in (foreign, own, "00000000-0000-4000-8000-000000000000", "nichts"):
            answer = await put(client, kb, "Neu.txt", "Neues.", replaces=replaced)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/replaces")
            details.add(answer.json()["detail"])
        assert len(details) == 1
        assert (await client.get(f"{API}/knowledge-bases/{kb}/documents")).json()["items"] == []
