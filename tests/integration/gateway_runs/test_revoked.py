# SPDX-License-Identifier: EUPL-1.2
"""Runs of somebody who loses the right to them: stopped on notice, found without one, not started again."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.gateway_runs import LocalGateway, Person
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

from .conftest import Schema, until

RUNS = "/api/v1/modules/scripted/runs"


async def started(client: httpx.AsyncClient, script: str = "slow") -> str:
    body = {"input": {"script": script}}
    response = await client.post(RUNS, json=body, headers={"prefer": "respond-async"})
    assert response.status_code == 202, response.text
    run = str(response.json()["id"])

    async def running() -> bool:
        return bool((await client.get(f"/api/v1/runs/{run}")).json()["state"] != "queued")

    await until(running)
    return run


async def ended(client: httpx.AsyncClient, run: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(f"/api/v1/runs/{run}")).json()
        return found if found["finished_at"] else None

    return await until(look, 10)


@pytest.mark.parametrize("notice", [True, False])
async def test_a_run_ends_with_the_rights_of_its_owner(
    client: httpx.AsyncClient, gateway: LocalGateway, person: Person, modules: ScriptedModules, notice: bool
) -> None:
    """AUTH-08: what was made is kept and marked, the module is told to stop; others' runs go on."""
    run = await started(client)
    other = Person(person.authority)
    async with AsyncClient(base_url=gateway.url, headers=other.headers) as bystander:
        unaffected = await started(bystander)
        await until(lambda: any(request["run"] == run for request in modules.requests))
        gateway.app.state.permission.refused.add(person.id)
        if notice:
            gateway.app.state.runs.runs.recheck(person.id, time.time())
        found = await ended(client, run)
        assert found["state"] == "failed"
        assert found["error"]["code"] == "access_revoked"
        assert found["error"]["retryable"] is False
        assert found["partial"] is True
        assert run in modules.cancelled
        assert (await bystander.get(f"/api/v1/runs/{unaffected}")).json()["state"] == "running"
        await bystander.delete(f"/api/v1/runs/{unaffected}")


async def test_a_run_ends_with_the_api_token_that_started_it(
    client: httpx.AsyncClient, gateway: LocalGateway, person: Person, modules: ScriptedModules
) -> None:
    """AUTH-08: what the same person started otherwise goes on."""
    token = uuid4()
    headers = {"x-test-person": f"{person.headers['x-test-person']}/{token}"}
    otherwise = await started(client)
    async with AsyncClient(base_url=gateway.url, headers=headers) as program:
        run = await started(program)
    await until(lambda: {run, otherwise} <= {request["run"] for request in modules.requests})
    gateway.app.state.permission.refused.add(token)
    gateway.app.state.runs.runs.recheck(token, time.time())
    assert (await ended(client, run))["error"]["code"] == "access_revoked"
    assert (await client.get(f"/api/v1/runs/{otherwise}")).json()["state"] == "running"
    await client.delete(f"/api/v1/runs/{otherwise}")


async def test_a_notice_without_a_loss_changes_nothing(
    client: httpx.AsyncClient, gateway: LocalGateway, person: Person
) -> None:
    """AUTH-08: signing out somewhere does not stop work that goes on in the background."""
    run = await started(client)
    gateway.app.state.runs.runs.recheck(person.id, time.time())
    await until(lambda: not gateway.app.state.runs.runs._checks)
    assert (await client.get(f"/api/v1/runs/{run}")).json()["state"] == "running"
    await client.delete(f"/api/v1/runs/{run}")
    assert (await ended(client, run))["state"] == "cancelled"


async def test_recovery_does_not_start_it_again(
    client: httpx.AsyncClient, gateway: LocalGateway, person: Person, schema: Schema, modules: ScriptedModules
) -> None:
    """AUTH-08: a run whose process died before it said anything ends instead of starting under lost rights."""
    run = await started(client, "hang")
    await until(lambda: any(request["run"] == run for request in modules.requests))
    gateway.app.state.permission.refused.add(person.id)
    live = gateway.app.state.runs.runs.hub.get(run) or next(
        live for live in gateway.app.state.runs.runs.hub.all() if str(live.run) == run
    )
    live.stop("lost")
    asked = len([request for request in modules.requests if request["run"] == run])
    found = await ended(client, run)
    assert found["error"]["code"] == "access_revoked"
    assert len([request for request in modules.requests if request["run"] == run]) == asked
