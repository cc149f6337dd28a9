# SPDX-License-Identifier: EUPL-1.2
"""The relay is honest about every way in which a model server can fail."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from genius_inference.testing import Cut, RunningServer, scripted_server
from tests.support.inference import Keys, RunningInference, Stream, message, running_inference, stream

TEXT = "eins zwei drei vier fünf"
EVENTS = 5 + 1 + 1 + 1  # tokens, finish, usage, [DONE]


def ask(inference: RunningInference, **values: Any) -> Stream:
    with inference.client() as client:
        return stream(client, message(TEXT, **values))


@pytest.mark.parametrize("how", [cut for cut in Cut if cut is not Cut.ERROR])
@pytest.mark.parametrize("index", range(EVENTS))
def test_cut_at_every_event(inference: RunningInference, model_server: RunningServer, index: int, how: Cut) -> None:
    """REL-04: cut at every event in every way: exactly one typed error and no [DONE], never a clean end."""
    model_server.script(cut_after=index, cut=how)
    result = ask(inference)
    assert [error["code"] for error in result.errors] == ["upstream_cut"]
    assert result.done == 0
    assert result.status == (502 if index == 0 else 200)
    tokens = TEXT.split()[:index]
    assert result.text.split() == tokens, "what came before the cut is passed on, nothing else"


def test_error_event_of_the_server_is_typed_and_scrubbed(
    inference: RunningInference, model_server: RunningServer
) -> None:
    """REL-04: an error event followed by a false [DONE] stays an error; the server's words do not get out."""
    model_server.script(cut_after=2, cut="error")
    result = ask(inference)
    assert [error["code"] for error in result.errors] == ["upstream_error"]
    assert result.done == 0
    assert b"secret" not in result.raw


@pytest.mark.parametrize("values", [{"empty": True}, {"media_type": "text/html"}])
def test_success_status_without_a_stream(
    inference: RunningInference, model_server: RunningServer, values: dict[str, Any]
) -> None:
    """REL-04: 200 with nothing, or with something else, is not an answer."""
    model_server.script(**values)
    for streaming in (True, False):
        with inference.client() as client:
            response = client.post("/v1/chat/completions", json=message(TEXT, stream=streaming))
        if streaming or "empty" in values:
            assert response.status_code == 502
            assert response.json()["error"]["code"] in {"upstream_cut", "upstream_error"}


@pytest.mark.parametrize("how", ["close", "reset"])
def test_whole_answer_cut(inference: RunningInference, model_server: RunningServer, how: str) -> None:
    """REL-04 for answers that are not streamed."""
    model_server.script(cut_after=0, cut=how)
    with inference.client() as client:
        response = client.post("/v1/chat/completions", json=message(TEXT))
    assert (response.status_code, response.json()["error"]["code"]) == (502, "upstream_cut")


@pytest.mark.parametrize("index", [-1, 0])
def test_silence_before_the_first_token(inference: RunningInference, model_server: RunningServer, index: int) -> None:
    model_server.script(hang_after=index)
    result = ask(inference)
    assert (result.status, result.errors[0]["code"]) == (504, "upstream_timeout")
    assert model_server.wait_for_departure().client_left_after == pytest.approx(0.5, abs=0.2)


def test_silence_in_the_middle(inference: RunningInference, model_server: RunningServer) -> None:
    model_server.script(hang_after=2)
    result = ask(inference)
    assert (result.text, result.done) == ("eins zwei", 0)
    assert [error["code"] for error in result.errors] == ["upstream_timeout"]


def test_silence_without_a_stream(inference: RunningInference, model_server: RunningServer) -> None:
    model_server.script(hang_after=1)
    with inference.client() as client:
        response = client.post("/v1/chat/completions", json=message(TEXT))
    assert (response.status_code, response.json()["error"]["code"]) == (504, "upstream_timeout")


def test_slow_but_steady_is_no_silence(inference: RunningInference, model_server: RunningServer) -> None:
    """The time-outs bound silence, not the whole answer."""
    model_server.script(delay_s=0.15)
    assert ask(inference).done == 1


@pytest.mark.parametrize(
    ("status", "text", "expected", "code"),
    [
        (500, "", 502, "upstream_error"),
        (404, "", 502, "upstream_error"),
        (503, "", 503, "upstream_busy"),
        (429, "", 503, "upstream_busy"),
        (400, "some secret text", 400, "request_rejected"),
        (400, "maximum context length is 2048 tokens. However, you requested 3001", 400, "context_length_exceeded"),
    ],
)
def test_status_of_the_server(
    inference: RunningInference, model_server: RunningServer, status: int, text: str, expected: int, code: str
) -> None:
    model_server.script(status=status, message=text)
    result = ask(inference)
    assert (result.status, result.errors[0]["code"]) == (expected, code)
    assert "secret" not in result.errors[0]["message"]
    if code == "context_length_exceeded":
        assert "2048" in result.errors[0]["message"]
        assert "3001" in result.errors[0]["message"]


def test_server_that_is_gone(keys: Keys) -> None:
    """A model server that refuses connections: typed, with a time to come back, whether it was known or not."""
    with (
        scripted_server() as server,
        running_inference(keys, upstream={"url": server.url}) as service,
        service.client() as client,
    ):
        assert stream(client, message(TEXT)).done == 1
        server.stop()
        response = client.post("/v1/chat/completions", json=message(TEXT))
        assert (response.status_code, response.json()["error"]["code"]) == (503, "upstream_unreachable")
        assert response.headers["retry-after"] == "5"
    with running_inference(keys, upstream={"url": server.url}) as service, service.client() as client:
        response = client.post("/v1/chat/completions", json=message(TEXT))
        assert (response.status_code, response.json()["error"]["code"]) == (503, "model_unavailable")
        assert response.headers["retry-after"] == "5"
        assert client.get("/health/ready").json()["checks"] == {"model": "down"}


def test_kept_connection_that_the_server_closed(inference: RunningInference, model_server: RunningServer) -> None:
    """A clean end closes nothing; a kept connection that died is replaced without an error."""
    with inference.client() as client:
        for _ in range(3):
            assert stream(client, message("a [[cut_after=0]]")).errors
            assert stream(client, message("a")).done == 1
    upstream = inference.app.replicas[0].client
    assert upstream.busy == 0


def test_in_flight_is_bounded_per_authority(keys: Keys, model_server: RunningServer) -> None:
    """LLM-10 (in small): no authority takes every place at the model server."""
    model_server.clear()
    queue = {"in_flight_per_authority": 1, "waiting_per_authority": 0}
    values = {"upstream": {"url": model_server.url}, "queue": queue}
    with running_inference(keys, **values) as service, service.client() as client, service.client(authority=None) as o:
        body = message("a b c d e f [[delay_s=0.1]]", stream=True)
        with client.stream("POST", "/v1/chat/completions", json=body) as first:
            assert first.status_code == 200
            received = first.iter_bytes()  # kept: httpx closes the response when it goes
            assert next(received)
            refused = client.post("/v1/chat/completions", json=message("x"))
            assert refused.status_code == 429, refused.text
            assert refused.json()["error"]["code"] == "too_many_waiting"
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert o.post("/v1/chat/completions", json=message("x")).status_code == 200
        assert _eventually(lambda: client.post("/v1/chat/completions", json=message("x")))


def _eventually(call: Callable[[], httpx.Response]) -> bool:
    return any(call().status_code == 200 for _ in range(100))
