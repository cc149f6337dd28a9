# SPDX-License-Identifier: EUPL-1.2
"""Limits over HTTP: two gateways on one database, with real inference, retrieval and a modules service."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from genius_common.database import RowScope
from genius_gateway.app import Application, create_app
from genius_gateway.policy.table import RULES
from genius_inference.app import create_app as create_inference
from genius_inference.settings import Settings as InferenceSettings
from genius_inference.testing import RunningServer
from tests.support.gateway import CSRF, Gateway, log_in, serving
from tests.support.http import AsyncClient
from tests.support.ports import free_port
from tests.support.scripted_module import ScriptedModules

CHAT = {"model": "echo", "messages": [{"role": "user", "content": "Wie lange gilt der Bescheid?"}], "max_tokens": 20}


@dataclass
class Replica:
    """One gateway process's worth of application, on a port of its own."""

    app: Application
    url: str

    @property
    def ledger(self) -> Any:
        return self.app.api.state.gateway.ledger

    def client(self, token: str, **headers: str) -> httpx.AsyncClient:
        return AsyncClient(base_url=self.url, headers={"authorization": f"Bearer {token}", **headers}, timeout=30)


@asynccontextmanager
async def replica(gateway: Gateway, inference: int, modules: str) -> AsyncIterator[Replica]:
    port = free_port()
    changes = {
        "port": port,
        "internal_port": None,
        "public_url": f"http://127.0.0.1:{port}",
        "inference_url": f"http://127.0.0.1:{inference}",
        "modules_url": modules,
    }
    settings = gateway.settings.model_copy(update=changes)
    app = create_app(settings)
    async with serving(app, port, "on"):
        yield Replica(app, settings.public_url)


@pytest.fixture(scope="module")
async def replicas(gateway: Gateway, model_server: RunningServer) -> AsyncIterator[tuple[Replica, Replica]]:
    port = free_port()
    inference = InferenceSettings.model_validate(
        {
            "profile": "local",
            "tenant": "test",
            "port": port,
            "jwks_url": f"{gateway.internal_url}/.well-known/jwks.json",
            "upstream": {"url": model_server.url, "kind": "vllm"},
        }
    )
    modules = ScriptedModules()
    await modules.start()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(create_inference(inference), port, "on"))
        first = await stack.enter_async_context(replica(gateway, port, modules.url))
        second = await stack.enter_async_context(replica(gateway, port, modules.url))
        yield first, second
    await modules.stop()


async def own(client: httpx.AsyncClient, unit: str = "requests", scope: str = "person") -> dict[str, Any]:
    """The caller's own limit of today."""
    day = (await client.get("/api/v1/me")).json()["limits"]["day"]
    found: dict[str, Any] = next(row for row in day if (row["scope"], row["unit"]) == (scope, unit))
    return found


class Operator:
    """Sets limits of Musterstadt as an operator does."""

    def __init__(self, gateway: Gateway, authority: str) -> None:
        self._gateway = gateway
        self.path = f"/api/v1/authorities/{authority}/limits"

    async def set(self, limits: dict[str, Any]) -> httpx.Response:
        async with await self._gateway.client("o.petrova") as client:
            return await client.put(self.path, json=limits)


@pytest.fixture
async def operator(gateway: Gateway, replicas: tuple[Replica, Replica]) -> AsyncIterator[Operator]:
    async with await gateway.client("d.schmidt") as client:
        authority = (await client.get("/api/v1/me")).json()["authority"]["id"]
    found = Operator(gateway, authority)
    yield found
    assert (await found.set({})).status_code == 200
    await forget_limits(gateway, *replicas)


async def forget_limits(*parts: Replica | Gateway) -> None:
    """What other replicas know of limits holds for two seconds; tests don't wait."""
    for part in parts:
        ledger = part.ledger if isinstance(part, Replica) else part.state.ledger
        await ledger.flush(give_back=True)
        ledger._books.clear()
        ledger._accounts.clear()


