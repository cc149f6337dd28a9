# SPDX-License-Identifier: EUPL-1.2
"""Under the Steuergeheimnis each retrieval names a case that its caller has a part in; nothing leaves as a copy."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_gateway.policy.table import RULES
from genius_gateway.retrieval_log.kinds import EXPORTS, RETRIEVALS, RUN
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.personal_data import as_superuser
from tests.support.taxes import TaxCase, entries, logged, made, tax_case

BOUND = [rule for rule in RULES if rule.action in RETRIEVALS and rule.action != RUN and "{case}" not in rule.path]


@pytest.fixture(scope="module")
async def case(tax: Gateway) -> TaxCase:
    return await tax_case(tax)


def _path(path: str, case: TaxCase) -> str:
    ids = {"kb": case.knowledge_base, "document": case.document, "file": case.file, "snapshot": str(uuid4()), "n": "1"}
    for name, identifier in ids.items():
        path = path.replace("{" + name + "}", identifier)
    return path


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("rule", BOUND, ids=lambda rule: f"{rule.method} {rule.path}")
async def test_every_retrieval_names_a_case_of_the_callers(tax: Gateway, case: TaxCase, rule: Any) -> None:
    """AO-08: generated over the policy table. No case, a foreign one, none that is, two: refused, and logged."""
    path, body = _path(rule.path, case), {"json": {"query": "Kanarienvogel"}} if rule.method == "POST" else {}
    before = await logged(tax)
    async with await tax.client("a.weber") as client:

        async def ask(named: list[str], query: str = "") -> httpx.Response:
            headers = [("x-case", one) for one in named]
            return await client.request(rule.method, path + query, headers=headers, **body)

        assert _code(await ask([])) == (400, "case_required")
        assert _code(await ask([case.foreign])) == (404, "case_not_found")
        assert _code(await ask([str(uuid4())])) == (404, "case_not_found")
        assert _code(await ask(["alle"])) == (404, "case_not_found")
        assert _code(await ask([case.id, case.foreign])) == (400, "case_required")
        assert _code(await ask([case.id], f"?case={case.foreign}")) == (400, "case_required")
        for answer in (await ask([case.id]), await ask([], f"?case={case.id}")):
            if rule.action in EXPORTS:
                assert _code(answer) == (403, "export_off")
            elif rule.action == "snapshot.read":
                assert _code(answer) == (404, "not_found")
            else:
                assert answer.status_code == 200, answer.text
    assert await logged(tax) == before + 8
    rows = await entries(tax, 8)
    assert [row["outcome"] for row in rows[:6]] == ["abgelehnt"] * 6
    assert rows[1]["case"] == case.foreign, "what was named stands there, too"
    assert {row["kind"] for row in rows} == {RETRIEVALS[rule.action]}


async def test_a_grant_makes_a_part_in_a_case_and_its_end_ends_it(tax: Gateway, case: TaxCase) -> None:
    """AO-08: a colleague searches for a case while its owner shares it, and not a moment longer."""
    path, search = f"/api/v1/cases/{case.id}/grants", {"json": {"query": case.word}, "headers": {"x-case": case.id}}
    async with await tax.client("a.weber") as owner, await tax.client("b.yilmaz") as colleague:
        assert _code(await colleague.post("/api/v1/search", **search)) == (404, "case_not_found")
        shared = await owner.put(path, json={"items": [{"username": "b.yilmaz"}]})
        assert shared.status_code == 200, shared.text
        assert (await colleague.post("/api/v1/search", **search)).status_code == 200
        assert (await owner.put(path, json={"items": []})).status_code == 200
        assert _code(await colleague.post("/api/v1/search", **search)) == (404, "case_not_found")


async def _start(
    client: httpx.AsyncClient, module: str, body: dict[str, Any], case: str | None = None
) -> httpx.Response:
    named = {} if case is None else {"case": case}
    return await client.post(f"/api/v1/modules/{module}/runs", json={"input": body, **named})


async def test_runs_with_sources_name_a_case(tax: Gateway, case: TaxCase) -> None:
    """AO-08: asking documents, chat with sources (also those of the conversation), files; each refusal is logged."""
    base, file = [case.knowledge_base], [case.file]
    async with await tax.client("a.weber") as client:
        begun = await _start(client, "chat", {"message": "Was steht da?", "knowledge_bases": base}, case.id)
        assert begun.status_code == 200, begun.text
        sources: list[tuple[str, dict[str, Any]]] = [
            ("ask-documents", {"question": case.word}),
            ("ask-documents", {"question": case.word, "documents": [case.document]}),
            ("chat", {"message": "Und hier?", "knowledge_bases": base}),
            ("chat", {"message": "Und nun?", "conversation": begun.json()["conversation"]}),
            ("chat", {"message": "Was steht darin?", "files": file}),
            ("summarise", {"files": file, "length": "short"}),
        ]
        for module, body in sources:
            before = await logged(tax)
            assert _code(await _start(client, module, body)) == (400, "case_required"), (module, body)
            assert _code(await _start(client, module, body, case.foreign)) == (404, "case_not_found")
            ran = await _start(client, module, body, case.id)
            assert (ran.status_code, ran.json()["case"]) == (200, case.id), ran.text
            assert await logged(tax) == before + 3, (module, body)
            last = await entries(tax, 3)
            assert [row["outcome"] for row in last] == ["abgelehnt", "abgelehnt", "erteilt"]
            assert last[-1]["object"] == ran.json()["id"]


async def test_a_run_is_logged_once_with_what_it_stores(tax: Gateway, case: TaxCase) -> None:
    """AO-04: in one transaction with the run; asked again with the same key it is the same retrieval."""
    headers = {"idempotency-key": uuid4().hex}
    body = {"input": {"question": case.word}, "case": case.id}
    before = await logged(tax)
    async with await tax.client("a.weber") as client:
        answers = [
            await client.post("/api/v1/modules/ask-documents/runs", json=body, headers=headers) for _ in range(3)
        ]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await logged(tax) == before + 1


async def test_a_run_without_a_case_can_read_nothing(
    tax: Gateway, case: TaxCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AO-08: chat without sources goes without a case and without a log; its module's token opens no document."""
    tokens = tax.app.api.state.runs.tokens
    asked: list[frozenset[str]] = []
    real = tokens.for_run

    async def seen(principal: Any, run: Any, module: str, scopes: frozenset[str], files: Any, **more: Any) -> Any:
        asked.append(scopes)
        return await real(principal, run, module, scopes, files, **more)

    monkeypatch.setattr(tokens, "for_run", seen)
    before = await logged(tax)
    async with await tax.client("a.weber") as client:
        assert (await _start(client, "chat", {"message": "Guten Tag"})).status_code == 200
        assert await logged(tax) == before
        assert (await _start(client, "chat", {"message": "Guten Tag"}, case.id)).status_code == 200
    reading = {"search", "documents.read", "files.read"}
    assert not asked[0] & reading
    assert asked[1] >= {"search"}


