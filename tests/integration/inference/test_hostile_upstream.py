# SPDX-License-Identifier: EUPL-1.2
"""A model server that answers with nonsense: one typed error, nothing hangs, nothing of its words or sockets leaks."""

import concurrent.futures
import time
from collections.abc import Iterator

import pytest

from tests.support.inference import Keys, RunningInference, message, running_inference, stream
from tests.support.raw_upstream import RawUpstream, raw_upstream

SECRET = b"geheimnis-des-servers"
_EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"eins"},"finish_reason":null}]}\n\n'
_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


_STARTED = _STREAM + _chunk(_EVENT)
BEFORE = {
    "nothing at all": b"",
    "no http": SECRET * 3,
    "http 0.9": b"<html>" + SECRET,
    "a status of letters": b"HTTP/1.1 OK OK\r\n\r\n",
    "an impossible status": b"HTTP/1.1 999999 X\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-ty",
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"y" * 200_000,
    "thousands of headers": b"HTTP/1.1 200 OK\r\n" + b"x-a: y\r\n" * 20_000,
    "a header with a nul": b"HTTP/1.1 200 OK\r\nx: \x00\r\n\r\n",
    "200 with nothing": _STREAM + b"0\r\n\r\n",
    "200 with nothing and a length": b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "a redirect": b"HTTP/1.1 307 X\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
    "wrong type": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 21\r\n\r\n" + SECRET,
    "no type": b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n" + SECRET,
    "a chunk size of letters": _STREAM + b"zz\r\n" + SECRET,
    "a huge chunk size": _STREAM + b"f" * 40 + b"\r\n" + SECRET,
    "a negative length": _JSON + b"content-length: -5\r\n\r\n" + SECRET,
    "two lengths": _JSON + b"content-length: 5\r\ncontent-length: 21\r\n\r\n" + SECRET,
    "length and chunks": _JSON + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n" + SECRET,
    "a megabyte without a newline": _PLAIN + b"data: {" + b"x" * 1_200_000,
    "an event of another kind": _STREAM + _chunk(b"retry-after: " + SECRET + b"\n\n"),
    "broken json": _STREAM + _chunk(b"data: {" + SECRET + b"\n\n"),
    "a list for an event": _STREAM + _chunk(b'data: ["' + SECRET + b'"]\n\n'),
    "an error event": _STREAM + _chunk(b'data: {"error":{"message":"' + SECRET + b'","code":"x"}}\n\n'),
    "gzip": _STREAM + _chunk(b"\x1f\x8b\x08" + SECRET),
}
AFTER = {
    "the end": _STARTED + b"0\r\n\r\n",
    "half a chunk": _STARTED + b"ff\r\n" + SECRET,
    "a chunk size of letters": _STARTED + b"zz\r\n" + SECRET,
    "half an event": _STARTED + _chunk(b'data: {"choices":' + SECRET) + b"0\r\n\r\n",
    "a megabyte without a newline": _STARTED + _chunk(b"data: {" + b"y" * 1_200_000),
    "bytes that are no text": _STARTED + _chunk(b"data: \xff\xfe" + SECRET + b"\n\n"),
    "an error event and a false end": _STARTED
    + _chunk(b'data: {"error":{"message":"' + SECRET + b'"}}\n\n')
    + _chunk(b"data: [DONE]\n\n")
    + b"0\r\n\r\n",
    "a second answer": _STARTED + b"0\r\n\r\n" + _JSON + b"content-length: 21\r\n\r\n" + SECRET,
}
CODES = {"upstream_cut", "upstream_error", "upstream_timeout", "upstream_unreachable", "request_rejected"}
THEN = ("close", "reset", "half")


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with raw_upstream() as found:
        yield found


@pytest.fixture(scope="module")
def service(keys: Keys, upstream: RawUpstream) -> Iterator[RunningInference]:
    times = {"ttft_timeout_s": 2, "idle_timeout_s": 1, "answer_timeout_s": 2, "hang_after_s": 2}
    with running_inference(keys, upstream={"url": upstream.url, **times}) as found:
        yield found


def _left_over(service: RunningInference) -> int:
    """Requests that still hold a connection to the model server, after a moment to let go."""
    client = service.app.replicas[0].client
    for _ in range(100):
        if not client.busy:
            break
        time.sleep(0.01)
    return client.busy


@pytest.mark.parametrize("then", THEN)
@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("name", BEFORE)
def test_nonsense_before_the_first_token(
    service: RunningInference, upstream: RawUpstream, name: str, streaming: bool, then: str
) -> None:
    """REL-04: a status and a code of ours; with none of the server's words, and nothing of it stays open."""
    upstream.answer, upstream.then = BEFORE[name], then
    with service.client() as client:
        answer = client.post("/v1/chat/completions", json=message("x", stream=streaming))
        assert 500 <= answer.status_code < 600 or answer.json()["error"]["code"] == "request_rejected"
        assert answer.json()["error"]["code"] in CODES
        assert SECRET not in answer.content
        assert client.get("/health/live").status_code == 200
    assert _left_over(service) == 0


@pytest.mark.parametrize("then", THEN)
@pytest.mark.parametrize("name", AFTER)
def test_nonsense_after_the_first_token(service: RunningInference, upstream: RawUpstream, name: str, then: str) -> None:
    """REL-04: what came before it, then exactly one typed error and no end that looks like one."""
    upstream.answer, upstream.then = AFTER[name], then
    with service.client() as client:
        result = stream(client, message("x"))
        assert (result.status, result.done, len(result.errors)) == (200, 0, 1)
        assert result.text in ("eins", "")
        assert result.errors[0]["code"] in CODES
        assert SECRET not in result.raw
        assert client.get("/health/live").status_code == 200
    assert _left_over(service) == 0


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("name", ["nothing at all", "half a head", "a megabyte without a newline"])
def test_nonsense_and_then_silence(
    service: RunningInference, upstream: RawUpstream, name: str, streaming: bool
) -> None:
    """REL-03: nobody waits for ever, and others are answered meanwhile."""
    upstream.answer, upstream.then = BEFORE[name], "hang"
    with service.client() as client, concurrent.futures.ThreadPoolExecutor(1) as thread:
        asked = thread.submit(client.post, "/v1/chat/completions", json=message("x", stream=streaming))
        with service.client() as other:
            assert other.get("/health/live").status_code == 200
        answer = asked.result()
    assert answer.json()["error"]["code"] in CODES
    assert _left_over(service) == 0


def test_after_all_that_it_answers(service: RunningInference, upstream: RawUpstream) -> None:
    upstream.answer, upstream.then = _STARTED + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n", "close"
    with service.client() as client:
        result = stream(client, message("x"))
    assert (result.text, result.done, result.errors) == ("eins", 1, [])
