# SPDX-License-Identifier: EUPL-1.2
"""Chat, stream, usage, cancel and the cache salt through inference against a real vLLM."""

import secrets
from typing import Any
from uuid import UUID

import pytest

from tests.support.inference import RunningInference, Stream, stream
from tests.support.vllm import NAME, RunningVllm

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(400)]
LONG = 1900


def ask(text: str = "Wie lange wird Wohngeld bewilligt?", **values: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "Sie sind hilfreich."}, {"role": "user", "content": text}]
    return {"model": NAME, "messages": messages, "max_tokens": 12, "temperature": 0, "seed": 1, **values}


def test_model_is_offered(inference: RunningInference) -> None:
    with inference.client() as client:
        (model,) = client.get("/v1/models").json()["data"]
    assert (model["id"], model["owned_by"], model["context_length"], model["kind"]) == (NAME, "vllm", 2048, "chat")


def test_whole_answer_and_stream_agree(inference: RunningInference) -> None:
    with inference.client() as client:
        whole = client.post("/v1/chat/completions", json=ask())
        assert whole.status_code == 200, whole.text
        body = whole.json()
        streamed = stream(client, ask(stream_options={"include_usage": True}))
    assert body["usage"]["completion_tokens"] == 12
    assert (streamed.done, streamed.errors) == (1, [])
    assert streamed.text == body["choices"][0]["message"]["content"]
    assert streamed.usage is not None
    assert streamed.usage["prompt_tokens"] == body["usage"]["prompt_tokens"]
    assert streamed.usage["completion_tokens"] == 12
    assert streamed.events[-1]["choices"] == []


def test_usage_is_counted_without_being_shown(inference: RunningInference) -> None:
    authority = UUID(int=0xBEEF)
    with inference.client(authority=authority) as client:
        result: Stream = stream(client, ask())
        metrics = client.get("/metrics").text
    assert result.done == 1
    assert all(event["choices"] for event in result.events)
    assert f'authority="{authority}",class="interactive",direction="output",model="{NAME}"}} 12.0' in metrics


def test_client_gone_stops_the_engine(inference: RunningInference, vllm: RunningVllm) -> None:
    """REL-05: once the client left, the engine stops, far before the answer's end."""
    before = vllm.generated()
    with inference.client() as client:
        body = ask("Schreibe viel.", max_tokens=LONG, stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            received = response.iter_bytes()  # kept: httpx closes the response when it goes
            assert next(received)
    assert 0 < vllm.generated() - before < LONG


def test_too_long_prompt_is_refused_with_the_number(inference: RunningInference) -> None:
    """LLM-03: the engine's refusal comes through as a clear 4xx with the number."""
    with inference.client() as client:
        response = client.post("/v1/chat/completions", json=ask("Wohngeld " * 3000))
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "context_length_exceeded"
    assert "2048" in error["message"]


def test_no_word_of_a_prompt_or_answer_stands_in_the_engines_log(
    inference: RunningInference, vllm: RunningVllm
) -> None:
    """LOG-01: whole, streamed, broken off, refused for its length."""
    word = f"Kanarie{secrets.token_hex(8)}"
    with inference.client() as client:
        whole = client.post("/v1/chat/completions", json=ask(word)).json()
        stream(client, ask(word))
        with client.stream("POST", "/v1/chat/completions", json=ask(word, max_tokens=LONG, stream=True)) as response:
            assert next(response.iter_bytes())
        assert client.post("/v1/chat/completions", json=ask(f"{word} " * 3000)).status_code == 400
    vllm.generated()
    written = vllm.log.read_text(errors="replace")
    assert word not in written
    assert whole["choices"][0]["message"]["content"] not in written
    assert "/v1/chat/completions" in written, "control: it is the log of this engine"


def test_prefixes_are_cached_inside_an_authority_only(inference: RunningInference, vllm: RunningVllm) -> None:
    """LLM-06: the same prompt of another authority hits nothing; the positive control inside one does."""
    prompt = ask("Ein gemeinsamer Anfang. " * 60)

    def hits(authority: int) -> float:
        before = vllm.metric("vllm:prefix_cache_hits_total")
        with inference.client(authority=UUID(int=authority)) as client:
            assert client.post("/v1/chat/completions", json=prompt).status_code == 200
        return vllm.metric("vllm:prefix_cache_hits_total") - before

    assert hits(1) == 0
    assert hits(2) == 0, "another authority's prefix was used"
    assert hits(1) > 0, "positive control: the own prefix is used"
