# SPDX-License-Identifier: EUPL-1.2
"""Children that can't outlive us."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised child. `ready_url` is None for what is asked otherwise (`ready_check`)."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    url: str
    ready_url: str | None = None
    ready_check: Callable[[], bool] | None = None
    before_start: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    stop_seconds: float = 3.0
    ready_seconds: float = 60.0
    popen_options: Mapping[str, Any] = field(default_factory=dict)


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `death_signal` when the thread that started the child ends.

    Runs after a change of uid, which would clear the setting. Elsewhere than on Linux it does nothing.
    """
    parent = os.getpid()

    def arm() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os.kill(os.getpid(), death_signal)

    return arm


@contextmanager
def appending(log: Path) -> Iterator[int]:
    """A descriptor for a child's output; it appends, so that the file may be emptied behind its back."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def rotate_log(path: Path, limit: int = 5_000_000) -> None:
    """Keep at most two times `limit` bytes: the full file becomes `.1`, and starts again empty.

    The child keeps its descriptor, so the file is copied and emptied; lines of that very moment may be lost.
    """
    try:
        if path.stat().st_size <= limit:
            return
    except FileNotFoundError:
        return
    older = path.with_name(path.name + ".1")
    older.write_bytes(path.read_bytes()[-limit:])
    older.chmod(0o600)
    os.truncate(path, 0)
