# SPDX-License-Identifier: EUPL-1.2
"""The kill switch over the whole way: an operator stops a model, clients of the gateway see it end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_common.errors import NotFound
from genius_common.model_stops import STOPS_PATH
from genius_common.principal import Principal
from genius_common.tokens import TokenVerifier
from genius_gateway.operation.model_stops import ModelAlreadyStopped
from genius_inference.app import create_app as create_inference
from genius_inference.testing import RunningServer
from tests.support.gateway import Gateway, serving
from tests.support.http import AsyncClient
from tests.support.inference import Keys
from tests.support.inference import settings as inference_settings
from tests.support.operators import Operators
from tests.support.personal_data import as_superuser
from tests.support.ports import free_port

STOPS = "/api/v1/operation/model-stops"
LIMIT_S = 10.0
CLERK, STRANGER, OPERATOR = "a.weber", "d.schmidt", "o.petrova"
CHAT = {"model": "echo", "messages": [{"role": "user", "content": "Hallo"}]}


@pytest.fixture
async def with_model(operated: Gateway, model_server: RunningServer) -> AsyncIterator[Gateway]:
    """The gateway with the real inference service in front of the scripted model server; all is released afterwards."""
    model_server.clear()
    async with inference_beside(operated, model_server):
        yield operated
        async with await operated.client(OPERATOR) as operator:
            for item in (await operator.get(STOPS)).json()["items"]:
                await operator.delete(f"{STOPS}/{item['id']}")


@asynccontextmanager
async def inference_beside(gateway: Gateway, model_server: RunningServer) -> AsyncIterator[None]:
    keys = Keys(f"{gateway.internal_url}/.well-known/jwks.json", gateway.retrieval.signer)
    tenant = gateway.settings.tenant
    app = create_inference(inference_settings(keys, tenant=tenant, upstream={"url": model_server.url}))
    async with serving(app, httpx.URL(gateway.settings.inference_url).port or 0, "on"):
        yield


async def answers(client: httpx.AsyncClient, status: int, body: dict[str, Any] | None = None) -> httpx.Response:
    """Ask until the answer has `status`, for ten seconds at most."""
    end = time.monotonic() + LIMIT_S
    for _ in range(100):
        answer = await client.post("/v1/chat/completions", json=body or CHAT)
        if answer.status_code == status:
            return answer
        assert time.monotonic() < end, answer.text
        await asyncio.sleep(0.1)
    raise AssertionError("not within ten seconds")


async def authority_of(gateway: Gateway, login: str) -> str:
    async with await gateway.client(login) as client:
        return str((await client.get("/api/v1/me")).json()["authority"]["id"])


async def test_stopped_for_one_authority_the_other_goes_on(with_model: Gateway) -> None:
    """KI-06, TEN-02: within ten seconds, also its list of models; taken back within ten seconds."""
    async with (
        await with_model.client(CLERK) as clerk,
        await with_model.client(STRANGER) as stranger,
        await with_model.client(OPERATOR) as operator,
    ):
        await answers(clerk, 200)
        body = {"model": "echo", "authority": await authority_of(with_model, CLERK), "reason": "anordnung"}
        made = await operator.post(STOPS, json=body)
        assert made.status_code == 201
        assert {name: made.json()[name] for name in body} == body
        refused = await answers(clerk, 503)
        assert refused.json()["error"]["code"] == "model_stopped"
        assert (await stranger.post("/v1/chat/completions", json=CHAT)).status_code == 200
        names = [{item["id"] for item in (await c.get("/v1/models")).json()["data"]} for c in (clerk, stranger)]
        assert names[1] - names[0] == {"echo"}
        seen = {item["id"] for item in (await operator.get("/api/v1/operation/models")).json()["items"]}
        assert "echo" in seen
        assert (await operator.delete(f"{STOPS}/{made.json()['id']}")).status_code == 204
        await answers(clerk, 200)


async def test_a_running_stream_ends_with_one_error(with_model: Gateway) -> None:
    """KI-06: what came is kept, one typed event, no [DONE], through gateway and inference."""
    slow = {**CHAT, "stream": True, "messages": [{"role": "user", "content": "wort " * 900 + "[[delay_s=0.05]]"}]}
    async with await with_model.client(CLERK) as clerk, await with_model.client(OPERATOR) as operator:
        async with clerk.stream("POST", "/v1/chat/completions", json=slow) as answer:
            lines = answer.aiter_lines()
            received = [await anext(lines)]
            await operator.post(STOPS, json={"model": "echo", "authority": None})
            async with asyncio.timeout(LIMIT_S):
                received += [line async for line in lines]
        data = [line for line in received if line]
        assert "wort" in data[0]
        assert [line for line in data if '"error"' in line] == data[-1:]
        assert '"code":"model_stopped"' in data[-1]
        assert "data: [DONE]" not in data


async def test_a_stop_outlives_a_restart_of_inference(with_model: Gateway, model_server: RunningServer) -> None:
    """KI-06: a second router that starts afterwards refuses from its first request on."""
    async with await with_model.client(OPERATOR) as operator:
        await operator.post(STOPS, json={"model": None, "authority": None})
    keys = Keys(f"{with_model.internal_url}/.well-known/jwks.json", with_model.retrieval.signer)
    values = inference_settings(keys, tenant=with_model.settings.tenant, upstream={"url": model_server.url})
    seen, port = len(model_server.log()), free_port()
    caller = Principal(subject=uuid4(), tenant=values.tenant, authority=uuid4(), scopes=frozenset({"chat.completions"}))
    token = with_model.state.minter.for_inner(caller, "inference", ("chat.completions",))
    headers = {"authorization": f"Bearer {token}"}
    async with (
        serving(create_inference(values), port, "on"),
        AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as router,
    ):
        answer = await router.post("/v1/chat/completions", json=CHAT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_stopped")
    assert len(model_server.log()) == seen


async def test_what_is_recorded_and_refused(with_model: Gateway) -> None:
    """KI-06, AUD-01: who, what, for whom and why; twice is a conflict, nobody's id is 404, fields are named."""
    async with await with_model.client(OPERATOR) as operator:
        me = (await operator.get("/api/v1/me")).json()["id"]
        body = {"model": "ein-modell", "authority": None, "reason": "fehler"}
        made = (await operator.post(STOPS, json=body)).json()
        again = await operator.post(STOPS, json=body)
        assert (again.status_code, again.json()["code"]) == (409, "model_already_stopped")
        assert [item["id"] for item in (await operator.get(STOPS)).json()["items"]] == [made["id"]]
        assert (await operator.delete(f"{STOPS}/{made['id']}")).status_code == 204
        for identifier in (made["id"], uuid4(), "x"):
            assert (await operator.delete(f"{STOPS}/{identifier}")).status_code == 404
        unknown = await operator.post(STOPS, json={**body, "authority": str(uuid4())})
        assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (404, "/authority")
        for wrong in ({}, {"model": "x"}, {**body, "model": ""}, {**body, "reason": "laune"}, {**body, "until": 1}):
            assert (await operator.post(STOPS, json=wrong)).status_code == 400
    query = (
        "SELECT action, actor::text, facts FROM audit_records WHERE object = :object"
        " AND action IN ('model.stop', 'model.release') ORDER BY seq"
    )
    rows = await asyncio.to_thread(as_superuser, with_model, query, object=made["id"])
    facts = {"model": "ein-modell", "for": "*", "reason": "fehler"}
    assert [tuple(row) for row in rows] == [("model.stop", me, facts), ("model.release", me, facts)]


