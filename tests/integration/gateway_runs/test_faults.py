# SPDX-License-Identifier: EUPL-1.2
"""Whatever a module does, a run ends exactly once, with a typed final event, and what it produced is kept."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.gateway_runs import LocalGateway, Person
from tests.support.http import AsyncClient
from tests.support.scripted_module import ScriptedModules

from .test_runs import RUNS, again, ended, start, stream

FINAL = {"done", "cancelled", "error"}


@pytest.mark.parametrize(
    ("script", "code", "retryable", "partial"),
    [
        ("cut", "module_stream_cut", True, True),
        ("early-cut", "module_stream_cut", True, False),
        ("end", "module_stream_cut", True, True),
        ("error", "model_unavailable", True, True),
        ("refuse", "scripted_refusal", False, False),
        ("wrong-result", "result_invalid", False, False),
        ("nonsense", "module_event_invalid", False, False),
    ],
)
async def test_every_fault_is_one_typed_end(
    client: httpx.AsyncClient, script: str, code: str, retryable: bool, partial: bool
) -> None:
    """REL-04: a broken stream is never a clean end; the saved part is marked."""
    events = [data for _, data in await stream(client, script)]
    assert [data["type"] for data in events if data["type"] in FINAL] == ["error"]
    assert (events[-1]["code"], events[-1]["retryable"]) == (code, retryable)
    run = (await client.get(f"/api/v1/runs/{events[0]['run']}")).json()
    assert run["state"] == "failed"
    assert run["error"] == {key: events[-1][key] for key in ("code", "detail", "retryable")}
    assert run["partial"] is partial
    assert (run["result"] or {}).get("text", "") == "".join(
        data["text"] for data in events if data["type"] == "text.delta"
    )


async def test_what_follows_the_final_event_is_ignored(client: httpx.AsyncClient) -> None:
    events = [data for _, data in await stream(client, "two-finals")]
    assert [data["type"] for data in events] == ["run.started", "done"]
    assert events[-1]["result"]["text"] == "erstes"


async def test_a_hanging_module_meets_the_deadline(client: httpx.AsyncClient) -> None:
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    events = [data for _, data in await stream(client, "hang", deadline=deadline.isoformat())]
    assert (events[-1]["type"], events[-1]["code"]) == ("error", "deadline_exceeded")


async def test_a_module_that_is_away(config: dict[str, Any], person: Person) -> None:
    """Known manifests survive; the run says what is missing. With nothing known, the list is a typed 503."""
    modules = ScriptedModules()
    await modules.start()
    gateway = LocalGateway({**config, "modules": modules.url})
    nothing = LocalGateway({**config, "modules": "http://127.0.0.1:9"})
    await gateway.start()
    await nothing.start()
    try:
        async with AsyncClient(base_url=gateway.url, headers=person.headers) as client:
            listed = (await client.get("/api/v1/modules")).json()["items"]
            assert [item["id"] for item in listed] == ["scripted", "chat"]
            await modules.stop()
            events = [data for _, data in await stream(client, "eins")]
            assert (events[-1]["code"], events[-1]["retryable"]) == ("module_unavailable", True)
            assert (await client.get("/api/v1/modules")).status_code == 200
        async with AsyncClient(base_url=nothing.url, headers=person.headers) as client:
            for answer in (
                await client.get("/api/v1/modules"),
                await client.post(RUNS, json={"input": {"script": "eins"}}),
            ):
                assert (answer.status_code, answer.json()["code"]) == (503, "modules_unavailable")
    finally:
        await gateway.stop()
        await nothing.stop()


async def test_a_run_that_nobody_follows_ends(config: dict[str, Any], person: Person, modules: ScriptedModules) -> None:
    options = {**config["options"], "abandoned_s": 0.5, "lease_s": 0.6}
    gateway = LocalGateway({**config, "options": options})
    await gateway.start()
    try:
        async with AsyncClient(base_url=gateway.url, headers=person.headers, timeout=20) as client:
            body = {"input": {"script": "slow"}}
            headers = {"accept": "text/event-stream"}
            async with client.stream("POST", RUNS, json=body, headers=headers) as response:
                left = response.headers["location"].rsplit("/", 1)[1]
                await anext(response.aiter_bytes())
            detached = await start(client, "slow")
            assert (await ended(client, left))["state"] == "cancelled"
            assert left in modules.cancelled
            assert (await client.get(f"/api/v1/runs/{detached}")).json()["state"] == "running"
            await client.delete(f"/api/v1/runs/{detached}")
            assert (await again(client, detached))[-1][1]["type"] == "cancelled"
    finally:
        await gateway.stop()


@pytest.mark.parametrize(
    ("body", "status", "code", "pointers"),
    [
        ({}, 400, "invalid_input", ["/input"]),
        ({"input": {}}, 400, "invalid_input", ["/input/script"]),
        ({"input": {"script": "x", "extra": 1}}, 400, "invalid_input", ["/input/extra"]),
        ({"input": {"script": 7}}, 400, "invalid_input", ["/input/script"]),
        ({"input": {"script": "x" * 41}}, 400, "invalid_input", ["/input/script"]),
        ({"input": {"script": "x"}, "priority": 1}, 400, "invalid_input", ["/priority"]),
        ({"input": {"script": "\ud800"}}, 400, "invalid_input", ["/input"]),
        ({"input": {"script": "x"}, "deadline": "2020-01-01T00:00:00Z"}, 400, "invalid_input", ["/deadline"]),
        ({"inputs": []}, 400, "invalid_input", ["/inputs"]),
        ({"inputs": [{"script": "x"}] * 1_001}, 400, "invalid_input", ["/inputs"]),
        (
            {"inputs": [{"script": "x"}, {"script": 7}, {}]},
            400,
            "invalid_input",
            ["/inputs/1/script", "/inputs/2/script"],
        ),
        ({"input": {"script": "x"}, "inputs": [{"script": "x"}]}, 400, "invalid_input", ["/inputs"]),
        (
            {"inputs": [{"script": "x"}, {"script": "x", "knowledge_bases": [str(uuid4())]}]},
            404,
            "not_found",
            ["/inputs/1/knowledge_bases/0"],
        ),
        ({"input": {"script": "x"}, "version": "9.9.9"}, 409, "module_version_mismatch", []),
        ({"input": {"script": "x", "knowledge_bases": [str(uuid4())]}}, 404, "not_found", ["/input/knowledge_bases/0"]),
        ({"input": {"script": "x", "knowledge_bases": ["quatsch"]}}, 404, "not_found", ["/input/knowledge_bases/0"]),
        ({"input": {"script": "x"}, "case": str(uuid4())}, 404, "not_found", ["/case"]),
    ],
)
async def test_refused_before_the_start(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, code: str, pointers: list[str]
) -> None:
    """TEN-03 for the ids: an unknown, foreign or malformed id inside the input is 404 with the field's name."""

    answer = await client.post(RUNS, content=json.dumps(body), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers
    assert (await client.get("/api/v1/runs")).json()["items"] == []


async def test_an_unknown_module(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/v1/modules/nichts/runs", json={"input": {}})).status_code == 404
    assert (await client.get("/api/v1/modules/nichts")).status_code == 404
    manifest = (await client.get("/api/v1/modules/scripted")).json()
    assert (manifest["id"], manifest["mode"]) == ("scripted", "template")
    assert manifest["input_schema"]["required"] == ["script"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b'{"input": {"script": "\xff"}}', b"[" * 5_000, b"", b"null"])
async def test_bodies_that_are_no_json(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post(RUNS, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("value", ["-1", "abc", "1.5", "9" * 30, "5000"])
async def test_an_impossible_last_event_id(client: httpx.AsyncClient, value: str) -> None:
    run = await start(client, "eins")
    await ended(client, run)
    answer = await client.get(f"/api/v1/runs/{run}/events", headers={"last-event-id": value})
    assert answer.status_code == 400