async def test_applications_are_bound_too(tax: Gateway, case: TaxCase) -> None:
    """AO-08: a specialist application names a case of its own; the log names the application."""
    async with await tax.client("mhb-fachverfahren") as client:
        assert _code(await client.post("/api/v1/search", json={"query": case.word})) == (400, "case_required")
        own = await made(client, "/api/v1/cases", json={"reference": "Verfahren"})
        answer = await client.post("/api/v1/search", json={"query": case.word}, headers={"x-case": own})
        assert answer.status_code == 200, answer.text
    (entry,) = await entries(tax, 1)
    assert (entry["login"], entry["reference"]) == ("service-account-mhb-fachverfahren", "Verfahren")
    assert entry["application"] == entry["person"]


async def test_programs_of_people_are_bound_too(tax: Gateway, case: TaxCase) -> None:
    """AO-04, AO-08: an API token of a person names a case of hers; the user id is her pseudonym."""
    async with await tax.client("a.weber") as client:
        answer = await client.post("/api/v1/me/tokens", json={"name": "Skript", "scopes": ["search"]})
        assert answer.status_code == 201, answer.text
        headers = {"authorization": f"Bearer {answer.json()['token']}"}
    async with AsyncClient(base_url=tax.url, headers=headers) as program:
        search = {"json": {"query": case.word}}
        assert _code(await program.post("/api/v1/search", **search)) == (400, "case_required")
        found = await program.post("/api/v1/search", **search, headers={"x-case": case.id})
        assert found.status_code == 200, found.text
    refused, granted = await entries(tax, 2)
    assert (refused["outcome"], granted["outcome"]) == ("abgelehnt", "erteilt")
    assert granted["login"] == granted["person"] == refused["login"]


