# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.load.bench_fairness`: one authority floods; what is left for 45 others, beside public relays.

The model server has 64 slots and takes 100 ms to a first token. *alone*: 45 authorities send one request a second each.
*flood*: a 46th keeps 256 requests open beside them. *overload*: all 46 keep requests open, 256 the one, 4 each other,
every second of them for three times as many tokens; Jain's index of their served tokens says how equal they are. The
last line of stdout is one JSON object, also written to `.genius/bench/fairness.json`, beside a chart.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from tests.load.relays import chart
from tests.load.relays.peers import PEERS, absent
from tests.load.relays.relay import Relay, Start, inference
from tests.load.relays.results import table, write
from tests.load.relays.tools import Group, Upstream, completion, load, upstream

SLOTS, TICK_US, FIRST_TICKS, TOKENS = 64, 20_000, 5, 40
VICTIMS, FLOOD, FLOOD_KINDS, ONE = 45, 256, 8, "flood"
CONNECTED_S, SETTLED_S, LAST_S = 1.5, 2.0, 0.5
"""Counted is what happens between the two last ones, from the start and before the end: who comes first to an empty
server takes all of it for the length of one answer, with every relay."""


@contextmanager
def ours(upstreams: Sequence[str]) -> Iterator[Relay]:
    with inference(upstreams, upstream__slots=SLOTS) as it:
        yield it


RELAYS: dict[str, Start] = {
    "genius-inference": ours,
    **{n: PEERS[n] for n in ("nginx", "vllm-router", "sglang-router")},
}


COLUMNS = {
    "relay": "relay",
    "victims_ttft_p99_ms_alone": "p99 to the first token alone, ms",
    "victims_ttft_p99_ms_flood": "in the flood, ms",
    "ratio": "times",
    "worst_ratio": "the worst off, times",
    "slots_used_flood": "slots used in the flood",
    "slots_used_overload": "under overload",
    "jain_overload": "Jain's index under overload",
    "tokens_flood_and_mean_other": "tokens of the one / of each other",
}


def request(relay: Relay, authority: int, tokens: int = TOKENS) -> bytes:
    """One of an authority, with its own token where the relay knows authorities."""
    token = relay.keys.token(authority=UUID(int=100 + authority)) if relay.keys else relay.token
    return completion(token, tokens, content=f"Antrag der Behörde {authority}")


def lengths(number: int, spread: int) -> int:
    """Answers of one length would end in one moment, for ever, and their places be free in waves."""
    return TOKENS - spread + number * 7 % (2 * spread + 1)


