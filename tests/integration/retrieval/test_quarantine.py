# SPDX-License-Identifier: EUPL-1.2
"""A locked document is in no search and no answer, and opens for its keepers alone (INJ-06)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.retrieval import Office

from .test_documents import NEW, OLD, ready

BLANK: frozenset[Any] = frozenset()


def found(client: httpx.Client, office: Office, **narrowed: Any) -> set[str]:
    hits = client.post("/search", json={"query": "Widerspruchsfrist", **narrowed}).raise_for_status().json()["hits"]
    return {hit["document"] for hit in hits}


def test_it_is_found_by_nobody_until_it_is_unlocked(office: Office) -> None:
    """INJ-06: whatever the search names or filters, from the answer of the lock on; to repeat it changes nothing."""
    with office.client() as client:
        planted, other = ready(client, office, "Gift.txt", OLD), ready(client, office, "Regelung.txt", NEW)
        assert found(client, office) == {planted["id"], other["id"]}
        path = f"/documents/{planted['id']}/quarantine"
        locked = client.put(path).raise_for_status().json()
        assert locked["quarantined_at"]
        assert client.put(path).json()["quarantined_at"] == locked["quarantined_at"]
        for narrowed in ({}, {"documents": [planted["id"], other["id"]]}, {"kinds": ["text"]}, {"section_chars": 2000}):
            assert found(client, office, **narrowed) == {other["id"]}
        again = client.post(office.documents, params={"name": "Gift.txt"}, content=OLD).json()
        assert (again["id"], bool(again["quarantined_at"])) == (planted["id"], True), "nor by uploading it once more"
        assert client.delete(path).raise_for_status().json()["quarantined_at"] is None
        assert found(client, office) == {planted["id"], other["id"]}


@pytest.mark.parametrize("tail", ["/text", "/content"])
def test_it_opens_for_its_keepers_alone(office: Office, tail: str) -> None:
    """INJ-06: a reader is told why, a module of whoever's run gets nothing."""
    with office.client() as keeper, office.client(writable_knowledge_bases=BLANK) as reader:
        planted = ready(keeper, office, "Gift.txt", OLD)
        with office.client(run=uuid4(), use="chat") as module:
            assert module.get(f"/documents/{planted['id']}{tail}").status_code == 200
            keeper.put(f"/documents/{planted['id']}/quarantine").raise_for_status()
            for client in (reader, module):
                refused = client.get(f"/documents/{planted['id']}{tail}")
                assert (refused.status_code, refused.json()["code"]) == (409, "document_quarantined")
        assert keeper.get(f"/documents/{planted['id']}{tail}").status_code == 200
        assert reader.get(f"/documents/{planted['id']}").json()["quarantined_at"]


def test_nobody_else_locks_it(office: Office) -> None:
    """TEN-02: a reader and another authority find no such document to lock."""
    other = Office(office.service).set_up()
    with office.client() as keeper:
        document = ready(keeper, office, "Regelung.txt", OLD)["id"]
        strangers = (office.client(writable_knowledge_bases=BLANK), other.client())
        for client in strangers:
            with client:
                for method in ("PUT", "DELETE"):
                    assert client.request(method, f"/documents/{document}/quarantine").status_code == 404
        assert found(keeper, office) == {document}
