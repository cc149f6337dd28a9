# SPDX-License-Identifier: EUPL-1.2
"""The gateway killed and the database restarted in the middle of runs: recovery or a typed end, nothing lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.gateway_runs import GatewayProcess, LocalGateway, Person, frames
from tests.support.http import AsyncClient
from tests.support.postgres import TestPostgres
from tests.support.postgres import postgres_server as cluster_fixture
from tests.support.scripted_module import ScriptedModules

from .conftest import Schema, migrated, until
from .test_conversations import CHAT, messages
from .test_runs import RUNS, Events, again, ended, start, start_here


@pytest.fixture
async def victim(config: dict[str, Any], tmp_path: Path) -> AsyncIterator[GatewayProcess]:
    process = GatewayProcess(config, tmp_path)
    await process.start()
    yield process
    await process.kill()


async def follow_until_cut(client: httpx.AsyncClient, run: str) -> Events:
    """Events of a stream that breaks off."""
    seen: Events = []
    try:
        async with client.stream("GET", f"/api/v1/runs/{run}/events") as response:
            async for frame in frames(response):
                seen.append((int(frame.id or 0), frame.json()))
    except httpx.TransportError:
        pass
    return seen


async def test_kill_9_after_content_ends_with_run_interrupted(
    victim: GatewayProcess, client: httpx.AsyncClient, person: Person
) -> None:
    """A follower that saw events which were never saved still gets the final event, by its Last-Event-ID."""
    async with AsyncClient(base_url=victim.url, headers=person.headers, timeout=20) as doomed:
        started = await start_here(doomed, CHAT, {"message": "slow bitte"})
        run = (await doomed.get(f"/api/v1/runs/{started}")).json()
        following = asyncio.create_task(follow_until_cut(doomed, run["id"]))
        await asyncio.sleep(1.0)
        elsewhere = asyncio.create_task(again(client, run["id"]))
        await asyncio.sleep(0.1)
        await victim.kill()
        seen = await following
    assert seen[-1][1]["type"] == "text.delta"
    rest = await again(client, run["id"], seen[-1][0])
    assert [data["type"] for _, data in rest] == ["error"]
    assert (rest[0][1]["code"], rest[0][1]["retryable"]) == ("run_interrupted", True)
    assert rest[0][0] > 1_000  # above the block that the dead process had reserved
    assert (await elsewhere)[-1] == rest[0]
    stored = await ended(client, run["id"])
    assert (stored["state"], stored["partial"]) == ("failed", True)
    assert stored["result"]["text"].startswith("w0 w1 ")
    question, answer = await messages(client, run["conversation"])
    assert (question["text"], answer["state"]) == ("slow bitte", "failed")
    assert answer["text"] == stored["result"]["text"]


@pytest.mark.thorough
async def test_kill_9_before_content_starts_the_run_again(
    victim: GatewayProcess, client: httpx.AsyncClient, person: Person, modules: ScriptedModules
) -> None:
    modules.released.clear()
    async with AsyncClient(base_url=victim.url, headers=person.headers, timeout=20) as doomed:
        run = await start_here(doomed, RUNS, {"script": "wait-status"})
        await until(lambda: any(request["run"] == run for request in modules.requests))
        following = asyncio.create_task(again(client, run))
        await asyncio.sleep(0.2)
        await victim.kill()
    await until(lambda: sum(request["run"] == run for request in modules.requests) == 2)
    modules.released.set()
    events = [data for _, data in await following]
    assert [data["type"] for data in events] == ["run.started", "status", "status", "done"]
    assert (await ended(client, run))["result"]["text"] == "freigegeben"


async def test_a_run_is_not_started_again_for_ever(
    config: dict[str, Any], client: httpx.AsyncClient, schema: Schema, person: Person, modules: ScriptedModules
) -> None:
    """Two attempts, then an error: a run that takes its process down must not take down one after the other."""
    modules.released.clear()
    run = await start(client, "wait-status")
    for attempts in (1, 2):
        await until(lambda n=attempts: schema.execute("SELECT attempts FROM runs WHERE id = %s", (run,))[0][0] == n)
        # As if its process had died: the lease is over, and nobody renews it.
        await schema.change(
            "UPDATE runs SET runner = gen_random_uuid(), lease_until = now() - interval '1 s' WHERE id = %s", (run,)
        )
    stored = await ended(client, run)
    assert (stored["state"], stored["error"]["code"]) == ("failed", "run_interrupted")
    modules.released.set()


async def test_stopping_leaves_the_run_to_another_process(
    config: dict[str, Any], client: httpx.AsyncClient, person: Person, modules: ScriptedModules
) -> None:
    modules.released.clear()
    other = LocalGateway(config)
    await other.start()
    async with AsyncClient(base_url=other.url, headers=person.headers, timeout=20) as leaving:
        run = await start_here(leaving, RUNS, {"script": "wait-status"})
        await until(lambda: any(request["run"] == run for request in modules.requests))
    await other.stop()
    await until(lambda: sum(request["run"] == run for request in modules.requests) == 2)
    modules.released.set()
    assert (await ended(client, run))["state"] == "succeeded"


async def test_cancel_while_no_process_has_the_run(client: httpx.AsyncClient, schema: Schema) -> None:
    run = await start(client, "slow")
    await schema.change(
        "UPDATE runs SET runner = gen_random_uuid(), lease_until = now() + interval '1 s' WHERE id = %s", (run,)
    )
    assert (await client.delete(f"/api/v1/runs/{run}")).status_code == 204
    assert (await ended(client, run))["state"] == "cancelled"
    assert (await again(client, run))[-1][1]["type"] == "cancelled"


@pytest.fixture
def own_server() -> Iterator[TestPostgres]:
    """A cluster that may be stopped without disturbing other tests."""
    yield from cluster_fixture.__wrapped__()


async def test_postgresql_restarts_during_a_run(
    config: dict[str, Any], own_server: TestPostgres, modules: ScriptedModules
) -> None:
    """The run goes on in memory, its followers too; what could not be saved meanwhile is saved afterwards."""
    schema = migrated(own_server)
    gateway = LocalGateway({**config, "database": schema.app_url})
    await gateway.start()
    modules.delay_s = 0.02
    try:
        async with AsyncClient(base_url=gateway.url, headers=Person(schema.authority).headers, timeout=30) as client:
            await restart_during_a_run(client, own_server)
    finally:
        modules.delay_s = 0.05
        await gateway.stop()


async def restart_during_a_run(client: httpx.AsyncClient, server: TestPostgres) -> None:
    run = await start(client, "slow")
    following = asyncio.create_task(again(client, run))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.cluster.stop)
    answer = await client.get(f"/api/v1/runs/{run}")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    refused = await client.post(CHAT, json={"input": {"message": "x"}})
    assert (refused.status_code, refused.json()["retryable"]) == (503, True)
    with tempfile.TemporaryFile() as log:
        await asyncio.to_thread(server.cluster.start, log)
    events = await following
    final = events[-1][1]
    assert final["type"] == "done" or final["code"] == "run_interrupted"
    assert (await ended(client, run))["state"] in {"succeeded", "failed"}
    assert await again(client, run, events[3][0]) == events[4:]


async def test_a_process_that_lost_its_run_writes_nothing_more(
    config: dict[str, Any], schema: Schema, person: Person, client: httpx.AsyncClient
) -> None:
    """A takeover while the first process still runs: one end only, and followers of both see it."""
    slow = LocalGateway({**config, "options": {**config["options"], "lease_s": 30.0, "recovery_s": 30.0}})
    await slow.start()
    try:
        async with AsyncClient(base_url=slow.url, headers=person.headers, timeout=20) as first:
            run = await start_here(first, RUNS, {"script": "slow"})
            following = asyncio.create_task(again(first, run))
            await asyncio.sleep(0.5)
            await schema.change("UPDATE runs SET lease_until = now() - interval '1 s' WHERE id = %s", (run,))
            events = await following
        assert events[-1][1]["code"] == "run_interrupted"
        assert [data["type"] for _, data in await again(client, run)].count("error") == 1
        assert (await again(client, run))[-1] == events[-1]
    finally:
        await slow.stop()
