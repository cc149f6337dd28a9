# SPDX-License-Identifier: EUPL-1.2
"""The compiled tools of the benchmarks: what they count is what happened, also where a relay lies."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.load.relays.tools import OUTCOMES, Group, Upstream, completion, load, upstream
from tests.support.ports import free_port

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for the tools of the benchmarks")
TOKENS = 5
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":" nnnn"}}]}\n\n'
DONE = b"data: [DONE]\n\n"


@pytest.fixture
def model() -> Iterator[Upstream]:
    with upstream("tick_us=1000") as it:
        yield it


def outcomes(
    url: str, *, requests: int = 3, tokens: int = TOKENS, timeout_s: float = 10, stream: bool = True
) -> dict[str, int]:
    """How the requests ended, without what did not happen."""
    request = completion("x", TOKENS, stream=stream)
    found = load(url, Group("all", request, tokens, requests=requests), timeout_s=timeout_s)["groups"]["all"]
    return {name: found[name] for name in OUTCOMES if found[name]}


@contextmanager
def answering(*pieces: bytes) -> Iterator[str]:
    """A server that answers each connection with these pieces, each in a packet of its own, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.recv(65536)
                    for piece in pieces:
                        connection.sendall(piece)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def chunked(*bodies: bytes, end: bool = True) -> list[bytes]:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    head += b"connection: close\r\n\r\n"
    return [head, *(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies), *([b"0\r\n\r\n"] if end else [])]


def test_every_token_of_a_stream_is_counted(model: Upstream) -> None:
    found = load(model.url, Group("all", completion("x", TOKENS), TOKENS, connections=8, requests=40))["groups"]["all"]
    assert found["complete"] == found["sent"] == 40
    assert found["tokens"] == 40 * TOKENS
    assert found["ttft_us"]["count"] == 40
    assert found["gap_us"]["count"] == 40 * (TOKENS - 1)
    assert model.stats()["complete"] == 40


def test_a_whole_answer_is_one_json_object(model: Upstream) -> None:
    assert outcomes(model.url, tokens=0, stream=False) == {"complete": 3}
    body = {"model": "fast", "messages": [], "max_tokens": 7}
    answer = httpx.post(f"{model.url}/v1/chat/completions", json=body, trust_env=False).json()
    assert answer["usage"] == {"prompt_tokens": 9, "total_tokens": 16, "completion_tokens": 7}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("fault=503", {"status": 3}),
        ("fault=close", {"broken_off": 3}),
        ("fault=hang", {"timeout": 3}),
        ("fault=cut at=0", {"broken_off": 3}),
        ("fault=cut at=3", {"broken_off": 3}),
        ("fault=cut_clean at=3", {"silent_cut": 3}),
        ("fault=none", {"complete": 3}),
    ],
)
def test_the_model_server_fails_as_it_is_told(model: Upstream, script: str, expected: dict[str, int]) -> None:
    model.script("fault=hang")
    model.script(script)
    assert outcomes(model.url, timeout_s=0.5 if "hang" in script else 10) == expected


def test_nobody_there_is_a_refusal() -> None:
    assert outcomes(f"http://127.0.0.1:{free_port()}") == {"refused": 3}


def test_a_stream_without_an_end_that_looks_complete_is_a_silent_cut() -> None:
    with answering(*chunked(EVENT, EVENT)) as url:
        assert outcomes(url) == {"silent_cut": 3}


def test_done_after_too_few_tokens_is_false() -> None:
    with answering(*chunked(EVENT, EVENT, DONE)) as url:
        assert outcomes(url) == {"false_done": 3}


def test_done_after_an_error_is_false() -> None:
    with answering(*chunked(EVENT, b'data: {"error":{"code":"cut"}}\n\n', DONE)) as url:
        assert outcomes(url) == {"false_done": 3}


def test_an_error_event_is_typed_also_where_the_connection_then_breaks() -> None:
    error = b'data: {"error":{"code":"upstream_cut"}}\n\n'
    for end in (True, False):
        with answering(*chunked(EVENT, error, end=end)) as url:
            assert outcomes(url) == {"typed_error": 3}


