# SPDX-License-Identifier: EUPL-1.2
"""A run over HTTP: three ways to start it, its events, again from any event on, cancel."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.gateway_runs import LocalGateway, Person, frames
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

from .conftest import Schema, until

RUNS = "/api/v1/modules/scripted/runs"
Events = list[tuple[int, dict[str, Any]]]


async def read(response: httpx.Response) -> Events:
    assert response.status_code == 200, await response.aread()
    assert response.headers["x-accel-buffering"] == "no"
    return [(int(frame.id or 0), frame.json()) async for frame in frames(response)]


async def stream(client: httpx.AsyncClient, script: str, **extra: object) -> Events:
    body = {"input": {"script": script}, **extra}
    async with client.stream("POST", RUNS, json=body, headers={"accept": "text/event-stream"}) as response:
        return await read(response)


async def again(client: httpx.AsyncClient, run: str, after: int = 0) -> Events:
    headers = {"last-event-id": str(after)} if after else {}
    async with client.stream("GET", f"/api/v1/runs/{run}/events", headers=headers) as response:
        return [] if response.status_code == 204 else await read(response)


async def start(client: httpx.AsyncClient, script: str, **headers: str) -> str:
    response = await client.post(
        RUNS, json={"input": {"script": script}}, headers={"prefer": "respond-async", **headers}
    )
    assert response.status_code == 202, response.text
    assert response.headers["location"] == f"/api/v1/runs/{response.json()['id']}"
    return str(response.json()["id"])


async def start_here(client: httpx.AsyncClient, path: str, data: dict[str, Any]) -> str:
    """A run that the process asked carries out itself, as no job is: those are taken by whoever has a place."""
    body, headers = {"input": data, "detach": True}, {"accept": "text/event-stream"}
    async with client.stream("POST", path, json=body, headers=headers) as response:
        assert response.status_code == 200
        return str(response.headers["location"].rsplit("/", 1)[1])


async def ended(client: httpx.AsyncClient, run: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        found: dict[str, Any] = (await client.get(f"/api/v1/runs/{run}")).json()
        return found if found["finished_at"] else None

    return await until(look, 15)


async def test_a_run_streams_and_is_stored(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    events = await stream(client, "eins")
    assert [data["type"] for _, data in events] == ["run.started", "status", "text.delta", "usage", "usage", "done"]
    ids = [number for number, _ in events]
    assert ids == sorted(set(ids))
    assert all(data["seq"] == number for number, data in events)
    run = (await client.get(f"/api/v1/runs/{events[0][1]['run']}")).json()
    assert run["state"] == "succeeded"
    assert run["mode"] == "template"
    assert run["result"] == events[-1][1]["result"]
    assert run["usage"] == {"input_tokens": 4, "output_tokens": 6} == events[-1][1]["usage"]
    assert modules.requests[-1]["run"] == run["id"]
    assert modules.requests[-1]["version"] == "1.2.0"


async def test_resuming_at_every_event_gives_the_same_rest(client: httpx.AsyncClient) -> None:
    events = await stream(client, "eins")
    for position in range(len(events) + 1):
        after = events[position - 1][0] if position else 0
        assert await again(client, events[0][1]["run"], after) == events[position:]


async def test_json_waits_for_the_end(client: httpx.AsyncClient) -> None:
    response = await client.post(RUNS, json={"input": {"script": "eins"}})
    assert response.status_code == 200
    assert response.json()["state"] == "succeeded"
    assert response.json()["result"]["text"] == "eins"


async def test_respond_async_answers_at_once(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    modules.released.clear()
    run = await start(client, "wait-status")
    assert (await client.get(f"/api/v1/runs/{run}")).json()["state"] in {"queued", "running"}
    modules.released.set()
    assert (await ended(client, run))["state"] == "succeeded"


async def test_a_second_tab_sees_the_same_events(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    modules.released.clear()
    run = await start(client, "wait-status")
    tabs = [asyncio.create_task(again(client, run)) for _ in range(3)]
    await asyncio.sleep(0.2)
    modules.released.set()
    first, *others = [await tab for tab in tabs]
    assert first[-1][1]["type"] == "done"
    assert all(events == first for events in others)


async def test_another_replica_follows_live(
    client: httpx.AsyncClient,
    config: dict[str, Any],
    person: Person,
    modules: ScriptedModules,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("genius_gateway.runs.follow._POLL_S", 60.0)  # only NOTIFY is left
    other = LocalGateway(config)
    await other.start()
    modules.released.clear()
    try:
        async with AsyncClient(base_url=other.url, headers=person.headers, timeout=20) as elsewhere:
            run = await start(client, "wait-status")
            following = asyncio.create_task(again(elsewhere, run))
            await asyncio.sleep(0.3)
            modules.released.set()
            async with asyncio.timeout(10):
                events = await following
            assert events == await again(client, run)
            cancelled = await start(client, "slow")
            assert (await elsewhere.delete(f"/api/v1/runs/{cancelled}")).status_code == 204
            assert (await ended(elsewhere, cancelled))["state"] == "cancelled"
    finally:
        await other.stop()


async def test_cancel_reaches_the_module(client: httpx.AsyncClient, modules: ScriptedModules) -> None:
    run = await start(client, "slow")
    await until(lambda: any(request["run"] == run for request in modules.requests))
    following = asyncio.create_task(again(client, run))
    await asyncio.sleep(0.3)
    assert (await client.delete(f"/api/v1/runs/{run}")).status_code == 204
    events = await following
    assert events[-1][1] == {"type": "cancelled", "run": run, "seq": events[-1][0]}
    assert run in modules.cancelled
    stored = await ended(client, run)
    assert stored["state"] == "cancelled"
    assert stored["partial"] is True
    assert stored["result"]["text"].startswith("w0 w1 ")
    assert stored["usage"]["output_tokens"] == 5  # the module's last words still counted
    assert (await client.delete(f"/api/v1/runs/{run}")).status_code == 204


async def test_more_events_than_a_block_of_ids(client: httpx.AsyncClient) -> None:
    events = await stream(client, "many")
    assert len(events) == 2_502
    ids = [number for number, _ in events]
    assert ids == sorted(set(ids))
    assert "".join(data["text"] for _, data in events if data["type"] == "text.delta").split() == [
        str(number) for number in range(2_500)
    ]
    assert await again(client, events[0][1]["run"], ids[1_700]) == events[1_701:]


async def test_idempotency(client: httpx.AsyncClient, gateway: LocalGateway, schema: Schema) -> None:
    """The same key and body give the same run, another body is refused, another person's key is another key."""
    key = str(uuid4())
    runs = await asyncio.gather(*(start(client, "eins", **{"idempotency-key": key}) for _ in range(5)))
    assert len(set(runs)) == 1
    other = await client.post(RUNS, json={"input": {"script": "zwei"}}, headers={"idempotency-key": key})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    same = await client.post(RUNS, json={"input": {"script": "eins"}}, headers={"idempotency-key": key})
    assert same.json()["id"] == runs[0]
    neighbour = Person(schema.authority)
    async with AsyncClient(base_url=gateway.url, headers=neighbour.headers) as stranger:
        assert await start(stranger, "eins", **{"idempotency-key": key}) != runs[0]
    stored = schema.execute("SELECT idempotency_key FROM runs WHERE id = %s", (runs[0],))
    assert key.encode() not in bytes(stored[0][0])


