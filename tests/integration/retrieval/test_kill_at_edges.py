# SPDX-License-Identifier: EUPL-1.2
"""The retrieval service killed at every edge of every effect: an upload, a new version, a deletion (ING-10).

The edges are counted in a run without a kill, then each is tried in a run of its own (`make test-faults`).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from genius_retrieval.app import build
from genius_retrieval.ingest.reconcile import Reconciled, Reconciler
from tests.support import pdf
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, memory_folder, running_service, upload, wait_for
from tests.support.warm import RETRIEVAL, warm

OPERATIONS = ("upload", "replace", "delete")


@dataclass
class Doomed:
    """A service that dies at an edge when it is told to."""

    service: RetrievalService
    folder: Path

    @property
    def order(self) -> Path:
        return self.folder / "order"

    @property
    def seen(self) -> Path:
        return self.folder / "seen"

    def start(self) -> None:
        self.order.unlink(missing_ok=True)
        self.service.program = ("tests.support.killed_retrieval", str(self.order), str(self.seen))
        self.service.start()

    def dies(self, edge: int, act: Callable[[], Any]) -> bool:
        """Whether the act was acknowledged; then the process is gone, or its work is done (edge 0)."""
        self.seen.unlink(missing_ok=True)
        self.order.write_text(str(edge), encoding="ascii")
        try:
            act()
            acknowledged = True
        except httpx.TransportError:
            acknowledged = False
        if edge:
            assert self.service.process
            try:
                self.service.process.wait(30)
            except subprocess.TimeoutExpired:
                raise AssertionError(f"edge {edge} was not reached: {self.edges()}") from None
        return acknowledged

    def edges(self) -> list[str]:
        return self.seen.read_text(encoding="ascii").splitlines() if self.seen.exists() else []


@pytest.fixture(scope="module")
def doomed(postgres_server: TestPostgres) -> Iterator[Doomed]:
    with (
        memory_folder() as folder,
        warm(*RETRIEVAL) as starter,
        running_service(postgres_server, folder, start=False) as service,
    ):
        service.warm = starter
        found = Doomed(service, folder)
        found.start()
        yield found


def content(number: int, part: str) -> bytes:
    lines = [f"Vorgang {number} {part}: Merkwort Zeile {n}." for n in range(30)]
    return pdf.build(pdf.text_page(*lines), pdf.text_page(*lines))


class Try:
    """One operation on a knowledge base of its own, and what has to hold after it, killed or not."""

    def __init__(self, doomed: Doomed, operation: str, number: int) -> None:
        self.doomed, self.operation, self.number = doomed, operation, number
        self.office = Office(doomed.service).set_up()
        self.before = ""
        if operation != "upload":
            with self.office.client() as client:
                made = upload(client, self.office.documents, "akte.pdf", content(number, "alt"))
                self.before = wait_for(client, f"/documents/{made['id']}")["id"]
                settled(client)

    def act(self) -> None:
        with self.office.client() as client:
            if self.operation == "delete":
                assert client.delete(f"/documents/{self.before}").status_code == 204
            else:
                upload(client, self.office.documents, "akte.pdf", content(self.number, "neu"))

    def holds(self, acknowledged: bool) -> None:
        """Each document is wholly searchable, once, or not there; what was acknowledged is done."""
        with self.office.client() as client:
            current = self.states(client)
            assert {item["state"] for item in current} <= {"ready"}, current
            new = [item["id"] for item in current if item["id"] != self.before]
            old = [item["id"] for item in current if item["id"] == self.before]
            if self.operation == "delete":
                assert not new
                assert not (acknowledged and old)
            else:
                assert len(new) <= 1
                assert not (acknowledged and not new)
                assert not (new and old), "superseded in the same step"
            hits = client.post("/search", json={"query": "Merkwort", "limit": 50}).json()["hits"]
            places = [(hit["document"], hit["char_from"]) for hit in hits]
            assert {document for document, _ in places} == {item["id"] for item in current}
            assert len(places) == len(set(places)) == 2 * len(current)

    def states(self, client: httpx.Client) -> list[dict[str, Any]]:
        """The current documents, once nothing is on its way any more."""
        for item in client.get(self.office.documents).json()["items"]:
            wait_for(client, f"/documents/{item['id']}", 60)
        items: list[dict[str, Any]] = client.get(self.office.documents).json()["items"]
        return items


def settled(client: httpx.Client) -> None:
    """Until jobs that run behind the answers have ended; the edges of the next operation are its own then."""
    time.sleep(0.5)


def edges_of(doomed: Doomed, operation: str) -> list[str]:
    attempt = Try(doomed, operation, 0)
    acknowledged = doomed.dies(0, attempt.act)
    attempt.holds(acknowledged)
    time.sleep(1.0)
    found = doomed.edges()
    doomed.order.unlink()
    return found


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_killed_at_every_edge(doomed: Doomed, operation: str) -> None:
    """ING-10"""
    edges = edges_of(doomed, operation)
    kinds = {name.split()[-1] for name in edges}
    assert {"commit", "finish_job", "fetch_job"} <= kinds, edges
    assert kinds >= ({"delete_async", "_delete"} if operation == "delete" else {"put_async", "_upsert"}), edges
    for number in range(1, len(edges) + 1):
        attempt = Try(doomed, operation, number)
        acknowledged = doomed.dies(number, attempt.act)
        where = doomed.edges()
        doomed.start()
        try:
            attempt.holds(acknowledged)
        except AssertionError as error:
            raise AssertionError(f"killed at edge {number} of {len(edges)}, {where[-1:]}: {error}") from error
    print(f"\n{operation}: killed at {len(edges)} edges, nothing lost", file=sys.__stdout__)


@pytest.mark.faults
async def test_the_stores_agree_after_all_kills(doomed: Doomed) -> None:
    """ING-10, BAK-02: no point without a row, none missing; objects that kills left are known by no row, and go."""
    doomed.service.stop()
    async with AsyncExitStack() as stack:
        parts = await build(doomed.service.settings(), stack, works=True)
        points = parts.rebuild._points
        reconciler = Reconciler(
            parts.database,
            parts.rebuild._catalogue,
            parts.index,
            points._objects,
            points,
            parts.queue,
            0.0,
            timedelta(days=-1),
        )
        found = await reconciler.run()
        assert (found.restored, found.reread, found.lost, found.removed) == (0, 0, 0, 0)
        assert await reconciler.run() == Reconciled()
    print(f"\n{found.objects} objects that kills had left were removed", file=sys.__stdout__)
