# SPDX-License-Identifier: EUPL-1.2
"""The place in the queue: told to who asks for it, in the order that really holds, and to nobody else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import orjson
import pytest
from openai import AsyncOpenAI

from genius_common.sse import Frame, decode
from genius_inference.testing import RunningServer
from tests.support.http import AsyncClient
from tests.support.inference import Keys, RunningInference, message, running_inference

ASKING = {"x-genius-status": "1"}
HELD = "[[hang_after=1]]"


@pytest.fixture
def narrow(model_server: RunningServer, keys: Keys) -> Iterator[RunningInference]:
    """One place at the model."""
    model_server.clear()
    with running_inference(keys, upstream={"url": model_server.url, "slots": 1}) as service:
        yield service


@contextlib.asynccontextmanager
async def client_of(service: RunningInference, person: int) -> AsyncIterator[AsyncClient]:
    headers = {"authorization": f"Bearer {service.keys.token(subject=UUID(int=person))}"}
    async with AsyncClient(base_url=service.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@contextlib.asynccontextmanager
async def place_taken(service: RunningInference, model_server: RunningServer) -> AsyncIterator[None]:
    """Somebody holds the only place until the block ends."""
    seen = len(model_server.log())
    body = message(f"eins zwei {HELD}", stream=True)
    async with client_of(service, 1) as client, client.stream("POST", "/v1/chat/completions", json=body):
        await asyncio.to_thread(model_server.wait_for_requests, seen + 1)
        yield


async def frames(client: AsyncClient, text: str, told: asyncio.Event | None = None) -> tuple[int, list[Frame]]:
    """A stream of who asks for the place; `told` is set by its first frame."""
    found: list[Frame] = []
    body = message(text, stream=True)
    async with client.stream("POST", "/v1/chat/completions", json=body, headers=ASKING) as answer:
        async for frame in decode(answer.aiter_raw()):
            found.append(frame)
            if told is not None:
                told.set()
    return answer.status_code, found


def positions(found: list[Frame]) -> list[int]:
    waits = [orjson.loads(frame.data) for frame in found if frame.event == "status"]
    assert all(wait["phase"] == "queued" for wait in waits)
    return [wait["position"] for wait in waits]


async def test_who_asks_hears_the_place_and_gets_the_answer(
    narrow: RunningInference, model_server: RunningServer
) -> None:
    """The second in the line hears 2, then 1 when the first has gone; then comes the answer as ever."""
    first, second = asyncio.Event(), asyncio.Event()
    async with client_of(narrow, 2) as one, client_of(narrow, 3) as other:
        async with place_taken(narrow, model_server):
            ahead = asyncio.create_task(frames(one, f"Hallo Welt {HELD}", first))
            await first.wait()
            behind = asyncio.create_task(frames(other, "Hallo Welt", second))
            await second.wait()
        await asyncio.to_thread(model_server.wait_for_requests, 2)
        await asyncio.sleep(1.5)  # while the first one is answered, the second hears that it is next
        ahead.cancel()
        status, found = await behind
    assert status == 200
    assert positions(found) == [2, 1]
    assert found[-1].data == "[DONE]"
    texts = [orjson.loads(f.data)["choices"][0]["delta"].get("content", "") for f in found[2:-1]]
    assert "".join(texts) == "Hallo Welt"


async def test_nobody_else_ever_sees_such_an_event(narrow: RunningInference, model_server: RunningServer) -> None:
    """The unmodified SDK waits and gets its answer; who needs not wait gets no status either."""
    sdk = AsyncOpenAI(base_url=f"{narrow.url}/v1", api_key=narrow.keys.token(subject=UUID(int=2)), max_retries=0)
    async with place_taken(narrow, model_server):
        waiting = asyncio.create_task(
            sdk.chat.completions.create(model="echo", messages=[{"role": "user", "content": "Hallo Welt"}], stream=True)
        )
        await asyncio.sleep(1.2)
        assert narrow.app.gate is not None
        assert narrow.app.gate.waiting == 1
        assert not waiting.done(), "nothing was sent yet, not even a head"
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in await waiting if chunk.choices])
    assert text == "Hallo Welt"
    async with client_of(narrow, 4) as client:
        _, found = await frames(client, "gleich")
    assert positions(found) == []
    await sdk.close()


async def test_a_failure_after_the_place_was_told_is_one_event(
    narrow: RunningInference, model_server: RunningServer
) -> None:
    """REL-04: the head is sent, so the error can be no status any more: one typed event, no [DONE], and counted."""
    told = asyncio.Event()
    async with client_of(narrow, 2) as client:
        async with place_taken(narrow, model_server):
            asked = asyncio.create_task(frames(client, "x [[status=500]]", told))
            await told.wait()
        status, found = await asked
        metrics = (await client.get("/metrics")).text
    assert (status, positions(found)) == (200, [1])
    errors = [orjson.loads(frame.data)["error"]["code"] for frame in found if '"error"' in frame.data]
    assert errors == ["upstream_error"]
    assert "[DONE]" not in [frame.data for frame in found]
    assert 'genius_inference_errors_total{code="upstream_error"} 1.0' in metrics


async def test_who_leaves_while_told_leaves_nothing(narrow: RunningInference, model_server: RunningServer) -> None:
    """REL-05: also in the middle of being told."""
    told = asyncio.Event()
    async with client_of(narrow, 2) as client, place_taken(narrow, model_server):
        asked = asyncio.create_task(frames(client, "x", told))
        await told.wait()
        asked.cancel()
        gate = narrow.app.gate
        assert gate is not None
        for _ in range(100):
            if gate.waiting == 0:
                break
            await asyncio.sleep(0.02)
        assert (gate.waiting, gate.in_flight) == (0, 1)