def test_where_packets_split_a_stream_makes_no_difference() -> None:
    whole = b"".join(chunked(EVENT * 2, EVENT, EVENT + EVENT + DONE))
    for size in (1, 2, 7, 50, len(whole)):
        with answering(*(whole[i : i + size] for i in range(0, len(whole), size))) as url:
            assert outcomes(url) == {"complete": 3}


def test_no_more_than_its_slots_are_served_at_once_and_the_others_wait_in_order(model: Upstream) -> None:
    model.script("slots=2")
    found = load(model.url, Group("all", completion("x", TOKENS), TOKENS, connections=6, requests=30))["groups"]["all"]
    stats = model.stats()
    assert found["complete"] == 30
    assert (stats["peak"], stats["peak_waiting"], stats["running"], stats["waiting"]) == (2, 4, 0, 0)
    assert 0 < stats["full_ns"] * 2 <= stats["busy_ns"] * 1.01


def test_who_leaves_gives_the_slot_back_and_is_counted_with_the_moment(model: Upstream) -> None:
    model.script("slots=1 tick_us=20000")
    before = model.stats()
    with socket.create_connection(("127.0.0.1", int(model.url.rpartition(":")[2]))) as client:
        client.sendall(completion("x", 1000))
        client.recv(10)
        left_at = model.stats()["now_ns"]
    assert outcomes(model.url) == {"complete": 3}
    after = model.stats()
    assert after["gone"] > before["gone"]
    assert left_at < after["last_gone_ns"] <= after["now_ns"]
    assert after["running"] == 0


def test_as_vllm_it_counts_along_where_it_is_asked() -> None:
    with upstream("vllm=1", "tick_us=1000") as model:
        options = {"include_usage": True, "continuous_usage_stats": True}
        body = {"model": "fast", "messages": [], "max_tokens": 3, "stream": True, "stream_options": options}
        compact = httpx.Request("POST", "http://x", json=body).content.replace(b'"stream": true', b'"stream":true')
        answer = httpx.post(f"{model.url}/v1/chat/completions", content=compact, trust_env=False)
        models = httpx.get(f"{model.url}/v1/models", trust_env=False).json()["data"]
    assert models[0]["owned_by"] == "vllm"
    assert answer.text.count('"completion_tokens":') == 3
    assert '"completion_tokens":2}' in answer.text


def test_the_events_of_a_run_are_counted_too() -> None:
    delta = b'id: 1\nevent: text.delta\ndata: {"type":"text.delta","text":" nnnn nnnn"}\n\n'
    done = b'id: 9\nevent: done\ndata: {"type":"done","result":{"text":" nnnn nnnn nnnn nnnn nnnn"}}\n\n'
    error = b'event: error\ndata: {"type":"error","code":"upstream_cut"}\n\n'
    with answering(*chunked(delta, delta, delta.replace(b" nnnn nnnn", b" nnnn"), done)) as url:
        assert outcomes(url) == {"complete": 3}
    with answering(*chunked(delta, error)) as url:
        assert outcomes(url) == {"typed_error": 3}
    with answering(*chunked(delta, done)) as url:
        assert outcomes(url) == {"false_done": 3}


def test_the_script_may_set_the_length_of_answers(model: Upstream) -> None:
    model.script("answer_tokens=9")
    assert outcomes(model.url, tokens=9) == {"complete": 3}


def test_groups_at_a_rate_send_as_many_as_are_due(model: Upstream) -> None:
    slow = Group("slow", completion("x", 1), 1, connections=4, rate=20)
    fast = Group("fast", completion("x", 1), 1, connections=2)
    found = load(model.url, slow, fast, seconds=2)["groups"]
    assert 0 < found["slow"]["sent"] <= 41
    assert found["slow"]["complete"] == found["slow"]["sent"]
    assert found["fast"]["complete"] == found["fast"]["sent"] > found["slow"]["sent"]
