# SPDX-License-Identifier: EUPL-1.2
"""Programs that crash again and again, can't be started, or leave children behind."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import pytest

from genius_stack import supervisor as supervisor_module
from genius_stack.process import Program
from genius_stack.settings import base_environment
from genius_stack.supervisor import Supervisor

ORPHAN = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
"""


def program(name: str, command: list[str], **options: object) -> Program:
    return Program(name=name, command=command, environment=base_environment(), url="", **options)  # type: ignore[arg-type]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def until(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_five_quick_crashes_are_counted_and_the_log_is_shown_once(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path, said.append, lambda: None)
    supervised = await supervisor.start(program("dienst", ["/bin/sh", "-c", "echo '[/x] kaputt'; exit 3"]))
    supervised.backoff.first = 0.01
    await until(lambda: supervised.restarts >= 5)
    await supervisor.stop([])
    ends = [line for line in said if "beendet" in line][:5]
    assert ends[0] == "dienst hat sich beendet (Code 3). Neustart in 0,01 s."
    assert ends[4] == "dienst hat sich zum 5. Mal in Folge beendet (Code 3). Neustart in 0,16 s."
    assert [line for line in said if "meldet" in line] == [
        f"dienst meldet zuletzt: [/x] kaputt Protokoll: {tmp_path / 'dienst.log'}"
    ]


async def test_children_of_a_crashed_program_end_with_it(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda _: None, lambda: None)
    supervised = await supervisor.start(program("dienst", [sys.executable, "-c", ORPHAN]))
    supervised.backoff.first = 30
    await until(lambda: supervised.restarts == 1)
    await until(lambda: gone(int((tmp_path / "dienst.log").read_text())))
    await supervisor.stop([])


async def test_a_program_that_is_missing_for_a_while_is_tried_again(tmp_path: Path) -> None:
    said: list[str] = []
    script = tmp_path / "programm"

    def install(text: str) -> None:
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o700)

    install("sleep 0.1")
    supervisor = Supervisor(tmp_path, said.append, lambda: None)
    supervised = await supervisor.start(program("dienst", [str(script)]))
    supervised.backoff.first = 0.02
    script.unlink()
    await until(lambda: any("lässt sich nicht starten (No such file" in line for line in said))
    install("exec sleep 600")
    await until(lambda: supervised.pid is not None)
    assert "läuft wieder" in said[-1]
    await supervisor.stop([])
    assert supervised.pid is None


async def test_rotation_of_logs_goes_on_after_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "_ROTATE_SECONDS", 0.02)
    supervisor = Supervisor(tmp_path, lambda _: None, lambda: None)
    await supervisor.start(program("dienst", ["/bin/sleep", "600"]))
    log, obstacle = tmp_path / "dienst.log", tmp_path / "dienst.log.1"
    obstacle.mkdir()
    rotation = asyncio.create_task(supervisor.rotate_logs())
    log.write_bytes(b"x" * 5_000_001)
    await asyncio.sleep(0.1)
    assert not rotation.done()
    obstacle.rmdir()
    await until(lambda: log.stat().st_size == 0)
    rotation.cancel()
    await supervisor.stop([])
