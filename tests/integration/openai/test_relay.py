# SPDX-License-Identifier: EUPL-1.2
"""The gateway's `/v1`: who may, the record before the first byte, settlement, cuts, and clients that leave."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from genius_common.errors import Forbidden, LimitReached, Unavailable
from genius_inference.testing import Cut, RunningServer
from tests.integration.openai.conftest import API_KEY, BODY_LIMIT, Gateway
from tests.support.http import AsyncClient, Client
from tests.support.inference import Stream, message, stream

TEXT = "eins zwei drei vier fünf"
HEADERS = {"authorization": f"Bearer {API_KEY}"}


def client(gateway: Gateway, **headers: str) -> httpx.Client:
    return Client(base_url=gateway.url, headers=headers or HEADERS, trust_env=False, timeout=20)


def ask(gateway: Gateway, **values: Any) -> Stream:
    with client(gateway) as http:
        return stream(http, message(TEXT, **values))


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/v1/embeddings"])
def test_unknown_caller(gateway: Gateway, model_server: RunningServer, path: str) -> None:
    with client(gateway, authorization="Bearer falsch") as http:
        response = http.post(path, json=message("x")) if "models" not in path else http.get(path)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not_authenticated"
    assert model_server.log() == []
    assert gateway.audited == []


@pytest.mark.parametrize(("error", "status"), [(Forbidden(), 403), (LimitReached(retry_after=60), 429)])
def test_refused_before_inference(gateway: Gateway, model_server: RunningServer, error: Any, status: int) -> None:
    gateway.refuse = error
    result = ask(gateway)
    assert (result.status, result.errors[0]["code"]) == (status, error.code)
    assert model_server.log() == []
    assert gateway.settled == []


@pytest.mark.parametrize("streaming", [True, False])
def test_no_byte_before_the_record_is_durable(gateway: Gateway, streaming: bool) -> None:
    """AUD-02: the call runs beside the record, but nothing leaves before it is written."""
    gateway.audit_s = 0.3
    begin = time.monotonic()
    with client(gateway) as http, http.stream("POST", "/v1/chat/completions", json=message(TEXT, stream=streaming)):
        assert time.monotonic() - begin >= 0.3
    assert gateway.audited == ["chat.completions"]


@pytest.mark.parametrize("streaming", [True, False])
def test_no_answer_without_a_record(gateway: Gateway, streaming: bool) -> None:
    """AUD-02: where the record can't be written, there is no answer, also no error answer of the model."""
    gateway.audit_error = Unavailable()
    for model in ("echo", "error"):
        with client(gateway) as http:
            response = http.post("/v1/chat/completions", json=message(TEXT, model=model, stream=streaming))
        assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
        assert TEXT not in response.text


