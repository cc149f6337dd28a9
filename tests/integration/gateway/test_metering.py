# SPDX-License-Identifier: EUPL-1.2
"""What an external module uses of models, against modules that lie: real gateway, real inference, a scripted model."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import httpx
import pytest
from aiohttp import web

from genius_common.contracts.module_register import Register, Registration
from genius_inference.app import create_app
from genius_inference.settings import Settings
from genius_inference.testing import RunningServer, scripted_server
from tests.support.gateway import Gateway, running_gateway, serving
from tests.support.matrix import modules_beside
from tests.support.personal_data import as_superuser
from tests.support.postgres import TestPostgres
from tests.support.scripted_module import SCRIPTED_INPUT, manifest, send

LIMIT = 60
RUNS = "/api/v1/modules/gierig/runs"
DONE = {"type": "done", "result": {"text": "fertig", "mode": "generative"}}


@dataclass
class Greedy:
    """`gierig`: asks the model as its script says, and tells of it whatever it likes."""

    url: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    """Status and code (or text) of what inference answered."""
    tokens: list[str] = field(default_factory=list)
    gateway: str = ""

    @property
    def manifest(self) -> dict[str, Any]:
        limits = {"tokens": LIMIT, "seconds": 30, "bytes": 1_000_000}
        scopes = ["chat.completions", "models.read", "embeddings"]
        base = manifest("gierig", SCRIPTED_INPUT, ["script"])
        return {**base, "scopes": scopes, "needs": "generative", "mode": "generative", "limits": limits}

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/manifest", self._manifest)
        app.router.add_get("/health", self._manifest)
        app.router.add_post("/runs", self._run)
        app.router.add_delete("/runs/{run}", self._cancel)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _manifest(self, _: web.Request) -> web.Response:
        return web.json_response(self.manifest)

    async def _cancel(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _run(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.tokens.append(token)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        inference = body["services"]["inference"]
        async with aiohttp.ClientSession(headers={"authorization": f"Bearer {token}"}) as http:
            await getattr(self, f"_{body['input']['script']}")(http, inference, body["run"])
        await send(response, {"type": "usage", "input_tokens": 0, "output_tokens": 0})
        await send(response, {**DONE, "usage": {"input_tokens": 1, "output_tokens": 1}})
        return response

    async def ask(self, http: aiohttp.ClientSession, inference: str, words: int, **more: Any) -> None:
        text = " ".join(f"w{number}" for number in range(words))
        asked = {"model": "scripted", "messages": [{"role": "user", "content": text}], **more}
        async with http.post(f"{inference}/v1/chat/completions", json=asked) as answer:
            raw = await answer.text()
        code = json.loads(raw)["error"]["code"] if answer.status != 200 else raw
        self.answers.append((answer.status, code))

    async def _once(self, http: aiohttp.ClientSession, inference: str, _: str) -> None:
        await self.ask(http, inference, 5)

    async def _stream(self, http: aiohttp.ClientSession, inference: str, _: str) -> None:
        await self.ask(http, inference, 5, stream=True)

    async def _endless(self, http: aiohttp.ClientSession, inference: str, _: str) -> None:
        for _number in range(20):
            await self.ask(http, inference, 5)

    async def _flood(self, http: aiohttp.ClientSession, inference: str, _: str) -> None:
        await asyncio.gather(*(self.ask(http, inference, 5) for _number in range(20)))

    async def _long(self, http: aiohttp.ClientSession, inference: str, _: str) -> None:
        await self.ask(http, inference, 5, max_tokens=5000)

    async def _forge(self, http: aiohttp.ClientSession, inference: str, run: str) -> None:
        """It knows the routes of the platform's inside, and tells them that nothing was used."""
        await self.ask(http, inference, 5)
        path = f"{self.gateway}/internal/runs/{run}/tokens"
        nothing = {"input": 0, "output": 0}
        async with http.put(f"{path}/{uuid4()}", json=nothing) as answer:
            self.answers.append((answer.status, ""))
        async with http.put(f"{path}/{uuid4()}", json={"input": -50, "output": -50}) as answer:
            self.answers.append((answer.status, ""))
        async with http.put(f"{self.gateway}/internal/runs/{uuid4()}/tokens/{uuid4()}", json=nothing) as answer:
            self.answers.append((answer.status, ""))


@pytest.fixture(scope="module")
def model() -> Any:
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="module")
async def platform(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres, model: RunningServer
) -> AsyncIterator[tuple[Gateway, Greedy]]:
    """A gateway with the real inference beside it, and the module, registered and switched on."""
    greedy = Greedy()
    runner = await greedy.start()
    async with running_gateway(tmp_path_factory.mktemp("metering"), postgres_server) as gateway:
        port = urlsplit(gateway.settings.inference_url).port or 0
        jwks = f"{gateway.internal_url}/.well-known/jwks.json"
        settings = Settings.model_validate(
            {"profile": "local", "tenant": "test", "port": port, "jwks_url": jwks, "upstream": {"url": model.url}}
        )
        file = gateway.settings.module_register_file
        assert file
        entry = Registration.of(greedy.url, greedy.manifest, dt.date(2026, 11, 26))
        file.write_text(Register(modules=[entry]).model_dump_json())
        greedy.gateway = gateway.internal_url
        async with serving(create_app(settings), port, "on"), modules_beside(gateway):
            async with await gateway.client("c.hoffmann") as administrator:
                authority = (await administrator.get("/api/v1/me")).json()["authority"]["id"]
                path = f"/api/v1/authorities/{authority}/modules/gierig"
                assert (await administrator.put(path, json={"enabled": True})).status_code == 200
            yield gateway, greedy
    await runner.cleanup()