async def test_impossible_ids_are_unknown_ones(tax: Gateway, case: TaxCase) -> None:
    """TEN-02: with and without credentials, as everywhere else."""
    async with await tax.client("a.weber") as client, tax.browser() as nobody:
        for odd in ("-" * 36, "0" * 36, "%00" * 12, case.document.upper()):
            path = f"/api/v1/documents/{odd}/text"
            assert (await client.get(path, headers={"x-case": case.id})).status_code == 404, odd
            assert (await nobody.get(path)).status_code == 401, odd


async def test_exports_are_off(tax: Gateway, case: TaxCase) -> None:
    """The profile's default: no original of any class, no copy of one's own data, though the route is there."""
    async with await tax.client("a.weber") as client:
        headers = {"x-case": case.id}
        for path in (
            f"/api/v1/documents/{case.document}/content",
            f"/api/v1/files/{case.file}/content",
            "/api/v1/me/data",
        ):
            answer = await client.get(path, headers=headers)
            assert _code(answer) == (403, "export_off")
            assert case.word not in answer.text


async def test_no_foreign_content_for_everybody(tax: Gateway) -> None:
    """The profile: a tenant-wide knowledge base takes the shipped laws alone; an authority's own takes documents."""
    file = {"file": ("a.txt", b"Text")}
    async with await tax.client("o.petrova") as operator:
        wide = await made(
            operator, "/api/v1/knowledge-bases", json={"name": "Recht", "purpose": "Probe", "owner": "tenant"}
        )
        path = f"/api/v1/knowledge-bases/{wide}"
        assert _code(await operator.post(f"{path}/documents", files=file)) == (403, "foreign_content_off")
        refused = await operator.post(f"{path}/imports", json={"source": "nichts"})
        assert refused.status_code == 400, "the way of the shipped laws is open"
    stored = await asyncio.to_thread(as_superuser, tax, "SELECT count(*) FROM knowledge_bases WHERE authority IS NULL")
    assert stored[0][0] >= 1


async def test_in_the_land_nothing_of_this_is_asked_for(gateway: Gateway) -> None:
    """The other tenant is as it was: searches without a case, no log."""
    async with await gateway.client("a.weber") as client:
        assert (await client.post("/api/v1/search", json={"query": "x"})).status_code == 200
        assert (await client.get("/api/v1/me/data")).status_code == 200
    assert await logged(gateway) == 0
    assert gateway.state.retrieval_log is None


async def test_a_conversation_belongs_to_the_first_case_that_it_names(tax: Gateway, case: TaxCase) -> None:
    """AO-08: what it knows from one case serves no other one; each answer says for which case it retrieved."""
    base = [case.knowledge_base]
    async with await tax.client("a.weber") as client:
        other = await made(client, "/api/v1/cases", json={"reference": f"St-{uuid4().hex[:8]}/26"})
        begun = await _start(client, "chat", {"message": "Guten Tag"})
        conversation = begun.json()["conversation"]
        path = f"/api/v1/conversations/{conversation}"
        assert (await client.get(path)).json()["case"] is None
        turn = {"message": "Was steht da?", "conversation": conversation, "knowledge_bases": base}
        assert (await _start(client, "chat", turn, case.id)).status_code == 200
        assert (await client.get(path)).json()["case"] == case.id
        before = await logged(tax)
        refused = await _start(client, "chat", turn, other)
        assert _code(refused) == (409, "conversation_of_other_case")
        assert refused.json()["errors"][0]["pointer"] == "/case"
        assert (await entries(tax, 1))[0]["outcome"] == "abgelehnt"
        assert await logged(tax) == before + 1
        messages = (await client.get(f"{path}/messages?which=all")).json()["items"]
    answers = [message["case"] for message in messages if message["role"] == "assistant"]
    assert answers == [None, case.id]
    assert [message["case"] for message in messages if message["role"] == "user"] == [None, None]


async def test_the_ui_is_told_what_holds(tax: Gateway, gateway: Gateway) -> None:
    """AO-08: whether a retrieval needs a case and whether originals may be downloaded, before it is refused."""
    for platform, told in ((tax, (True, False)), (gateway, (False, True))):
        async with await platform.client("a.weber") as client:
            me = (await client.get("/api/v1/me")).json()
        assert (me["case_required"], me["exports"]) == told
