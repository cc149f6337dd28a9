# SPDX-License-Identifier: EUPL-1.2
"""What PostgreSQL says is there is found, what it does not say is gone: whatever happened to one of the stores."""

import asyncio
import datetime as dt
from uuid import UUID, uuid4

import sqlalchemy as sa

from genius_common.crypto import ContentKey, new_secret
from genius_retrieval.chunks import Chunk, chunk_id
from genius_retrieval.components import Components
from genius_retrieval.index.port import DocumentMeta
from genius_retrieval.ingest.reconcile import Reconciled, Reconciler
from genius_retrieval.tables import documents

from .test_rebuild import Shelf


def reconciler(parts: Components, *, keep_days: float = 7, grace_s: float = 0.0) -> Reconciler:
    points = parts.rebuild._points
    return Reconciler(
        parts.database,
        parts.rebuild._catalogue,
        parts.index,
        points._objects,
        points,
        parts.queue,
        grace_s,
        dt.timedelta(days=keep_days),
    )


async def test_stores_that_agree_are_left_alone(parts: Components) -> None:
    """BAK-02: nothing is written, neither where a document was superseded nor for one that failed."""
    shelf = Shelf(parts)
    made = await shelf.fill(2)
    newer = await shelf.add("0.txt")  # the same content again: no document of its own
    assert newer == made[0]
    before = await shelf.points(made[-1])
    assert await reconciler(parts).run() == Reconciled()
    assert await shelf.points(made[-1]) == before


async def test_a_lost_index_comes_back_with_the_same_points(parts: Components) -> None:
    """BAK-06, BAK-02: the whole collection is gone, of documents and of a person's file."""
    shelf = Shelf(parts)
    made = await shelf.fill()
    before, active = await shelf.points(made[-1]), (await shelf.mine())["active"]
    await parts.index.drop(active)
    parts.index._dropped.clear()  # type: ignore[attr-defined]  # lost, not dropped: as a new process finds it
    assert await parts.index.count(active) == 0
    assert (await reconciler(parts).run()).restored == len(made)
    assert await shelf.points(made[-1]) == before
    assert await reconciler(parts).run() == Reconciled()


async def test_half_a_document_is_made_whole(parts: Components) -> None:
    """BAK-02, ING-10: some of its points are lost, or its row names a collection of before (an older backup)."""
    shelf = Shelf(parts)
    made = await shelf.fill(2)
    before, active = await shelf.points(made[-1]), (await shelf.mine())["active"]
    row = await shelf.row(made[0])
    assert row.points == await parts.index.count(active, made[0]) > 1
    async with parts.database.transaction(shelf.owner.scope) as connection:
        home = await parts.rebuild._catalogue.find(connection, shelf.authority, None)
        change = sa.update(documents).where(documents.c.id == made[1])
        await connection.execute(change.values(collection=uuid4(), points=None))
    assert home
    document, chunks, _ = await parts.rebuild._points._made(shelf.owner.scope, row, home)
    await parts.index.delete_document(active, made[0])
    await parts.index.upsert(home, chunks[:1], meta(shelf, made[0], document.title))
    assert (await reconciler(parts).run()).restored == 2
    assert await shelf.points(made[-1]) == before
    other = await shelf.row(made[1])
    assert (other.collection, other.points) == (active, await parts.index.count(active, made[1]))


async def test_nothing_is_searchable_that_no_row_owns(parts: Components) -> None:
    """BAK-02: the index is newer than the database; an import that writes its points first is waited for."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    active = (await shelf.mine())["active"]
    async with parts.database.transaction(shelf.owner.scope) as connection:
        await connection.execute(sa.delete(documents).where(documents.c.id == made[0]))
        home = await parts.rebuild._catalogue.find(connection, shelf.authority, None)
    assert home
    late = uuid4()
    await parts.index.upsert(home, [a_chunk(late)], meta(shelf, late))
    patient = reconciler(parts, grace_s=0.3)
    running = asyncio.create_task(patient.run())
    await asyncio.sleep(0.1)
    async with parts.database.transaction(shelf.owner.scope) as connection:
        kept = {**(await row_of(connection, made[-1])), "id": late, "points": 1, "collection": active}
        kept |= {"kind": "document", "owner_person": None, "owner_kind": "authority", "knowledge_base": shelf.base}
        await connection.execute(sa.insert(documents).values(kept))
    assert (await running).removed == 1
    assert await parts.index.count(active, made[0]) == 0
    assert await parts.index.count(active, late) == 1


async def test_a_lost_text_is_read_again_or_its_loss_is_shown(parts: Components) -> None:
    """BAK-02, ING-10: from the original where that is there; else failed with a reason, and out of the search."""
    shelf = Shelf(parts)
    made = await shelf.fill(2)
    objects = parts.rebuild._points._objects
    rows = [await shelf.row(identifier) for identifier in made[:2]]
    for row in rows:
        await objects.delete(row.canonical)
    await objects.delete(rows[1].original)
    found = await reconciler(parts).run()
    assert (found.reread, found.lost) == (1, 1)
    await shelf.ready(made[0])
    again, lost = await shelf.row(made[0]), await shelf.row(made[1])
    assert again.state == "ready"
    assert await objects.exists(again.canonical)
    assert (lost.state, lost.reason) == ("failed", "content_lost")
    active = (await shelf.mine())["active"]
    for _ in range(200):
        if not await parts.index.count(active, made[1]):
            break
        await asyncio.sleep(0.02)
    assert await parts.index.documents(active) == {
        made[0]: again.points,
        made[2]: (await shelf.row(made[2])).points,
    }


async def test_only_objects_that_no_row_names_go(parts: Components) -> None:
    """ING-10: what a kill left between object and row goes after a week; what is named stays, whoever's it is."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    objects, orphan = parts.rebuild._points._objects, uuid4()
    await objects.put(orphan, b"halb", ContentKey(uuid4(), new_secret()))
    assert (await reconciler(parts).run()).objects == 0
    assert await objects.exists(orphan)
    assert (await reconciler(parts, keep_days=-1).run()).objects >= 1
    assert not await objects.exists(orphan)
    for identifier in made:
        row = await shelf.row(identifier)
        assert await objects.exists(row.original)
        assert await objects.exists(row.canonical)


def a_chunk(document: UUID) -> Chunk:
    return Chunk(id=chunk_id(document, "v", 0), document=document, ordinal=0, text="Spät.", char_from=0, char_to=5)


def meta(shelf: Shelf, document: UUID, title: str = "Spät") -> DocumentMeta:
    return DocumentMeta(document, "v", "document", shelf.base, None, "sozialdaten", title)


async def row_of(connection: object, identifier: UUID) -> dict[str, object]:
    query = sa.select(documents).where(documents.c.id == identifier)
    return dict((await connection.execute(query)).one()._mapping)  # type: ignore[attr-defined]
