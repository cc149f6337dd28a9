# SPDX-License-Identifier: EUPL-1.2
"""Jobs: they wait for a place, in turns of authorities and persons, and each is carried out once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.gateway_runs import LocalGateway, Person
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

from .conftest import Schema, until
from .test_runs import RUNS, again, ended, start


@asynccontextmanager
async def narrow(config: dict[str, Any], **options: Any) -> AsyncIterator[LocalGateway]:
    """A gateway with few places, alone on its database."""
    gateway = LocalGateway({**config, "options": {**config["options"], **options}})
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


def as_person(gateway: LocalGateway, person: Person) -> AsyncClient:
    return AsyncClient(base_url=gateway.url, headers=person.headers, timeout=20)


@pytest.fixture
def authorities(own_schema: Schema) -> list[Person]:
    """Nobody's colleagues: one person in each of three authorities."""
    people = [Person() for _ in range(3)]
    for number, person in enumerate(people):
        own_schema.execute(
            "INSERT INTO authorities (id, short, name, kind) VALUES (%s, %s, %s, 'agency')",
            (person.authority, f"q{number}-{str(person.authority)[:8]}", f"Behörde {person.authority}"),
        )
    return people


async def test_who_waits_is_told_the_place(
    own_config: dict[str, Any], own_schema: Schema, modules: ScriptedModules
) -> None:
    """The stream names the place, which falls; it can be resumed at any of these ids, and the end always comes."""
    modules.released.clear()
    async with narrow(own_config, max_jobs=1) as gateway, as_person(gateway, Person(own_schema.authority)) as client:
        first, second, third = [await start(client, "wait-status") for _ in range(3)]
        await until(lambda: any(request["run"] == first for request in modules.requests))
        following = asyncio.create_task(again(client, third))
        found = (await client.get(f"/api/v1/runs/{third}")).json()
        assert (found["state"], found["position"], found["deadline"]) == ("queued", 2, None)
        assert (await client.get(f"/api/v1/runs/{first}")).json()["position"] is None
        assert (await client.delete(f"/api/v1/runs/{second}")).status_code == 204
        cancelled = (await client.get(f"/api/v1/runs/{second}")).json()
        assert cancelled["state"] == "cancelled"  # at once, though no process had it
        await asyncio.sleep(4.5)
        modules.released.set()
        events = await following
        places = [data["position"] for _, data in events if data.get("phase") == "queued"]
        assert places == [2, 1]
        assert [number for number, _ in events] == sorted({number for number, _ in events})
        assert events[-1][1]["type"] == "done"
        told = next(number for number, data in events if data.get("position") == 1)
        assert [data["type"] for _, data in await again(client, third, told)] == ["status", "done"]
        assert sum(request["run"] == second for request in modules.requests) == 0


async def test_authorities_and_persons_take_turns(
    own_config: dict[str, Any], authorities: list[Person], modules: ScriptedModules
) -> None:
    """One with many jobs does not keep the others waiting: each authority comes once in a round, in it each person."""
    many, few, last = authorities
    colleague = Person(many.authority)
    modules.released.clear()
    async with narrow(own_config, max_jobs=1) as gateway:
        async with as_person(gateway, many) as client:
            busy = await start(client, "wait-status")
            await until(lambda: any(request["run"] == busy for request in modules.requests))
        jobs: dict[str, str] = {}
        for name, person, number in (("m", many, 6), ("c", colleague, 2), ("f", few, 2), ("l", last, 1)):
            async with as_person(gateway, person) as client:
                for _ in range(number):
                    jobs[await start(client, "eins")] = name
        modules.released.set()
        await until(lambda: all(any(r["run"] == job for r in modules.requests) for job in jobs), 15)
        order = [jobs[request["run"]] for request in modules.requests if request["run"] in jobs]
    assert len(order) == len(jobs)
    assert sorted(order[:3]) == sorted(["c", "f", "l"])  # the colleague was never served, `many` just was
    assert sorted(order[3:5]) == sorted(["m", "f"])
    assert order[5:] == ["c", "m", "m", "m", "m", "m"]


async def test_the_queue_of_one_person_is_limited(
    own_config: dict[str, Any], own_schema: Schema, modules: ScriptedModules
) -> None:
    modules.released.clear()
    async with narrow(own_config, max_jobs=1, max_waiting=2) as gateway:
        async with as_person(gateway, Person(own_schema.authority)) as client:
            first = await start(client, "wait-status")
            await until(lambda: any(request["run"] == first for request in modules.requests))
            await start(client, "eins")
            await start(client, "eins")
            answer = await client.post(RUNS, json={"input": {"script": "x"}}, headers={"prefer": "respond-async"})
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_waiting")
        async with as_person(gateway, Person(own_schema.authority)) as client:
            await start(client, "eins")
        modules.released.set()


async def test_a_deadline_passes_in_the_queue(
    own_config: dict[str, Any], own_schema: Schema, modules: ScriptedModules
) -> None:
    modules.released.clear()
    async with narrow(own_config, max_jobs=1) as gateway, as_person(gateway, Person(own_schema.authority)) as client:
        first, second = await start(client, "wait-status"), await start(client, "eins")
        await own_schema.change("UPDATE runs SET deadline = now() - interval '1 s' WHERE id = %s", (second,))
        stored = await ended(client, second)
        assert (stored["state"], stored["error"]["code"]) == ("failed", "deadline_exceeded")
        modules.released.set()
        assert (await ended(client, first))["state"] == "succeeded"
        assert sum(request["run"] == second for request in modules.requests) == 0


