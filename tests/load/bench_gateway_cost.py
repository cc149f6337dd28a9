# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_gateway_cost`: what quotas, audit and policy cost a request of `/v1`, in CPU-µs.

The gateway as it is beside itself without one of them, and without all three (`open_gateway`), in turns on the same
machine; each has its own PostgreSQL and inference. CPU is utime + stime of the gateway, and of PostgreSQL beside it;
the median of the rounds counts. The last line of stdout is one JSON object, also written to
`.genius/bench/gateway-cost.json`.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import uvloop

from tests.load.bench_relay import FEW, Relay, load, printed_port, program
from tests.load.gateway_stand import stand
from tests.load.open_gateway import PARTS

OUTPUT = Path(".genius/bench/gateway-cost.json")
VARIANTS: dict[str, tuple[str, ...]] = {
    "as it is": (),
    **{f"without {part}": (part,) for part in PARTS},
    "without all three": tuple(PARTS),
}


def started(stack: ExitStack, upstream: str, name: str, left_out: tuple[str, ...]) -> Relay:
    @contextmanager
    def opened(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
        serves = arguments == ("genius_gateway",)
        command = ("tests.load.open_gateway", *left_out) if serves and left_out else arguments
        with program(*command, environment=environment) as process:
            yield process

    running = stack.enter_context(stand(opened, upstream))
    return Relay(name, running.url, running.pids[:1], running.token, running.database_pid)


async def round_of(relay: Relay, requests: int, concurrency: int) -> tuple[float, float]:
    """CPU-µs per request: of the gateway, of PostgreSQL."""
    before = relay.cpu_s(), relay.database_cpu_s()
    await load(relay, requests=requests, tokens=FEW, concurrency=concurrency)
    after = relay.cpu_s(), relay.database_cpu_s()
    gateway, database = ((late - early) / requests * 1e6 for early, late in zip(before, after, strict=True))
    return gateway, database


async def measured(relays: list[Relay], requests: int, rounds: int, concurrency: int) -> list[dict[str, float | str]]:
    for relay in relays:
        await load(relay, requests=concurrency * 4, tokens=FEW, concurrency=concurrency)
    found: dict[str, list[tuple[float, float]]] = {relay.name: [] for relay in relays}
    for _ in range(rounds):
        for relay in relays:
            found[relay.name].append(await round_of(relay, requests, concurrency))
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
    with ExitStack() as stack:
        port = printed_port(stack.enter_context(program("tests.load.fast_upstream")))
        upstream = f"http://127.0.0.1:{port}/v1"
        relays = [started(stack, upstream, name, left_out) for name, left_out in VARIANTS.items()]
        rows = uvloop.run(measured(relays, given.requests, given.rounds, given.concurrency))
    result = {"benchmark": "gateway-cost", "rounds": given.rounds, "concurrency": given.concurrency, "rows": rows}
    line = json.dumps(result)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(line + "\n")
    print(line)


if __name__ == "__main__":
    main()
