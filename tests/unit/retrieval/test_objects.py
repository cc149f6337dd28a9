# SPDX-License-Identifier: EUPL-1.2
"""The store of originals and texts when it does not take what is to be written."""

from pathlib import Path
from uuid import uuid4

import pytest
from obstore.store import LocalStore

from genius_common.crypto import ContentKey
from genius_retrieval.errors import StorageFull, StorageUnavailable
from genius_retrieval.ingest.queue import AWAY
from genius_retrieval.objects import ObjectStorage
from genius_retrieval.room import Room

KEY = ContentKey(uuid4(), b"k" * 32)


async def test_a_store_that_fails_is_waited_for(tmp_path: Path) -> None:
    """ING-10: a typed error, which jobs get over without end."""
    folder, identifier = tmp_path / "objects", uuid4()
    folder.mkdir()
    storage = ObjectStorage(LocalStore(folder))
    folder.rmdir()
    folder.write_text("no folder any more")
    with pytest.raises(StorageUnavailable) as caught:
        await storage.put(identifier, b"Inhalt", KEY)
    assert isinstance(caught.value, AWAY)


def storage_is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def test_the_reserve_stays_free(tmp_path: Path) -> None:
    room = Room(tmp_path, reserve=1 << 62)
    storage = ObjectStorage(LocalStore(tmp_path), room)
    with pytest.raises(StorageFull):
        await storage.put(uuid4(), b"Inhalt", KEY)
    assert storage_is_empty(tmp_path)