async def test_a_hundred_requests_for_the_last_one(
    gateway: Gateway, replicas: tuple[Replica, Replica], operator: Operator
) -> None:
    """QUO-01: 100 parallel requests at limit−1 over two gateways on one database: one goes through, none more."""
    token = await gateway.token("d.schmidt")
    async with replicas[0].client(token) as client:
        used = (await own(client))["used"]
    assert (await operator.set({"person": {"requests_per_day": used + 1}})).status_code == 200
    await forget_limits(*replicas)

    async def ask(number: int) -> httpx.Response:
        async with replicas[number % 2].client(token) as client:
            return await client.post("/api/v1/search", json={"query": "Wohngeld"})

    answers = await asyncio.gather(*(ask(number) for number in range(100)))
    assert sorted(answer.status_code for answer in answers) == [200, *[429] * 99]
    async with replicas[1].client(token) as client:
        found = await own(client)
    assert (found["used"], found["left"], found["level"]) == (used + 1, 0, 100)


Call = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
RUNS = "/api/v1/modules/scripted/runs"
RUN = {"input": {"script": "echo"}}
# Everything that costs something, in each of its forms.
PATHS: dict[str, Call] = {
    "search": lambda c: c.post("/api/v1/search", json={"query": "Wohngeld"}),
    "run": lambda c: c.post(RUNS, json=RUN),
    "run as stream": lambda c: c.post(RUNS, json=RUN, headers={"accept": "text/event-stream"}),
    "run in the background": lambda c: c.post(RUNS, json=RUN, headers={"prefer": "respond-async"}),
    "chat": lambda c: c.post("/v1/chat/completions", json=CHAT),
    "chat as stream": lambda c: c.post("/v1/chat/completions", json={**CHAT, "stream": True}),
    "embeddings": lambda c: c.post("/v1/embeddings", json={"model": "scripted-embedding", "input": "Bescheid"}),
    "forwarded for": lambda c: c.post(
        "/api/v1/search",
        json={"query": "Wohngeld"},
        headers={
            "x-forwarded-for": "203.0.113.9, 10.0.0.1",
            "forwarded": "for=203.0.113.9",
            "x-real-ip": "203.0.113.9",
        },
    ),
    "other client": lambda c: c.post("/v1/chat/completions", json=CHAT, headers={"user-agent": "anders"}),
}


async def test_the_same_limit_on_every_path(
    gateway: Gateway, replicas: tuple[Replica, Replica], operator: Operator
) -> None:
    """QUO-02, QUO-04: no path, form, replica, credential or forwarded address has a limit of its own."""
    assert (await operator.set({"person": {"requests_per_day": 0}})).status_code == 200
    await forget_limits(gateway, *replicas)
    token = await gateway.token("d.schmidt")
    for one in replicas:
        async with one.client(token) as client:
            for name, call in PATHS.items():
                await refused(await call(client), name)
    async with gateway.browser() as browser:  # the other credential of the same person
        await log_in(gateway, browser, "d.schmidt")
        await refused(await browser.post("/api/v1/search", json={"query": "Wohngeld"}, headers=CSRF), "session")
    async with gateway.browser() as restarted:
        restarted.headers["authorization"] = f"Bearer {token}"
        await gateway.state.ledger.flush(give_back=True)
        await refused(await restarted.post("/api/v1/search", json={"query": "Wohngeld"}), "gave everything back")


async def refused(answer: httpx.Response, name: str) -> None:
    assert answer.status_code == 429, (name, answer.text)
    wait = int(answer.headers["retry-after"])
    assert 0 < wait <= 86_400, name
    found = answer.json()
    if "quota" in found:
        assert found["code"] == "quota_reached"
        quota = found["quota"]
        assert (quota["scope"], quota["period"], quota["unit"], quota["limit"]) == ("person", "day", "requests", 0)
        renews = dt.datetime.fromisoformat(quota["renews_at"].replace("Z", "+00:00"))
        assert abs((renews - dt.datetime.now(dt.UTC)).total_seconds() - wait) < 5
    else:
        assert found["error"]["code"] == "quota_reached"
        assert "Ihr Tageskontingent" in found["error"]["message"]


