# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_chat`: a person's chat through gateway, modules and inference, in CPU-µs.

Each request is a run of the module chat with its event stream, as the web UI starts it: sign-in by token, policy,
audit, the run's rows in PostgreSQL, a run token, the module, inference's queue, usage. Two runs with short and long
answers give the costs of a request and of a chunk; each of the three processes stands for itself too. Every stream is
counted token by token to its `done`. The last line of stdout is one JSON object, also written to
`.genius/bench/chat.json`, beside a chart.
"""

import argparse

from tests.load.relays import chart
from tests.load.relays.processes import cpu_s, tree
from tests.load.relays.relay import Relay, chain
from tests.load.relays.results import table, write
from tests.load.relays.tools import Group, Upstream, chat, load, upstream

FEW, MANY = 2, 42
TAIL_CHUNKS = 1
TICK_US = 20_000
PROCESSES = ("gateway", "inference", "modules")
"""In the order of a stand's `pids`."""
COLUMNS = {
    "relay": "processes",
    "cpu_us_per_request": "CPU-µs a request",
    "cpu_us_per_chunk": "CPU-µs a chunk",
    "memory_mb": "MB after the run",
}
Costs = list[float]


def spent(relay: Relay) -> Costs:
    """Seconds of CPU by process, and PostgreSQL's as the last."""
    return [*(sum(cpu_s(pid) for pid in tree(root)) for root in relay.pids), relay.database_cpu_s()]


def sent(
    relay: Relay, model: Upstream, tokens: int, *, requests: int, connections: int
) -> tuple[Costs, dict[str, dict[str, int]]]:
    """CPU-µs per request by process, and what the generator counted; fails unless every stream was complete."""
    model.script(f"answer_tokens={tokens}")
    before = spent(relay)
    group = Group("all", chat(relay.token), tokens, connections=connections, requests=requests)
    found = load(relay.url, group, settle_s=0.5)["groups"]["all"]
    costs = [(late - early) / requests * 1e6 for early, late in zip(before, spent(relay), strict=True)]
    if found["complete"] != requests:
        raise AssertionError(f"not complete: { {k: v for k, v in found.items() if not k.endswith('_us')} }")
    return costs, found


def added_ms(relay: Relay, model: Upstream) -> float:
    """From the request to the first token, one chat at a time, with a model that answers at once."""
    model.script("first_ticks=0")
    _, found = sent(relay, model, 1, requests=50, connections=1)
    model.script("first_ticks=1")
    return found["ttft_us"]["p50"] / 1000


def measure(relay: Relay, model: Upstream, *, requests: int, connections: int) -> list[dict[str, object]]:
    sent(relay, model, FEW, requests=connections * 2, connections=connections)
    few, _ = sent(relay, model, FEW, requests=requests, connections=connections)
    many, _ = sent(relay, model, MANY, requests=max(requests // 2, connections), connections=connections)
    chunk = [(more - less) / (MANY - FEW) for less, more in zip(few, many, strict=True)]
    request = [less - (FEW + TAIL_CHUNKS) * each for less, each in zip(few, chunk, strict=True)]
    names = [*(f"genius-{name}" for name in PROCESSES), "PostgreSQL"]
    rows: list[dict[str, object]] = [
        {"relay": name, "cpu_us_per_request": round(whole), "cpu_us_per_chunk": round(each, 1)}
        for name, whole, each in zip(names, request, chunk, strict=True)
    ]
    ours = slice(0, len(PROCESSES))
    rows.insert(
        0,
        {
            "relay": "genius, sum of three",
            "cpu_us_per_request": round(sum(request[ours])),
            "cpu_us_per_chunk": round(sum(chunk[ours]), 1),
            "memory_mb": round(relay.memory_mb()),
        },
    )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/chat.* again")
    given = parser.parse_args()
    with upstream(f"tick_us={TICK_US}") as model, chain([model.url]) as relay:
        rows = measure(relay, model, requests=given.requests, connections=given.concurrency)
        ttft = added_ms(relay, model)
    result: dict[str, object] = {
        "benchmark": "chat",
        "concurrency": given.concurrency,
        "rows": rows,
        "ttft_p50_ms": round(ttft, 1),
        "target": {"cpu_us_per_request": 2000, "cpu_us_per_chunk": 250, "ttft_p50_ms": 8},
    }
    panels = [
        chart.Panel("CPU-µs a request", [float(str(row["cpu_us_per_request"])) for row in rows], logarithmic=False),
        chart.Panel("CPU-µs a chunk", [float(str(row["cpu_us_per_chunk"])) for row in rows], logarithmic=False),
    ]
    svg = chart.bars("A chat by process", [str(row["relay"]) for row in rows], panels)
    shown = table(rows, COLUMNS) + f"\nTo the first token, one chat at a time: {ttft:.1f} ms (p50).\n"
    write("chat", result, shown, svg, publish=given.publish)


if __name__ == "__main__":
    main()
