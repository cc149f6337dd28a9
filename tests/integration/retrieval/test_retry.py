# SPDX-License-Identifier: EUPL-1.2
"""A failed document is read once more, from the original that was kept."""

import pytest
import sqlalchemy as sa

from genius_common.errors import NotFound
from genius_retrieval.components import Components
from genius_retrieval.documents.service import Upload, points_of
from genius_retrieval.errors import NothingToRetry
from genius_retrieval.tables import documents
from tests.support.retrieval import principal

from .test_rebuild import Shelf


async def fail(shelf: Shelf, identifier: object) -> None:
    """As an attempt leaves it that failed: the row says so, and a job removes what may be in the index."""
    async with shelf.parts.database.transaction(shelf.owner.scope) as connection:
        change = sa.update(documents).where(documents.c.id == identifier)
        await connection.execute(change.values(state="failed", reason="internal_error"))


async def test_it_is_searchable_again_under_its_id(parts: Components) -> None:
    """ING-10: the same document, the same points; what the failed attempt left can't take them away afterwards."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    before, active = await shelf.points(made[-1]), (await shelf.mine())["active"]
    await fail(shelf, made[0])
    row = await shelf.row(made[0])
    async with parts.database.transaction(shelf.owner.scope) as connection:
        # The clearing of the failed attempt is still to come when somebody asks for the next one.
        await parts.queue.defer(connection, points_of(row))
    state = await parts.documents.retry(shelf.who, made[0], "document")
    assert (state.state, state.reason, state.retryable) == ("queued", None, False)
    await shelf.ready(made[0])
    assert (await shelf.row(made[0])).state == "ready"
    assert await parts.index.count(active, made[0]) == (await shelf.row(made[0])).points
    assert await shelf.points(made[-1]) == before


async def test_only_what_failed_and_is_kept(parts: Components) -> None:
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    with pytest.raises(NothingToRetry):
        await parts.documents.retry(shelf.who, made[0], "document")
    empty = await parts.documents.add_document(shelf.who, shelf.base, Upload.of("leer.txt", b""))
    assert (empty.state, empty.retryable) == ("failed", False)
    with pytest.raises(NothingToRetry):
        await parts.documents.retry(shelf.who, empty.id, "document")


async def test_nobody_else_may(parts: Components) -> None:
    """TEN-02: unknown to another authority, and to whom the knowledge base is not."""
    shelf, other = Shelf(parts), Shelf(parts)
    made = await shelf.fill(1)
    await fail(shelf, made[0])
    for who in (other.who, principal(shelf.authority)):
        with pytest.raises(NotFound):
            await parts.documents.retry(who, made[0], "document")


async def test_a_file_of_ones_own_too(parts: Components) -> None:
    """ING-10: by its owner alone, whatever a colleague may read (TEN-01); then it is found again."""
    shelf = Shelf(parts)
    made = (await shelf.fill(0))[-1]
    before = await shelf.points(made)
    with pytest.raises(NothingToRetry):
        await parts.documents.retry(shelf.who, made, "file")
    await fail(shelf, made)
    assert (await parts.documents.state(shelf.who, made, "file")).retryable
    colleague = principal(shelf.authority, knowledge_bases=shelf.who.knowledge_bases)
    for who, kind in ((colleague, "file"), (Shelf(parts).who, "file"), (shelf.who, "document")):
        with pytest.raises(NotFound):
            await parts.documents.retry(who, made, kind)
    state = await parts.documents.retry(shelf.who, made, "file")
    assert (state.state, state.retryable) == ("queued", False)
    await shelf.ready(made)
    assert (await shelf.row(made)).state == "ready"
    assert await shelf.points(made) == before


async def test_not_where_the_same_file_came_in_meanwhile(parts: Components) -> None:
    """ING-10: two copies would both be found; the newer entry holds, and the refusal says what to do."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    await fail(shelf, made[0])
    again = await shelf.add("0.txt")
    assert again != made[0]
    await shelf.ready(again)
    with pytest.raises(NothingToRetry) as refused:
        await parts.documents.retry(shelf.who, made[0], "document")
    assert "noch einmal hochgeladen" in refused.value.detail
    assert (await shelf.row(made[0])).state == "failed"
    assert (await shelf.row(again)).state == "ready"


async def test_not_where_a_newer_one_of_its_name_came_in_meanwhile(parts: Components) -> None:
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    await fail(shelf, made[0])
    newer = await parts.documents.add_document(shelf.who, shelf.base, Upload.of("0.txt", b"Eine neuere Fassung."))
    await shelf.ready(newer.id)
    with pytest.raises(NothingToRetry) as refused:
        await parts.documents.retry(shelf.who, made[0], "document")
    assert "neuere Fassung" in refused.value.detail


async def test_a_lock_survives_another_attempt(parts: Components) -> None:
    """INJ-06: what was locked and failed is read again, and stays locked until its keepers say otherwise."""
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    locked = await parts.documents.quarantine(shelf.who, made[0], True)
    assert locked.quarantined_at is not None
    await fail(shelf, made[0])
    await parts.documents.retry(shelf.who, made[0], "document")
    await shelf.ready(made[0])
    row = await shelf.row(made[0])
    assert (row.state, row.quarantined_at) == ("ready", locked.quarantined_at)
    freed = await parts.documents.quarantine(shelf.who, made[0], False)
    assert freed.quarantined_at is None


async def test_a_second_attempt_is_refused_while_the_first_goes_on(parts: Components) -> None:
    shelf = Shelf(parts)
    made = await shelf.fill(1)
    await fail(shelf, made[0])
    await parts.documents.retry(shelf.who, made[0], "document")
    with pytest.raises(NothingToRetry):
        await parts.documents.retry(shelf.who, made[0], "document")
    await shelf.ready(made[0])
    assert (await shelf.row(made[0])).state == "ready"
