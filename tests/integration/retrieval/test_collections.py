# SPDX-License-Identifier: EUPL-1.2
"""Collections and their search keys by row scope; what a search of a principal may name, and errors by field."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from genius_common.crypto import Undecryptable, key_id_of, new_secret
from genius_common.database import Database, RowScope
from genius_common.keys import KeyRing
from genius_common.keys_encryption import LocalKeys
from genius_common.principal import ProtectionClass
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.tables import collections, keys
from tests.support.retrieval import Office, RetrievalService, upload, wait_for

KEK = new_secret()


def catalogue() -> CollectionCatalogue:
    return CollectionCatalogue(KeyRing(LocalKeys(KEK), keys), {"k": 1.2})


async def test_an_authority_has_one_collection_with_one_key(database: Database) -> None:
    authority = uuid4()
    async with database.transaction(RowScope(authority=authority)) as connection:
        assert await catalogue().find(connection, authority, None) is None
        made = await catalogue().ensure(connection, authority, uuid4())
        again = await catalogue().ensure(connection, authority, uuid4())
    assert again == made
    assert (made.authority, made.knowledge_base, len(made.search_key)) == (authority, None, 32)
    async with database.transaction(RowScope(authority=authority)) as connection:
        found = await catalogue().find(connection, authority, None)
    assert found is not None
    assert (found.search_key, found.profile) == (made.search_key, {"k": 1.2})


@pytest.mark.parametrize("other", ["foreign", "none", "tenant"])
async def test_a_foreign_collection_and_its_key_are_out_of_reach(database: Database, other: str) -> None:
    """TEN-07 in part: neither the row nor the key, not even with a warm key ring and the sealed value in hand."""
    authority, ring = uuid4(), KeyRing(LocalKeys(KEK), keys)
    async with database.transaction(RowScope(authority=authority)) as connection:
        made = await CollectionCatalogue(ring, {}).ensure(connection, authority, None)
        query = sa.select(collections.c.search_key).where(collections.c.id == made.id)
        sealed = (await connection.execute(query)).scalar_one()
    scopes = {"foreign": RowScope(authority=uuid4()), "none": RowScope(), "tenant": RowScope(tenant_wide=True)}
    async with database.transaction(scopes[other]) as connection:
        assert await CollectionCatalogue(ring, {}).find(connection, authority, None) is None
        assert (await connection.execute(query)).all() == []
        with pytest.raises(Undecryptable):
            await ring.by_id(connection, key_id_of(sealed))


async def test_search_keys_of_authorities_differ_and_do_not_swap(database: Database) -> None:
    one, two = uuid4(), uuid4()
    made = {}
    for authority in (one, two):
        async with database.transaction(RowScope(authority=authority)) as connection:
            made[authority] = await catalogue().ensure(connection, authority, None)
    assert made[one].search_key != made[two].search_key
    assert made[one].content_key.id != made[two].content_key.id
    async with database.transaction(RowScope(authority=one)) as connection:
        moved = made[one].content_key.seal(made[one].search_key, f"collections/search_key/{made[two].id}")
        await connection.execute(
            sa.update(collections).where(collections.c.id == made[one].id).values(search_key=moved)
        )
        with pytest.raises(Undecryptable):
            await catalogue().find(connection, one, None)


class Shelf:
    """An authority with two knowledge bases of different class, a document in each, and a file of a person."""

    def __init__(self, service: RetrievalService) -> None:
        self.low = Office(service, protection_class="offen").set_up()
        self.high = Office(service, authority=self.low.authority, protection_class="sozialdaten").set_up()
        self.person = uuid4()
        self.documents = {}
        for name, office in (("low", self.low), ("high", self.high)):
            with office.client() as client:
                made = upload(client, office.documents, f"{name}.txt", f"Der Leuchtturm von {name} steht.".encode())
                self.documents[name] = wait_for(client, f"/documents/{made['id']}")["id"]
        with self.low.client(subject=self.person) as client:
            made = upload(client, "/files", "notiz.txt", b"Der Leuchtturm der Notiz steht.")
            self.file = wait_for(client, f"/files/{made['id']}")["id"]
        self.bases = {"low": str(self.low.knowledge_base), "high": str(self.high.knowledge_base)}

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        """`body` with the shelf's ids in place of their names."""
        known = {"knowledge_bases": self.bases, "documents": self.documents, "files": {"file": self.file}}
        return {field: [known[field].get(name, str(uuid4())) for name in names] for field, names in body.items()}


