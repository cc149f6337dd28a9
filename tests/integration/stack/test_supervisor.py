# SPDX-License-Identifier: EUPL-1.2
"""The supervisor with real children: tiny Python programs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from genius_stack.errors import ServiceFailed
from genius_stack.process import Program, rotate_log
from genius_stack.settings import base_environment
from genius_stack.supervisor import Supervisor

SLEEPS = "import time; print('da', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('da', flush=True); time.sleep(600)"
)
TELLS_ITS_END = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print(time.time(), flush=True), sys.exit()))
print(0, flush=True)
time.sleep(600)
"""


def program(name: str, code: str, **options: object) -> Program:
    return Program(
        name=name,
        command=[sys.executable, "-c", code],
        environment=base_environment(),
        url="",
        **options,  # type: ignore[arg-type]
    )


class Recorder:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.changes = 0

    def say(self, text: str) -> None:
        self.lines.append(text)

    def changed(self) -> None:
        self.changes += 1


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def until(condition: object, seconds: float = 5.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_a_killed_program_comes_back_and_is_announced(tmp_path: Path) -> None:
    recorder = Recorder()
    supervisor = Supervisor(tmp_path, recorder.say, recorder.changed)
    supervised = await supervisor.start(program("dienst", SLEEPS))
    supervised.backoff.first = 0.05
    first = supervised.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: recorder.changes == 1)
    assert supervised.pid not in (None, first)
    assert "dienst hat sich beendet (Signal SIGKILL)" in recorder.lines[0]
    assert "Neustart in 0,05 s" in recorder.lines[0]
    assert "läuft wieder" in recorder.lines[1]
    await supervisor.stop([])
    assert gone(supervised.process.pid)  # type: ignore[union-attr]


async def test_what_never_starts_is_named_with_its_log(tmp_path: Path) -> None:
    recorder = Recorder()
    supervisor = Supervisor(tmp_path, recorder.say, recorder.changed)
    url = "http://127.0.0.1:9/health/ready"
    supervised = await supervisor.start(program("kaputt", "raise SystemExit('kein Speicher')", ready_url=url))
    supervised.backoff.first = 0.02
    with pytest.raises(ServiceFailed, match=r"kaputt startet nicht: kein Speicher .*kaputt\.log"):
        await supervisor.wait_ready("kaputt")
    await supervisor.stop([])


async def test_what_hangs_at_the_start_is_given_up(tmp_path: Path) -> None:
    recorder = Recorder()
    supervisor = Supervisor(tmp_path, recorder.say, recorder.changed)
    url = "http://127.0.0.1:9/health/ready"
    await supervisor.start(program("lahm", SLEEPS, ready_url=url, ready_seconds=0.3))
    with pytest.raises(ServiceFailed, match="nicht bereit"):
        await supervisor.wait_ready("lahm")
    await supervisor.stop([])


async def test_it_stops_in_order_and_kills_what_does_not_listen(tmp_path: Path) -> None:
    recorder = Recorder()
    supervisor = Supervisor(tmp_path, recorder.say, recorder.changed)
    for name in ("zweiter", "erster"):
        await supervisor.start(program(name, TELLS_ITS_END))
    stubborn = await supervisor.start(program("stur", STUBBORN, stop_seconds=0.3))
    logs = [tmp_path / f"{name}.log" for name in ("erster", "zweiter", "stur")]
    await until(lambda: all(log.read_text() for log in logs))
    started = time.monotonic()
    await supervisor.stop([["erster"], ["zweiter"]])
    assert time.monotonic() - started < 3
    first, second = (float(log.read_text().split()[-1]) for log in logs[:2])
    assert 0 < first <= second
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL
    assert recorder.lines == []


async def test_a_second_signal_kills_at_once(tmp_path: Path) -> None:
    recorder = Recorder()
    supervisor = Supervisor(tmp_path, recorder.say, recorder.changed)
    stubborn = await supervisor.start(program("stur", STUBBORN, stop_seconds=60))
    await until(lambda: (tmp_path / "stur.log").read_text())
    hurry = asyncio.Event()
    hurry.set()
    await asyncio.wait_for(supervisor.stop([["stur"]], hurry.wait), 5)
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL


_PARENT = """
import asyncio, pathlib, sys
from genius_stack.process import Program
from genius_stack.settings import base_environment
from genius_stack.supervisor import Supervisor

async def main():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]), print, lambda: None)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    command = [sys.executable, "-c", code]
    child = await supervisor.start(Program(name="kind", command=command, environment=base_environment(), url=""))
    print(child.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal exists on Linux only")
async def test_kill_9_of_the_supervisor_leaves_no_child(tmp_path: Path) -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220 read at once, then killed
        [sys.executable, "-c", _PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert not gone(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    await until(lambda: gone(child))


def test_a_log_is_bounded_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "dienst.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a" * 100 + b"ende")
        rotate_log(log, limit=50)
        writer.write(b"neu")
    assert log.read_bytes() == b"neu"
    older = tmp_path / "dienst.log.1"
    assert older.read_bytes() == b"a" * 46 + b"ende"
    assert older.stat().st_mode & 0o777 == 0o600