def test_usage_is_settled_but_not_shown(gateway: Gateway) -> None:
    silent = ask(gateway)
    assert (silent.done, silent.usage, silent.text) == (1, None, TEXT)
    asked = ask(gateway, stream_options={"include_usage": True})
    assert asked.usage == {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
    assert [(s.input_tokens, s.output_tokens, s.exact) for s in gateway.settled] == [(5, 5, True)] * 2


@pytest.mark.parametrize("how", list(Cut))
@pytest.mark.parametrize("index", range(8))
def test_cut_stays_one_typed_error(gateway: Gateway, model_server: RunningServer, index: int, how: Cut) -> None:
    """REL-04 over two hops: one error event, no [DONE], and what was produced is settled."""
    model_server.script(cut_after=index, cut=how)
    result = ask(gateway)
    assert [e["code"] for e in result.errors] == ["upstream_error" if how is Cut.ERROR else "upstream_cut"]
    assert result.done == 0
    assert result.text.split() == (TEXT.split()[:index] if result.status == 200 else [])
    settled = gateway.settled[0]
    assert settled.exact is (index == 7 or index == 0)
    if 0 < index < 7:
        assert settled.output_tokens == index


def test_vllm_counts_along_for_us_only(vllm_gateway: Gateway) -> None:
    """A cut stream of vLLM is settled by its last count; no client sees a count in every event, nor our salt."""
    vllm_gateway.reset()
    asked = ask(vllm_gateway, stream_options={"include_usage": True})
    silent = ask(vllm_gateway)
    cut = ask(vllm_gateway, model="cut")
    assert [len([e for e in r.events if "usage" in e]) for r in (asked, silent, cut)] == [1, 0, 0]
    assert (asked.text, silent.text, cut.text) == (TEXT, TEXT, "eins zwei drei")
    assert [(s.input_tokens, s.output_tokens, s.exact) for s in vllm_gateway.settled] == [
        (5, 5, True),
        (5, 5, True),
        (5, 3, True),
    ]
    assert vllm_gateway.model is not None
    bodies = [record.body for record in vllm_gateway.model.log()]
    assert all(body["stream_options"] == {"include_usage": True, "continuous_usage_stats": True} for body in bodies)
    assert len({body["cache_salt"] for body in bodies}) == 1


def test_errors_of_inference_keep_code_and_status(gateway: Gateway) -> None:
    with client(gateway) as http:
        unknown = http.post("/v1/chat/completions", json={**message("x"), "best_of": 3})
        nothing = http.post("/v1/chat/completions", content=b"\xff{")
        missing = http.post("/v1/embeddings", json={"model": "scripted-embedding"})
        busy = http.post("/v1/chat/completions", json=message("x", model="busy"))
        big = http.post("/v1/chat/completions", content=b" " * (BODY_LIMIT + 1))
    assert (unknown.status_code, unknown.json()["error"]["param"]) == (400, "best_of")
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (400, "invalid_input")
    assert (missing.status_code, missing.json()["error"]["param"]) == (400, "input")
    assert (busy.status_code, busy.json()["error"]["code"]) == (503, "upstream_busy")
    assert busy.headers["retry-after"] == "5"
    assert (big.status_code, big.json()["error"]["code"]) == (413, "too_large")
    assert str(BODY_LIMIT) in big.json()["error"]["message"]
    assert {(s.input_tokens, s.output_tokens) for s in gateway.settled} == {(0, 0)}


def test_wrong_method(gateway: Gateway) -> None:
    with client(gateway) as http:
        assert http.get("/v1/chat/completions").status_code == 405


@pytest.mark.parametrize("streaming", [True, False])
async def test_client_gone_cancels_over_two_hops(
    gateway: Gateway, model_server: RunningServer, streaming: bool
) -> None:
    """REL-05: the client's close reaches the model server through gateway and inference; the record stays."""
    delays = []
    for round_ in range(3):
        async with AsyncClient(base_url=gateway.url, headers=HEADERS, trust_env=False) as http:
            body = message(f"{TEXT} [[hang_after=2]]", stream=streaming)
            task = asyncio.create_task(_read(http, body))
            await asyncio.to_thread(model_server.wait_for_requests, round_ + 1)
            await asyncio.sleep(0.1)
            closed = time.time()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        record = await asyncio.to_thread(model_server.wait_for_departure)
        assert record.client_left_after is not None
        delays.append(record.received_at + record.client_left_after - closed)
    assert min(delays) <= 0.020, delays
    assert len(gateway.audited) == 3
    assert gateway.client is not None
    assert gateway.client.busy == 0
    assert all(not s.exact and s.input_tokens > 0 for s in gateway.settled)
    assert len(gateway.settled) == 3


async def _read(http: httpx.AsyncClient, body: dict[str, Any]) -> None:
    async with http.stream("POST", "/v1/chat/completions", json=body) as response:
        async for _ in response.aiter_bytes():
            pass


async def test_the_place_in_the_queue_is_passed_on_to_who_asks(
    gateway: Gateway, model_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`X-Genius-Status: 1`: status events before the answer; they are no tokens of it. Nobody else gets any."""
    monkeypatch.setattr(gateway.inference.app.replicas[0], "slots", 1)
    held, body = message(f"{TEXT} sechs sieben [[delay_s=0.25]]", stream=True), message(TEXT, stream=True)
    async with AsyncClient(base_url=gateway.url, headers=HEADERS, timeout=20) as http:
        async with http.stream("POST", "/v1/chat/completions", json=held):
            await asyncio.to_thread(model_server.wait_for_requests, 1)
            asking = {**HEADERS, "x-genius-status": "1"}
            path = "/v1/chat/completions"
            waiting = [asyncio.create_task(http.post(path, json=body, headers=h)) for h in (asking, HEADERS)]
            await asyncio.sleep(1.0)
        told, silent = [(await answer).text for answer in waiting]
    assert told.startswith('event: status\ndata: {"phase":"queued","position":')
    assert told.index("chat.completion.chunk") > told.rindex("event: status")
    assert "event:" not in silent
    assert told.count("chat.completion.chunk") == silent.count("chat.completion.chunk")
    assert [(done.output_tokens, done.exact) for done in gateway.settled[-2:]] == [(5, True), (5, True)]
