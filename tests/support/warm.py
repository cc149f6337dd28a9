# SPDX-License-Identifier: EUPL-1.2
"""Programs started from a process that has their imports behind it: 0.5 s instead of 2.7 s for the retrieval service.

`python -m tests.support.warm MODULE …` imports the modules and then forks a process for each line that it reads (JSON:
environment, module, arguments, log), which runs that module as the program does. It answers with the process's id. The
process is the real one in all else: its own memory, threads and children, and `kill -9` ends it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

RETRIEVAL = ("genius_retrieval.app", "genius_retrieval.migrate", "genius_common.serving")


class WarmProcess:
    """What tests use of `subprocess.Popen`, for a process that is no child of this one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._handle)

    def poll(self) -> int | None:
        """None as long as it runs."""
        return self._ended(0)

    def wait(self, timeout: float) -> int:
        if (found := self._ended(timeout)) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return found

    def send_signal(self, how: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, how)

    def _ended(self, timeout: float) -> int | None:
        return 0 if select.select([self._handle], [], [], timeout)[0] else None


class Warm:
    """Starts programs; one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, program: Sequence[str], environment: Mapping[str, str], log: Path) -> WarmProcess:
        """`program`: a module and its arguments; what it prints is added to `log`."""
        assert self._process.stdin
        assert self._process.stdout
        order = {"program": list(program), "environment": dict(environment), "log": str(log)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return WarmProcess(int(self._process.stdout.readline()))


@contextlib.contextmanager
def warm(*modules: str) -> Iterator[Warm]:
    # A library's pool of threads would not come along when the process forks.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.warm", *modules],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    try:
        yield Warm(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(30)


def _run(program: list[str], environment: dict[str, str], log: str) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    with open(os.devnull, "rb") as nothing, open(log, "ab") as out:
        os.dup2(nothing.fileno(), 0)
        for standard in (1, 2):
            os.dup2(out.fileno(), standard)
    sys.argv = program
    try:
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


def _serve() -> None:
    # Nobody asks for their exit codes: they are gone when they end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while line := sys.stdin.readline():
        order = json.loads(line)
        if pid := os.fork():
            print(pid, flush=True)
        else:
            _run(order["program"], order["environment"], order["log"])


if __name__ == "__main__":
    for name in sys.argv[1:]:
        importlib.import_module(name)
    assert len(os.listdir("/proc/self/task")) == 1, "another thread would not come along"
    _serve()
