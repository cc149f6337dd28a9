# SPDX-License-Identifier: EUPL-1.2
"""The retrieval service killed at every edge of the update of a law (ING-10, `make test-faults`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from genius_common.contracts.laws import LawText
from tests.integration.retrieval.test_kill_at_edges import Doomed
from tests.support.laws import Section, amended, longer, shipped
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, memory_folder, running_service
from tests.support.warm import RETRIEVAL, warm

OLD, NEW = "Quellwasserschutzzone", "Grundwasserschutzzone"


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


def versions() -> tuple[LawText, LawText]:
    """Six §§; then the first is another, the second is gone and one is new: the other four move."""
    whole = shipped("WoGG")
    law = amended(whole.model_copy(update={"sections": whole.sections[:6]}), longer(0, f"{OLD}."))

    def change(sections: list[Section]) -> None:
        sections[0]["text"] = sections[0]["text"].replace(OLD, NEW)
        del sections[1]
        sections.append({**sections[0], "id": f"{law.bjnr}/0999", "number": "§ 999", "text": f"Neu: {NEW}."})

    return law, amended(law, change)


def bring_in(office: Office, law: LawText) -> list[dict[str, Any]]:
    body = {"source": "gesetz", "law": law.model_dump(mode="json")}
    with office.client() as client:
        answer = client.post(f"/knowledge-bases/{office.knowledge_base}/imports", json=body)
    assert answer.status_code == 200, answer.text
    lines = [httpx.Response(200, content=line).json() for line in answer.text.splitlines()]
    assert lines[-1].get("finished"), lines
    return lines


def version_found(office: Office, old: LawText, new: LawText) -> LawText:
    """The version that holds, which a search must find wholly, with every § once and where it stands."""
    with office.client() as client:
        current = client.get(office.documents).json()["items"]
        assert [item["state"] for item in current] == ["ready"], current
        law = new if current[0]["as_of"] == new.as_of.isoformat() else old
        hits = client.post("/search", json={"query": f"Wohngeld {OLD} {NEW} Haushalt", "limit": 50}).json()["hits"]
        assert {hit["document"] for hit in hits} == {current[0]["id"]}
        assert len(hits) == len({hit["source_id"] for hit in hits})
        assert {hit["source_id"] for hit in hits} <= {section.id for section in law.sections}
        words = {word for word in (OLD, NEW) for hit in hits if word in hit["text"]}
        assert words == ({NEW} if law is new else {OLD})
        # All §§ about "Wohngeld", the changed one among them; a moved one is cited where it stands in this version.
        assert len(hits) >= 5
        for hit in hits:
            span = {"char_from": hit["char_from"], "char_to": hit["char_to"]}
            answer = client.get(f"/documents/{hit['document']}/text", params=span)
            assert answer.json()["text"] == hit["text"]
    return law


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_killed_at_every_edge_of_an_update(doomed: Doomed) -> None:
    """ING-10: wholly the old version or wholly the new one, at once after the restart; the same command ends it."""
    old, new = versions()

    def attempt(edge: int) -> tuple[Office, bool]:
        office = Office(doomed.service).set_up()
        bring_in(office, old)
        return office, doomed.dies(edge, lambda: bring_in(office, new))

    office, _ = attempt(0)
    edges = doomed.edges()
    doomed.order.unlink()
    assert version_found(office, old, new) is new
    kinds = {name.split()[-1] for name in edges}
    assert kinds >= {"commit", "put_async", "_rewrite", "_upsert", "_delete"}, edges
    held = {"old": 0, "new": 0}
    for number in range(1, len(edges) + 1):
        office, acknowledged = attempt(number)
        where = doomed.edges()[-1:]
        doomed.start()
        try:
            found = version_found(office, old, new)
            assert found is new or not acknowledged
            held["new" if found is new else "old"] += 1
            bring_in(office, new)
            assert version_found(office, old, new) is new
        except AssertionError as error:
            raise AssertionError(f"killed at edge {number} of {len(edges)}, {where}: {error}") from error
    assert held["old"]
    assert held["new"]
    print(f"\nlaw update: killed at {len(edges)} edges, {held}", file=sys.__stdout__)