@pytest.fixture(scope="module")
def shelf(service: RetrievalService) -> Shelf:
    return Shelf(service)


BOTH = ("low", "high")
LOW_CLASS = {"classification": ProtectionClass.INTERN}


@pytest.mark.parametrize(
    ("bases", "changes", "body", "found"),
    [
        (BOTH, {}, {}, {"low", "high"}),
        (("low",), {}, {}, {"low"}),
        ((), {}, {}, set()),
        (BOTH, LOW_CLASS, {}, {"low"}),
        (BOTH, {}, {"knowledge_bases": ["high"]}, {"high"}),
        (BOTH, LOW_CLASS, {"knowledge_bases": ["high"]}, set()),
        (BOTH, {}, {"knowledge_bases": []}, set()),
        (BOTH, {}, {"documents": ["low"]}, {"low"}),
        (BOTH, {}, {"knowledge_bases": ["high"], "documents": ["low"]}, set()),
        ((), {}, {"files": ["file"]}, {"file"}),
        (("low",), {"authority": uuid4()}, {}, set()),
        (("low",), {}, {"knowledge_bases": ["high"]}, "/knowledge_bases"),
        (BOTH, {}, {"knowledge_bases": ["low", "unknown"]}, "/knowledge_bases"),
        (("low",), {}, {"documents": ["high"]}, "/documents"),
        (BOTH, LOW_CLASS, {"documents": ["high"]}, "/documents"),
        (BOTH, {}, {"documents": ["unknown"]}, "/documents"),
        (BOTH, {"subject": uuid4()}, {"files": ["file"]}, "/files"),
        (BOTH, {"run": uuid4()}, {"files": ["file"]}, "/files"),
        (BOTH, {}, {"files": ["unknown"]}, "/files"),
    ],
)
def test_what_a_search_reaches(
    shelf: Shelf, bases: tuple[str, ...], changes: dict[str, Any], body: dict[str, list[str]], found: set[str] | str
) -> None:
    """TEN-04: exactly what is named and allowed; an id that is not is 404 with the field that named it."""
    rights = frozenset(UUID(shelf.bases[name]) for name in bases)
    who = {"subject": shelf.person, "knowledge_bases": rights, "writable_knowledge_bases": frozenset(), **changes}
    with shelf.low.client(**who) as client:
        answer = client.post("/search", json={"query": "Leuchtturm", **shelf.request(body)})
    if isinstance(found, str):
        assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (404, [found])
        return
    names = {**{identifier: name for name, identifier in shelf.documents.items()}, shelf.file: "file"}
    assert answer.status_code == 200
    assert {names[hit["document"]] for hit in answer.json()["hits"]} == found


@pytest.mark.parametrize(
    ("method", "path", "sent", "pointer"),
    [
        ("POST", "/search", {"json": {"query": 5}}, "/query"),
        ("POST", "/search", {"json": {}}, "/query"),
        ("POST", "/search", {"json": {"query": "x", "documents": ["y"]}}, "/documents/0"),
        ("POST", "/search", {"json": {"query": "x", "unbekannt": 1}}, "/unbekannt"),
        ("GET", "{documents}", {"params": {"limit": "x"}}, "/limit"),
        ("GET", "{documents}", {"params": {"after": "gestern"}}, "/after"),
        ("GET", "{documents}", {"params": {"after": "9" * 40 + "-x"}}, "/after"),
        ("POST", "/files", {"params": {"protection_class": "geheim"}, "content": b"x"}, "/protection_class"),
        ("POST", "/files", {"params": {"name": "x" * 4001}, "content": b"x"}, "/name"),
    ],
)
def test_errors_name_their_field(shelf: Shelf, method: str, path: str, sent: dict[str, Any], pointer: str) -> None:
    with shelf.low.client() as client:
        answer = client.request(method, path.format(documents=shelf.low.documents), **sent)
    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert all(error["detail"] for error in answer.json()["errors"])