async def test_each_path_counts_one_request_with_its_tokens(
    gateway: Gateway, replicas: tuple[Replica, Replica]
) -> None:
    """QUO-02, QUO-03: whole, streamed, cut and refused requests count the same, tokens as the model counted them."""
    token = await gateway.token("d.schmidt")
    async with replicas[0].client(token) as client:

        async def cost(call: Call) -> tuple[int, int]:
            before = [(await own(client, unit))["used"] for unit in ("requests", "tokens")]
            answer = await call(client)
            assert answer.status_code < 300, answer.text
            await answer.aread()
            after = [(await own(client, unit))["used"] for unit in ("requests", "tokens")]
            return after[0] - before[0], after[1] - before[1]

        whole = (await PATHS["chat"](client)).json()["usage"]
        tokens = whole["prompt_tokens"] + whole["completion_tokens"]
        assert await cost(PATHS["chat"]) == (1, tokens)
        assert await cost(PATHS["chat as stream"]) == (1, tokens)
        assert await cost(PATHS["search"]) == (1, 0)
        assert await cost(PATHS["run"]) == (1, 10)
        assert await cost(PATHS["run as stream"]) == (1, 10)
        embedded = (await PATHS["embeddings"](client)).json()["usage"]["prompt_tokens"]
        assert await cost(PATHS["embeddings"]) == (1, embedded)
        before = (await own(client))["used"]
        assert (await client.post("/api/v1/search", json={"query": ""})).status_code == 400
        assert (await client.post(RUNS, json={"input": {"wrong": 1}})).status_code == 400
        assert (await own(client))["used"] == before  # what was never begun costs nothing


async def test_an_aborted_stream_costs_what_was_received(gateway: Gateway, replicas: tuple[Replica, Replica]) -> None:
    """QUO-03: the client leaves in the middle: the last count of the model settles it, not the longest answer."""
    token = await gateway.token("d.schmidt")
    async with replicas[0].client(token) as client:
        before = (await own(client, "tokens"))["used"]
        body = {**CHAT, "stream": True, "max_tokens": 400}
        body["messages"] = [{"role": "user", "content": "[[slow]] " + "Wort " * 300}]
        async with client.stream("POST", "/v1/chat/completions", json={**body, "model": "slow"}) as answer:
            assert answer.status_code == 200
            chunks = 0
            async for line in answer.aiter_lines():
                chunks += line.startswith("data: {")
                if chunks == 5:
                    break
        await asyncio.sleep(0.3)
        used = (await own(client, "tokens"))["used"] - before
    assert 300 < used < 300 * 3 + 60  # the prompt as counted, and a handful of words


async def test_headers_tell_what_is_left(gateway: Gateway, replicas: tuple[Replica, Replica]) -> None:
    """QUO-05: `RateLimit` and its policy speak of the caller's own day, on runs and on `/v1`."""
    token = await gateway.token("d.schmidt")
    async with replicas[0].client(token) as client:
        for name in ("run", "run as stream", "chat", "chat as stream", "embeddings"):
            answer = await PATHS[name](client)
            assert answer.status_code == 200, answer.text
            limits = gateway.settings.limits
            assert answer.headers["ratelimit-policy"] == (
                f'"requests-per-day";q={limits.person_requests_per_day};w=86400, '
                f'"tokens-per-day";q={limits.person_tokens_per_day};w=86400;qu="tokens"'
            )
            left = answer.headers["ratelimit"]
            assert left.startswith('"requests-per-day";r=')
            assert 0 < int(left.split("r=")[1].split(";")[0]) < limits.person_requests_per_day


async def test_a_model_and_a_cost_centre_have_limits_of_their_own(
    gateway: Gateway, replicas: tuple[Replica, Replica], operator: Operator
) -> None:
    """QUO-02: the model that is used up is refused by name, another one and searches go on, and other cost centres."""
    token = await gateway.token("d.schmidt")
    no_echo = {"models": {"echo": {"requests_per_day": 0}}}
    assert (await operator.set(no_echo)).status_code == 200
    await forget_limits(*replicas)
    async with replicas[0].client(token) as client:
        answer = await PATHS["chat"](client)
        assert (answer.status_code, "Sprachmodell" in answer.text) == (429, True)
        assert (await PATHS["embeddings"](client)).status_code == 200
        assert (await PATHS["search"](client)).status_code == 200
    centre = {"code": "K-4711", "tokens_per_month": 0, "units": ["team-wohngeld"]}
    answer = await operator.set({"cost_centres": [centre]})
    assert answer.json()["own"]["cost_centres"] == [{**centre, "applications": []}]
    await forget_limits(*replicas)
    application = await gateway.token("musterstadt-fachverfahren")
    async with replicas[0].client(token) as client, replicas[0].client(application) as other:
        answer = await PATHS["search"](client)
        assert (answer.status_code, answer.json()["quota"]["scope"]) == (429, "cost_centre")
        assert "Kostenstelle" in answer.json()["detail"]
        month = (await client.get("/api/v1/me")).json()["limits"]["month"]
        row = next(row for row in month if row["scope"] == "cost_centre")
        assert (row["key"], row["level"], row["used"], row["left"]) == ("K-4711", 100, None, None)
        assert (await PATHS["search"](other)).status_code == 200


