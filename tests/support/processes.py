# SPDX-License-Identifier: EUPL-1.2
"""Processes below a process, what they run, and waiting until they are gone."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

_AWAY = (FileNotFoundError, ProcessLookupError)


def children(pid: int) -> list[int]:
    """All processes below `pid`; none where it is gone."""
    try:
        own = [
            int(item)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for item in (task / "children").read_text().split()
        ]
    except _AWAY:
        return []
    return [*own, *(inner for one in own for inner in children(one))]


def command(pid: int) -> str:
    """Its program and arguments; "" where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except _AWAY:
        return ""


def wait_gone(pids: Iterable[int], seconds: float) -> None:
    """Until none of them runs any more (one that nobody has collected counts as gone)."""
    end = time.monotonic() + seconds
    while left := [pid for pid in pids if command(pid)]:
        assert time.monotonic() < end, f"still running: {[command(pid) for pid in left]}"
        time.sleep(0.02)