BATCH = {"prefer": "respond-async"}


async def batch(client: httpx.AsyncClient, scripts: list[str], **extra: Any) -> str:
    body = {"inputs": [{"script": script} for script in scripts], **extra}
    answer = await client.post(RUNS, json=body, headers=BATCH)
    assert answer.status_code == 202, answer.text
    assert answer.json()["progress"] == {"done": 0, "total": len(scripts)}
    return str(answer.json()["id"])


async def test_a_batch_ends_item_by_item(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    run = await batch(client, ["eins", "error", "zwei drei", "wrong-result", "refuse"])
    events = await again(client, run)
    items = {data["index"]: data for _, data in events if data["type"] == "item"}
    stored = await ended(client, run)
    assert (stored["state"], stored["progress"]) == ("succeeded", {"done": 5, "total": 5})
    result = stored["result"]
    assert result == events[-1][1]["result"]
    assert (result["succeeded"], result["failed"]) == (2, 3)
    assert [item["index"] for item in result["items"]] == list(range(5))
    assert all({k: v for k, v in items[item["index"]].items() if k in item} == item for item in result["items"])
    assert result["items"][2] == {
        "index": 2,
        "state": "succeeded",
        "value": {"text": "zwei drei", "citations": [], "mode": "template"},
    }
    codes = [item.get("error", {}).get("code") for item in result["items"]]
    assert codes == [None, "model_unavailable", None, "result_invalid", "scripted_refusal"]
    sent = [
        request
        for request in modules.requests
        if request["run"] != run and request["input"].get("script") == "zwei drei"
    ]
    assert len(sent) == 1
    assert stored["usage"]["input_tokens"] > 0
    assert stored["usage"] == events[-1][1]["usage"]


async def test_the_same_key_and_batch_is_the_same_job(client: httpx.AsyncClient) -> None:
    headers = {**BATCH, "idempotency-key": str(uuid4())}
    body = {"inputs": [{"script": "eins"}, {"script": "zwei"}]}
    first, second = [(await client.post(RUNS, json=body, headers=headers)).json()["id"] for _ in range(2)]
    assert first == second
    other = await client.post(RUNS, json={"inputs": [{"script": "eins"}]}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_cancelled_batch_keeps_what_is_finished(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    run = await batch(client, ["eins", "zwei", "hang", "hang", "hang", "hang", "drei"])

    async def two_done() -> bool:
        return bool((await client.get(f"/api/v1/runs/{run}")).json()["progress"]["done"] == 2)

    await until(two_done)
    assert (await client.delete(f"/api/v1/runs/{run}")).status_code == 204
    stored = await ended(client, run)
    assert (stored["state"], stored["partial"]) == ("cancelled", True)
    assert [item["index"] for item in stored["result"]["items"]] == [0, 1]
    assert not any(request["input"].get("script") == "drei" for request in modules.requests)


async def test_a_batch_waits_for_its_client_too(client: httpx.AsyncClient) -> None:
    answer = await client.post(RUNS, json={"inputs": [{"script": "eins"}] * 9})
    assert (answer.status_code, answer.json()["state"], answer.json()["result"]["succeeded"]) == (200, "succeeded", 9)


async def test_a_thousand_inputs(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    modules.delay_s = 0.0
    try:
        run = await batch(client, [f"nr{number}" for number in range(1_000)])
        stored = await until(lambda: finished(client, run), 60)
    finally:
        modules.delay_s = 0.05
    assert (stored["state"], stored["result"]["succeeded"]) == ("succeeded", 1_000)
    assert [item["value"]["text"] for item in stored["result"]["items"]] == [f"nr{number}" for number in range(1_000)]


async def finished(client: httpx.AsyncClient, run: str) -> dict[str, Any] | None:
    found: dict[str, Any] = (await client.get(f"/api/v1/runs/{run}")).json()
    return found if found["finished_at"] else None


async def test_finished_items_are_not_done_again_after_a_crash(
    client: httpx.AsyncClient, schema: Schema, modules: ScriptedModules
) -> None:
    """Its process loses the batch in the middle; another goes on with what is missing."""
    modules.released.clear()
    names = ["fertig-a", "fertig-b", "wait-status", "wait-status", "danach"]
    run = await batch(client, names)

    async def three_done() -> bool:
        return bool((await client.get(f"/api/v1/runs/{run}")).json()["progress"]["done"] == 3)

    await until(three_done)
    await schema.change(
        "UPDATE runs SET runner = gen_random_uuid(), lease_until = now() - interval '1 s' WHERE id = %s", (run,)
    )
    await until(lambda: schema.execute("SELECT attempts FROM runs WHERE id = %s", (run,)) == [(2,)])
    modules.released.set()
    stored = await ended(client, run)
    assert (stored["state"], stored["result"]["succeeded"]) == ("succeeded", 5)
    scripts = [request["input"].get("script") for request in modules.requests]
    assert [scripts.count(name) for name in ("fertig-a", "fertig-b", "danach")] == [1, 1, 1]
    indexes = [data["index"] for _, data in await again(client, run) if data["type"] == "item"]
    assert sorted(indexes) == [0, 1, 2, 3, 4]


async def test_a_chat_takes_no_batch(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/modules/chat/runs", json={"inputs": [{"message": "eins"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "batch_not_for_chat")
    assert answer.json()["errors"][0]["pointer"] == "/inputs"
