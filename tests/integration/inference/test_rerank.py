# SPDX-License-Identifier: EUPL-1.2
"""`/v1/rerank`: the model server's route on the same path as all others, with queue, accounting and a closed schema."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from genius_inference.testing import RunningServer
from tests.support.inference import AUTHORITY, Keys, running_inference

BODY = {
    "model": "echo",
    "query": "Dauer des Wohngeldes",
    "documents": ["Anschrift", "Dauer des Wohngeldes", "die Dauer"],
}


@pytest.fixture
def client(keys: Keys, model_server: RunningServer) -> Iterator[httpx.Client]:
    """`echo` is said to be a model for the order of hits: the double takes any name."""
    model_server.clear()
    values = {"upstream": {"url": model_server.url, "answer_timeout_s": 2}, "models": {"echo": {"kind": "rerank"}}}
    with running_inference(keys, **values) as service, service.client() as client:
        yield client


def test_texts_come_in_the_order_of_their_fitting(client: httpx.Client, model_server: RunningServer) -> None:
    answer = client.post("/v1/rerank", json={**BODY, "top_n": 2, "user": "ignored"})
    assert answer.status_code == 200, answer.text
    assert [one["index"] for one in answer.json()["results"]] == [1, 2]
    (sent,) = [record.body for record in model_server.log() if record.path == "/v1/rerank"]
    assert sent == {**BODY, "top_n": 2}
    assert {item["kind"] for item in client.get("/v1/models").json()["data"] if item["id"] == "echo"} == {"rerank"}


def test_its_tokens_are_counted(client: httpx.Client) -> None:
    used = client.post("/v1/rerank", json=BODY).json()["usage"]["total_tokens"]
    labels = f'authority="{AUTHORITY}",class="interactive",direction="input",model="echo"'
    assert f"genius_inference_tokens_total{{{labels}}} {float(used)}" in client.get("/metrics").text


def test_each_route_has_its_models(client: httpx.Client) -> None:
    """A model for chat is none for the order of hits, and the other way round."""
    assert client.post("/v1/rerank", json={**BODY, "model": "slow"}).json()["error"]["code"] == "model_not_found"
    chat = {"model": "echo", "messages": [{"role": "user", "content": "x"}]}
    assert client.post("/v1/chat/completions", json=chat).json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"query": None}, "query"),
        ({"query": ["x"]}, "query"),
        ({"documents": None}, "documents"),
        ({"documents": []}, "documents"),
        ({"documents": "x"}, "documents"),
        ({"documents": ["x", 1]}, "documents[1]"),
        ({"documents": [{"text": "x"}]}, "documents[0]"),
        ({"documents": ["x"] * 513}, "documents"),
        ({"documents": ["x"] * 500, "query": "y" * 5_000}, "documents"),
        ({"top_n": 0}, "top_n"),
        ({"top_n": 4}, "top_n"),
        ({"top_n": "1"}, "top_n"),
        ({"truncate_prompt_tokens": 5}, "truncate_prompt_tokens"),
        ({"return_documents": True}, "return_documents"),
    ],
)
def test_a_wrong_body_is_refused_by_field(
    client: httpx.Client, model_server: RunningServer, change: dict[str, Any], param: str
) -> None:
    """LLM-01, LLM-03: also what is too large, with the query counted for each text."""
    answer = client.post("/v1/rerank", json={**BODY, **change})
    assert (answer.status_code // 100, answer.json()["error"]["param"]) == (4, param)
    assert [record for record in model_server.log() if record.path == "/v1/rerank"] == []


def test_the_scope_of_the_search_is_needed(keys: Keys, model_server: RunningServer) -> None:
    own, scopes = {"url": model_server.url}, frozenset({"chat.completions", "models.read"})
    with running_inference(keys, upstream=own) as service, service.client(scopes=scopes) as client:
        assert client.post("/v1/rerank", json=BODY).status_code == 403


@pytest.mark.parametrize(
    ("status", "code"), [(500, "upstream_error"), (503, "upstream_busy"), (400, "request_rejected")]
)
def test_a_failure_of_the_server_is_typed(
    client: httpx.Client, model_server: RunningServer, status: int, code: str
) -> None:
    client.get("/v1/models")
    model_server.script(status=status, message="geheim")
    answer = client.post("/v1/rerank", json=BODY)
    assert answer.json()["error"]["code"] == code
    assert "geheim" not in answer.text
