# SPDX-License-Identifier: EUPL-1.2
"""A disk without room, and one that can only be read: uploads are refused in plain words, nothing accepted is lost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, running_service, upload, wait_for
from tests.support.small_disk import small_disk

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
_SIZE, RESERVE = "48m", 8 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", _SIZE) as disk:
        yield disk


@pytest.fixture
def service(disk: Path, tmp_path: Path, postgres_server: TestPostgres) -> Iterator[RetrievalService]:
    settings = {"DATA_DIR": str(disk / "data"), "RESERVE_BYTES": str(RESERVE)}
    with running_service(postgres_server, tmp_path, **settings) as running:
        yield running


def fill(disk: Path, leave: int) -> Path:
    """Take all room but `leave` bytes; deleting the file gives it back."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"\0" * max(0, free - leave))
    return ballast


def document(number: int, kilobytes: int = 1) -> bytes:
    line = f"Vorgang {number}: Der Antrag auf Wohngeld ist vollständig. "
    return (line * (kilobytes * 1024 // len(line.encode()) + 1)).encode()


def test_without_room_uploads_are_refused_and_nothing_accepted_is_lost(service: RetrievalService, disk: Path) -> None:
    """ING-10: searches and deletions go on, what was accepted waits, and is read once there is room again."""
    office = Office(service).set_up()
    with office.client() as client:
        first = upload(client, office.documents, "vorher.txt", document(1))
        assert wait_for(client, f"/documents/{first['id']}")["state"] == "ready"
        # Room for an original, none for what is made of it.
        ballast = fill(disk, leave=RESERVE + 700 * 1024)
        waiting = upload(client, office.documents, "wartet.txt", document(2, 600))
        for number in range(3, 9):
            answer = client.post(office.documents, params={"name": f"{number}.txt"}, content=document(number, 200))
            assert (answer.status_code, answer.json()["code"]) == (503, "storage_full"), answer.text
        found = client.post("/search", json={"query": "Vorgang 1 Wohngeld"})
        assert [hit["document"] for hit in found.json()["hits"]] == [first["id"]]
        assert client.get(f"/documents/{waiting['id']}").json()["state"] in {"queued", "parsing"}
        assert client.delete(f"/documents/{first['id']}").status_code == 204
        assert client.get(office.documents).json()["items"][0]["id"] == waiting["id"]
        assert client.post("/search", json={"query": "Vorgang 1 Wohngeld"}).json()["hits"] == []
        assert service.process
        assert service.process.poll() is None
        ballast.unlink()
        assert wait_for(client, f"/documents/{waiting['id']}", 90)["state"] == "ready"
        hits = client.post("/search", json={"query": "Vorgang 2 Wohngeld"}).json()["hits"]
        assert {hit["document"] for hit in hits} == {waiting["id"]}


def test_a_disk_that_can_only_be_read_is_named_and_never_empty(service: RetrievalService, disk: Path) -> None:
    """ING-10: many systems do that after a fault of the disk. Without a restart all goes on once it can be written."""
    office = Office(service).set_up()
    with office.client() as client:
        first = upload(client, office.documents, "vorher.txt", document(1))
        assert wait_for(client, f"/documents/{first['id']}")["state"] == "ready"
        service.stop()
        _remount(disk, "ro")
        service.launch()
        health = _answering(client)
        assert (health.status_code, health.json()["checks"]["index"]) == (503, "down")
        answer = client.post(office.documents, params={"name": "neu.txt"}, content=document(2))
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_full"), answer.text
        answer = client.post("/search", json={"query": "Vorgang 1 Wohngeld"})
        assert (answer.status_code, answer.json()["code"]) == (503, "index_unavailable"), answer.text
        _remount(disk, "rw")
        found = client.post("/search", json={"query": "Vorgang 1 Wohngeld"})
        assert [hit["document"] for hit in found.json()["hits"]] == [first["id"]]
        assert client.get("/health/ready").status_code == 200


def _remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def _answering(client: httpx.Client) -> httpx.Response:
    end = time.monotonic() + 60
    while True:
        try:
            return client.get("/health/ready")
        except httpx.TransportError:
            assert time.monotonic() < end
            time.sleep(0.1)
