# SPDX-License-Identifier: EUPL-1.2
"""The kill switch at inference: a stop reaches waiting and running requests, and survives restarts and silence."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from genius_common.model_stops import ModelStop
from genius_inference.testing import RunningServer
from tests.support.inference import (
    AUTHORITY,
    Keys,
    RunningInference,
    Stream,
    jwks_server,
    message,
    running_inference,
    stream,
)

OTHER = UUID(int=8)
LIMIT_S = 10.0
LONG = "wort " * 4000


@pytest.fixture
def own_keys() -> Iterator[Keys]:
    """A gateway whose list no other test reads."""
    with jwks_server() as found:
        yield found


@pytest.fixture
def service(model_server: RunningServer, own_keys: Keys) -> Iterator[RunningInference]:
    model_server.clear()
    upstream = {"url": model_server.url, "slots": 4}
    with running_inference(own_keys, upstream=upstream) as running:
        yield running


def stops_of(keys: Keys) -> set[ModelStop]:
    assert keys.server is not None
    return keys.server.stops


def until(status: int, client: httpx.Client, body: dict[str, Any]) -> httpx.Response:
    """Ask until the answer has `status`, for the ten seconds that KI-06 allows at most."""
    end = time.monotonic() + LIMIT_S
    while (answer := client.post("/v1/chat/completions", json=body)).status_code != status:
        assert time.monotonic() < end, answer.text
        time.sleep(0.1)
    return answer


@pytest.mark.parametrize(
    ("stop", "refused"),
    [
        (ModelStop("echo", None), {("echo", AUTHORITY), ("echo", OTHER)}),
        (ModelStop("echo", AUTHORITY), {("echo", AUTHORITY)}),
        (ModelStop(None, AUTHORITY), {("echo", AUTHORITY), ("obey", AUTHORITY)}),
        (ModelStop(None, None), {("echo", AUTHORITY), ("echo", OTHER), ("obey", AUTHORITY), ("obey", OTHER)}),
    ],
)
def test_a_stop_holds_for_whom_it_names_and_nobody_else(
    service: RunningInference, own_keys: Keys, stop: ModelStop, refused: set[tuple[str, UUID]]
) -> None:
    """KI-06, TEN-02: whole platform, one authority, every model; within ten seconds."""
    clients = {authority: service.client(authority=authority) for authority in (AUTHORITY, OTHER)}
    model, authority = next(iter(refused))
    assert clients[authority].post("/v1/chat/completions", json=message("x")).status_code == 200
    stops_of(own_keys).add(stop)
    answer = until(503, clients[authority], message("x", model=model))
    assert answer.json()["error"]["code"] == "model_stopped"
    for name in ("echo", "obey"):
        for who, client in clients.items():
            status = client.post("/v1/chat/completions", json=message("x", model=name)).status_code
            assert status == (503 if (name, who) in refused else 200), (name, who)
            listed = {item["id"] for item in client.get("/v1/models").json()["data"]}
            assert (name in listed) == ((name, who) not in refused)
    stops_of(own_keys).clear()
    until(200, clients[authority], message("x", model=model))
    for client in clients.values():
        client.close()


async def test_running_and_waiting_requests_end_with_one_error(
    service: RunningInference, own_keys: Keys, model_server: RunningServer
) -> None:
    """KI-06: streams with one typed event and no [DONE], whole and waiting ones with a status; slots are free."""
    slow = message(f"{LONG} [[delay_s=0.05]]")
    with service.client() as client, service.client(authority=OTHER) as other:
        untouched = asyncio.create_task(asyncio.to_thread(stream, other, message("wort " * 60 + "[[delay_s=0.05]]")))
        streams = [asyncio.create_task(asyncio.to_thread(stream, client, slow)) for _ in range(2)]
        whole = asyncio.create_task(asyncio.to_thread(client.post, "/v1/chat/completions", json=slow))
        await asyncio.to_thread(model_server.wait_for_requests, 4)
        waiting = asyncio.create_task(asyncio.to_thread(client.post, "/v1/chat/completions", json=message("spät")))
        await asyncio.sleep(0.5)
        gate = service.app.gate
        assert gate is not None
        assert (gate.in_flight, gate.waiting) == (4, 1)
        stops_of(own_keys).add(ModelStop("echo", AUTHORITY))
        begin = time.monotonic()
        ended: list[Stream] = [await running for running in streams]
        refused = [await whole, await waiting]
        assert time.monotonic() - begin < LIMIT_S
        for found in ended:
            assert found.text.startswith("wort wort"), "what was produced is kept"
            assert ([error["code"] for error in found.errors], found.done) == (["model_stopped"], 0)
        assert [(a.status_code, a.json()["error"]["code"]) for a in refused] == [(503, "model_stopped")] * 2
        finished = await untouched
        assert (finished.done, finished.errors) == (1, [])
        text = client.get("/metrics").text
        assert f'authority="{AUTHORITY}",class="interactive",model="echo",outcome="model_stopped"}} 4.0' in text
        assert (gate.in_flight, gate.waiting, service.app.replicas[0].client.busy) == (0, 0, 0)
        assert service.app.replicas[0].breaker.opens_in == 0, "the model server has done nothing wrong"


async def test_a_stop_before_the_first_token_is_an_honest_status(
    service: RunningInference, own_keys: Keys, model_server: RunningServer
) -> None:
    """KI-06: the model server has not begun to answer; the client gets a status and no stream."""
    with service.client() as client:
        asked = asyncio.create_task(asyncio.to_thread(stream, client, message("x [[first_delay_s=30]]")))
        await asyncio.to_thread(model_server.wait_for_requests, 1)
        stops_of(own_keys).add(ModelStop("echo", None))
        async with asyncio.timeout(LIMIT_S):
            found = await asked
    assert (found.status, found.errors[0]["code"]) == (503, "model_stopped")
    assert (await asyncio.to_thread(model_server.wait_for_departure)).client_left_after is not None


def test_a_restarted_router_knows_the_stops_before_its_first_request(
    model_server: RunningServer, own_keys: Keys
) -> None:
    """KI-06: nothing passes in the time before the list was read."""
    stops_of(own_keys).add(ModelStop("echo", None))
    with running_inference(own_keys, upstream={"url": model_server.url}) as service, service.client() as client:
        assert client.post("/v1/chat/completions", json=message("x")).json()["error"]["code"] == "model_stopped"


def test_without_a_list_nothing_passes(model_server: RunningServer, own_keys: Keys) -> None:
    """KI-06: a list that another key has signed is none; the answer says that it can't be checked."""
    with jwks_server() as foreign:
        assert own_keys.server is not None
        assert foreign.server is not None
        own_keys.server.list_signer = foreign.signer
        with running_inference(own_keys, upstream={"url": model_server.url}) as service, service.client() as client:
            answer = client.post("/v1/chat/completions", json=message("x"))
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_stops_unknown")
            assert answer.headers["retry-after"] == "5"
            assert client.get("/v1/models").status_code == 503
            own_keys.server.list_signer = None
            assert client.post("/v1/chat/completions", json=message("x")).status_code == 200
