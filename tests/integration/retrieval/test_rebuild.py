# SPDX-License-Identifier: EUPL-1.2
"""A second collection beside the one in use: same points, searches and uploads go on, then one switch (REL-11)."""

import asyncio
import time
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from genius_common.crypto import Undecryptable
from genius_common.principal import Principal
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload
from genius_retrieval.index.port import Access
from genius_retrieval.ingest.owners import CollectionOwner
from genius_retrieval.ingest.rebuild import Rebuild, StoredPoints
from genius_retrieval.tables import collections, documents
from tests.support.postgres import TestPostgres
from tests.support.retrieval import Office, memory_folder, principal, running_service, upload, wait_for

TEXT = "Der Wachtelkönig brütet im Aktenschrank. " * 60


class Shelf:
    """An authority in this process with a knowledge base, documents and a person's file."""

    def __init__(self, parts: Components) -> None:
        self.parts, self.authority, self.base = parts, uuid4(), uuid4()
        own = frozenset({self.base})
        self.who: Principal = principal(self.authority, knowledge_bases=own, writable_knowledge_bases=own)
        self.owner = CollectionOwner(self.authority)

    async def fill(self, count: int = 3) -> list[UUID]:
        await self.parts.knowledge_bases.put(self.who, self.base, self.authority, self.who.classification)
        made = [await self.add(f"{n}.txt") for n in range(count)]
        made.append((await self.parts.documents.add_file(self.who, Upload.of("f.txt", b"Mein Wachtelnest."))).id)
        for identifier in made:
            await self.ready(identifier)
        return made

    async def add(self, name: str) -> UUID:
        found = await self.parts.documents.add_document(
            self.who, self.base, Upload.of(name, f"{name}: {TEXT}".encode())
        )
        return found.id

    async def ready(self, identifier: UUID) -> None:
        for _ in range(600):
            if (await self.row(identifier)).state in {"ready", "failed"}:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("never ready")

    async def row(self, identifier: UUID) -> Any:
        async with self.parts.database.transaction(self.owner.scope) as connection:
            return (await connection.execute(sa.select(documents).where(documents.c.id == identifier))).one()

    async def names(self) -> dict[UUID, str]:
        async with self.parts.database.transaction(self.owner.scope) as connection:
            rows = await connection.execute(sa.select(collections.c.id, collections.c.state))
            return {row.id: row.state for row in rows if row.state}

    async def mine(self) -> dict[str, UUID]:
        catalogue: CollectionCatalogue = self.parts.rebuild._catalogue
        async with self.parts.database.transaction(self.owner.scope) as connection:
            return await catalogue.ids_by_state(connection, self.authority, None)

    async def points(self, file: UUID) -> dict[UUID, str]:
        """Every point that the owner may see in the collection in use, with its text."""
        catalogue: CollectionCatalogue = self.parts.rebuild._catalogue
        async with self.parts.database.transaction(self.owner.scope) as connection:
            found = await catalogue.find(connection, self.authority, None)
            assert found
            found = await catalogue.with_files_of(connection, found, self.who.subject)
        ids: list[UUID] = []
        await self.parts.index.reseal(found.id, lambda point, _: ids.append(point))
        access = Access(
            frozenset({self.base}),
            files=frozenset({file}),
            owner=self.who.subject,
            classification=self.who.classification,
        )
        return {point: item.text for point, item in (await self.parts.index.fetch(found, ids, access)).items()}


def rebuilder(parts: Components, grace_s: float = 0.0) -> Rebuild:
    real = parts.rebuild
    return Rebuild(real._database, real._catalogue, real._index, real._points, grace_s)


async def test_it_holds_the_same_points_under_a_new_search_key(parts: Components) -> None:
    """REL-11, BAK-06: the same ids and texts, also of files; the older collection is gone, deletion still works."""
    shelf, rebuild = Shelf(parts), rebuilder(parts)
    made = await shelf.fill()
    before, old = await shelf.points(made[-1]), (await shelf.mine())["active"]
    assert len(before) > len(made)
    await rebuild.begin(shelf.owner)
    assert (await rebuild.progress(shelf.owner)).building
    assert await rebuild.run(shelf.owner)
    held = await shelf.mine()
    assert set(held) == {"active"}
    assert held["active"] != old
    assert await shelf.points(made[-1]) == before
    assert await parts.index.count(old) == 0
    for identifier in made:
        row = await shelf.row(identifier)
        assert (row.collection, row.next_collection) == (held["active"], None)
    assert not await rebuild.is_due(shelf.owner)
    await parts.documents.delete(shelf.who, made[0], "document")
    assert await parts.index.count(held["active"], made[0]) == 0


async def test_what_comes_and_goes_meanwhile_is_right_in_both(parts: Components) -> None:
    """REL-11: uploads go to both collections, deletions and new versions leave both, and nobody misses anything."""
    shelf, rebuild = Shelf(parts), rebuilder(parts)
    made = await shelf.fill()
    building = await rebuild.begin(shelf.owner)
    fresh = await shelf.add("neu.txt")
    await shelf.ready(fresh)
    assert (
        await parts.index.count(building, fresh) == await parts.index.count((await shelf.mine())["active"], fresh) > 0
    )
    copied: list[UUID] = []
    real = rebuild._points

    class Meddling(StoredPoints):
        """While a document is being copied, it is deleted; and another one is uploaded after that."""

        def __init__(self) -> None:
            self.uploaded: UUID | None = None

        async def write(self, scope: Any, row: Any, collection: Any) -> int:
            copied.append(row.id)
            number = await real.write(scope, row, collection)
            if len(copied) == 1:
                kind = "file" if row.kind == "file" else "document"
                await parts.documents.delete(shelf.who, row.id, kind)
                self.uploaded = await shelf.add("spaet.txt")
                await shelf.ready(self.uploaded)
            return number

    meddling = Meddling()
    rebuild._points = meddling
    assert await rebuild.run(shelf.owner)
    assert fresh not in copied, "it was there already"
    assert (await shelf.mine())["active"] == building
    assert await parts.index.count(building, copied[0]) == 0
    alive = [*(item for item in made if item != copied[0]), fresh, meddling.uploaded]
    counts = [await parts.index.count(building, item) for item in alive if item]
    assert min(counts) > 0
    assert await parts.index.count(building) == sum(counts)


