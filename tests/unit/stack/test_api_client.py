# SPDX-License-Identifier: EUPL-1.2
"""The command's client of the public API against servers that misbehave: one German sentence each, no secret in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from genius_stack.api import PlatformApi, http_session, local_token
from genius_stack.errors import NotRunning, Refused, StackError

PROBLEM = b'{"code": "not_found", "detail": "Das gibt es nicht.", "status": 404}'


class Server:
    """Answers everything with `status` and `body`; keeps the last request."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.seen: dict[str, Any] = {}
        self.cut = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen = {"method": request.method, "path": request.path_qs, "body": await request.read()}
        self.seen["authorization"] = request.headers.get("authorization")
        response = web.StreamResponse(status=self.status, headers={"content-type": "application/json"})
        if self.cut:
            response.content_length = len(self.body) + 10
        await response.prepare(request)
        await response.write(self.body)
        if self.cut:
            assert request.transport is not None
            request.transport.abort()
        return response


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def base(server: Server) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app) as running:
        yield str(running.make_url("")).rstrip("/")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with http_session() as opened:
        yield opened


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, PROBLEM, "GET /x: 404 not_found: Das gibt es nicht."),
        (500, b"<html>Fehler</html>", "GET /x: 500"),
        (502, b"", "GET /x: 502"),
        (400, b'"text"', "GET /x: 400"),
        (400, b"[]", "GET /x: 400"),
        (400, b'{"code": "x"}', "GET /x: 400"),
        (401, b"null", "GET /x: 401"),
    ],
)
async def test_faults_are_one_sentence(
    server: Server, base: str, session: aiohttp.ClientSession, status: int, body: bytes, said: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(StackError) as caught:
        await PlatformApi(session, base, "geheimes-token").get("/x")
    assert str(caught.value) == said


@pytest.mark.parametrize("method", ["get", "post", "put"])
async def test_a_connection_that_breaks_is_said(
    server: Server, base: str, session: aiohttp.ClientSession, method: str
) -> None:
    server.cut = True
    call = getattr(PlatformApi(session, base, "geheimes-token"), method)
    with pytest.raises(NotRunning, match="nicht erreichbar") as caught:
        await (call("/x") if method == "get" else call("/x", {}))
    assert "geheim" not in str(caught.value)


async def test_calls_carry_token_and_json(server: Server, base: str, session: aiohttp.ClientSession) -> None:
    api = PlatformApi(session, base + "/", "t")
    server.body = b'{"a": 1}'
    assert await api.put("/api/v1/x?y=1", {"ä": None}) == {"a": 1}
    assert (server.seen["method"], server.seen["path"]) == ("PUT", "/api/v1/x?y=1")
    assert server.seen["body"] == '{"ä":null}'.encode()
    assert server.seen["authorization"] == "Bearer t"
    server.status, server.body = 204, b""
    assert await api.get("/x") is None


async def test_lines_come_one_by_one_without_empty_ones(
    server: Server, base: str, session: aiohttp.ClientSession
) -> None:
    server.body = b'{"done": 1}\n\n  \n{"done": 2}'
    assert [line["done"] async for line in PlatformApi(session, base, "t").lines("/x", {})] == [1, 2]


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [(404, Refused, "„niemand“ gibt es hier nicht"), (401, Refused, "Status 401"), (500, Refused, "Status 500")],
)
async def test_a_token_that_is_not_given_is_said(
    server: Server, base: str, session: aiohttp.ClientSession, status: int, error: type[StackError], said: str
) -> None:
    server.status = status
    with pytest.raises(error, match=said) as caught:
        await local_token(session, f"{base}/realms/genius", "mein-geheimnis", login="niemand")
    assert "mein-geheimnis" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "body"),
    [({"login": "a.weber"}, b'{"login": "a.weber"}'), ({"application": "mhb"}, b'{"application": "mhb"}')],
)
async def test_the_token_is_asked_at_the_root_of_the_issuer(
    server: Server, base: str, session: aiohttp.ClientSession, names: dict[str, str], body: bytes
) -> None:
    server.body = b'{"access_token": "abc"}'
    assert await local_token(session, f"{base}/realms/genius", "s", **names) == "abc"
    assert (server.seen["path"], server.seen["body"]) == ("/local/token", body)
    assert server.seen["authorization"] == "Bearer s"


async def test_an_identity_provider_that_is_away_is_said(session: aiohttp.ClientSession) -> None:
    with pytest.raises(NotRunning, match="genius up"):
        await local_token(session, "http://127.0.0.1:9/realms/genius", "s", login="a")
