# SPDX-License-Identifier: EUPL-1.2
"""A run over HTTP: three ways to start it, its events, again from any event on."""

from __future__ import annotations

import httpx

from tests.support.gateway_runs import frames


async def stream(client: httpx.AsyncClient, script: str, **extra: object) -> list[tuple[int, dict]]:
    body = {"input": {"script": script}, **extra}
    headers = {"accept": "text/event-stream"}
    async with client.stream("POST", "/api/v1/modules/scripted/runs", json=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["x-accel-buffering"] == "no"
        return [(int(frame.id or 0), frame.json()) async for frame in frames(response)]


async def again(client: httpx.AsyncClient, run: str, after: int) -> list[tuple[int, dict]]:
    headers = {"last-event-id": str(after)} if after else {}
    async with client.stream("GET", f"/api/v1/runs/{run}/events", headers=headers) as response:
        if response.status_code == 204:
            return []
        assert response.status_code == 200, await response.aread()
        return [(int(frame.id or 0), frame.json()) async for frame in frames(response)]


async def test_a_run_streams_and_is_stored(client: httpx.AsyncClient) -> None:
    events = await stream(client, "eins")
    assert [data["type"] for _, data in events] == ["run.started", "status", "text.delta", "usage", "usage", "done"]
    ids = [number for number, _ in events]
    assert ids == sorted(set(ids))
    assert all(data["seq"] == number for number, data in events)
    run = (await client.get(f"/api/v1/runs/{events[0][1]['run']}")).json()
    assert run["state"] == "succeeded"
    assert run["result"] == events[-1][1]["result"]
    assert run["usage"] == {"input_tokens": 4, "output_tokens": 6} == events[-1][1]["usage"]
    assert run["finished_at"]


async def test_resuming_at_every_event_gives_the_same_rest(client: httpx.AsyncClient) -> None:
    events = await stream(client, "eins")
    for position in range(len(events) + 1):
        after = events[position - 1][0] if position else 0
        assert await again(client, events[0][1]["run"], after) == events[position:]
