# SPDX-License-Identifier: EUPL-1.2
"""What an acknowledged write to the index survives: the process, and the power."""

import os
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from genius_retrieval.chunks import Chunk
from genius_retrieval.index.edge import EdgeIndex
from genius_retrieval.index.port import DocumentMeta
from tests.eval.laws import new_collection


@pytest.fixture
def collection() -> Any:
    return new_collection()


def chunks(document: UUID, count: int) -> list[Chunk]:
    return [Chunk(uuid4(), document, n, f"Satz {n}.", 10 * n, 10 * n + 8) for n in range(count)]


async def put(index: EdgeIndex, collection: Any, document: UUID, count: int) -> None:
    meta = DocumentMeta(document, "v", "document", uuid4(), None, "intern", "Titel")
    await index.upsert(collection, chunks(document, count), meta)


async def test_acknowledged_points_survive_a_power_cut(tmp_path: Path, collection: Any) -> None:
    """ING-10: the segments are as they were before, only the synchronised log has the new points and the deletion."""
    live = EdgeIndex(tmp_path / "live")
    first, second, gone = uuid4(), uuid4(), uuid4()
    await put(live, collection, first, 3)
    await put(live, collection, gone, 4)
    folder = tmp_path / "live" / str(collection.id)
    cut = tmp_path / "cut" / str(collection.id)
    shutil.copytree(folder, cut)
    await put(live, collection, second, 120)
    await live.delete_document(collection.id, gone)
    shutil.rmtree(cut / "wal")
    shutil.copytree(folder / "wal", cut / "wal")
    await live.close()
    after = EdgeIndex(tmp_path / "cut")
    assert [await after.count(collection.id, document) for document in (first, second, gone)] == [3, 120, 0]
    await after.close()


async def test_a_closed_index_opens_with_everything(tmp_path: Path, collection: Any) -> None:
    document = uuid4()
    index = EdgeIndex(tmp_path)
    await put(index, collection, document, 60)
    await index.close()
    again = EdgeIndex(tmp_path)
    assert await again.count(collection.id, document) == 60
    await again.drop(collection.id)
    assert await again.count(collection.id) == 0
    assert os.listdir(tmp_path) == []
    await again.close()


async def test_what_a_crash_left_half_made_is_removed(tmp_path: Path) -> None:
    for name in ("a.new", "b.dropped"):
        (tmp_path / name / "wal").mkdir(parents=True)
    await EdgeIndex(tmp_path).close()
    assert os.listdir(tmp_path) == []
