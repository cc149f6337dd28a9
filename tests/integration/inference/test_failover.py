# SPDX-License-Identifier: EUPL-1.2
"""Two model servers, one of them bad: every request is answered, and what had begun is never answered twice."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from genius_inference.testing import RunningServer, scripted_server
from tests.support.http import AsyncClient
from tests.support.inference import Keys, RunningInference, Stream, message, running_inference, stream

TEXT = "eins zwei drei vier fünf"


@dataclass
class Pair:
    """The service and its two model servers; the first may be spoilt."""

    inference: RunningInference
    bad: RunningServer
    good: RunningServer


@pytest.fixture
def pair(keys: Keys) -> Iterator[Pair]:
    with scripted_server() as bad, scripted_server() as good:
        upstream = {"url": f"{bad.url} {good.url}", "ttft_timeout_s": 4.0, "hang_after_s": 0.3, "idle_timeout_s": 0.4}
        with running_inference(keys, upstream=upstream, queue={"waiting_per_authority": 50}) as service:
            yield Pair(service, bad, good)


def ask(pair: Pair, count: int, *, streaming: bool = True) -> list[Stream]:
    """Questions of different beginnings, so that both servers are somebody's first."""
    with pair.inference.client() as client:
        if streaming:
            return [stream(client, message(f"{number} {TEXT}")) for number in range(count)]
        answers = [client.post("/v1/chat/completions", json=message(f"{n} {TEXT}")) for n in range(count)]
        return [Stream(answer.status_code, b"") for answer in answers]


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize(
    "spoilt", [{"status": 503}, {"status": 500}, {"cut_after": 0, "cut": "close"}, {"cut_after": 0, "cut": "reset"}]
)
def test_twenty_of_twenty(pair: Pair, spoilt: dict[str, object], streaming: bool) -> None:
    """REL-02, REL-03: 5xx or closed before the first token: the other server answers, nobody notices."""
    pair.bad.script(**spoilt)
    found = ask(pair, 20, streaming=streaming)
    assert [answer.status for answer in found] == [200] * 20
    if streaming:
        assert all(answer.done == 1 and not answer.errors for answer in found)
    tries = len([record for record in pair.bad.log() if record.path.endswith("completions")])
    assert 1 <= tries <= 8, "the first server was tried, and then left alone for a while"


def test_a_server_that_refuses_connections(pair: Pair) -> None:
    """REL-02."""
    assert all(answer.done for answer in ask(pair, 4))
    pair.bad.stop()
    assert all(answer.done == 1 for answer in ask(pair, 20))


@pytest.mark.parametrize("hang_after", [-1, 0])
def test_a_hung_server_delays_one_request_and_no_other(pair: Pair, hang_after: int) -> None:
    """REL-03: silence before the first token; 6 of 6 answered well below a client's limit of 6 s."""
    pair.bad.script(hang_after=hang_after)
    times = []
    for number in range(6):
        begin = time.monotonic()
        with pair.inference.client() as client:
            assert stream(client, message(f"{number} {TEXT}")).done == 1
        times.append(time.monotonic() - begin)
    assert len([taken for taken in times if taken > 0.25]) <= 2, times


def test_a_cut_after_the_first_token_is_told_and_not_answered_again(pair: Pair) -> None:
    """REL-04: exactly one typed error, and no second answer behind the first half."""
    for server in (pair.bad, pair.good):
        server.script(cut_after=2, cut="close")
    for answer in ask(pair, 5):
        assert [error["code"] for error in answer.errors] == ["upstream_cut"]
        assert answer.done == 0
        assert len(answer.text.split()) == 2


def test_a_request_that_is_refused_is_not_tried_again(pair: Pair) -> None:
    """A 400 is the request's fault; no other server would take it, and the one that refused it keeps working."""
    for server in (pair.bad, pair.good):
        server.script(status=400, message="no")
    found = ask(pair, 4)
    assert [answer.errors[0]["code"] for answer in found] == ["request_rejected"] * 4
    sent = [r for server in (pair.bad, pair.good) for r in server.log() if r.path.endswith("completions")]
    assert len(sent) == 4


async def test_a_slow_server_that_works_is_not_taken_for_hung(pair: Pair) -> None:
    """Silence on one request while others get tokens is a long prompt, not a hang: no request is sent twice."""
    headers = {"authorization": f"Bearer {pair.inference.keys.token()}"}
    for server in (pair.bad, pair.good):
        server.clear()
    async with AsyncClient(base_url=pair.inference.url, headers=headers, trust_env=False, timeout=20) as client:

        async def one(text: str) -> httpx.Response:
            return await client.post("/v1/chat/completions", json=message(text, stream=True))

        busy = [asyncio.create_task(one(f"{n} " + "wort " * 30 + "[[delay_s=0.05]]")) for n in range(6)]
        await asyncio.sleep(0.3)
        slow = await one("langsam [[first_delay_s=0.9]]")
        assert b"[DONE]" in slow.content
        await asyncio.gather(*busy)
    sent = [r for server in (pair.bad, pair.good) for r in server.log() if r.path.endswith("completions")]
    assert len(sent) == 7
    with pair.inference.client() as metrics:
        lines = metrics.get("/metrics").text.splitlines()
        assert {line.split()[-1] for line in lines if line.startswith("genius_inference_failovers_total{")} == {"0.0"}


def test_both_servers_are_used_and_told_apart_in_the_metrics(pair: Pair) -> None:
    ask(pair, 20)
    used = [len([r for r in s.log() if r.path.endswith("completions")]) for s in (pair.bad, pair.good)]
    assert min(used) > 0
    with pair.inference.client() as client:
        text = client.get("/metrics").text
    names = {line.split('replica="')[1].split('"')[0] for line in text.splitlines() if "replica_in_flight{" in line}
    assert names == {server.url.split("/")[2] for server in (pair.bad, pair.good)}


def test_an_impossible_deadline_is_refused_by_name(pair: Pair) -> None:
    with pair.inference.client() as client:
        client.headers["x-genius-deadline"] = "bald"
        refused = client.post("/v1/chat/completions", json=message("x"))
    assert refused.status_code == 400
    assert "Deadline" in str(refused.json()["error"]["param"])
