# SPDX-License-Identifier: EUPL-1.2
"""Callbacks over HTTP: signed, repeated while the target fails, given up visibly, and sent again on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from genius_common.principal import Principal
from tests.support.callback_target import CallbackServer, callback_server, verified
from tests.support.gateway_runs import LocalGateway
from tests.support.http import AsyncClient
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres

from .conftest import Schema, migrated, until
from .test_runs import RUNS, ended

FAST = {"retry_s": [0.1, 0.2], "timeout_s": 1.0, "poll_s": 0.2}


@pytest.fixture
async def target() -> AsyncIterator[CallbackServer]:
    async with callback_server() as server:
        yield server


@dataclass
class Application:
    """A specialist application that may be called at `url`."""

    client: httpx.AsyncClient
    principal: Principal
    gateway: LocalGateway
    url: str
    secret: str
    public_key: str

    async def start(self, script: str = "eins", **extra: Any) -> str:
        body = {"input": {"script": script}, "callback": {"url": self.url}, **extra}
        answer = await self.client.post(RUNS, json=body, headers={"prefer": "respond-async"})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def delivery(self, run: str) -> dict[str, Any]:
        items = (await self.client.get("/api/v1/callbacks")).json()["items"]
        return next((item for item in items if item["run"] == run), {})

    async def settled(self, run: str, timeout_s: float = 8.0) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            found = await self.delivery(run)
            return found if found.get("state") in {"delivered", "dead"} else None

        found: dict[str, Any] = await until(look, timeout_s)
        return found


def register(alone: Schema) -> Principal:
    """An application that the gateway knows."""
    identifier = uuid4()
    alone.execute(
        "INSERT INTO applications (id, authority, subject_key, client_id) VALUES (%s, %s, %s, %s)",
        (identifier, alone.authority, str(identifier), f"fach-{identifier}"),
    )
    return Principal(
        subject=identifier, tenant="test", authority=alone.authority, scopes=frozenset(), application=identifier
    )


async def allow(gateway: LocalGateway, principal: Principal, url: str) -> tuple[UUID, str, str]:
    targets = gateway.app.state.runs.callbacks.targets
    made, keys = await targets.create(principal, principal.authority, f"fach-{principal.application}", url)
    return made, keys.secret, keys.public_key


@pytest.fixture(scope="module")
def alone(postgres_server: TestPostgres) -> Schema:
    """Of this file alone: every gateway sends what is due in its database, each with pauses of its own."""
    return migrated(postgres_server)


@pytest.fixture(scope="module")
async def calling(config: dict[str, Any], alone: Schema) -> AsyncIterator[LocalGateway]:
    gateway = LocalGateway({**config, "database": alone.app_url, "callbacks": FAST})
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
async def application(calling: LocalGateway, alone: Schema, target: CallbackServer) -> AsyncIterator[Application]:
    principal, url = register(alone), f"{target.url}/genius"
    _, secret, public_key = await allow(calling, principal, url)
    headers = {
        "x-test-person": f"{principal.subject}/{principal.authority}",
        "x-test-application": str(principal.application),
    }
    async with AsyncClient(base_url=calling.url, headers=headers, timeout=20) as client:
        yield Application(client, principal, calling, url, secret, public_key)


_REFUSE = """
CREATE FUNCTION refuse_sending() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.action = 'callback.send' THEN RAISE EXCEPTION 'refused by the test'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_sending BEFORE INSERT ON audit_records FOR EACH ROW EXECUTE FUNCTION refuse_sending()
"""


async def test_what_can_not_be_recorded_waits(application: Application, alone: Schema, target: CallbackServer) -> None:
    """AUD-02: without its record nothing is sent; when records can be written again, it is sent all the same."""
    await asyncio.to_thread(alone.execute, _REFUSE)
    try:
        run = await application.start()
        await asyncio.sleep(1.0)
        assert (await application.delivery(run))["state"] == "pending"
        assert target.calls == []
    finally:
        await asyncio.to_thread(alone.execute, "DROP FUNCTION refuse_sending CASCADE")
    assert (await application.settled(run))["state"] == "delivered"


async def test_the_run_is_sent_and_signed(application: Application, target: CallbackServer) -> None:
    run = await application.start()
    delivery = await application.settled(run)
    assert (delivery["state"], delivery["status"], delivery["attempts"]) == ("delivered", 204, 1)
    (call,) = target.calls
    assert (call.path, call.id) == ("/genius", delivery["id"])
    assert call.run == (await ended(application.client, run))
    assert call.run["result"]["text"] == "eins"
    assert verified(call, application.secret, application.public_key)
    assert call.headers["host"] == target.url.removeprefix("http://")


@pytest.mark.parametrize("script", ["error", "slow"])
async def test_other_ends_are_sent_too(application: Application, target: CallbackServer, script: str) -> None:
    run = await application.start(script)
    if script == "slow":
        await asyncio.sleep(0.3)
        await application.client.delete(f"/api/v1/runs/{run}")
    await application.settled(run)
    assert target.calls[0].run["state"] == ("failed" if script == "error" else "cancelled")


async def test_a_target_that_fails_is_tried_again(application: Application, target: CallbackServer) -> None:
    """The same id and body each time, so that the target can tell it from another."""
    target.answers = [500, 503, 200]
    run = await application.start()
    delivery = await application.settled(run)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 3, 200)
    assert {call.id for call in target.calls} == {delivery["id"]}
    assert len({call.body for call in target.calls}) == 1
    assert all(verified(call, application.secret, application.public_key) for call in target.calls)


@pytest.mark.parametrize(("answer", "reason", "attempts"), [(500, "status", 3), (302, "redirect", 3), (410, "gone", 1)])
async def test_given_up_and_sent_again_on_demand(
    application: Application, target: CallbackServer, answer: int, reason: str, attempts: int
) -> None:
    target.answers = [answer]
    run = await application.start()
    dead = await application.settled(run)
    assert (dead["state"], dead["reason"], dead["status"], dead["attempts"]) == ("dead", reason, answer, attempts)
    assert {call.path for call in target.calls} == {"/genius"}  # no redirect was followed
    assert [item["run"] for item in (await application.client.get("/api/v1/callbacks?state=dead")).json()["items"]] == [
        run
    ]
    target.answers = [204]
    path = f"/api/v1/callbacks/{dead['id']}/redeliver"
    assert (await application.client.post(path)).status_code == 202
    assert (await application.settled(run))["state"] == "delivered"
    assert len(target.calls) == attempts + 1


async def test_a_target_that_is_down_or_slow(application: Application, target: CallbackServer) -> None:
    target.slow_s = 3.0
    run = await application.start()
    assert (await application.settled(run))["reason"] == "timeout"
    url = f"http://127.0.0.1:{free_port()}/"
    await allow(application.gateway, application.principal, url)
    application.url = url
    assert (await application.settled(await application.start()))["reason"] == "connection"


async def test_only_what_is_allowed_for_this_application(application: Application, alone: Schema) -> None:
    """Another path, another application's target, and people: refused before the run starts."""

    async def refused(url: str, **headers: str) -> tuple[int, str, str]:
        body = {"input": {"script": "eins"}, "callback": {"url": url}}
        answer = await application.client.post(RUNS, json=body, headers=headers)
        return answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]

    other = register(alone)
    others_url = f"{application.url}/other"
    await allow(application.gateway, other, others_url)
    for url in (others_url, application.url + "?x=1", application.url + "/", "https://example.org/", "quatsch"):
        assert await refused(url) == (403, "callback_not_allowed", "/callback/url")
    async with AsyncClient(
        base_url=application.gateway.url, headers={"x-test-person": f"{uuid4()}/{alone.authority}"}
    ) as person:
        body = {"input": {"script": "eins"}, "callback": {"url": application.url}}
        answer = await person.post(RUNS, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "callback_not_available")
        assert (await person.get("/api/v1/callbacks")).json()["items"] == []
    assert (await application.client.get("/api/v1/runs")).json()["items"] == []


