# SPDX-License-Identifier: EUPL-1.2
"""Calls between services: each way another service can fail is one typed error, and nothing is left open."""

import asyncio
import socket
import time

import aiohttp
import orjson
import pytest

from genius_common.errors import PlatformError, Unavailable, UpstreamFailed
from genius_common.http import CONNECT_SECONDS, RelayedError, ServiceClient, create_session
from tests.support.raw_http import raw_server, response

PROBLEM = {
    "type": "urn:genius:error:quota",
    "title": "Kontingent",
    "status": 429,
    "detail": "Bitte warten Sie.",
    "code": "quota",
    "retryable": True,
    "errors": [{"pointer": "/input", "detail": "zu viel"}],
}


async def call(session: aiohttp.ClientSession, answer: bytes, **options: object) -> object:
    async with raw_server(answer) as server:
        return await ServiceClient(session, server.url, "Dokumente").json("GET", "/x", **options)


async def failure(session: aiohttp.ClientSession, answer: bytes, **options: object) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        await call(session, answer, **options)
    return caught.value


async def test_a_problem_is_passed_on_as_it_is(session: aiohttp.ClientSession) -> None:
    error = await failure(session, response(429, orjson.dumps(PROBLEM)))
    assert isinstance(error, RelayedError)
    assert error.as_problem() == PROBLEM


async def test_a_problem_with_the_least_members_gets_our_defaults(session: aiohttp.ClientSession) -> None:
    error = await failure(session, response(418, b'{"code": "tea"}'))
    assert (error.code, error.status, error.retryable, error.errors) == ("tea", 418, False, [])
    assert error.detail == PlatformError.default_detail


async def test_a_relayed_error_leaves_its_class_alone(session: aiohttp.ClientSession) -> None:
    """Code and status are the instance's: two problems in flight must not mix."""
    first = await failure(session, response(404, b'{"code": "a"}'))
    second = await failure(session, response(409, b'{"code": "b"}'))
    assert [(e.code, e.status) for e in (first, second)] == [("a", 404), ("b", 409)]
    assert (RelayedError.code, RelayedError.status) == (PlatformError.code, PlatformError.status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Gateway Timeout</html>",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"detail": "ohne code"}',
        b'{"code": "x", "errors": [1]}',
        b'{"code": "x", "errors": 7}',
        b'{"code": "x", "errors": null}',
        b"\xff\xfe",
    ],
)
async def test_an_error_that_is_no_problem_is_an_upstream_failure(session: aiohttp.ClientSession, body: bytes) -> None:
    """Its words are not repeated: they may come from a proxy, or hold content."""
    error = await failure(session, response(502, body))
    assert isinstance(error, UpstreamFailed)
    assert error.status == 502
    assert error.detail == "Der Dienst „Dokumente“ hat mit Status 502 geantwortet."


@pytest.mark.parametrize("body", [b"<html>", b"{", b"NaN", b"\xff", b"{}{}"])
async def test_a_success_that_is_no_json_is_an_upstream_failure(session: aiohttp.ClientSession, body: bytes) -> None:
    assert isinstance(await failure(session, response(200, body)), UpstreamFailed)


@pytest.mark.parametrize(("status", "body", "value"), [(204, b"", None), (200, b"", None), (200, b"[1]", [1])])
async def test_what_a_success_holds(session: aiohttp.ClientSession, status: int, body: bytes, value: object) -> None:
    assert await call(session, response(status, body)) == value


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_and_no_success(session: aiohttp.ClientSession, status: int) -> None:
    """A token must not be carried to where a misled service points."""
    async with raw_server(response(200, b"{}")) as elsewhere:
        answer = response(status, b"", f"location: {elsewhere.url}/geheim")
        assert isinstance(await failure(session, answer, token="t"), UpstreamFailed)
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 20_000 + b"\r\n\r\n",
    ],
)
async def test_a_connection_that_breaks_is_an_upstream_failure(session: aiohttp.ClientSession, answer: bytes) -> None:
    assert isinstance(await failure(session, answer), UpstreamFailed)


async def test_a_cut_error_body_is_an_upstream_failure(session: aiohttp.ClientSession) -> None:
    answer = b"HTTP/1.1 500 X\r\ncontent-length: 900\r\n\r\n{"
    assert isinstance(await failure(session, answer), UpstreamFailed)


