# SPDX-License-Identifier: EUPL-1.2
"""Module over HTTP as the gateway speaks it: whatever comes over the wire is an event, an end, or one typed error."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genius_common.contracts.modules import ModuleRunRequest, ServiceUrls
from genius_common.errors import PlatformError, Unavailable, UpstreamFailed
from genius_common.events import Done, Event, TextDelta, Usage
from genius_common.http import ServiceClient, create_session
from genius_common.sse import encode
from genius_gateway.modules.client import InvalidEvent, ModuleClient

REQUEST = ModuleRunRequest(
    run=UUID(int=5),
    version="1.0.0",
    input={"text": "ä"},
    services=ServiceUrls(inference="http://127.0.0.1:1", retrieval="http://127.0.0.1:2"),
)
EVENTS: list[Event] = [TextDelta(text="„ä\n\n“"), Usage(input_tokens=1, output_tokens=2), Done(result={"text": "x"})]
WIRE = b"".join(encode(event.type, event.model_dump(mode="json")) for event in EVENTS)


class Module:
    """A module whose answer is a list of byte pieces; an `int` in it is a pause in ms, None tears the connection."""

    def __init__(self) -> None:
        self.pieces: list[bytes | int | None] = []
        self.requests: list[web.Request] = []
        self.bodies: list[Any] = []
        self.refusal: tuple[int, bytes] | None = None
        self.left = asyncio.Event()
        self.url = ""

    async def run(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.json())
        if self.refusal:
            return web.Response(status=self.refusal[0], body=self.refusal[1])
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        try:
            for piece in self.pieces:
                if isinstance(piece, bytes):
                    await response.write(piece)
                elif piece is None:
                    assert request.transport
                    request.transport.abort()
                else:
                    await asyncio.sleep(piece / 1000)
        except (asyncio.CancelledError, ConnectionError):
            self.left.set()
            raise
        return response

    async def cancel(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        await asyncio.sleep(self.pieces[0] / 1000 if self.pieces and isinstance(self.pieces[0], int) else 0)
        return web.Response(status=self.refusal[0] if self.refusal else 204)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Module]:
    module = Module()
    app = web.Application()
    app.router.add_post("/modules/eins/runs", module.run)
    app.router.add_delete("/modules/eins/runs/{run}", module.cancel)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    module.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield module
    await runner.cleanup()


@pytest.fixture
def module(server: Module) -> Module:
    server.pieces, server.refusal = [], None
    server.left.clear()
    return server


@pytest.fixture(scope="module")
async def client(server: Module) -> AsyncIterator[ModuleClient]:
    async with create_session() as session:
        yield ModuleClient(ServiceClient(session, server.url, "Module"), "/modules/eins")


async def play(client: ModuleClient, silence_s: float = 5.0, seen: list[Event] | None = None) -> list[Event]:
    """All events; `seen` gets them one by one, for what breaks off."""
    seen = [] if seen is None else seen
    async for event in client.run(REQUEST, "t0ken", silence_s):
        seen.append(event)
    return seen


async def test_the_request_is_the_contract(module: Module, client: ModuleClient) -> None:
    module.pieces = [WIRE]
    assert await play(client) == EVENTS
    assert module.requests[-1].headers["authorization"] == "Bearer t0ken"
    assert ModuleRunRequest.model_validate_json(json.dumps(module.bodies[-1])) == REQUEST


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, len(WIRE) - 1), max_size=8), newline=st.sampled_from([b"\n", b"\r\n"]))
async def test_the_cuts_of_the_network_do_not_matter(
    module: Module, client: ModuleClient, cuts: list[int], newline: bytes
) -> None:
    """Also within a character of several bytes, and with comments between the events."""
    wire = WIRE.replace(b"\n", newline)
    places = [0, *sorted(set(cuts)), len(wire)]
    module.pieces = [b": hello\n\n", *(wire[begin:end] for begin, end in itertools.pairwise(places))]
    assert await play(client) == EVENTS


@pytest.mark.parametrize(
    "data",
    [
        b"data: \n\n",
        b"data: null\n\n",
        b"data: []\n\n",
        b"data: {\n\n",
        b'data: {"type": "text.delta", "text": "\xff"}\n\n',
        b'data: {"type": "text.delta", "text": "\xed\xa0\x80"}\n\n',
        b'data: {"type": "text.delta", "text": 7}\n\n',
        b'data: {"type": "text.delta", "text": "x", "__class__": "y"}\n\n',
        b'data: {"type": ["done"]}\n\n',
        b'data: {"type": "done"}\n\n',
        b'data: {"type": "done", "result": []}\n\n',
        b'data: {"type": "citation", "number": 1}\n\n',
        b'data: {"type": "status", "phase": "hacking"}\n\n',
        b'data: {"type": "usage", "input_tokens": 1.5, "output_tokens": 0}\n\n',
        b'event: run.started\ndata: {"type": "run.started"}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"data: [DONE]\n\n",
    ],
)
async def test_what_is_no_event_is_one_error_without_its_text(
    module: Module, client: ModuleClient, data: bytes
) -> None:
    """LOG-01: the error carries nothing of what was sent. ING-09: such data stays data."""
    module.pieces = [WIRE[: WIRE.index(b"\n\n") + 2], 10, data]
    seen: list[Event] = []
    with pytest.raises(InvalidEvent) as caught:
        await play(client, seen=seen)
    assert seen == EVENTS[:1]
    assert caught.value.args == ()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("keep", range(0, len(WIRE), 17))
async def test_a_connection_that_breaks_anywhere_is_an_error(module: Module, client: ModuleClient, keep: int) -> None:
    """REL-04: never a clean end; what had come completely was given before."""
    module.pieces = [WIRE[:keep], 5, None]
    seen: list[Event] = []
    with pytest.raises(UpstreamFailed):
        await play(client, seen=seen)
    assert seen == EVENTS[: WIRE[:keep].count(b"}\n\n")]


async def test_silence_is_an_error(module: Module, client: ModuleClient) -> None:
    module.pieces = [b": comment\n\n", 10_000]
    with pytest.raises(UpstreamFailed):
        await play(client, silence_s=0.05)


async def test_leaving_early_closes_the_connection(module: Module, client: ModuleClient) -> None:
    """REL-05: that is how the module learns that nobody waits any more."""
    module.pieces = [WIRE, 10_000]
    async with contextlib.aclosing(client.run(REQUEST, "t", 5)) as events:
        assert await anext(events) == EVENTS[0]
    await asyncio.wait_for(module.left.wait(), 2)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (422, b'{"code": "zu_lang", "detail": "Nein.", "retryable": true}', "zu_lang"),
        (400, b'{"code": "x", "detail": "\xff"}', "upstream_failed"),
        (404, b'{"detail": "no code"}', "upstream_failed"),
        (500, b"<html>stack trace</html>", "upstream_failed"),
        (503, b"", "upstream_failed"),
        (401, b"[]", "upstream_failed"),
    ],
)
async def test_a_refusal_before_the_start(
    module: Module, client: ModuleClient, status: int, body: bytes, code: str
) -> None:
    module.refusal = (status, body)
    with pytest.raises(PlatformError) as caught:
        await play(client)
    assert caught.value.code == code
    assert "stack trace" not in caught.value.detail


async def test_a_module_that_is_not_there() -> None:
    async with create_session() as session:
        absent = ModuleClient(ServiceClient(session, "http://127.0.0.1:9", "Module"), "/modules/eins")
        with pytest.raises(Unavailable):
            await play(absent)
        assert not await absent.cancel(REQUEST.run, "t")


@pytest.mark.parametrize(("answer", "pause", "taken"), [(204, 0, True), (404, 0, False), (204, 500, False)])
async def test_cancel_says_whether_it_was_taken(
    module: Module, client: ModuleClient, monkeypatch: pytest.MonkeyPatch, answer: int, pause: int, taken: bool
) -> None:
    monkeypatch.setattr("genius_gateway.modules.client.CANCEL_SECONDS", 0.1)
    module.refusal, module.pieces = (answer, b""), [pause]
    assert await client.cancel(REQUEST.run, "t0ken") is taken
    asked = module.requests[-1]
    assert (asked.method, asked.path) == ("DELETE", f"/modules/eins/runs/{REQUEST.run}")
    assert asked.headers["authorization"] == "Bearer t0ken"
