# SPDX-License-Identifier: EUPL-1.2
"""A run that waits for the model says at which place, and afterwards that it is being written."""

import asyncio
from collections.abc import Iterator

import pytest

from genius_inference.testing import RunningServer
from tests.support.http import AsyncClient
from tests.support.inference import Keys, RunningInference, message, running_inference
from tests.support.modules import RunningModules, running_modules
from tests.support.scripted_retrieval import ScriptedRetrieval


@pytest.fixture
def narrow(model: RunningServer, keys: Keys) -> Iterator[RunningInference]:
    with running_inference(keys, upstream={"url": model.url, "model": "scripted", "slots": 1}) as service:
        yield service


@pytest.fixture
def waiting(narrow: RunningInference, keys: Keys, retrieval: ScriptedRetrieval) -> Iterator[RunningModules]:
    with running_modules(keys, narrow.url, retrieval.url) as service:
        yield service


async def test_a_run_tells_its_place_and_then_its_answer(
    waiting: RunningModules, narrow: RunningInference, model: RunningServer
) -> None:
    """`status {phase: queued, position}` while it waits, `generating` when its turn has come, text as ever."""
    headers = {"authorization": f"Bearer {narrow.keys.token()}"}
    body = message("eins zwei [[hang_after=1]]", model="scripted", stream=True)
    async with (
        AsyncClient(base_url=narrow.url, headers=headers, timeout=30) as other,
        other.stream("POST", "/v1/chat/completions", json=body),
    ):
        await asyncio.to_thread(model.wait_for_requests, 1)
        run = asyncio.create_task(waiting.run("chat", {"message": "Guten Tag"}))
        for _ in range(100):
            if narrow.app.gate is not None and narrow.app.gate.waiting:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
    outcome = await run
    assert outcome.result["mode"] == "generative"
    told = [(event.phase, event.position) for event in outcome.of("status")]
    assert told[-3:] == [("generating", None), ("queued", 1), ("generating", None)]
    kinds = [event.type for event in outcome.events]
    assert kinds.index("text.delta") > max(i for i, kind in enumerate(kinds) if kind == "status")