async def test_own_runs_are_listed_in_pages(client: httpx.AsyncClient) -> None:
    started = [await start(client, "eins") for _ in range(5)]
    first = (await client.get("/api/v1/runs", params={"limit": 3})).json()
    second = (await client.get("/api/v1/runs", params={"limit": 3, "after": first["next"]})).json()
    assert [run["id"] for run in [*first["items"], *second["items"]]] == started[::-1]
    assert second["next"] is None


@pytest.mark.parametrize("same_authority", [True, False])
async def test_a_foreign_run_is_unknown(
    client: httpx.AsyncClient, gateway: LocalGateway, schema: Schema, same_authority: bool
) -> None:
    """TEN-13: state, events and cancel of another person's run answer exactly like an unknown id."""
    run = await start(client, "slow")
    stranger = Person(schema.authority if same_authority else schema.other_authority)
    async with AsyncClient(base_url=gateway.url, headers=stranger.headers) as foreign:
        for method, path in (("GET", ""), ("GET", "/events"), ("DELETE", "")):
            answers = [await foreign.request(method, f"/api/v1/runs/{known}{path}") for known in (run, uuid4())]
            bodies = [{**answer.json(), "request_id": ""} for answer in answers]
            assert bodies[0] == bodies[1]
            assert answers[0].status_code == answers[1].status_code == 404
        assert (await foreign.get("/api/v1/runs")).json()["items"] == []
    assert (await client.get(f"/api/v1/runs/{run}")).json()["state"] in {"queued", "running"}
    await client.delete(f"/api/v1/runs/{run}")


async def test_content_is_ciphertext_in_the_database(client: httpx.AsyncClient, schema: Schema) -> None:
    events = await stream(client, "Geheimwort")
    run = events[0][1]["run"]
    row = schema.execute("SELECT request, result, warnings FROM runs WHERE id = %s", (run,))[0]
    batches = schema.execute("SELECT batch FROM run_events WHERE run = %s", (run,))
    assert all(b"Geheimwort" not in bytes(value) for value in [*row, *(batch for (batch,) in batches)])


async def test_usage_and_audit_are_recorded(
    client: httpx.AsyncClient, person: Person, schema: Schema, gateway: LocalGateway
) -> None:
    """AUD-01: start and end of a run stand in the trail, without content."""
    await gateway.app.state.ledger.flush()  # what earlier runs used
    before = schema.execute("SELECT coalesce(sum(input_tokens), 0) FROM usage_counters WHERE kind = 'run'")[0][0]
    run = (await client.post(RUNS, json={"input": {"script": "eins"}})).json()["id"]
    records = schema.execute(
        "SELECT action, outcome, actor::text, facts FROM audit_records WHERE object = %s ORDER BY seq", (run,)
    )
    assert records == [
        ("run.start", "ok", str(person.id), {"module": "scripted", "protection_class": "intern"}),
        ("run.end", "succeeded", str(person.id), {"module": "scripted", "input_tokens": 4, "output_tokens": 6}),
    ]

    def counted() -> bool:
        after = schema.execute("SELECT sum(input_tokens) FROM usage_counters WHERE kind = 'run'")[0][0]
        return bool(after == before + 4)

    await until(counted)


async def test_no_run_without_an_audit_record(
    client: httpx.AsyncClient, schema: Schema, modules: ScriptedModules
) -> None:
    """AUD-01: where the record can't be written, nothing starts and nothing is stored."""
    asked = len(modules.requests)
    await schema.change("ALTER TABLE audit_records ADD CONSTRAINT full_disk CHECK (action <> 'run.start') NOT VALID")
    try:
        answer = await client.post(RUNS, json={"input": {"script": "eins"}})
        assert answer.status_code >= 500
    finally:
        await schema.change("ALTER TABLE audit_records DROP CONSTRAINT full_disk")
    assert len(modules.requests) == asked
    assert (await client.get("/api/v1/runs")).json()["items"] == []
