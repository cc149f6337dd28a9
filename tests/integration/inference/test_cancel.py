# SPDX-License-Identifier: EUPL-1.2
"""A client that leaves frees the model server at once, streaming or not; a slow client slows it down."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

import orjson
import pytest

from genius_inference.testing import RunningServer
from tests.support.http import AsyncClient
from tests.support.inference import RunningInference, message

LIMIT_S = 0.020
LONG = "wort " * 2000


async def leave(inference: RunningInference, body: dict[str, object], after: Callable[[], Awaitable[object]]) -> float:
    """Send `body` on a socket of our own, close it once `after` is done; returns the time of closing."""
    host, port = inference.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    raw = orjson.dumps(body)
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {inference.keys.token()}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(raw)}\r\n\r\n"
    )
    writer.write(head.encode() + raw)
    await after()
    closed = time.time()
    writer.transport.abort()
    assert reader
    return closed


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("where", ["hang_after=-1", "hang_after=0", "hang_after=4", "delay_s=0.05"])
async def test_client_gone_closes_the_upstream(
    inference: RunningInference, model_server: RunningServer, streaming: bool, where: str
) -> None:
    """REL-05: at most 20 ms from the client's close to the model server's, before, at and after the first token."""
    delays = []
    for _ in range(3):
        seen = len(model_server.log())

        async def running(seen: int = seen) -> None:
            await asyncio.to_thread(model_server.wait_for_requests, seen + 1)
            await asyncio.sleep(0.06)

        closed = await leave(inference, message(f"{LONG} [[{where}]]", stream=streaming), running)
        record = await asyncio.to_thread(model_server.wait_for_departure)
        assert record.client_left_after is not None
        delays.append(record.received_at + record.client_left_after - closed)
    assert min(delays) <= LIMIT_S, delays


async def test_slow_client_slows_the_model_server(inference: RunningInference, model_server: RunningServer) -> None:
    """Back-pressure: what a client does not read is not taken from the model server and fills no memory of ours."""
    model_server.script(answer=("x" * 10_000 + " ") * 4_000)  # far more than the kernel's buffers take
    raw = orjson.dumps(message("", stream=True))
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host, port = inference.url.removeprefix("http://").split(":")
        client.connect((host, int(port)))
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {inference.keys.token()}\r\n"
            f"content-length: {len(raw)}\r\n\r\n"
        )
        client.sendall(head.encode() + raw)
        await asyncio.sleep(1.2)  # three times the allowed silence: a slow reader is not a silent server
        record = model_server.log()[-1]
        assert record.finished_after is None
        sent = record.tokens_sent
        assert 0 < sent < 4_000
        await asyncio.sleep(0.1)
        assert model_server.log()[-1].tokens_sent == sent
        client.settimeout(5)
        received = await asyncio.to_thread(read_rest, client)
    assert b"[DONE]" in received
    assert received.count(b"chat.completion.chunk") == 4_001


def read_rest(client: socket.socket) -> bytes:
    received = bytearray()
    while not received.endswith(b"0\r\n\r\n"):
        received += client.recv(1_000_000)
    return bytes(received)


async def test_first_token_is_not_held_back(inference: RunningInference, model_server: RunningServer) -> None:
    """Bytes go out as they come: tokens that come 50 ms apart are received apart."""
    headers = {"authorization": f"Bearer {inference.keys.token()}"}
    times = []
    async with AsyncClient(base_url=inference.url, headers=headers, trust_env=False) as client:
        body = message("a b c d [[delay_s=0.05]]", stream=True)
        async with client.stream("POST", "/v1/chat/completions", json=body) as response:
            async for _ in response.aiter_bytes():
                times.append(time.monotonic())
    assert len(times) >= 5
    assert times[3] - times[0] >= 0.1
