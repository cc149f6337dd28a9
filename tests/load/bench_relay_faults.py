# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_relay_faults`: what a client gets when a model server fails, ours beside public relays.

Two model servers, one of them bad (503, closes, refuses, hangs): how many of 20 requests are answered in full (6 where
it hangs; the client waits 6 seconds). One model server that breaks off after 0 to 19 tokens, in the middle of the
message or with its proper end: how many of 20 clients can't know. A client that leaves: how long the model server goes
on for nobody. The last line of stdout is one JSON object, also written to `.genius/bench/relay-faults.json`.
"""

import argparse
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from tests.load.relays.peers import PEERS, absent
from tests.load.relays.relay import Relay, Start, inference
from tests.load.relays.results import table, write
from tests.load.relays.tools import OUTCOMES, Group, Upstream, completion, load, upstream

TOKENS = 20
CLIENT_WAITS_S = 6
WAITED_S = 5.0
GONE_TRIES = 10


@contextmanager
def ours(upstreams: Sequence[str]) -> Iterator[Relay]:
    with inference(upstreams) as it:
        yield it


RELAYS: dict[str, Start] = {"genius-inference": ours, **PEERS}


COLUMNS = {
    "relay": "relay",
    "503": "503",
    "close": "closes",
    "refused": "refuses",
    "hang": "hangs (of 6)",
    "cut": "breaks off after 0 to 19 tokens",
    "cut_with_proper_end": "the same with a proper end",
    "client_gone_stream": "client gone, stream",
    "client_gone_whole": "client gone, whole answer",
}


def outcomes(relay: Relay, requests: int) -> Counter[str]:
    group = Group("all", completion(relay.token, TOKENS), TOKENS, requests=requests)
    found = load(relay.url, group, timeout_s=CLIENT_WAITS_S)["groups"]["all"]
    return Counter({name: found[name] for name in OUTCOMES if found[name]})


def one_bad(start: Start, script: str | None, requests: int) -> dict[str, int]:
    """Outcomes with two servers of which one does as scripted; without a script it is not there any more."""
    with ExitStack() as stack:
        good = stack.enter_context(upstream("tick_us=2000"))
        with ExitStack() as until_bad:
            bad = until_bad.enter_context(upstream("tick_us=2000"))
            relay = stack.enter_context(start([good.url, bad.url]))
            outcomes(relay, 4)
            if script is None:
                until_bad.close()
            else:
                bad.script(script)
            return dict(outcomes(relay, requests))


def cut_everywhere(start: Start, kind: str) -> dict[str, int]:
    """Outcomes of one request each that breaks off after 0, 1, … 19 tokens."""
    with upstream("tick_us=2000") as model, start([model.url]) as relay:
        outcomes(relay, 4)
        found: Counter[str] = Counter()
        for at in range(TOKENS):
            model.script(f"fault={kind} at={at}")
            found += outcomes(relay, 1)
        return dict(found)


def waits_until(model: Upstream, name: str, at_least: int) -> dict[str, int] | None:
    end = time.monotonic() + WAITED_S
    while time.monotonic() < end:
        stats = model.stats()
        if stats[name] >= at_least:
            return stats
        time.sleep(0.01)
    return None


def left(relay: Relay, model: Upstream, *, stream: bool) -> float | None:
    """Milliseconds from the client's close to the model server's; None where it goes on for more than five seconds."""
    gone = model.stats()["gone"]
    host, _, port = relay.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(completion(relay.token, 2000, stream=stream))
        if stream:
            client.recv(65536)
        assert waits_until(model, "running", 1), "the request did not arrive"
        closed_ns = time.monotonic_ns()
    found = waits_until(model, "gone", gone + 1)
    return None if found is None else (found["last_gone_ns"] - closed_ns) / 1e6


def gone(start: Start, *, stream: bool) -> dict[str, float | int | None]:
    """Median and longest time in milliseconds over ten clients; `never` counts those that were served on for nobody."""
    with upstream("tick_us=10000") as model:
        times: list[float | None] = []
        with start([model.url]) as relay:
            outcomes(relay, 4)
            for _ in range(GONE_TRIES):
                times.append(left(relay, model, stream=stream))
                if times[-1] is None:  # it will not be otherwise with the next one
                    break
                waits_for_nobody(model)
    known = [t for t in times if t is not None]
    never = len(times) - len(known)
    return {
        "p50_ms": round(median(known), 1) if known else None,
        "max_ms": round(max(known), 1) if known else None,
        "never": never,
    }


def waits_for_nobody(model: Upstream) -> None:
    end = time.monotonic() + WAITED_S
    while model.stats()["running"] and time.monotonic() < end:
        time.sleep(0.01)


def measure(name: str) -> dict[str, object]:
    start = RELAYS[name]
    if name in PEERS and (why := absent(name)):
        return {"relay": name, "absent": why}
    try:
        return {
            "relay": name,
            "503": one_bad(start, "fault=503", 20),
            "close": one_bad(start, "fault=close", 20),
            "refused": one_bad(start, None, 20),
            "hang": one_bad(start, "fault=hang", 6),
            "cut": cut_everywhere(start, "cut"),
            "cut_with_proper_end": cut_everywhere(start, "cut_clean"),
            "client_gone_stream": gone(start, stream=True),
            "client_gone_whole": gone(start, stream=False),
        }
    except AssertionError as error:
        if name not in PEERS:
            raise
        return {"relay": name, "absent": str(error)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(RELAYS), default=list(RELAYS))
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/relay-faults.* again")
    given = parser.parse_args()
    rows = [measure(name) for name in given.only]
    target = {"503": 20, "close": 20, "refused": 20, "hang": 6, "silent": 0, "client_gone_ms": 20}
    result: dict[str, object] = {"benchmark": "relay-faults", "rows": rows, "target": target}
    write("relay-faults", result, table(rows, COLUMNS), publish=given.publish)


if __name__ == "__main__":
    main()
