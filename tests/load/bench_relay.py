# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_relay`: CPU-µs per request and per relayed chunk, ours beside public relays in one run.

CPU is utime + stime of the relay's processes, which repeats within 10-20 % where requests per second do not. Two runs
with few and many chunks a stream give the two costs. The relay has one core, the model server and the load generator
(`native/`) the other; every stream is counted token by token to its `[DONE]`. Further: what the relay adds to the time
to the first token, a German prompt of 220 KB, 1,000 streams at once, memory. The last line of stdout is one JSON
object, also written to `.genius/bench/relay.json`, beside the chart `.genius/bench/relay.svg`.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.load.relays import chart
from tests.load.relays.peers import PEERS, absent
from tests.load.relays.relay import Relay, Start, gateway, inference, naive
from tests.load.relays.results import table, write
from tests.load.relays.tools import OUTCOMES, Group, Upstream, completion, load, upstream

FEW, MANY = 2, 42
TAIL_CHUNKS = 1  # finish, usage and [DONE] come in one read
TICK_US = (
    10_000  # 64 streams make 6,400 chunks a second: nobody but the slowest is at its limit, where reads melt together
)
LONG_TEXT = "Für die Überprüfung der Wohngeldanträge gilt § 22 Abs. 1 WoGG; die Behörde prüft Größe und Gebühren. "
LONG_BYTES = 220_000
STREAMS = 1000
ROOM: dict[str, object] = {"upstream__slots": 4096, "queue__in_flight_per_authority": 4096}


@contextmanager
def roomy_inference(upstreams: Sequence[str]) -> Iterator[Relay]:
    with inference(upstreams, **ROOM) as it:
        yield it


@contextmanager
def roomy_gateway(upstreams: Sequence[str]) -> Iterator[Relay]:
    with gateway(upstreams, **ROOM) as it:
        yield it


OURS: dict[str, Start] = {"genius-inference": roomy_inference, "genius-gateway+inference": roomy_gateway}
# Slow relays get fewer requests, so that the whole run stays below six minutes.
SHARE = {"litellm": 10, "fastapi-httpx": 4}
COLUMNS = {
    "relay": "relay",
    "cpu_us_per_request": "CPU-µs a request",
    "cpu_us_per_chunk": "CPU-µs a chunk",
    "postgresql_cpu_us_per_request": "PostgreSQL, CPU-µs a request",
    "added_ttft_p50_ms": "added to the first token, p50 ms",
    "cpu_us_per_request_220_kb": "220 KB prompt, CPU-µs",
    "idle_memory_mb": "idle MB",
    "streams": "1,000 streams at once",
    "streams_cpu_us_per_chunk": "their CPU-µs a chunk",
    "streams_memory_mb": "their MB",
}
ALL: dict[str, Start] = {**OURS, **PEERS, "fastapi-httpx": naive}


def sent(
    relay: Relay, request: bytes, tokens: int, *, requests: int, connections: int
) -> tuple[float, dict[str, dict[str, int]]]:
    """CPU-µs per request and what the generator counted; fails unless every stream was complete."""
    cpu = relay.cpu_s()
    found = load(relay.url, Group("all", request, tokens, connections=connections, requests=requests))["groups"]["all"]
    spent = relay.cpu_s() - cpu
    if found["complete"] != requests:
        raise AssertionError(
            f"{relay.name}: not complete: { {k: v for k, v in found.items() if not k.endswith('_us')} }"
        )
    return spent / requests * 1e6, found


def added_ms(relay: Relay, model: Upstream) -> float:
    """What the relay adds to the median time to the first token, one stream at a time."""
    model.script("first_ticks=0 tick_us=1000")
    direct = load(model.url, Group("all", completion("x", 1), 1, requests=300))["groups"]["all"]
    _, through = sent(relay, completion(relay.token, 1), 1, requests=300, connections=1)
    model.script(f"first_ticks=1 tick_us={TICK_US}")
    return (through["ttft_us"]["p50"] - direct["ttft_us"]["p50"]) / 1000


