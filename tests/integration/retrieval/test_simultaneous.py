# SPDX-License-Identifier: EUPL-1.2
"""What happens when several callers do the same at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from genius_common.database import Database, RowScope
from genius_retrieval.text.fields import PROFILE
from tests.support.retrieval import Office, upload, wait_for

AT_ONCE = 6


def all_at_once(office: Office, names: list[str], contents: list[bytes]) -> list[dict[str, Any]]:
    with office.client() as client, ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(lambda n, c: upload(client, office.documents, n, c), names, contents))


def test_the_same_content_is_stored_once(office: Office) -> None:
    """One answer is the new document, all others are the same with the warning."""
    names = [f"{n}.txt" for n in range(AT_ONCE)]
    answers = all_at_once(office, names, [b"Derselbe Inhalt."] * AT_ONCE)
    assert len({answer["id"] for answer in answers}) == 1
    warned = [answer for answer in answers if [w["code"] for w in answer["warnings"]] == ["duplicate"]]
    assert len(warned) == AT_ONCE - 1
    with office.client() as client:
        assert wait_for(client, f"/documents/{answers[0]['id']}")["state"] == "ready"
        assert len(client.get(office.documents).json()["items"]) == 1


def test_different_contents_do_not_wait_for_each_other(office: Office) -> None:
    answers = all_at_once(office, [f"{n}.txt" for n in range(3)], [f"Inhalt {n}".encode() for n in range(3)])
    assert len({answer["id"] for answer in answers}) == 3
    assert all(answer["warnings"] == [] for answer in answers)


def test_another_knowledge_base_keeps_its_own_copy(office: Office) -> None:
    other = Office(office.service).set_up()
    ids = set()
    for place in (office, other):
        with place.client() as client:
            ids.add(upload(client, place.documents, "a.txt", b"Gemeinsamer Inhalt.")["id"])
    assert len(ids) == 2


@pytest.mark.parametrize("content", [b"", b"\0\0\0"])
def test_a_failed_upload_is_no_original_to_refer_to(office: Office, content: bytes) -> None:
    """Whoever uploads the file again gets the reason again, not a reference to a failed document."""
    with office.client() as client:
        first = wait_for(client, f"/documents/{upload(client, office.documents, 'a.txt', content)['id']}")
        again = upload(client, office.documents, "a.txt", content)
        assert first["state"] == "failed"
        assert again["id"] != first["id"]
        assert again["warnings"] == []


def test_a_superseded_content_can_come_back(office: Office) -> None:
    """Back to the first wording: that is a new version, not a duplicate of the one that was replaced."""
    with office.client() as client:
        ids = []
        for content in (b"Erste Fassung.", b"Zweite Fassung.", b"Erste Fassung."):
            ids.append(upload(client, office.documents, "regel.txt", content)["id"])
            assert wait_for(client, f"/documents/{ids[-1]}")["state"] == "ready"
        assert len(set(ids)) == 3
        assert [item["id"] for item in client.get(office.documents).json()["items"]] == [ids[2]]


def test_deleting_at_once_removes_once(office: Office) -> None:
    with office.client() as client, ThreadPoolExecutor(4) as pool:
        path = f"/documents/{upload(client, office.documents, 'a.txt', b'Weg damit.')['id']}"
        codes = sorted(pool.map(lambda _: client.delete(path).status_code, range(4)))
        assert codes[0] == 204
        assert set(codes) <= {204, 404}
        assert client.get(path).status_code == 404


async def test_a_collection_is_stored_with_its_profile(office: Office, database: Database) -> None:
    """REL-11 in part: terms of two analysers must not meet, so a collection says which one made its terms."""
    assert isinstance(office.authority, UUID)
    async with database.transaction(RowScope(authority=office.authority)) as connection:
        query = sa.text("SELECT profile FROM collections WHERE authority = :authority")
        profile = (await connection.execute(query, {"authority": office.authority})).scalar_one()
    assert profile == PROFILE
