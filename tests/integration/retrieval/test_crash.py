# SPDX-License-Identifier: EUPL-1.2
"""`kill -9` of the service in the middle of the ingestion."""

import random
import time
from pathlib import Path

import pytest

from tests.support import pdf
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, memory_folder, running_service, upload, wait_for

pytestmark = pytest.mark.thorough

KILLS = 2


def test_killed_again_and_again_every_document_gets_ready(postgres_server: TestPostgres) -> None:
    """ING-10: what was accepted is wholly searchable after a restart, once, and nothing else is left behind."""
    chance = random.Random(10)
    with memory_folder() as folder, running_service(postgres_server, folder) as service:
        office = Office(service).set_up()
        accepted: list[str] = []
        for round_number in range(KILLS):
            with office.client() as client:
                for number in range(3):
                    lines = [f"Vorgang {round_number}{number}: Merkwort Zeile {n}." for n in range(30)]
                    content = pdf.build(pdf.text_page(*lines), pdf.text_page(*lines))
                    accepted.append(upload(client, office.documents, f"{round_number}-{number}.pdf", content)["id"])
                time.sleep(chance.uniform(0.0, 0.8))
            service.kill()
            service.start()
        with office.client() as client:
            states = [wait_for(client, f"/documents/{identifier}", 60) for identifier in accepted]
            assert {state["state"] for state in states} == {"ready"}
            counts = client.get(f"/knowledge-bases/{office.knowledge_base}").json()
            assert (counts["documents"], counts["ready"]) == (len(accepted), len(accepted))
            for identifier in accepted:
                found = client.post("/search", json={"query": "Merkwort", "documents": [identifier], "limit": 50})
                places = [(hit["char_from"], hit["char_to"]) for hit in found.json()["hits"]]
                assert places
                assert len(set(places)) == len(places)
                client.delete(f"/documents/{identifier}")
            assert client.post("/search", json={"query": "Merkwort"}).json()["hits"] == []
            _wait_empty(folder / "data" / "objects")


def _wait_empty(folder: Path) -> None:
    """The purge jobs run behind the answers; objects of attempts that a kill cut off are ciphertext without a row."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        left = [path for path in folder.rglob("*") if path.is_file()]
        if len(left) <= KILLS * 2:
            return
        time.sleep(0.1)
    raise AssertionError(f"{len(left)} objects left")