async def test_silence_is_bounded(session: aiohttp.ClientSession) -> None:
    started = time.monotonic()
    async with raw_server(b"", hold_s=5) as server:
        with pytest.raises(UpstreamFailed):
            await ServiceClient(session, server.url, "x").json("GET", "/x", read_timeout=0.1)
    assert time.monotonic() - started < 3


async def test_nobody_listens_is_unavailable_with_a_hint_when_to_retry(session: aiohttp.ClientSession) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(Unavailable) as caught:
            await ServiceClient(session, url, "Dokumente").json("GET", "/x")
    assert caught.value.retry_after == 5
    assert "Dokumente" in caught.value.detail


async def test_a_service_that_accepts_no_connection_is_unavailable_too(session: aiohttp.ClientSession) -> None:
    """A full accept queue: the address is there, but the connection does not come about in time."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            started = time.monotonic()
            with pytest.raises(Unavailable):
                await ServiceClient(session, f"http://127.0.0.1:{full.getsockname()[1]}", "x").json("GET", "/x")
            assert time.monotonic() - started < CONNECT_SECONDS + 3
        finally:
            for filler in fillers:
                filler.close()


async def test_a_token_and_a_body_are_sent_as_they_should(session: aiohttp.ClientSession) -> None:
    async with raw_server(response(200, b"{}")) as server:
        client = ServiceClient(session, server.url + "/base/", "x")
        await client.json(
            "POST", "/x", token="abc", body={"ä": 1}, params={"q": "a b&c"}, headers={"x-request-id": "r"}
        )
        await client.json("GET", "/y")
        first, second = server.requests
        assert first.startswith(b"POST /base/x?q=a+b%26c HTTP/1.1\r\n") or b"/base/x?q=a%20b%26c" in first
        assert first.endswith('{"ä":1}'.encode())
        assert server.header("authorization", 0) == "Bearer abc"
        assert server.header("content-type", 0) == "application/json"
        assert server.header("x-request-id", 0) == "r"
        assert second.startswith(b"GET /base/y HTTP/1.1\r\n")
        assert server.header("authorization", 1) is None


async def test_bytes_are_sent_as_they_are(session: aiohttp.ClientSession) -> None:
    async with raw_server(response(200, b"{}")) as server:
        await ServiceClient(session, server.url, "x").json("POST", "/x", data=b"\x00\xff%PDF")
        assert server.requests[0].endswith(b"\r\n\r\n\x00\xff%PDF")


async def test_an_empty_object_is_a_body_and_none_is_not(session: aiohttp.ClientSession) -> None:
    async with raw_server(response(200, b"{}")) as server:
        await ServiceClient(session, server.url, "x").json("POST", "/x", body={})
        await ServiceClient(session, server.url, "x").json("POST", "/x")
        assert server.requests[0].endswith(b"{}")
        assert server.requests[1].endswith(b"\r\n\r\n")


async def test_leaving_early_closes_the_connection(session: aiohttp.ClientSession) -> None:
    """The other side sees it and can cancel its work."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhallo"
    async with raw_server(head, hold_s=5) as server:
        async with ServiceClient(session, server.url, "x").stream("GET", "/x") as answer:
            assert await answer.content.readany() == b"hallo"
        await asyncio.wait_for(server.left.wait(), 2)


async def test_an_error_of_the_caller_passes_through(session: aiohttp.ClientSession) -> None:
    """What goes wrong with the answer is not blamed on the other service."""
    async with raw_server(response(200, b"{}")) as server:
        with pytest.raises(KeyError):
            async with ServiceClient(session, server.url, "x").stream("GET", "/x"):
                raise KeyError


async def test_proxies_and_cookies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(response(200, b"{}", "set-cookie: a=b")) as server, raw_server(b"") as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with create_session() as session:
            for _ in range(2):
                await ServiceClient(session, server.url, "x").json("GET", "/x")
        assert proxy.requests == []
        assert len(server.requests) == 2
        assert server.header("cookie") is None


@pytest.mark.parametrize(
    ("sent", "kept"), [("7", 7), ("0", 0), ("", None), ("-1", None), ("Wed, 25 Nov 2026 04:00:00 GMT", None)]
)
async def test_the_wait_that_the_other_side_asks_for_is_passed_on(
    session: aiohttp.ClientSession, sent: str, kept: int | None
) -> None:
    body = orjson.dumps(PROBLEM)
    head = f"HTTP/1.1 429 X\r\nretry-after: {sent}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    error = await failure(session, head.encode() + body)
    assert isinstance(error, RelayedError)
    assert error.retry_after == kept