async def test_deliveries_of_others_are_not_found(
    application: Application, calling: LocalGateway, alone: Schema
) -> None:
    run = await application.start()
    delivery = await application.settled(run)
    other = register(alone)
    headers = {"x-test-person": f"{other.subject}/{other.authority}", "x-test-application": str(other.subject)}
    async with AsyncClient(base_url=calling.url, headers=headers) as client:
        assert (await client.post(f"/api/v1/callbacks/{delivery['id']}/redeliver")).status_code == 404
        assert (await client.get("/api/v1/callbacks")).json()["items"] == []


async def test_a_removed_target_gets_nothing_more(application: Application, target: CallbackServer) -> None:
    target.answers = [500]
    targets = application.gateway.app.state.runs.callbacks.targets
    url = f"{target.url}/bald-weg"
    made, _, _ = await allow(application.gateway, application.principal, url)
    application.url = url
    run = await application.start("slow")
    await targets.delete(application.principal, application.principal.authority, made)
    await application.client.delete(f"/api/v1/runs/{run}")
    dead = await application.settled(run)
    assert (dead["state"], dead["reason"], dead["url"]) == ("dead", "target_removed", None)
    assert target.calls == []


async def test_what_a_dead_process_was_sending_is_sent_by_another(
    application: Application, alone: Schema, target: CallbackServer
) -> None:
    """Its attempt has a lease: after that it is due again, with the same id."""
    run = await application.start()
    first = await application.settled(run)
    await alone.change(
        "UPDATE callback_deliveries SET state = 'pending', next_at = now() - interval '1 s' WHERE run = %s", (run,)
    )
    await until(lambda: len(target.calls) == 2)
    assert {call.id for call in target.calls} == {first["id"]}
