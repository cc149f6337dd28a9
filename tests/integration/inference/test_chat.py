# SPDX-License-Identifier: EUPL-1.2
"""Chat completions through the relay: the good path, usage, models, refusals."""

import time
from uuid import UUID

import httpx
import pytest

from genius_inference.testing import RunningServer
from tests.support.http import TRUSTS_NOBODY
from tests.support.inference import Keys, RunningInference, message, running_inference, stream

TEXT = "Wie lange wird Wohngeld bewilligt? Größe 12 – „genau“."


def test_answer_is_passed_on_whole(inference: RunningInference) -> None:
    with inference.client() as client:
        response = client.post("/v1/chat/completions", json=message(TEXT))
    assert response.status_code == 200
    body = response.json()
    assert body["choices"][0]["message"]["content"] == TEXT
    assert body["usage"] == {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}


def test_stream_arrives_token_by_token_and_ends_with_done(inference: RunningInference) -> None:
    with inference.client() as client:
        result = stream(client, message(TEXT))
    assert (result.text, result.done, result.errors) == (TEXT, 1, [])
    assert len(result.events) == 10  # one per token and the finish
    assert result.raw.endswith(b"data: [DONE]\n\n")


def test_usage_event_only_for_who_asked(inference: RunningInference, model_server: RunningServer) -> None:
    """A client that did not ask gets no usage-only event; inference asks the model server in any case."""
    with inference.client() as client:
        silent = stream(client, message(TEXT))
        asked = stream(client, message(TEXT, stream_options={"include_usage": True}))
    assert silent.usage is None
    assert all(event["choices"] for event in silent.events)
    assert asked.usage == {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    assert asked.events[-1]["choices"] == []
    assert [r.body["stream_options"] for r in model_server.log()] == [{"include_usage": True}] * 2


def test_tokens_are_counted_from_the_tail(inference: RunningInference) -> None:
    with inference.client(authority="00000000-0000-0000-0000-0000000000aa") as client:  # type: ignore[arg-type]
        stream(client, message(TEXT))
        metrics = client.get("/metrics").text
    labels = 'authority="00000000-0000-0000-0000-0000000000aa"'
    labels += ',class="interactive"'
    assert f'genius_inference_tokens_total{{{labels},direction="output",model="echo"}} 9.0' in metrics
    assert f'genius_inference_requests_total{{{labels},model="echo",outcome="ok"}} 1.0' in metrics


def test_finished_streams_keep_the_connection(inference: RunningInference, model_server: RunningServer) -> None:
    """A stream that ended is no client that left: it counts as ok and its connection serves the next one."""
    authority = UUID(int=0xCC)
    with inference.client(authority=authority) as client:
        for _ in range(5):
            assert stream(client, message("a b [[end_delay_s=0.03]]")).done == 1
            time.sleep(0.06)
        metrics = client.get("/metrics").text
    assert f'{{authority="{authority}",class="interactive",model="echo",outcome="ok"}} 5.0' in metrics
    assert len({record.connection for record in model_server.log()}) == 1


def test_models_are_those_of_the_server(inference: RunningInference) -> None:
    with inference.client() as client:
        items = client.get("/v1/models").json()["data"]
    by_id = {item["id"]: item for item in items}
    assert by_id["echo"]["kind"] == "chat"
    assert by_id["echo"]["context_length"] == 8192
    assert by_id["scripted-embedding"]["kind"] == "embedding"
    assert by_id["echo"]["owned_by"] == "scripted"


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_embeddings(inference: RunningInference, encoding: str) -> None:
    body = {"model": "scripted-embedding", "input": ["eins", "zwei"], "encoding_format": encoding, "user": "x"}
    with inference.client() as client:
        response = client.post("/v1/embeddings", json=body)
    assert response.status_code == 200
    assert [item["index"] for item in response.json()["data"]] == [0, 1]


def test_embedding_model_is_no_chat_model(inference: RunningInference) -> None:
    with inference.client() as client:
        response = client.post("/v1/chat/completions", json=message("x", model="scripted-embedding"))
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"
    assert response.json()["error"]["param"] == "model"


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "not_authenticated"), ({"authorization": "Bearer a.b.c"}, "token_invalid")],
)
def test_without_a_valid_token(inference: RunningInference, headers: dict[str, str], code: str) -> None:
    """AUTH-06: no request is served for who can't show a token of the gateway."""
    for path in ("/v1/chat/completions", "/v1/embeddings"):
        response = httpx.post(inference.url + path, json=message("x"), headers=headers, verify=TRUSTS_NOBODY)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == code
    assert httpx.get(inference.url + "/v1/models", headers=headers, verify=TRUSTS_NOBODY).status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("chat.completions", "POST", "/v1/chat/completions"),
        ("embeddings", "POST", "/v1/embeddings"),
        ("models.read", "GET", "/v1/models"),
    ],
)
def test_scope_is_needed(inference: RunningInference, scope: str, method: str, path: str) -> None:
    others = frozenset({"chat.completions", "embeddings", "models.read", "search"}) - {scope}
    with inference.client(scopes=others) as client:
        response = client.request(method, path, json=message("x"))
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "forbidden"


def test_token_for_another_service_or_tenant(inference: RunningInference) -> None:
    for claims in ({"audience": ["retrieval"]}, {"tenant": "steuer"}):
        with inference.client(**claims) as client:
            assert client.get("/v1/models").status_code == 401


def test_wrong_method_and_unknown_path(inference: RunningInference) -> None:
    with inference.client() as client:
        assert client.get("/v1/chat/completions").json()["error"]["code"] == "method_not_allowed"
        assert client.post("/v1/completions", json={}).json()["code"] == "not_found"


def test_without_a_model(keys: Keys) -> None:
    """Without a model server: an empty list, and completions say that there is no model."""
    with running_inference(keys) as service, service.client() as client:
        assert client.get("/v1/models").json() == {"object": "list", "data": []}
        response = client.post("/v1/chat/completions", json=message("x"))
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "model_unavailable"
        assert client.get("/health/ready").json() == {"status": "degraded", "checks": {"model": "degraded"}}
        assert client.get("/health/live").status_code == 200
