# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` of the gateway at random moments, while jobs of 46 authorities wait and run and callbacks are due.

`make test-faults N=200 ARGS="-k kills_of_jobs"` kills so often. None is lost, none comes to an end twice, no input of a
batch is finished twice, none stays half in silence, and every end is told.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_common.principal import Principal
from tests.integration.gateway_runs.conftest import OPTIONS, Schema, migrated
from tests.support.callback_target import CallbackServer, callback_server
from tests.support.gateway_runs import GatewayProcess, LocalGateway, frames
from tests.support.http import AsyncClient
from tests.support.postgres import TestPostgres
from tests.support.scripted_module import ScriptedModules

pytestmark = [pytest.mark.faults, pytest.mark.timeout(2 * 3600)]
AUTHORITIES = 46
ITEMS = 6
RUNS = "/api/v1/modules/scripted/runs"


def register(schema: Schema) -> list[Principal]:
    """An application in each of 46 authorities."""
    made = []
    for number in range(AUTHORITIES):
        authority, application = uuid4(), uuid4()
        schema.execute(
            "INSERT INTO authorities (id, short, name, kind) VALUES (%s, %s, %s, 'agency')",
            (authority, f"k{number}", f"Behörde {number}"),
        )
        schema.execute(
            "INSERT INTO applications (id, authority, subject_key, client_id) VALUES (%s, %s, %s, %s)",
            (application, authority, str(application), f"fach-{application}"),
        )
        made.append(Principal(subject=application, tenant="test", authority=authority, application=application))
    return made


def headers(principal: Principal) -> dict[str, str]:
    return {
        "x-test-person": f"{principal.subject}/{principal.authority}",
        "x-test-application": str(principal.application),
        "prefer": "respond-async",
    }


async def send(client: httpx.AsyncClient, principal: Principal, number: int, url: str) -> str:
    """One job: a third are batches."""
    data: dict[str, Any] = {"input": {"script": f"nr{number} a b"}}
    if number % 3 == 0:
        data = {"inputs": [{"script": f"nr{number}-{item}"} for item in range(ITEMS)]}
    answer = await client.post(RUNS, json={**data, "callback": {"url": url}}, headers=headers(principal))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def test_killed_at_random_moments(
    postgres_server: TestPostgres, tmp_path: Path, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    kills, seed = pytestconfig.getoption("--faults", 3), pytestconfig.getoption("--seed", 1)
    drawn, begin = random.Random(seed), time.monotonic()
    schema, modules = await asyncio.to_thread(migrated, postgres_server), ScriptedModules()
    await modules.start()
    async with callback_server() as target:
        config = {
            "database": schema.app_url, "modules": modules.url, "kek": "11" * 32, "signing": "22" * 32,
            "options": {**OPTIONS, "max_jobs": 8},
            "callbacks": {"retry_s": [0.5] * 50, "timeout_s": 2.0, "poll_s": 0.3},
        }  # fmt: skip
        principals = register(schema)
        local = LocalGateway({**config, "options": {**OPTIONS, "max_jobs": 1}})
        await local.start()
        for principal in principals:
            targets = local.app.state.runs.callbacks.targets
            await targets.create(principal, principal.authority, f"fach-{principal.application}", f"{target.url}/x")
        await local.stop()
        sent: dict[str, tuple[Principal, int]] = {}
        victim = GatewayProcess(config, tmp_path)
        for kill in range(kills):
            await victim.start()
            async with AsyncClient(base_url=victim.url, timeout=60) as client:
                for _ in range(5 if kill else 40):
                    number = len(sent)
                    principal = drawn.choice(principals)
                    sent[await send(client, principal, number, f"{target.url}/x")] = principal, number
                target.answers = [drawn.choice([204, 500, 204])]
                await asyncio.sleep(drawn.uniform(0.0, 2.0))
            await victim.kill()
        target.answers = [204]
        await victim.start()
        try:
            ended = await drained(victim, sent, target)
        finally:
            await victim.kill()
            await modules.stop()
    again = Counter(script for r in modules.requests if "-" in (script := r["input"]["script"]))
    with capsys.disabled():
        print(
            f"{kills} kills, {len(sent)} jobs in {time.monotonic() - begin:.0f} s, seed {seed}: {dict(ended)};"
            f" {sum(n > 1 for n in again.values())} of {len(again)} inputs of batches begun more than once"
        )


async def drained(
    victim: GatewayProcess, sent: dict[str, tuple[Principal, int]], target: CallbackServer
) -> Counter[str]:
    """Until all have ended and were told; each looked at by itself."""
    ended: Counter[str] = Counter()
    async with AsyncClient(base_url=victim.url, timeout=60) as client:
        for run, (principal, number) in sent.items():
            found = await finished(client, run, principal)
            async with client.stream("GET", f"/api/v1/runs/{run}/events", headers=headers(principal)) as response:
                events = [frame.json() async for frame in frames(response)]
            types = [event["type"] for event in events]
            assert sum(kind in {"done", "error", "cancelled"} for kind in types) == 1, types
            assert types[-1] in {"done", "error"}
            seqs = [event["seq"] for event in events]
            assert seqs == sorted(set(seqs))
            items = [event["index"] for event in events if event["type"] == "item"]
            assert len(items) == len(set(items)), f"an input was finished twice: {items}"
            if found["state"] == "failed":  # hit twice without coming on: said, and worth another try
                assert (found["error"]["code"], found["error"]["retryable"]) == ("run_interrupted", True)
                kept = (found["result"] or {}).get("items", [])
                assert [item["index"] for item in kept] == sorted(items), "a finished input is gone"
            elif number % 3 == 0:
                assert sorted(items) == list(range(ITEMS))
            else:
                assert found["result"]["text"] == f"nr{number} a b"
            ended[found["state"]] += 1
        end = time.monotonic() + 120
        while missing := set(sent) - {call.run["id"] for call in target.calls}:
            assert time.monotonic() < end, f"not told: {len(missing)}"
            await asyncio.sleep(0.2)
    ids: dict[str, set[str]] = {}
    for call in target.calls:
        ids.setdefault(call.run["id"], set()).add(call.id)
    assert all(len(found) == 1 for found in ids.values()), "one end was told under two ids"
    return ended


async def finished(client: httpx.AsyncClient, run: str, principal: Principal) -> dict[str, Any]:
    end = time.monotonic() + 120
    while True:
        found: dict[str, Any] = (await client.get(f"/api/v1/runs/{run}", headers=headers(principal))).json()
        if found["finished_at"]:
            return found
        assert time.monotonic() < end, f"{run} is {found['state']}"
        await asyncio.sleep(0.2)