@pytest.mark.parametrize("login", [CLERK, "c.hoffmann", "r.koenig"])
async def test_nobody_but_operators_may(with_model: Gateway, login: str) -> None:
    """KI-06, AUTHZ-01: not the administration of an authority, not the auditor."""
    async with await with_model.client(login) as client:
        body = {"model": "echo", "authority": None}
        tried = [await client.get(STOPS), await client.post(STOPS, json=body)]
        tried.append(await client.delete(f"{STOPS}/{uuid4()}"))
    assert [answer.status_code for answer in tried] == [403, 403, 403]


async def test_the_list_for_inference_is_signed_and_inside_only(with_model: Gateway) -> None:
    """GW-08, KI-06: not on the public port; another tenant's list would need another key."""
    async with await with_model.client(OPERATOR) as operator:
        authority = await authority_of(with_model, STRANGER)
        await operator.post(STOPS, json={"model": "m", "authority": authority})
        await operator.post(STOPS, json={"model": None, "authority": authority})
        assert (await operator.get(STOPS_PATH)).status_code == 404
    async with AsyncClient(base_url=with_model.internal_url) as inside:
        signed = (await inside.get(STOPS_PATH)).text
        verifier = TokenVerifier("inference", with_model.settings.tenant)
        verifier.set_keys((await inside.get("/.well-known/jwks.json")).json())
    assert {(stop.model, str(stop.authority)) for stop in verifier.read_stops(signed)} == {
        ("m", authority),
        (None, authority),
    }


async def test_the_command_stops_and_releases(operated: Gateway, operators: Operators) -> None:
    """KI-06: `genius models stop|stops|release` at the server, by short name; without a person in the record."""
    words = ("--model", "gross", "--authority", "mhb")
    await operators.command("models", "stop", *words, "--reason", "wartung")
    await operators.command("models", "stop", "--all")
    listed = (await operators.command("models", "list"))["stops"]
    assert [(line["model"], line["authority"], line["reason"]) for line in listed] == [
        (None, None, "vorfall"),
        ("gross", "mhb", "wartung"),
    ]
    with pytest.raises(ModelAlreadyStopped):
        await operators.command("models", "stop", *words)
    with pytest.raises(NotFound):
        await operators.command("models", "release", "--model", "gross")
    await operators.command("models", "release", *words)
    await operators.command("models", "release", "--all")
    assert (await operators.command("models", "list"))["stops"] == []
    query = "SELECT actor FROM audit_records WHERE action = 'model.release' ORDER BY seq DESC LIMIT 2"
    rows = await operators.sql(query)
    assert [row.actor for row in rows] == [None, None]