@pytest.fixture
async def clerk(platform: tuple[Gateway, Greedy]) -> AsyncIterator[httpx.AsyncClient]:
    platform[1].answers.clear()
    async with await platform[0].client("a.weber") as client:
        yield client


async def run(client: httpx.AsyncClient, script: str) -> dict[str, Any]:
    answer = await client.post(RUNS, json={"input": {"script": script}})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def used(found: dict[str, Any]) -> tuple[int, int]:
    return found["usage"]["input_tokens"], found["usage"]["output_tokens"]


@pytest.mark.parametrize("script", ["once", "stream"])
async def test_what_counts_is_what_inference_counted(
    clerk: httpx.AsyncClient, platform: tuple[Gateway, Greedy], script: str
) -> None:
    """INJ-07: the module says 0 and 1; five words in, five out, also in the trail."""
    found = await run(clerk, script)
    assert (found["state"], used(found)) == ("succeeded", (5, 5))
    query = "SELECT facts FROM audit_records WHERE action = 'run.end' AND object = CAST(:id AS uuid)"
    ((facts,),) = await asyncio.to_thread(as_superuser, platform[0], query, id=found["id"])
    assert (facts["input_tokens"], facts["output_tokens"]) == (5, 5)


async def test_a_spent_budget_ends_the_run(clerk: httpx.AsyncClient, platform: tuple[Gateway, Greedy]) -> None:
    """INJ-07: it is refused more, and whatever it makes of that, the run ends with the typed error."""
    found = await run(clerk, "endless")
    assert (found["state"], found["error"]["code"]) == ("failed", "run_tokens_spent")
    assert found["error"]["retryable"] is False
    answered = platform[1].answers
    assert {code for status, code in answered if status != 200} == {"run_tokens_spent"}
    assert sum(status == 200 for status, _ in answered) in {5, 6}
    assert sum(used(found)) <= LIMIT
    again = await run(clerk, "once")  # another run has a budget of its own
    assert again["state"] == "succeeded"


async def test_many_requests_at_once_get_no_more(clerk: httpx.AsyncClient) -> None:
    """INJ-07: what is set aside for one is not there for the next."""
    found = await run(clerk, "flood")
    assert sum(used(found)) <= LIMIT


async def test_an_answer_is_no_longer_than_what_is_left(
    clerk: httpx.AsyncClient, platform: tuple[Gateway, Greedy], model: RunningServer
) -> None:
    """INJ-07: the model is asked for what is left, whatever the module asked for."""
    assert (await run(clerk, "long"))["state"] == "succeeded"
    asked = model.log()[-1].body
    assert asked is not None
    assert 0 < asked["max_tokens"] < LIMIT


async def test_it_can_only_count_against_itself(clerk: httpx.AsyncClient, platform: tuple[Gateway, Greedy]) -> None:
    """INJ-07: a hold is known to inference alone; nothing is taken back, no other run is reached."""
    found = await run(clerk, "forge")
    assert used(found) == (5, 5)
    assert [status for status, _ in platform[1].answers] == [200, 204, 400, 403]


async def test_an_unknown_count_is_the_whole_of_what_was_set_aside(
    clerk: httpx.AsyncClient, model: RunningServer
) -> None:
    """INJ-07: a model server that says no number, or breaks off, makes nothing free."""
    model.script(usage=False)
    try:
        found = await run(clerk, "stream")
    finally:
        model.clear()
    assert sum(used(found)) > 20


async def test_each_input_of_a_batch_has_its_own(clerk: httpx.AsyncClient) -> None:
    """INJ-07: one that spends too much fails alone."""
    inputs = [{"script": script} for script in ("once", "endless", "once")]
    answer = await clerk.post(RUNS, json={"inputs": inputs})
    items = {item["index"]: item for item in answer.json()["result"]["items"]}
    assert [items[index]["state"] for index in range(3)] == ["succeeded", "failed", "succeeded"]
    assert items[1]["error"]["code"] == "run_tokens_spent"
    assert 20 < sum(used(answer.json())) <= 20 + LIMIT


async def test_built_in_modules_are_not_asked_about(clerk: httpx.AsyncClient, platform: tuple[Gateway, Greedy]) -> None:
    """They count by themselves, in one service with the platform; no column is written for them."""
    done = await clerk.post(
        "/api/v1/modules/summarise/runs", json={"input": {"text": "Ein Satz. " * 30, "length": "short"}}
    )
    assert done.json()["state"] == "succeeded", done.text
    query = "SELECT metering FROM runs WHERE id = CAST(:id AS uuid)"
    assert (await asyncio.to_thread(as_superuser, platform[0], query, id=done.json()["id"]))[0][0] is None
