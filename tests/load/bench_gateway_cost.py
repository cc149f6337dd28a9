# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_gateway_cost`: what quotas, audit and policy cost a request of `/v1`, in CPU-µs.

The gateway as it is beside itself without one of them, and without all three (`open_gateway`), in turns on the same
machine; each has its own PostgreSQL and inference. CPU is utime + stime of the gateway, and of PostgreSQL beside it;
the median of the rounds counts. The last line of stdout is one JSON object, also written to
`.genius/bench/gateway-cost.json`.
"""

import argparse
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from tests.load.gateway_stand import stand
from tests.load.open_gateway import PARTS
from tests.load.relays.processes import program
from tests.load.relays.relay import Relay
from tests.load.relays.results import write
from tests.load.relays.tools import Group, completion, load, upstream

TOKENS = 2
VARIANTS: dict[str, tuple[str, ...]] = {
    "as it is": (),
    **{f"without {part}": (part,) for part in PARTS},
    "without all three": tuple(PARTS),
}


def started(stack: ExitStack, url: str, name: str, left_out: tuple[str, ...]) -> Relay:
    @contextmanager
    def opened(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
        serves = arguments == ("genius_gateway",)
        command = ("tests.load.open_gateway", *left_out) if serves and left_out else arguments
        with program(*command, environment=environment) as process:
            yield process

    running = stack.enter_context(stand(opened, url))
    return Relay(name, running.url, running.pids[:1], running.token, running.database_pid)


def sent(relay: Relay, requests: int, concurrency: int) -> None:
    group = Group("all", completion(relay.token, TOKENS), TOKENS, connections=concurrency, requests=requests)
    found = load(relay.url, group)["groups"]["all"]
    assert found["complete"] == requests, found


def round_of(relay: Relay, requests: int, concurrency: int) -> tuple[float, float]:
    """CPU-µs per request: of the gateway, of PostgreSQL."""
    before = relay.cpu_s(), relay.database_cpu_s()
    sent(relay, requests, concurrency)
    after = relay.cpu_s(), relay.database_cpu_s()
    gateway, database = ((late - early) / requests * 1e6 for early, late in zip(before, after, strict=True))
    return gateway, database


def measured(relays: list[Relay], requests: int, rounds: int, concurrency: int) -> list[dict[str, float | str]]:
    for relay in relays:
        sent(relay, concurrency * 4, concurrency)
    found: dict[str, list[tuple[float, float]]] = {relay.name: [] for relay in relays}
    for _ in range(rounds):
        for relay in relays:
            found[relay.name].append(round_of(relay, requests, concurrency))
    return [
        {
            "gateway": name,
            "cpu_us_per_request": round(median(own for own, _ in rows), 1),
            "lowest": round(min(own for own, _ in rows), 1),
            "highest": round(max(own for own, _ in rows), 1),
            "postgresql_cpu_us_per_request": round(median(database for _, database in rows), 1),
        }
        for name, rows in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1500, help="of one round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=32)
    given = parser.parse_args()
    with ExitStack() as stack, upstream("tick_us=5000") as model:
        relays = [started(stack, f"{model.url}/v1", name, left_out) for name, left_out in VARIANTS.items()]
        rows = measured(relays, given.requests, given.rounds, given.concurrency)
    write(
        "gateway-cost",
        {"benchmark": "gateway-cost", "rounds": given.rounds, "concurrency": given.concurrency, "rows": rows},
    )


if __name__ == "__main__":
    main()