def victims(relay: Relay) -> list[Group]:
    sizes = {n: lengths(n, TOKENS // 4) for n in range(1, VICTIMS + 1)}
    return [Group(f"v{n}", request(relay, n, size), size, connections=20, rate=1) for n, size in sizes.items()]


def flood(relay: Relay) -> list[Group]:
    sizes = [lengths(n, TOKENS // 2) for n in range(FLOOD_KINDS)]
    each = FLOOD // FLOOD_KINDS
    return [Group(f"{ONE}{n}", request(relay, 0, size), size, connections=each) for n, size in enumerate(sizes)]


def backlogged(relay: Relay) -> list[Group]:
    sizes = {n: TOKENS // 2 if n % 2 else TOKENS * 3 // 2 for n in range(1, VICTIMS + 1)}
    return [Group(f"v{n}", request(relay, n, size), size, connections=4) for n, size in sizes.items()]


def used(before: dict[str, int], after: dict[str, int]) -> float:
    """Share of the slots' time that was used between two readings."""
    return (after["busy_ns"] - before["busy_ns"]) / (SLOTS * (after["now_ns"] - before["now_ns"]))


def driven(relay: Relay, model: Upstream, groups: list[Group], seconds: int) -> tuple[dict[str, Any], float]:
    """What the generator counted, and the share of the slots that was used while it ran."""
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(load, relay.url, *groups, seconds=seconds, settle_s=CONNECTED_S, from_s=SETTLED_S)
        time.sleep(CONNECTED_S + SETTLED_S)
        before = model.stats()
        time.sleep(seconds - SETTLED_S - LAST_S)
        share = used(before, model.stats())
        return found.result()["groups"], share


def worst_p99_ms(found: dict[str, Any]) -> float:
    """The greatest of the victims' own p99 of the time to the first token."""
    return max(group["ttft_us"].get("p99", 0) for name, group in found.items() if not name.startswith(ONE)) / 1000


def middle_p99_ms(found: dict[str, Any]) -> float:
    own = sorted(group["ttft_us"].get("p99", 0) for name, group in found.items() if not name.startswith(ONE))
    return float(own[len(own) // 2]) / 1000


def jain(figures: list[int]) -> float:
    """1 where all are equal, 1/n where one has all."""
    return sum(figures) ** 2 / (len(figures) * sum(n * n for n in figures))


def incomplete(found: dict[str, Any]) -> int:
    return sum(group["sent"] - group["complete"] for group in found.values())


def fresh(name: str, groups: Callable[[Relay], list[Group]], seconds: int) -> tuple[dict[str, Any], float]:
    """One scenario with a relay and a model server of its own, so that no account of another one counts."""
    words = (f"slots={SLOTS}", f"tick_us={TICK_US}", f"first_ticks={FIRST_TICKS}")
    with upstream(*words) as model, RELAYS[name]([model.url]) as relay:
        return driven(relay, model, groups(relay), seconds)


def measure(name: str, seconds: int) -> dict[str, object]:
    alone, _ = fresh(name, victims, seconds)
    flooded, share = fresh(name, lambda relay: [*victims(relay), *flood(relay)], seconds)
    overloaded, share_overload = fresh(name, lambda relay: [*backlogged(relay), *flood(relay)], seconds)
    served = [group["tokens_in_time"] for kind, group in overloaded.items() if not kind.startswith(ONE)]
    served.append(sum(group["tokens_in_time"] for kind, group in overloaded.items() if kind.startswith(ONE)))
    worst = {"alone": worst_p99_ms(alone), "flood": worst_p99_ms(flooded)}
    return {
        "relay": name,
        "victims_ttft_p99_ms_alone": round(middle_p99_ms(alone), 1),
        "victims_ttft_p99_ms_flood": round(middle_p99_ms(flooded), 1),
        "ratio": round(middle_p99_ms(flooded) / middle_p99_ms(alone), 2),
        "worst_victim_p99_ms": {kind: round(value, 1) for kind, value in worst.items()},
        "worst_ratio": round(worst["flood"] / worst["alone"], 2),
        "slots_used_flood": round(share, 4),
        "slots_used_overload": round(share_overload, 4),
        "jain_overload": round(jain(served), 4),
        "tokens_flood_and_mean_other": [served[-1], round(sum(served[:-1]) / VICTIMS)],
        "incomplete": incomplete(alone) + incomplete(flooded) + incomplete(overloaded),
    }


def row(name: str, seconds: int) -> dict[str, object]:
    if name in PEERS and (why := absent(name)):
        return {"relay": name, "absent": why}
    try:
        return measure(name, seconds)
    except AssertionError as error:
        if name not in PEERS:
            raise
        return {"relay": name, "absent": str(error)}


def drawn(rows: list[dict[str, object]]) -> str:
    shown = [r for r in rows if "absent" not in r]
    ratios: list[float | None] = [float(str(r["ratio"])) for r in shown]
    equal: list[float | None] = [float(str(r["jain_overload"])) for r in shown]
    panels = [
        chart.Panel("victims' TTFT p99, times that alone", ratios, logarithmic=False),
        chart.Panel("Jain's index under overload", equal, logarithmic=False),
    ]
    return chart.bars("One authority floods, 45 others", [str(r["relay"]) for r in shown], panels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=18)
    parser.add_argument("--only", nargs="*", choices=list(RELAYS), default=list(RELAYS))
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/fairness.* again")
    given = parser.parse_args()
    rows = [row(name, given.seconds) for name in given.only]
    target = {"jain_overload": 0.99, "ratio": 2, "slots_used_flood": 0.98}
    result: dict[str, object] = {"benchmark": "fairness", "rows": rows, "target": target}
    write("fairness", result, table(rows, COLUMNS), drawn(rows), publish=given.publish)


if __name__ == "__main__":
    main()
