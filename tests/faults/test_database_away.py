# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL goes in the middle of the ingestion and comes back: it goes on by itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.postgres import running_postgres
from tests.support.retrieval import Office, running_service, upload, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
_DOCUMENTS = 12


@pytest.mark.parametrize("after_s", [0.3, 1.2])
def test_what_was_accepted_is_read_once_the_database_is_back(tmp_path: Path, after_s: float) -> None:
    """ING-10: searches say that they can't, nobody restarts anything, each document is found once."""
    with running_postgres() as postgres, running_service(postgres, tmp_path) as service:
        office = Office(service).set_up()
        with office.client() as client:
            text = "".join(f"Absatz {n}: Der Antrag auf Wohngeld ist vollständig.\n\n" for n in range(300))
            accepted = [
                upload(client, office.documents, f"{n}.txt", f"Vorgang {n}.\n\n{text}".encode())["id"]
                for n in range(_DOCUMENTS)
            ]
            time.sleep(after_s)
            postgres.cluster.stop()
            answer = client.post("/search", json={"query": "Wohngeld"})
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable"), answer.text
            assert client.get("/health/ready").status_code == 503
            with (tmp_path / "server.log").open("wb") as log:
                postgres.cluster.start(log)
            states = [wait_for(client, f"/documents/{one}", 120) for one in accepted]
            assert [state["state"] for state in states] == ["ready"] * _DOCUMENTS
            assert service.process
            assert service.process.poll() is None
            for one in accepted:
                found = client.post("/search", json={"query": "Vorgang Wohngeld", "documents": [one], "limit": 50})
                places = [(hit["char_from"], hit["char_to"]) for hit in found.json()["hits"]]
                assert places
                assert len(set(places)) == len(places)


def test_it_stops_while_the_database_is_away(tmp_path: Path) -> None:
    """REL-02: nobody waits for the end of a service that has nothing left to do."""
    with running_postgres() as postgres, running_service(postgres, tmp_path) as service:
        office = Office(service).set_up()
        with office.client() as client:
            made = upload(client, office.documents, "a.txt", b"Der Antrag liegt vor.")
            assert wait_for(client, f"/documents/{made['id']}")["state"] == "ready"
        postgres.cluster.stop()
        time.sleep(2)
        service.stop()
        assert service.process
        assert service.process.poll() is not None
