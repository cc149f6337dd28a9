# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` of the process that reads documents in, at moments drawn evenly over its start and its work (ING-10).

`make test-faults N=1000` kills so often, in batches of 20 with a database, a folder and a seed of their own, which is
printed. It is started after each kill; at the end of a batch every document and every store is looked at.
With `WORKERS=0` a line tells of each batch. One that failed is repeated with
`make test-faults N=20 ARGS="--seed SEED -k random_moments"`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.after_kills import Inspection
from tests.support.clerks import Desk
from tests.support.http import TRUSTS_NOBODY
from tests.support.laws import shipped
from tests.support.postgres import TestPostgres
from tests.support.processes import children, command, wait_gone
from tests.support.retrieval import memory_folder, running_service
from tests.support.warm import RETRIEVAL, Warm, warm

pytestmark = [pytest.mark.faults, pytest.mark.timeout(6 * 3600)]

BATCH = 20
AT_START = 1 / 6
"""The share of kills during a start."""
REBUILDS = 0.15
"""Of the rounds ask for a rebuild of the index too."""
READY_S = 60.0
GONE_S = 10.0


@pytest.fixture(scope="module")
def started() -> Iterator[Warm]:
    with warm(*RETRIEVAL) as found:
        yield found


@dataclass
class Pace:
    """Seconds that a start and the work of a round take, as measured last."""

    start: float = 1.0
    span: float = 3.0


class Batch:
    """Kills of one service with its data."""

    def __init__(self, inspection: Inspection, seed: int, pace: Pace, met: Counter[str]) -> None:
        self._service, self._desk, self._inspection, self._seed = inspection.service, inspection.desk, inspection, seed
        self._chance = random.Random(seed)
        self.pace = pace
        self._met = met

    def kill(self, number: int) -> None:
        """Launch and SIGKILL: one time in six while it starts, else between that and the end of all work."""
        launched = time.monotonic()
        at_start = self._chance.random() < AT_START
        moment = self._chance.uniform(0, self.pace.start if at_start else 1.2 * self.pace.span)
        self._service.launch()
        below: list[int] = []
        killer = threading.Timer(moment, lambda: below.extend(self._strike(at_start)))
        if at_start:
            killer.start()
        with contextlib.suppress(httpx.TransportError):
            self._wait_ready()
            if not at_start:
                self.pace.start, begun = time.monotonic() - launched, time.monotonic()
                killer.start()
                self._work(f"{self._seed}-{number}")
                # No kill waits for nothing; a round with little to do says little about the next one.
                self.pace.span += 0.3 * (time.monotonic() - begun - self.pace.span)
                killer.cancel()
        killer.join()
        self.pace.span *= 1.04  # the machine may have become slower: some kills find all work done
        below.extend(self._strike(at_start))
        self._desk.stop()
        wait_gone(below, GONE_S)
        if self._desk.failures:
            raise self._desk.failures[0]

    def undisturbed(self) -> None:
        """One round more, under no kill: after all of them the service works as before."""
        self._work(f"{self._seed}-last")
        if self._desk.failures:
            raise self._desk.failures[0]

    def _work(self, seed: str) -> None:
        """All that a round has to do. Raises httpx.TransportError when the service is killed."""
        self._inspection.at_start()
        threads = self._desk.begin(seed)
        if random.Random(seed).random() < REBUILDS:
            with self._desk.operator() as operator:
                operator.post("/authorities/self/rebuild").raise_for_status()
        for thread in threads:
            thread.join()
        while self._inspection.waiting():
            self._require_running()
            time.sleep(0.02)

    def _strike(self, at_start: bool) -> list[int]:
        """Kill it if it still runs; answers the processes below it, which must end with it."""
        assert self._service.process
        if self._service.process.poll() is not None:
            return []
        below = children(self._service.process.pid)
        programs = " ".join(command(pid) for pid in below)
        self._service.kill()
        self._met["starting" if at_start else "at work"] += 1
        self._met["reading a file"] += "genius_retrieval.parsing" in programs
        self._met["optimising"] += "optimize" in programs
        return below

    def _wait_ready(self) -> None:
        end = time.monotonic() + READY_S
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self._service.url}/health/ready", verify=TRUSTS_NOBODY).status_code == 200:
                    return
            self._require_running()
            assert time.monotonic() < end, f"it does not start again:\n{self._service.log()[-4000:]}"
            time.sleep(0.02)

    def _require_running(self) -> None:
        assert self._service.process
        if self._service.process.poll() is not None:
            raise httpx.ConnectError("killed")


def test_killed_at_random_moments(
    postgres_server: TestPostgres,
    started: Warm,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """ING-10: all that was accepted ends ready or failed, is found wholly and once, and nothing else is left."""
    kills, first = pytestconfig.getoption("--faults", 3), pytestconfig.getoption("--seed", 1)
    met, pace, begin = Counter[str](), Pace(), time.monotonic()
    for batch, done in enumerate(range(0, kills, BATCH)):
        seed, number = first + batch, min(BATCH, kills - done)
        with memory_folder() as folder, _inspected(postgres_server, started, folder, monkeypatch) as inspection:
            try:
                told = run_batch(inspection, seed, number, pace, met)
            except BaseException as error:
                raise AssertionError(f"seed {seed}: {error}") from error
        with capsys.disabled():
            print(f"{done + number} of {kills} kills in {time.monotonic() - begin:.0f} s, seed {seed}: {told}")
    with capsys.disabled():
        print(f"killed while: {dict(met)}")


@contextlib.contextmanager
def _inspected(
    postgres: TestPostgres, started: Warm, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Inspection]:
    """A service on data of its own, with its clerks; it does not run yet."""
    temporary = folder / "temporary"
    temporary.mkdir()
    temporary.chmod(0o1777)
    monkeypatch.setenv("TMPDIR", str(temporary))
    with running_service(postgres, folder, start=False) as service:
        service.warm, service.program = started, ("tests.support.eager_retrieval",)
        service.start()
        inspection = Inspection(Desk(service, shipped("WoGG", 12)), service, postgres, temporary)
        service.kill()
        try:
            yield inspection
        finally:
            inspection.close()


def run_batch(inspection: Inspection, seed: int, kills: int, pace: Pace, met: Counter[str]) -> str:
    batch = Batch(inspection, seed, pace, met)
    for number in range(1, kills + 1):
        batch.kill(number)
    inspection.service.start()
    batch.undisturbed()
    asyncio.run(inspection.whole())
    ledger = inspection.desk.ledger
    return (
        f"{len(ledger.sent)} uploads, {len(ledger.laws)} versions of the law; ended {dict(inspection.ended)}; "
        f"{inspection.left} objects of cut uploads removed"
    )
