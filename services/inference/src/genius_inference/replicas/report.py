# SPDX-License-Identifier: EUPL-1.2
"""What a vLLM server says of itself at `/metrics`, and how it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(
    rb"^vllm:(num_requests_running|num_requests_waiting|kv_cache_usage_perc)(?:\{[^}]*\})? ([0-9.eE+-]+)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Report:
    """`running` and `waiting` are requests over all models and routers, `kv_cache` is used of 1."""

    running: int = 0
    waiting: int = 0
    kv_cache: float = 0.0


def parse(text: bytes) -> Report:
    """The sums over a server's engines; zeros for what it does not tell."""
    sums = {b"num_requests_running": 0.0, b"num_requests_waiting": 0.0, b"kv_cache_usage_perc": 0.0}
    for name, value in _LINE.findall(text):
        if name == b"kv_cache_usage_perc":
            sums[name] = max(sums[name], float(value))
        else:
            sums[name] += float(value)
    running, waiting, kv_cache = sums.values()
    return Report(int(running), int(waiting), kv_cache)
