# SPDX-License-Identifier: EUPL-1.2
"""Recovery of one run never depends on another, and a second attempt says nothing twice."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from genius_common.database import Database, create_engine
from genius_common.keys import KeyRing, keys_table
from genius_common.keys_encryption import LocalKeys
from genius_common.settings import DatabaseSettings
from genius_gateway.runs.sealing import Owner, Sealer
from tests.support.gateway_runs import LocalGateway, Person
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

from .conftest import Schema, until
from .test_conversations import CHAT, turn
from .test_runs import again, ended, start, start_here

ABANDON = "UPDATE runs SET runner = gen_random_uuid(), lease_until = now() - interval '1 s' WHERE id = %s"


async def sealed_by_another_version(config: dict[str, Any], person: Person, run: str) -> bytes:
    """The request of `run` as a later version might write it: with a field that this one does not know."""
    database = Database(create_engine(DatabaseSettings(url=config["database"])))
    sealer = Sealer(KeyRing(LocalKeys(bytes.fromhex(config["kek"])), keys_table(sa.MetaData())))
    owner = Owner(person.authority, person.id)
    request = {"input": {}, "tenant": "test", "classification": "intern", "later": 1}
    try:
        async with database.transaction(owner.scope) as connection:
            return await sealer.seal(connection, owner, request, f"runs/request/{UUID(run)}")
    finally:
        await database.close()


@pytest.mark.parametrize("damage", ["unreadable", "another version", "another place"])
async def test_a_run_that_cannot_be_opened_does_not_stop_recovery(
    client: httpx.AsyncClient,
    config: dict[str, Any],
    schema: Schema,
    person: Person,
    modules: ScriptedModules,
    damage: str,
) -> None:
    modules.released.clear()
    broken, other = await start(client, "wait-status"), await start(client, "wait-status")
    await until(lambda: {broken, other} <= {request["run"] for request in modules.requests})
    if damage == "another version":
        request = await sealed_by_another_version(config, person, broken)
    elif damage == "unreadable":
        request = b"\1" * 100
    else:
        request = schema.execute("SELECT request FROM runs WHERE id = %s", (other,))[0][0]
    await schema.change("UPDATE runs SET request = %s WHERE id = %s", (request, broken))
    for run in (broken, other):
        await schema.change(ABANDON, (run,))
    await until(lambda: sum(request["run"] == other for request in modules.requests) == 2)
    modules.released.set()
    assert (await ended(client, other))["state"] == "succeeded"
    assert (await client.get(f"/api/v1/runs/{broken}")).json()["state"] == "running"
    schema.execute("DELETE FROM runs WHERE id = %s", (broken,))


async def test_a_second_attempt_warns_once(
    config: dict[str, Any], schema: Schema, person: Person, modules: ScriptedModules
) -> None:
    gateway = LocalGateway({**config, "options": {**config["options"], "history_chars": 10}})
    await gateway.start()
    try:
        async with AsyncClient(base_url=gateway.url, headers=person.headers, timeout=20) as client:
            first = await turn(client, "echo " + "a" * 20)
            modules.released.clear()
            data = {"message": "wait-status", "conversation": first["conversation"]}
            run = await start_here(client, CHAT, data)
            for attempt in (1, 2):
                await until(lambda n=attempt: sum(request["run"] == run for request in modules.requests) == n)
                if attempt == 1:
                    await until(
                        lambda: schema.execute("SELECT max(seq_to) FROM run_events WHERE run = %s", (run,)) == [(3,)]
                    )
                    await schema.change(ABANDON, (run,))
            modules.released.set()
            stored = await ended(client, run)
            assert [warning["code"] for warning in stored["warnings"]] == ["history_shortened"]
            kinds = [data["type"] for _, data in await again(client, run)]
            assert kinds == ["run.started", "warning", "status", "status", "done"]
    finally:
        await gateway.stop()


async def test_a_lease_that_ran_out_is_renewed_by_its_living_runner(
    client: httpx.AsyncClient, schema: Schema, modules: ScriptedModules
) -> None:
    """As after a minute without PostgreSQL: the run is not begun a second time beside itself."""
    modules.released.clear()
    run = await start(client, "wait-status")
    await until(lambda: run in [request["run"] for request in modules.requests])
    await schema.change("UPDATE runs SET lease_until = now() - interval '1 s' WHERE id = %s", (run,))
    await until(lambda: schema.execute("SELECT lease_until > now() FROM runs WHERE id = %s", (run,)) == [(True,)])
    assert schema.execute("SELECT attempts FROM runs WHERE id = %s", (run,)) == [(1,)]
    modules.released.set()
    assert (await ended(client, run))["state"] == "succeeded"


async def test_deadline_passes_while_no_process_has_the_run(client: httpx.AsyncClient, schema: Schema) -> None:
    """It isn't carried out late: whoever recovers it ends it."""
    run = await start(client, "hang")
    await schema.change("UPDATE runs SET deadline = now() - interval '1 s' WHERE id = %s", (run,))
    await schema.change(ABANDON, (run,))
    stored = await ended(client, run)
    assert (stored["state"], stored["error"]["code"]) == ("failed", "deadline_exceeded")


async def test_no_more_runs_at_a_time_than_allowed(
    config: dict[str, Any], person: Person, modules: ScriptedModules
) -> None:
    """REL-07: also requests that come at once can't pass the limit together; a place that is free again is used."""
    gateway = LocalGateway({**config, "options": {**config["options"], "max_active": 2}})
    await gateway.start()
    modules.released.clear()
    try:
        async with AsyncClient(base_url=gateway.url, headers=person.headers, timeout=20) as client:
            body = {"input": {"script": "wait-status"}}
            path = "/api/v1/modules/scripted/runs"
            asked = [asyncio.create_task(client.post(path, json=body)) for _ in range(6)]
            done, waiting = await asyncio.wait(asked, timeout=2)
            assert (len(done), len(waiting)) == (4, 2)
            answers = [task.result() for task in done]
            assert [answer.status_code for answer in answers] == [429] * 4
            refused = next(answer for answer in answers if answer.status_code == 429)
            assert (refused.json()["code"], refused.headers["retry-after"]) == ("limit_reached", "10")
            assert len((await client.get("/api/v1/runs")).json()["items"]) == 2
            assert (await client.post(path, json={"input": {}})).status_code == 429  # refused before any work
            modules.released.set()
            assert [(await task).json()["state"] for task in waiting] == ["succeeded"] * 2
            assert (await client.post(path, json={"input": {}})).status_code == 400
            assert (await client.post(path, json={"input": {}})).status_code == 400  # a refused one holds no place
            assert (await client.post(path, json=body)).json()["state"] == "succeeded"
    finally:
        modules.released.set()
        await gateway.stop()
