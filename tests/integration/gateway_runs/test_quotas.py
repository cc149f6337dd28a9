# SPDX-License-Identifier: EUPL-1.2
"""Limits of runs over two gateway processes of the operating system, one of which is killed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.gateway_runs.conftest import Schema, until
from tests.support.gateway_runs import GatewayProcess, LocalGateway, Person
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

RUNS = "/api/v1/modules/scripted/runs"
RUN = {"input": {"script": "echo"}}
BACKGROUND = {"prefer": "respond-async"}


def limit(schema: Schema, own: dict[str, Any]) -> None:
    """As an operator sets it; `schema.authority` is a test's only one."""
    schema.execute(
        "INSERT INTO quotas (authority, own) VALUES (%s, %s) ON CONFLICT (authority) DO UPDATE SET own = excluded.own",
        (schema.authority, json.dumps(own)),
    )


def used(schema: Schema, person: Person) -> tuple[int, int]:
    found = schema.execute("SELECT requests, tokens FROM quota_meters WHERE key = %s", (str(person.id),))
    return (int(found[0][0]), int(found[0][1])) if found else (0, 0)


@pytest.mark.thorough
async def test_two_processes_share_the_last_request(config: dict[str, Any], schema: Schema, tmp_path: Path) -> None:
    """QUO-01, QUO-02: 100 parallel runs for one that is left: one starts; so it stays after a kill and a restart."""
    person = Person(schema.authority)
    processes = [GatewayProcess(config, tmp_path) for _ in range(2)]
    await asyncio.gather(*(process.start() for process in processes))
    limit(schema, {"person": {"requests_per_day": 3}})
    try:
        async with AsyncClient(headers=person.headers, timeout=60) as client:
            for process in processes:
                answer = await client.post(process.url + RUNS, json=RUN)
                assert answer.status_code == 200, answer.text

            async def start(number: int) -> int:
                url = processes[number % 2].url + RUNS
                return (await client.post(url, json=RUN, headers=BACKGROUND)).status_code

            statuses = await asyncio.gather(*(start(number) for number in range(100)))
            assert sorted(statuses) == [202, *[429] * 99]
            await until(lambda: used(schema, person) == (3, 30))
            await processes[0].kill()
            again = GatewayProcess(config, tmp_path)
            processes[0] = again
            await again.start()
            for process in processes:
                answer = await client.post(process.url + RUNS, json=RUN)
                assert (answer.status_code, answer.json()["code"]) == (429, "quota_reached")
    finally:
        limit(schema, {})
        for process in processes:
            await process.kill()


async def test_a_run_that_moves_is_settled_once(
    gateway: LocalGateway, config: dict[str, Any], schema: Schema, modules: ScriptedModules
) -> None:
    """QUO-03: begun by one process, ended by another: what it used is counted once, and nothing stays set aside."""
    person = Person(schema.authority)
    modules.released.clear()
    other = LocalGateway(config)
    await other.start()
    async with AsyncClient(headers=person.headers, timeout=20) as client:
        body = {"input": {"script": "wait-status"}}
        answer = await client.post(other.url + RUNS, json=body, headers=BACKGROUND)
        run = answer.json()["id"]
        await asyncio.sleep(0.2)
        await other.stop()  # gives the run up; the first process takes it

        async def ended() -> bool:
            found = await client.get(f"{gateway.url}/api/v1/runs/{run}")
            return found.json()["state"] == "running" and schema_runner() != other.app.state.runs.runs.runner

        def schema_runner() -> Any:
            return schema.execute("SELECT runner FROM runs WHERE id = %s", (run,))[0][0]

        await until(ended, 20.0)
        await client.delete(f"{gateway.url}/api/v1/runs/{run}")

        async def over() -> bool:
            return bool((await client.get(f"{gateway.url}/api/v1/runs/{run}")).json()["state"] == "cancelled")

        await until(over)
        tokens = sum((await client.get(f"{gateway.url}/api/v1/runs/{run}")).json()["usage"].values())

    async def settled() -> bool:  # the end of a run is seen before it is counted
        await gateway.app.state.ledger.flush(give_back=True)
        held = schema.execute("SELECT coalesce(sum(tokens), 0) FROM quota_leases WHERE key = %s", (str(person.id),))
        return bool(held == [(0,)])

    await until(settled)
    assert used(schema, person)[1] == tokens