async def test_a_document_that_does_not_open_keeps_the_older_one_in_use(parts: Components) -> None:
    """Nothing is left out silently: no switch before the operators have decided about it."""
    shelf, rebuild = Shelf(parts), rebuilder(parts)
    made = await shelf.fill(1)
    real, old = rebuild._points, (await shelf.mine())["active"]

    class Locked(StoredPoints):
        def __init__(self) -> None:
            pass

        async def write(self, scope: Any, row: Any, collection: Any) -> int:
            if row.id == made[0]:
                raise Undecryptable
            return await real.write(scope, row, collection)

    rebuild._points = Locked()
    await rebuild.begin(shelf.owner)
    assert not await rebuild.run(shelf.owner)
    progress = await rebuild.progress(shelf.owner)
    assert (progress.building, progress.done, progress.total, progress.unreadable) == (True, 1, 2, 1)
    assert (await shelf.mine())["active"] == old
    rebuild._points = real
    assert await rebuild.run(shelf.owner)
    assert (await shelf.mine())["active"] != old


async def test_a_killed_copy_leaves_nothing_of_what_was_deleted_since(parts: Components) -> None:
    """ING-10: killed between the points and the note of them, then the document is deleted."""
    shelf, rebuild = Shelf(parts), rebuilder(parts)
    made = await shelf.fill(2)
    building = await rebuild.begin(shelf.owner)
    async with parts.database.transaction(shelf.owner.scope) as connection:
        home = await rebuild._catalogue.building(connection, shelf.authority, None)
    assert home
    row = await shelf.row(made[0])
    await rebuild._note(shelf.owner, building, row.id)
    await rebuild._points.write(shelf.owner.scope, row, home)
    await parts.documents.delete(shelf.who, made[0], "document")
    assert await parts.index.count(building, made[0]) > 0
    assert await rebuild.run(shelf.owner)
    assert await parts.index.count(building, made[0]) == 0


async def test_another_profile_builds_a_new_collection_by_itself(parts: Components) -> None:
    """REL-11: terms of two profiles never meet in one collection; a build for a profile of before begins again."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    before, old = await shelf.points(made[-1]), (await shelf.mine())["active"]
    real = parts.rebuild
    newer = CollectionCatalogue(real._catalogue._keys, {**real._catalogue._profile, "version": 999})
    rebuild = Rebuild(real._database, newer, real._index, real._points, 0.0)
    half = await rebuilder(parts).begin(shelf.owner)
    assert await rebuild.is_due(shelf.owner)
    assert await rebuild.run(shelf.owner)
    held = await shelf.mine()
    assert set(held) == {"active"}
    assert held["active"] not in {old, half}
    assert await shelf.points(made[-1]) == before
    assert await parts.index.count(half) == 0
    assert not await rebuild.is_due(shelf.owner)


@pytest.mark.thorough
def test_killed_while_it_builds_it_goes_on(postgres_server: TestPostgres) -> None:
    """REL-11, ING-10: `kill -9` in the middle, searches find everything at any time, every document once at the end."""
    with memory_folder() as folder, running_service(postgres_server, folder) as service:
        office = Office(service).set_up()
        with office.client() as client:
            made = [
                upload(client, office.documents, f"{n}.txt", f"Merkwort Akte {n}. {TEXT * 4}".encode())["id"]
                for n in range(12)
            ]
            for identifier in made:
                assert wait_for(client, f"/documents/{identifier}")["state"] == "ready"
        with operator(service, office.authority) as client:
            assert client.post("/authorities/self/rebuild").status_code == 202
        for _ in range(2):
            time.sleep(0.15)
            service.kill()
            service.start()
            with office.client() as client:
                assert found(client) == set(made)
        with operator(service, office.authority) as client:
            end = time.monotonic() + 60
            while client.get("/authorities/self/rebuild").json()["building"]:
                assert time.monotonic() < end
                time.sleep(0.05)
            progress = client.get("/authorities/self/rebuild").json()
            assert (progress["building"], progress["total"]) == (False, 12)
        with office.client() as client:
            assert found(client) == set(made)


def operator(service: Any, authority: UUID | None) -> httpx.Client:
    client: httpx.Client = service.client(
        replace(principal(authority, subject=UUID(int=0)), scopes=frozenset({"keys.maintain"}))
    )
    return client


def found(client: httpx.Client) -> set[str]:
    answer = client.post("/search", json={"query": "Merkwort", "limit": 50})
    assert answer.status_code == 200, answer.text
    return {hit["document"] for hit in answer.json()["hits"]}


def test_only_operators_may(service: Any, office: Office) -> None:
    """TEN-01: no scope of a user or application opens these routes."""
    with office.client() as client:
        assert client.post("/authorities/self/rebuild").status_code == 403
        assert client.get("/authorities/self/rebuild").status_code == 403
