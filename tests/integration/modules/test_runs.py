# SPDX-License-Identifier: EUPL-1.2
"""The life of a run: refused before it starts, cancelled, timed out, failed; always one final event."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from genius_common.events import Event, TextDelta
from genius_inference.testing import RunningServer
from genius_modules.chat.module import Chat
from genius_modules.chat.schemas import ChatInput
from genius_modules.context import RunContext
from genius_modules.registry import Registry
from tests.support.http import AsyncClient
from tests.support.inference import Keys
from tests.support.modules import NOWHERE, RunningModules, read, running_modules
from tests.support.scripted_retrieval import ScriptedRetrieval


async def _asked(model: RunningServer) -> None:
    """Wait until the model has been asked."""
    for _ in range(500):
        if model.log():
            return
        await asyncio.sleep(0.01)
    pytest.fail("the model was not asked")


async def test_a_run_needs_its_own_token(offline: RunningModules) -> None:
    run = uuid4()
    refused = {
        "other run": {"token": {"run": uuid4()}},
        "no run": {"token": {"run": None}},
        "no scope": {"token": {"scopes": frozenset({"search"})}},
    }
    for case, values in refused.items():
        outcome = await offline.run("chat", {"message": "Hallo"}, run=run, **values)
        assert outcome.status == 403, case
    outcome = await offline.run("chat", {"message": "Hallo"}, run=run, token={"audience": ["inference"]})
    assert outcome.status == 401


@pytest.mark.parametrize(
    ("module", "data", "pointer"),
    [
        ("ask-documents", {}, "/input/question"),
        ("ask-documents", {"question": "   "}, "/input/question"),
        ("ask-documents", {"question": "x", "temperature": 3}, "/input/temperature"),
        ("draft", {"kind": "gedicht", "notes": "x"}, "/input/kind"),
        ("chat", {"message": "Hallo", "files": ["keine-id"]}, "/input/files/0"),
        ("summarise", {"text": "x", "length": "epic"}, "/input/length"),
    ],
)
async def test_bad_input_names_the_field(
    offline: RunningModules, module: str, data: dict[str, Any], pointer: str
) -> None:
    outcome = await offline.run(module, data)
    assert outcome.status == 400
    assert outcome.problem["code"] == "invalid_input"
    assert [error["pointer"] for error in outcome.problem["errors"]] == [pointer]


async def test_unknown_modules_versions_and_classes_are_refused(offline: RunningModules) -> None:
    assert (await offline.run("astrology", {})).status == 404
    outcome = await offline.run("chat", {"message": "Hallo"}, version="9.9.9")
    assert outcome.problem["code"] == "module_version_mismatch"


async def test_an_input_of_ten_megabytes_is_a_typed_error(offline: RunningModules) -> None:
    text = "Wort " * 2_000_000
    outcome = await offline.run("summarise", {"text": text})
    assert outcome.final.code == "input_too_large"
    assert "2000000" in outcome.final.detail
    outcome = await offline.run("summarise", {"text": text}, limits={"bytes": 1000})
    assert outcome.status == 413
    assert "1000 Byte" in outcome.problem["detail"]
    outcome = await offline.run("summarise", {"text": text + text})
    assert outcome.status == 413


async def test_a_gone_client_cancels_the_model(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="ein langer Text " * 200, delay_s=0.02)
    run = uuid4()
    async with (
        online.client() as client,
        client.stream(
            "POST", "/modules/chat/runs", json=online.body(run, {"message": "Los"}), headers=online.headers(run)
        ) as response,
    ):
        async for chunk in response.aiter_bytes():
            if b"text.delta" in chunk:
                break
    left = time.monotonic()
    record = await asyncio.to_thread(model.wait_for_departure)
    assert record.tokens_sent < 100
    assert time.monotonic() - left < 1


async def test_delete_cancels_the_run_and_says_so(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="ein langer Text " * 200, delay_s=0.02)
    run = uuid4()
    async with (
        online.client() as client,
        client.stream(
            "POST", "/modules/chat/runs", json=online.body(run, {"message": "Los"}), headers=online.headers(run)
        ) as response,
    ):
        reading = asyncio.create_task(read(response))
        await _asked(model)
        foreign = await client.delete(f"/modules/chat/runs/{run}", headers=online.headers(uuid4()))
        assert foreign.status_code == 403
        started = time.monotonic()
        answer = await client.delete(f"/modules/chat/runs/{run}", headers=online.headers(run))
        assert answer.status_code == 204
        assert time.monotonic() - started < 2
        outcome = await reading
    assert outcome.final.type == "cancelled"
    await asyncio.to_thread(model.wait_for_departure)
    async with online.client() as client:
        again = await client.delete(f"/modules/chat/runs/{run}", headers=online.headers(run))
    assert again.status_code == 204


async def test_cancelling_during_the_search_closes_it(offline: RunningModules, retrieval: ScriptedRetrieval) -> None:
    retrieval.delay_s = 5
    run = uuid4()
    body = offline.body(run, {"question": "Wie lange?"})
    with pytest.raises(httpx.ReadTimeout):
        async with (
            AsyncClient(base_url=offline.url, timeout=0.3, trust_env=False) as client,
            client.stream("POST", "/modules/ask-documents/runs", json=body, headers=offline.headers(run)) as response,
        ):
            await read(response)
    for _ in range(100):
        if retrieval.abandoned:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the search went on")


async def test_the_same_run_cannot_run_twice(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="ein langer Text " * 50, delay_s=0.02)
    run = uuid4()
    first = asyncio.create_task(online.run("chat", {"message": "Los"}, run=run))
    await _asked(model)
    second = await online.run("chat", {"message": "Los"}, run=run)
    assert second.problem["code"] == "run_active"
    first.cancel()


async def test_a_deadline_ends_the_run(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="ein langer Text " * 200, delay_s=0.05)
    started = time.monotonic()
    outcome = await online.run("chat", {"message": "Los"}, limits={"seconds": 1})
    assert outcome.final.code == "deadline_reached"
    assert outcome.text.startswith("ein langer")
    assert time.monotonic() - started < 3


async def test_silence_is_filled_with_heartbeats(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="kurz", first_delay_s=0.7)
    outcome = await online.say("Hallo")
    assert outcome.comments >= 2
    assert outcome.result["text"] == "kurz"


async def test_a_spent_token_budget_is_said(online: RunningModules, model: RunningServer) -> None:
    outcome = await online.run("chat", {"message": "Hallo"}, limits={"tokens": 0})
    assert outcome.final.code == "token_budget_reached"
    assert model.log() == []


class _Broken(Chat):
    """A module with a bug that carries content in its message."""

    async def run(self, ctx: RunContext, data: ChatInput) -> AsyncGenerator[Event, None]:
        yield TextDelta(text="Anfang")
        raise KeyError("geheimer Inhalt")


class _Mute(Chat):
    """A module that ends without a final event."""

    async def run(self, ctx: RunContext, data: ChatInput) -> AsyncGenerator[Event, None]:
        yield TextDelta(text="Anfang")


@pytest.mark.parametrize("module", [_Broken(), _Mute()])
async def test_a_bug_in_a_module_is_one_error_without_details(keys: Keys, module: Chat) -> None:
    with running_modules(keys, NOWHERE, NOWHERE, Registry([module])) as service:
        outcome = await service.say("Hallo")
        assert outcome.text == "Anfang"
        assert outcome.final.code == "internal_error"
        assert "geheim" not in outcome.final.detail
        async with service.client() as client:
            page = (await client.get("/metrics")).text
    assert 'genius_modules_runs_total{module="chat",outcome="error"} 1.0' in page
    assert "genius_modules_active_runs 0.0" in page


async def test_health_says_what_is_missing(offline: RunningModules) -> None:
    async with offline.client() as client:
        assert (await client.get("/health/live")).json() == {"status": "ok"}
        ready = (await client.get("/health/ready")).json()
    assert ready == {"status": "degraded", "checks": {"inference": "down", "retrieval": "ok"}}


@pytest.mark.parametrize("cut", ["close", "reset", "half", "chunk", "event", "json", "error", "end"])
async def test_however_a_model_breaks_off_there_is_one_error(
    online: RunningModules, model: RunningServer, cut: str
) -> None:
    model.script(answer="eins zwei drei vier fünf sechs", cut_after=3, cut=cut)
    outcome = await online.say("Los")
    assert outcome.final.type == "error"
    assert outcome.final.code != "internal_error"
    assert "eins zwei" in outcome.text


async def test_a_hanging_model_ends_in_an_error(online: RunningModules, model: RunningServer) -> None:
    model.script(answer="eins zwei drei", hang_after=1)
    outcome = await online.say("Los")
    assert outcome.final.type == "error"
    assert outcome.final.retryable is True
    assert outcome.text == "eins"
