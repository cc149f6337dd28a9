# SPDX-License-Identifier: EUPL-1.2
"""A planted document stays in its scope, is locked by who looks after it, and its answers are listed (INJ-06)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from genius_gateway.runs.incoming import documents_in
from tests.support.gateway import Gateway
from tests.support.personal_data import ready

from .test_rectification import API, put

QUESTION = "Wie lang ist die Frist für den Widerspruch?"


async def base(client: httpx.AsyncClient) -> str:
    made = await client.post(f"{API}/knowledge-bases", json={"name": "Fristen", "purpose": "Probe"})
    return str(made.raise_for_status().json()["id"])


async def asked(client: httpx.AsyncClient, kb: str) -> dict[str, Any]:
    body = {"input": {"question": QUESTION, "knowledge_bases": [kb]}}
    found = await client.post(f"{API}/modules/ask-documents/runs", json=body)
    return dict(found.raise_for_status().json())


async def chatted(client: httpx.AsyncClient, kb: str) -> dict[str, Any]:
    body = {"input": {"message": QUESTION, "knowledge_bases": [kb]}}
    return dict((await client.post(f"{API}/modules/chat/runs", json=body)).raise_for_status().json())


def cited(run: dict[str, Any]) -> set[str]:
    assert run["result"], run["error"]
    return {citation["document"] for citation in run["result"]["citations"]}


async def test_what_one_writer_plants_stays_in_his_scope(with_modules: Gateway) -> None:
    """INJ-06: neither a colleague's nor another authority's answers, searches or pages show it."""
    word = "Giftwasserfrist"
    async with await with_modules.client("a.weber") as writer:
        kb = await base(writer)
        planted = (await put(writer, kb, "Gift.txt", f"Die {word} für den Widerspruch beträgt zehn Jahre.")).json()[
            "id"
        ]
        await ready(writer, f"{API}/documents/{planted}")
        assert planted in cited(await asked(writer, kb))
    for login in ("b.yilmaz", "d.schmidt"):
        async with await with_modules.client(login) as other:
            hits = (await other.post(f"{API}/search", json={"query": word})).json()["hits"]
            assert planted not in {hit["document"] for hit in hits}
            for tail in ("", "/text", "/answers"):
                assert (await other.get(f"{API}/documents/{planted}{tail}")).status_code == 404
            for method in ("PUT", "DELETE"):
                assert (await other.request(method, f"{API}/documents/{planted}/quarantine")).status_code == 404
            assert (await other.post(f"{API}/modules/ask-documents/runs", json={
                "input": {"question": QUESTION, "knowledge_bases": [kb]}})).status_code in {403, 404, 422}  # fmt: skip


async def test_it_is_locked_and_its_answers_are_listed(with_modules: Gateway) -> None:
    """INJ-06: answers of conversations and of other modules, by id, module and day; never whose, nor what they say."""
    async with await with_modules.client("a.weber") as client:
        kb = await base(client)
        planted = (await put(client, kb, "Gift.txt", "Die Frist für den Widerspruch beträgt zehn Jahre.")).json()["id"]
        await ready(client, f"{API}/documents/{planted}")
        sound = (await put(client, kb, "Recht.txt", "Die Frist für den Widerspruch beträgt einen Monat.")).json()["id"]
        await ready(client, f"{API}/documents/{sound}")
        run, chat = await asked(client, kb), await chatted(client, kb)
        assert cited(run) == cited(chat) == {planted, sound}
        listed = (await client.get(f"{API}/documents/{planted}/answers")).raise_for_status().json()
        assert listed["total"] == 2
        assert {(one["kind"], one["module"]) for one in listed["items"]} == {
            ("run", "ask-documents"),
            ("message", "chat"),
        }
        assert {name for one in listed["items"] for name in one} == {"kind", "id", "module", "day"}
        assert run["id"] in {one["id"] for one in listed["items"]}
        locked = await client.put(f"{API}/documents/{planted}/quarantine")
        assert locked.raise_for_status().json()["quarantined_at"]
        assert cited(await asked(client, kb)) == cited(await chatted(client, kb)) == {sound}
        assert (await client.get(f"{API}/documents/{planted}/answers")).json()["total"] == 2
        unlocked = await client.delete(f"{API}/documents/{planted}/quarantine")
        assert unlocked.raise_for_status().json()["quarantined_at"] is None
        assert cited(await asked(client, kb)) == {planted, sound}


def test_citations_are_found_wherever_a_module_puts_them() -> None:
    one, two = uuid4(), uuid4()
    result = {
        "citations": [{"document": str(one)}, {"document": "keins"}, {"text": "x"}],
        "items": [{"result": {"citations": [{"document": str(two)}]}}],
        "document": str(uuid4()),
    }
    assert documents_in(result) == {one, two}
    assert documents_in({"citations": "anderes"}) == frozenset()
    deep: Any = {"citations": [{"document": str(one)}]}
    for _ in range(50):
        deep = [deep]
    assert documents_in(deep) == frozenset()