def many_streams(relay: Relay, model: Upstream) -> dict[str, object]:
    """1,000 streams open at once, ten tokens a second each; counts, does not insist."""
    model.script("tick_us=100000")
    cpu, tokens = relay.cpu_s(), 30
    group = Group("all", completion(relay.token, tokens), tokens, connections=STREAMS, requests=STREAMS)
    found = load(relay.url, group, timeout_s=60, settle_s=1)["groups"]["all"]
    spent = relay.cpu_s() - cpu
    model.script(f"tick_us={TICK_US}")
    return {
        "streams": {name: found[name] for name in OUTCOMES if found[name]},
        "streams_gap_p99_ms": found["gap_us"].get("p99", 0) / 1000,
        "streams_cpu_us_per_chunk": round(spent / max(found["tokens"], 1) * 1e6, 1),
        "streams_memory_mb": round(relay.memory_mb(), 1),
    }


def measure(relay: Relay, model: Upstream, *, requests: int, connections: int) -> dict[str, object]:
    idle = relay.memory_mb()
    few_request, many_request = completion(relay.token, FEW), completion(relay.token, MANY)
    sent(relay, few_request, FEW, requests=connections * 4, connections=connections)
    database = relay.database_cpu_s()
    few, counted = sent(relay, few_request, FEW, requests=requests, connections=connections)
    database = (relay.database_cpu_s() - database) / requests * 1e6
    many, streamed = sent(relay, many_request, MANY, requests=max(requests // 4, connections), connections=connections)
    per_chunk = (many - few) / (MANY - FEW)
    text = LONG_TEXT * (LONG_BYTES // len(LONG_TEXT.encode()) + 1)
    long, _ = sent(
        relay, completion(relay.token, FEW, content=text), FEW, requests=max(requests // 10, 30), connections=16
    )
    return {
        "relay": relay.name,
        "cpu_us_per_request": round(few - (FEW + TAIL_CHUNKS) * per_chunk, 1),
        "cpu_us_per_chunk": round(per_chunk, 1),
        "postgresql_cpu_us_per_request": round(database, 1),
        "added_ttft_p50_ms": round(added_ms(relay, model), 2),
        "ttft_p99_ms": counted["ttft_us"]["p99"] / 1000,
        "gap_p99_ms": streamed["gap_us"]["p99"] / 1000,
        "cpu_us_per_request_220_kb": round(long),
        "idle_memory_mb": round(idle, 1),
        **many_streams(relay, model),
    }


def row(name: str, model: Upstream, given: argparse.Namespace) -> dict[str, object]:
    """A measured row, or one that says why there is none."""
    if name in PEERS and (why := absent(name)):
        return {"relay": name, "absent": why}
    requests = given.requests // SHARE.get(name, 1)
    try:
        with ALL[name]([model.url]) as relay:
            return measure(relay, model, requests=requests, connections=given.concurrency)
    except AssertionError as error:
        if name in OURS:
            raise
        return {"relay": name, "absent": str(error)}


def drawn(rows: list[dict[str, object]]) -> str:
    shown = [r for r in rows if "absent" not in r]
    names = [str(r["relay"]) for r in shown]
    panels = [
        chart.Panel("CPU-µs a request", [float(str(r["cpu_us_per_request"])) for r in shown]),
        chart.Panel("CPU-µs a relayed chunk", [float(str(r["cpu_us_per_chunk"])) for r in shown]),
    ]
    return chart.bars("Relays on one core (logarithmic)", names, panels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=6000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--only", nargs="*", choices=list(ALL), default=list(ALL))
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/relay.* again")
    given = parser.parse_args()
    with upstream(f"tick_us={TICK_US}") as model:
        rows = [row(name, model, given) for name in given.only]
    result = {
        "benchmark": "relay",
        "concurrency": given.concurrency,
        "rows": rows,
        "target": {"cpu_us_per_request": 80, "cpu_us_per_chunk": 45},
        "target_with_gateway": {"cpu_us_per_request": 250, "cpu_us_per_chunk": 90},
    }
    write("relay", result, table(rows, COLUMNS), drawn(rows), publish=given.publish)


if __name__ == "__main__":
    main()
