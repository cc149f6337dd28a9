# SPDX-License-Identifier: EUPL-1.2
"""Starts the programs, restarts what crashes with growing pauses, stops all in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from genius_stack.backoff import Backoff
from genius_stack.errors import ServiceFailed
from genius_stack.process import Program, appending, die_with_parent, rotate_log

OFTEN = 3
_ROTATE_SECONDS = 20.0
_POLL_SECONDS = 0.1

Say = Callable[[str], None]


class Supervised:
    """One program with its process and its pause before the next start."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.process: asyncio.subprocess.Process | None = None
        self.restarts = 0
        self.backoff = Backoff()

    @property
    def pid(self) -> int | None:
        running = self.process is not None and self.process.returncode is None
        return self.process.pid if self.process is not None and running else None

    async def start(self) -> None:
        if self.program.before_start is not None:
            await asyncio.to_thread(self.program.before_start)
        with appending(self.log) as descriptor:
            self.process = await asyncio.create_subprocess_exec(
                *self.program.command,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                preexec_fn=die_with_parent(self.program.death_signal),
                **self.program.popen_options,
            )
        self.backoff.started()

    async def ready(self, session: aiohttp.ClientSession) -> bool:
        """Whether it answers now; `degraded` counts as ready, since a part that waits for others says so."""
        if self.pid is None:
            return False
        if self.program.ready_check is not None:
            return await asyncio.to_thread(self.program.ready_check)
        if self.program.ready_url is None:
            return True
        try:
            async with session.get(self.program.ready_url) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def stop(self, seconds: float | None = None) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self._signal(self.program.stop_signal)
        try:
            await asyncio.wait_for(self.process.wait(), self.program.stop_seconds if seconds is None else seconds)
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.process.wait()
        self.end_group()

    def end_group(self) -> None:
        """Kill what the ended process has left of its own children; they could hold its port."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)


class Supervisor:
    """All programs of one platform. `changed` is called whenever a pid changes after the start."""

    def __init__(self, logs: Path, say: Say, changed: Callable[[], None]) -> None:
        self._logs = logs
        self._say = say
        self._changed = changed
        self._watchers: list[asyncio.Task[None]] = []
        self.programs: dict[str, Supervised] = {}
        self._stopping = False

    async def start(self, program: Program) -> Supervised:
        """Start one program and watch over it from now on."""
        supervised = Supervised(program, self._logs / f"{program.name}.log")
        self.programs[program.name] = supervised
        await supervised.start()
        self._watchers.append(asyncio.create_task(self._watch(supervised)))
        return supervised

    async def wait_ready(self, *names: str, progress: Callable[[str], None] | None = None) -> None:
        """Wait until all `names` answer. Raises: ServiceFailed, naming the log."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            await asyncio.gather(*(self._wait_one(session, self.programs[name], progress) for name in names))

    async def _wait_one(
        self, session: aiohttp.ClientSession, supervised: Supervised, progress: Callable[[str], None] | None
    ) -> None:
        name, limit = supervised.program.name, supervised.program.ready_seconds
        end = time.monotonic() + limit
        while not await supervised.ready(session):
            if supervised.restarts >= 3:
                raise ServiceFailed(f"{name} startet nicht: {last_line(supervised.log)} Protokoll: {supervised.log}")
            if time.monotonic() > end:
                raise ServiceFailed(f"{name} ist nach {limit:.0f} s nicht bereit. Protokoll: {supervised.log}")
            await asyncio.sleep(_POLL_SECONDS)
        if progress is not None:
            progress(name)

    async def _watch(self, supervised: Supervised) -> None:
        name = supervised.program.name
        while True:
            assert supervised.process is not None
            code = await supervised.process.wait()
            if self._stopping:
                return
            supervised.end_group()
            supervised.restarts += 1
            pause = supervised.backoff.crashed()
            times = supervised.backoff.in_a_row
            often = f" zum {times}. Mal in Folge" if times >= OFTEN else ""
            self._say(f"{name} hat sich{often} beendet ({ending(code)}). Neustart in {in_seconds(pause)}.")
            if times == OFTEN:
                self._say(f"{name} meldet zuletzt: {last_line(supervised.log)} Protokoll: {supervised.log}")
            await asyncio.sleep(pause)
            await self._restart(supervised)

    async def _restart(self, supervised: Supervised) -> None:
        """Start again until the system lets us (a full disk or a missing program may pass)."""
        name = supervised.program.name
        while True:
            try:
                await supervised.start()
            except OSError as error:
                pause = supervised.backoff.crashed()
                self._say(f"{name} lässt sich nicht starten ({error.strerror}). Neuer Versuch in {in_seconds(pause)}.")
                await asyncio.sleep(pause)
                continue
            self._say(f"{name} läuft wieder (Prozess {supervised.pid}).")
            self._changed()
            return

    async def rotate_logs(self) -> None:
        """Runs for ever: bounds every log file."""
        while True:
            await asyncio.sleep(_ROTATE_SECONDS)
            for supervised in self.programs.values():
                with contextlib.suppress(OSError):  # a full disk may have room at the next round
                    await asyncio.to_thread(rotate_log, supervised.log)

    async def stop(self, groups: list[list[str]], abort: Callable[[], Awaitable[object]] | None = None) -> None:
        """Stop group after group; within a group all at once. When `abort()` returns, the rest is killed."""
        self._stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        known = {name for group in groups for name in group}
        ordered = [[name for name in self.programs if name not in known], *groups]
        orderly = asyncio.create_task(self._stop_groups(ordered))
        waiting = {orderly}
        hurry = asyncio.ensure_future(abort()) if abort is not None else None
        if hurry is not None:
            waiting.add(hurry)  # type: ignore[arg-type]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not orderly.done():
            await asyncio.gather(*(supervised.stop(0) for supervised in self.programs.values()))
        await orderly
        if hurry is not None:
            hurry.cancel()

    async def _stop_groups(self, groups: list[list[str]]) -> None:
        for group in groups:
            await asyncio.gather(*(self.programs[name].stop() for name in group if name in self.programs))


def in_seconds(value: float) -> str:
    """A duration in German."""
    return f"{value:g} s".replace(".", ",")


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"Code {code}"
    try:
        return f"Signal {signal.Signals(-code).name}"
    except ValueError:
        return f"Signal {-code}"


def last_line(log: Path) -> str:
    """The end of a log for a message: the last line that is not empty, shortened."""
    try:
        lines = log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][-300:] if lines else ""
