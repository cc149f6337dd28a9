# SPDX-License-Identifier: EUPL-1.2
"""The real gateway with its gate, the real modules service and real retrieval: people and applications run modules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from genius_modules.app import create_app as create_modules
from genius_modules.settings import Settings as ModulesSettings
from tests.support.gateway import Gateway, running_gateway, serving
from tests.support.postgres import TestPostgres

from .conftest import until

TEXT = (
    "Die Gemeinde erneuert im kommenden Jahr die Heizung der Grundschule am Markt. "
    "Die Kosten betragen 480.000 Euro, davon trägt das Land die Hälfte. "
    "Der Rat hat dem Vorhaben am 3. März zugestimmt. Die Arbeiten beginnen in den Sommerferien. "
)


@pytest.fixture(scope="module")
async def real(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    async with running_gateway(tmp_path_factory.mktemp("real"), postgres_server) as gateway:
        port = urlsplit(gateway.settings.modules_url).port
        assert port
        settings = ModulesSettings.model_validate(
            {
                "profile": "local",
                "tenant": "test",
                "port": port,
                "jwks_url": f"{gateway.internal_url}/.well-known/jwks.json",
                "inference_url": gateway.settings.inference_url,
                "retrieval_url": gateway.settings.retrieval_url,
                "gateway_url": gateway.internal_url,
            }
        )
        async with serving(create_modules(settings), port, "on"):
            yield gateway


@pytest.fixture
async def weber(real: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with await real.client("a.weber") as client:
        yield client


@pytest.fixture
async def schmidt(real: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with await real.client("d.schmidt") as client:
        yield client


async def run(client: httpx.AsyncClient, module: str, data: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/v1/modules/{module}/runs", json={"input": data, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["state"] == "succeeded", found["error"]
    return found


async def upload(client: httpx.AsyncClient, name: str, text: str) -> str:
    answer = await client.post("/api/v1/files", files={"file": (name, text.encode())})
    assert answer.status_code == 202, answer.text
    identifier: str = answer.json()["id"]

    async def ready() -> bool:
        return (await client.get(f"/api/v1/files/{identifier}")).json()["state"] == "ready"

    await until(ready, 30)
    return identifier


async def test_every_built_in_module_is_offered(weber: httpx.AsyncClient) -> None:
    offered = {item["id"]: item["mode"] for item in (await weber.get("/api/v1/modules")).json()["items"]}
    assert {"chat", "summarise", "draft", "ask-documents"} <= set(offered)
    assert "generative" not in offered.values()  # there is no model, and the modules say so


async def test_an_application_runs_modules(real: Gateway) -> None:
    async with await real.client("mhb-fachverfahren") as client:
        done = await run(client, "summarise", {"text": TEXT * 2, "length": "short"})
        assert done["mode"] == "extractive"
        assert done["result"]["text"]
        assert [item["id"] for item in (await client.get("/api/v1/runs")).json()["items"]] == [done["id"]]


async def test_a_file_goes_from_the_upload_into_a_run(weber: httpx.AsyncClient, schmidt: httpx.AsyncClient) -> None:
    """TEN-03: the same file in another person's input is as unknown as none."""
    file = await upload(weber, "heizung.txt", TEXT)
    done = await run(weber, "summarise", {"files": [file], "length": "short"})
    assert "Heizung" in done["result"]["text"] or "Kosten" in done["result"]["text"]
    for unknown in (file, str(uuid4())):
        answer = await schmidt.post("/api/v1/modules/summarise/runs", json={"input": {"files": [unknown]}})
        assert answer.status_code == 404
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/input/files/0"]


async def test_a_chat_turn_asks_a_knowledge_base(weber: httpx.AsyncClient, schmidt: httpx.AsyncClient) -> None:
    """TEN-03 for the knowledge base; the next turn uses that of the conversation."""
    body = {"name": "Haushalt", "purpose": "Probe", "owner": "authority", "protection_class": "intern"}
    base = (await weber.post("/api/v1/knowledge-bases", json=body)).json()["id"]
    made = await weber.post(f"/api/v1/knowledge-bases/{base}/documents", files={"file": ("heizung.txt", TEXT.encode())})
    document = made.json()["id"]

    async def ready() -> bool:
        return (await weber.get(f"/api/v1/documents/{document}")).json()["state"] == "ready"

    await until(ready, 30)
    first = await run(weber, "chat", {"message": "Was kostet die Heizung der Grundschule?", "knowledge_bases": [base]})
    assert [cited["document"] for cited in first["result"]["citations"]] == [document]
    again = await run(weber, "chat", {"message": "Wann beginnen die Arbeiten?", "conversation": first["conversation"]})
    assert again["result"]["citations"]
    shown = (await weber.get(f"/api/v1/conversations/{first['conversation']}/messages")).json()["items"]
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2
    assert shown[1]["citations"] == first["result"]["citations"]
    asked = await run(weber, "ask-documents", {"question": "Was kostet die Heizung?", "documents": [document]})
    assert asked["result"]["found"] is True
    for field, value in (("knowledge_bases", base), ("documents", document)):
        answer = await schmidt.post(
            "/api/v1/modules/ask-documents/runs", json={"input": {"question": "Heizung?", field: [value]}}
        )
        assert answer.status_code == 404
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/input/{field}/0"]


async def test_a_run_belongs_to_a_case(weber: httpx.AsyncClient, schmidt: httpx.AsyncClient) -> None:
    case = (await weber.post("/api/v1/cases", json={"reference": "401-12/2026"})).json()["id"]
    done = await run(weber, "draft", {"kind": "vermerk", "notes": "Heizung wird erneuert."}, case=case)
    assert done["case"] == case
    body = {"input": {"kind": "vermerk", "notes": "x"}, "case": case}
    answer = await schmidt.post("/api/v1/modules/draft/runs", json=body)
    assert answer.status_code == 404
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/case"]


async def test_an_administrator_sees_no_runs_of_others(real: Gateway, weber: httpx.AsyncClient) -> None:
    """TEN-14: neither the authority's administrator nor an operator nor an auditor gets at a run or a chat."""
    done = await run(weber, "chat", {"message": "Guten Tag"})
    for name in ("c.hoffmann", "o.petrova", "r.koenig"):
        async with await real.client(name) as client:
            for path in (
                f"/api/v1/runs/{done['id']}",
                f"/api/v1/runs/{done['id']}/events",
                f"/api/v1/conversations/{done['conversation']}",
                f"/api/v1/conversations/{done['conversation']}/messages",
            ):
                assert (await client.get(path)).status_code in {403, 404}
