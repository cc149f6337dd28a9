# SPDX-License-Identifier: EUPL-1.2
"""The choice between replicas, and the breaker of one."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from genius_common.upstream.client import UpstreamClient
from genius_inference.replicas.balancer import BOUND, choose
from genius_inference.replicas.breaker import LONGEST_PAUSE_S, NO_BOUND, Breaker
from genius_inference.replicas.replica import Replica
from genius_inference.replicas.report import parse


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def replicas(count: int, clock: Clock | None = None, slots: int = 100) -> list[Replica]:
    urls = [f"http://10.0.0.{number}:8000/v1" for number in range(1, count + 1)]
    return [Replica(url, UpstreamClient(url), slots, clock or Clock()) for url in urls]


def beginning(number: int) -> bytes:
    return hashlib.blake2b(str(number).encode(), digest_size=16).digest()


def test_a_conversation_stays_where_its_prefix_is_cached() -> None:
    servers = replicas(4)
    homes = {number: choose(servers, beginning(number), 10, without=set()) for number in range(200)}
    assert all(choose(servers, beginning(number), 10, without=set()) is home for number, home in homes.items())
    spread = Counter(home.name for home in homes.values() if home)
    assert len(spread) == 4
    assert max(spread.values()) < 100
    moved = [n for n, home in homes.items() if choose(servers[:3], beginning(n), 10, without=set()) is not home]
    assert {homes[number] for number in moved} == {servers[3]}, "only what was on the one that is gone moves"


@given(st.lists(st.integers(0, 3), min_size=1, max_size=120))
def test_no_replica_holds_much_more_than_the_mean(conversations: list[int]) -> None:
    """The bound holds whatever is asked: all of one conversation too."""
    servers = replicas(3, slots=1000)
    for number in conversations:
        chosen = choose(servers, beginning(number), 100, without=set())
        assert chosen is not None
        mean = sum(server.load for server in servers) / 3
        assert chosen.load <= BOUND * mean + 100
        chosen.take(100)


def test_full_open_and_left_out_replicas_get_nothing() -> None:
    clock = Clock()
    full, opened, left_out, able = servers = replicas(4, clock, slots=1)
    full.take(10)
    opened.breaker.failed(hung=True)
    assert choose(servers, b"", 10, without={left_out}) is able
    able.take(10)
    assert choose(servers, b"", 10, without={left_out}) is None


def test_where_every_breaker_is_open_the_request_is_tried_all_the_same() -> None:
    servers = replicas(2)
    for server in servers:
        server.breaker.failed(hung=True)
    assert choose(servers, b"", 10, without=set()) in servers


def test_breaker_opens_tries_one_and_starts_slowly() -> None:
    """REL-02: two failures in a row, or one hang, take a replica out; it comes back by 1, 2, 4 … requests."""
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed()
    assert breaker.room == NO_BOUND, "one failure may be the request's"
    breaker.succeeded(8)
    breaker.failed()
    breaker.failed()
    assert breaker.room == 0
    clock.now += breaker.opens_in
    rooms = []
    for _ in range(4):
        rooms.append(breaker.room)
        breaker.succeeded(8)
    assert rooms == [1, 2, 4, NO_BOUND]
    pauses = []
    for _ in range(8):
        breaker.failed(hung=True)
        pauses.append(breaker.opens_in)
        clock.now += breaker.opens_in
    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert max(pauses) == LONGEST_PAUSE_S


def test_a_list_of_models_ends_the_pause_of_a_server_that_was_gone_only() -> None:
    clock = Clock()
    gone, hung = Breaker(clock), Breaker(clock)
    gone.failed()
    gone.failed(gone=True)
    hung.failed(hung=True)
    for breaker in (gone, hung):
        breaker.answered()
    assert (gone.room, hung.room) == (1, 0)


def test_vllms_report_is_read_over_its_engines() -> None:
    text = (
        b"# HELP vllm:num_requests_running Number of requests\n"
        b'vllm:num_requests_running{engine="0",model_name="m"} 3.0\n'
        b'vllm:num_requests_running{engine="1",model_name="m"} 4.0\n'
        b'vllm:num_requests_waiting{engine="0",model_name="m"} 2.0\n'
        b'vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25\n'
        b'vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75\n'
    )
    report = parse(text)
    assert (report.running, report.waiting, report.kv_cache) == (7, 2, 0.75)
    assert parse(b"nothing of it") == parse(b"")
