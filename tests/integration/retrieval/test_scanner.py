# SPDX-License-Identifier: EUPL-1.2
"""With a malware scanner: what it finds is not kept, and without its word nothing is read."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from genius_retrieval.settings import ScannerSettings
from tests.support.clamd import EICAR, LIMIT, Clamd, clamd
from tests.support.ports import free_port
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, RetrievalService, memory_folder, running_service, upload, wait_for

TEXT = b"Die Gruenflaeche wird im Mai gemaeht."
PORT = free_port()
NO_WORD = (b"", b"stream: Can't allocate memory ERROR\0", b"UNKNOWN COMMAND\0", b"x" * 5000)


@pytest.fixture(scope="module")
def scanning(postgres_server: TestPostgres) -> Iterator[RetrievalService]:
    with (
        memory_folder() as folder,
        running_service(postgres_server, folder, SCANNER__URL=f"tcp://127.0.0.1:{PORT}") as service,
    ):
        yield service


@pytest.fixture
def scanner(scanning: RetrievalService) -> Iterator[Clamd]:
    with clamd(PORT) as server:
        yield server


def test_a_clean_file_is_shown_whole_and_read(scanning: RetrievalService, scanner: Clamd) -> None:
    """ING-11: every byte, in blocks, before the parser."""
    office, content = Office(scanning).set_up(), TEXT * 20_000
    assert len(content) < LIMIT
    with office.client() as client:
        made = upload(client, office.documents, "rein.txt", content)
        assert wait_for(client, f"/documents/{made['id']}")["state"] == "ready"
    assert scanner.seen == [content]


def test_malware_is_refused_and_not_kept(scanning: RetrievalService, scanner: Clamd) -> None:
    """ING-11: failed with a reason; neither original nor text is there, and it stands among what is to be told."""
    office = Office(scanning).set_up()
    with office.client() as client:
        before = objects(scanning.data_dir)
        made = upload(client, office.documents, "boese.txt", TEXT + EICAR)
        state = wait_for(client, f"/documents/{made['id']}")
        assert (state["state"], state["reason"]["code"]) == ("failed", "malware")
        assert client.get(f"/documents/{made['id']}/content").status_code == 404
        assert client.post("/search", json={"query": "Grünfläche"}).json()["hits"] == []
    assert objects(scanning.data_dir) == before


def test_more_than_the_scanner_takes_is_refused(scanning: RetrievalService, scanner: Clamd) -> None:
    office = Office(scanning).set_up()
    with office.client() as client:
        made = upload(client, office.documents, "gross.txt", TEXT * (LIMIT // len(TEXT) + 1))
        assert wait_for(client, f"/documents/{made['id']}")["reason"]["code"] == "not_scanned"


def test_without_its_word_nothing_is_read(scanning: RetrievalService) -> None:
    """ING-11, REL-06: it is away, broken or talks nonsense: uploads wait, and are read once it answers."""
    office, waiting = Office(scanning).set_up(), []
    with office.client() as client:
        for number, answer in enumerate(NO_WORD):
            content = TEXT + str(number).encode()
            with clamd(PORT) as scanner:
                scanner.answer = answer
                waiting.append(upload(client, office.documents, f"wartet-{number}.txt", content)["id"])
                end = time.monotonic() + 20
                while content not in scanner.seen:
                    assert time.monotonic() < end, answer
                    time.sleep(0.02)
                for identifier in waiting:
                    assert client.get(f"/documents/{identifier}").json()["state"] in {"queued", "parsing"}, answer
                    assert client.get(f"/documents/{identifier}/content").status_code == 404, answer
        # Away altogether for a moment, then well again.
        with clamd(PORT) as scanner:
            for identifier in waiting:
                assert wait_for(client, f"/documents/{identifier}")["state"] == "ready"
            assert len(set(scanner.seen)) == len(waiting)


@pytest.mark.parametrize("url", ["http://127.0.0.1:3310", "tcp://127.0.0.1", "unix://relativ", "clamd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        ScannerSettings(url=url)


def objects(folder: Path) -> set[Path]:
    return {path for path in (folder / "data" / "objects").rglob("*") if path.is_file()}