async def test_a_budget_warns_and_then_stops(
    gateway: Gateway, replicas: tuple[Replica, Replica], operator: Operator
) -> None:
    """QUO-01: at 80, 90 and 100 % one audit record each, however many replicas; then a hard stop until it is raised."""
    token = await gateway.token("musterstadt-fachverfahren")
    authority = operator.path.split("/")[4]
    async with replicas[0].client(token) as client, replicas[1].client(token) as other:
        await PATHS["chat"](client)
        await forget_limits(*replicas)
        used = await month_tokens(gateway, authority)
        one = (await PATHS["chat"](client)).json()["usage"]["total_tokens"]
        budget = max((used + one) * 10 // 8 + 2, one * 30)  # so that no request leaps over a step
        assert (await operator.set({"authority": {"tokens_per_month": budget}})).status_code == 200
        await forget_limits(*replicas)
        before = await warnings(gateway, authority)
        for number in range(200):
            answer = await PATHS["chat"](client if number % 2 else other)
            await forget_limits(*replicas)
            if answer.status_code == 429:
                break
        assert answer.status_code == 429
        assert "Budget" in answer.json()["error"]["message"]
        assert budget <= await month_tokens(gateway, authority) < budget + one
        assert (await warnings(gateway, authority))[len(before) :] == [80, 90, 100]
        assert (await operator.set({"authority": {"tokens_per_month": budget * 2}})).status_code == 200
        await forget_limits(*replicas)
        assert (await PATHS["chat"](client)).status_code == 200


async def month_tokens(gateway: Gateway, authority: str) -> int:
    return int(
        (
            await rows(
                gateway, authority, "SELECT tokens FROM quota_meters WHERE scope = 'authority' AND period = 'month'"
            )
        )[0][0]
    )


async def warnings(gateway: Gateway, authority: str) -> list[int]:
    statement = "SELECT facts FROM audit_records WHERE action = 'budget.warning' ORDER BY seq"
    return [facts["percent"] for (facts,) in await rows(gateway, authority, statement)]


async def rows(gateway: Gateway, authority: str, statement: str) -> list[Any]:
    async with gateway.state.database.transaction(RowScope(authority=authority)) as connection:
        return list((await connection.execute(sa.text(statement))).all())


async def test_operators_set_limits_and_administrators_read_their_own(gateway: Gateway, operator: Operator) -> None:
    """QUO-05: only `betrieb` sets limits, audited; administrators read those of their authority, clerks none."""
    limits = {"person": {"requests_per_day": 700}, "authority": {"tokens_per_month": 5_000_000}}
    answer = await operator.set(limits)
    assert answer.status_code == 200
    found = answer.json()
    assert found["effective"]["person"]["requests_per_day"] == 700
    assert found["effective"]["person"]["tokens_per_day"] == gateway.settings.limits.person_tokens_per_day
    expected = {"f.becker": 200, "c.hoffmann": 404, "d.schmidt": 403, "r.koenig": 403, "musterstadt-fachverfahren": 403}
    for name, status in expected.items():
        async with await gateway.client(name) as client:
            got = await client.get(operator.path)
            assert got.status_code == status, name
            if status == 200:
                assert got.json() == found
            assert (await client.put(operator.path, json={})).status_code in {403, 404}, name
    async with gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
        query = sa.text(
            "SELECT count(*) FROM audit_records WHERE action = 'limits.change' AND object_kind = 'authority'"
        )
        assert (await connection.execute(query)).scalar_one() >= 1


@pytest.mark.parametrize(
    ("limits", "pointer"),
    [
        ({"person": {"requests_per_day": -1}}, "/person/requests_per_day"),
        ({"person": {"requests_per_hour": 1}}, "/person/requests_per_hour"),
        ({"authority": {"tokens_per_month": 2**60}}, "/authority/tokens_per_month"),
        ({"cost_centres": [{"code": "a b", "tokens_per_month": 1}]}, "/cost_centres/0/code"),
        ({"cost_centres": [{"code": "a", "tokens_per_month": 1, "units": ["nirgends"]}]}, "/cost_centres/0/units/0"),
        ({"cost_centres": [{"code": "a", "tokens_per_month": 1}] * 2}, "/cost_centres/1/code"),
    ],
)
async def test_wrong_limits_are_refused_by_name(operator: Operator, limits: dict[str, Any], pointer: str) -> None:
    """API-02: nothing is changed, and the field is named."""
    answer = await operator.set(limits)
    assert answer.status_code == 400, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


async def test_use_of_few_is_not_shown(gateway: Gateway, replicas: tuple[Replica, Replica]) -> None:
    """PER-01: with one to four people behind them, a day's sums are hidden; so is the authority's use in `/me`."""
    async with replicas[0].client(await gateway.token("d.schmidt")) as client:
        await PATHS["search"](client)
        day = (await client.get("/api/v1/me")).json()["limits"]["day"]
    hidden = [row for row in day if row["scope"] == "authority"]
    assert hidden
    assert all(row["used"] is None and row["left"] is None for row in hidden)
    async with await gateway.client("f.becker") as client:
        found = (await client.get("/api/v1/usage")).json()["items"]
    search = next(
        row for row in found if row["kind"] == "search" and row["day"] == dt.datetime.now(dt.UTC).date().isoformat()
    )
    assert (search["suppressed"], search["requests"], search["input_tokens"]) == (True, None, None)


async def test_counters_of_persons_stay_inside(gateway: Gateway, replicas: tuple[Replica, Replica]) -> None:
    """PER-01, QUO-05: no metric, no list and no other person's answer holds a person's counter."""
    token = await gateway.token("d.schmidt")
    async with replicas[0].client(token) as client:
        await PATHS["chat"](client)
        me = (await client.get("/api/v1/me")).json()
    async with AsyncClient(base_url=gateway.internal_url) as inner:
        metrics = (await inner.get("/metrics")).text
    assert me["id"] not in metrics
    assert not {"person", "subject"} & {
        part.split("=")[0] for line in metrics.splitlines() for part in line.split("{")[1:]
    }
    authority = UUID(me["authority"]["id"])
    scope = RowScope(authority=authority)
    async with gateway.state.database.transaction(scope) as connection:
        for table in ("quota_meters", "quota_leases"):
            query = sa.text(f"SELECT count(*) FROM {table} WHERE scope IN ('person', 'application')")
            assert (await connection.execute(query)).scalar_one() == 0
    assert {rule.action for rule in RULES if "/usage" in rule.path or "/limits" in rule.path} == {
        "usage.read",
        "limits.read",
        "limits.change",
        "limits.tighten",
    }


@pytest.mark.parametrize(("asking", "named"), [(5, True), (4, False)])
async def test_operators_see_load_and_no_persons(
    gateway: Gateway, replicas: tuple[Replica, Replica], model_server: RunningServer, asking: int, named: bool
) -> None:
    """PER-01, QUO-05: requests at the model now; an authority is named from five on, fewer may be one person's."""
    model_server.script(delay_s=0.1)
    first = replicas[0]
    async with (
        first.client(await gateway.token("d.schmidt")) as client,
        first.client(await gateway.token("o.petrova")) as operator,
    ):
        authority = (await client.get("/api/v1/me")).json()["authority"]["id"]
        body = {**CHAT, "messages": [{"role": "user", "content": "wort " * 15}], "stream": True}
        tasks = [asyncio.create_task(client.post("/v1/chat/completions", json=body)) for _ in range(asking)]
        seen: list[dict[str, Any]] = []
        while not all(task.done() for task in tasks):
            seen.append((await operator.get("/api/v1/operation/load")).json())
            await asyncio.sleep(0.05)
        await asyncio.gather(*tasks)
        after = (await operator.get("/api/v1/operation/load")).json()
    model_server.clear()
    assert max(load["in_flight"] for load in seen) == asking
    assert any(load["authorities"] == {authority: asking} for load in seen) is named
    assert all(set(load["authorities"].values()) <= {5} for load in seen)
    assert (after["in_flight"], after["authorities"]) == (0, {})
