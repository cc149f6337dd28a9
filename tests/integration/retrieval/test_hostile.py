# SPDX-License-Identifier: EUPL-1.2
"""Hostile uploads end as failed with a reason, in bounded time, and the others go on."""

import time

import pytest

from tests.support.hostile import FILES
from tests.support.retrieval import Office, upload, wait_for

SLOWEST_SECONDS = 20.0


@pytest.mark.thorough
def test_every_hostile_file_fails_with_its_reason(office: Office) -> None:
    """ING-05, ING-06, ING-07, ING-11: uploaded at once; none gets stuck, and a good one in between becomes ready."""
    with office.client() as client:
        uploads = {name: upload(client, office.documents, name, content) for name, (content, _) in FILES.items()}
        good = upload(client, office.documents, "gut.txt", "Ein Satz zur Größe.".encode())
        states = {name: wait_for(client, f"/documents/{state['id']}", 90) for name, state in uploads.items()}
        assert wait_for(client, f"/documents/{good['id']}")["state"] == "ready"
        wrong = {
            name: state["reason"] or state["state"]
            for name, state in states.items()
            if state["state"] != "failed" or state["reason"]["code"] not in FILES[name][1]
        }
        assert wrong == {}
        assert all(len(state["reason"]["detail"]) > 20 for state in states.values())
        assert len(states) >= 75
        for name in (name for name in states if name.startswith("vs")):
            path = f"/documents/{states[name]['id']}"
            assert client.get(path + "/content").status_code == 404
            assert client.get(path + "/text").status_code == 404
            assert states[name]["title"] is None
        counted = client.get(f"/knowledge-bases/{office.knowledge_base}").json()
        assert (counted["failed"], counted["ready"]) == (len(states), 1)
    assert "Traceback" not in office.service.log()


def test_a_too_large_file_is_failed_and_not_kept(office: Office) -> None:
    with office.client() as client:
        state = upload(client, office.documents, "gross.txt", b"x" * 3_000_001)
        assert (state["state"], state["reason"]["code"], state["size"]) == ("failed", "too_large", 3_000_001)
        assert client.get(f"/documents/{state['id']}/content").status_code == 404
        far = client.post(office.documents, content=b"x" * 12_000_001)
        assert (far.status_code, far.json()["code"]) == (413, "too_large")


def test_the_exact_limit_is_accepted(office: Office) -> None:
    with office.client() as client:
        content = ("Ein Satz mit Wort. " * 157_895)[:3_000_000].encode()
        assert (
            wait_for(client, f"/documents/{upload(client, office.documents, 'x.txt', content)['id']}")["state"]
            == "ready"
        )


def test_time_is_bounded(office: Office) -> None:
    """ING-06: the slowest of the hostile files, alone."""
    with office.client() as client:
        started = time.monotonic()
        state = upload(client, office.documents, "b.pdf", FILES["flate-bombe.pdf"][0])
        assert wait_for(client, f"/documents/{state['id']}", 60)["state"] == "failed"
        assert time.monotonic() - started < SLOWEST_SECONDS
