# SPDX-License-Identifier: EUPL-1.2
"""Every router and every model server is replaced while 300 streams are open: none breaks (REL-02)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.http import AsyncClient
from tests.support.inference import Keys, jwks_server, message
from tests.support.rolling import Process, Streams, model_server, router

OPEN = 300
WORDS, DELAY_S = 14, 0.4
PRE_STOP_S = 3.0


@pytest.fixture(scope="module")
def keys() -> Iterator[Keys]:
    with jwks_server() as found:
        yield found


@pytest.fixture
async def started(tmp_path: Path, keys: Keys) -> AsyncIterator[tuple[list[Process], list[Process]]]:
    """Two routers in front of two model servers."""
    servers = [model_server(tmp_path) for _ in range(2)]
    upstream = " ".join(f"{server.url}/v1" for server in servers)
    routers = [router(tmp_path, keys, upstream) for _ in range(2)]
    try:
        for process in (*servers, *routers):
            await process.start()
        yield routers, servers
    finally:
        for process in (*routers, *servers):
            process.kill()


async def all_open(streams: Streams) -> None:
    for _ in range(600):
        if streams.open >= OPEN:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"only {streams.open} are open: {streams.broken[:3]}")


@pytest.mark.faults
async def test_nothing_breaks_while_everything_is_replaced(
    started: tuple[list[Process], list[Process]], keys: Keys
) -> None:
    """REL-02: 300 streams at any time over two routers and two model servers, each replaced once: 0 broken."""
    routers, servers = started
    endpoints = list(routers)
    streams = Streams(OPEN, endpoints, keys, WORDS, DELAY_S)
    for process in routers:
        await all_open(streams)
        endpoints.remove(process)  # what Kubernetes does when a pod begins to end; preStop gives it time
        await asyncio.sleep(PRE_STOP_S)
        process.tell_to_end()
        await process.ended()
        await process.start()
        endpoints.append(process)
    for process in servers:
        await all_open(streams)
        process.tell_to_end()
        await process.ended()
        await process.start()
        await asyncio.sleep(5)  # the routers list it again
    await all_open(streams)
    await streams.end()
    print(f"{streams.finished} streams, {len(streams.broken)} broken")
    assert streams.finished > 2 * OPEN
    assert streams.broken == []


async def test_a_router_that_ends_says_so_and_finishes_what_is_open(
    tmp_path: Path, keys: Keys, free_model: Process
) -> None:
    """REL-02: not ready, still answering for the notice, each answer ends its connection; then the open one ends."""
    process = router(tmp_path, keys, f"{free_model.url}/v1")
    await process.start()
    headers = {"authorization": f"Bearer {keys.token()}"}
    body = message("eins zwei drei vier fünf sechs sieben acht [[delay_s=0.5]]", stream=True)
    try:
        async with (
            AsyncClient(base_url=process.url, headers=headers, timeout=20) as client,
            client.stream("POST", "/v1/chat/completions", json=body) as answer,
        ):
            lines = answer.aiter_lines()
            await anext(lines)
            process.tell_to_end()
            await asyncio.sleep(0.5)
            ready = await client.get("/health/ready")
            assert (ready.status_code, ready.json()["status"]) == (503, "draining")
            late = await client.post("/v1/chat/completions", json=message("noch eine"))
            assert (late.status_code, late.headers["connection"]) == (200, "close")
            rest = [line async for line in lines if line]
        assert rest[-1] == "data: [DONE]"
        await process.ended()
        with pytest.raises(httpx.ConnectError):
            await AsyncClient(base_url=process.url).get("/health/live")
    finally:
        process.kill()


async def test_what_takes_too_long_ends_with_one_typed_error(tmp_path: Path, keys: Keys, free_model: Process) -> None:
    """REL-04: an answer that outlasts the drain is not cut without a word."""
    process = router(tmp_path, keys, f"{free_model.url}/v1")
    process.environment |= {"GENIUS_INFERENCE_DRAIN__NOTICE_S": "0", "GENIUS_INFERENCE_DRAIN__OPEN_S": "2"}
    await process.start()
    headers = {"authorization": f"Bearer {keys.token()}"}
    body = message("wort " * 400 + "[[delay_s=0.2]]", stream=True)
    try:
        async with (
            AsyncClient(base_url=process.url, headers=headers, timeout=20) as client,
            client.stream("POST", "/v1/chat/completions", json=body) as answer,
        ):
            lines = answer.aiter_lines()
            await anext(lines)
            process.tell_to_end()
            rest = [line async for line in lines if line]
        assert '"code":"router_ends"' in rest[-1]
        assert sum('"error"' in line for line in rest) == 1
        assert "data: [DONE]" not in rest
        await process.ended()
    finally:
        process.kill()


@pytest.fixture
async def free_model(tmp_path: Path) -> AsyncIterator[Process]:
    process = model_server(tmp_path)
    await process.start()
    yield process
    process.kill()
