# SPDX-License-Identifier: EUPL-1.2
"""Programs of a benchmark, their CPU (utime + stime) and memory, children included."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.processes import children

TICKS = os.sysconf("SC_CLK_TCK")
RELAY_CORE, TOOL_CORE = 0, 1
"""What is measured has one core for itself, the model server and the load generator have the other."""


def cpu_s(pid: int, *, waited: bool = False) -> float:
    """Seconds of CPU of one process; `waited` adds those of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11 : 15 if waited else 13]) / TICKS


def tree(pid: int) -> list[int]:
    """The process and all that it started, as far as they are there."""
    return [pid, *children(pid)]


def memory_mb(pids: Sequence[int]) -> float:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for root in pids for pid in tree(root))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def pinned(command: Sequence[str], core: int | None) -> list[str]:
    return list(command) if core is None else ["taskset", "-c", str(core), *command]


@contextmanager
def running(
    command: Sequence[str],
    *,
    core: int | None = None,
    environment: dict[str, str] | None = None,
    log: Path | None = None,
) -> Iterator["subprocess.Popen[str]"]:
    """A program with its output in a pipe, or in `log`; ended by its own pid."""
    with (log or Path(os.devnull)).open("w") as sink:
        process = subprocess.Popen(
            pinned(command, core),
            stdout=sink if log else subprocess.PIPE,
            stderr=sink if log else None,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


@contextmanager
def program(*arguments: str, environment: dict[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """A Python module of this environment."""
    with running([sys.executable, "-m", *arguments], environment=environment) as process:
        yield process


@contextmanager
def pinned_program(*arguments: str, environment: dict[str, str] | None = None) -> Iterator["subprocess.Popen[str]"]:
    """The same on the core of what is measured."""
    with running([sys.executable, "-m", *arguments], core=RELAY_CORE, environment=environment) as process:
        yield process


def printed_port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout
    return int(process.stdout.readline())


def wait_for(url: str, *, seconds: float = 180, process: "subprocess.Popen[str] | None" = None) -> None:
    """Until the address answers 200; fails early where the process has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(url, trust_env=False, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if process is not None and process.poll() is not None:
            raise AssertionError(f"it ended with {process.returncode}")
        time.sleep(0.05)
    raise AssertionError(f"{url} did not become ready")
