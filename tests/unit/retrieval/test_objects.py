# SPDX-License-Identifier: EUPL-1.2
"""The store of originals and texts when it does not take what is to be written."""

import datetime as dt
import subprocess
import sys
import time
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


WRITER = """
import sys
import obstore
from obstore.store import LocalStore

obstore.put(LocalStore(sys.argv[1]), "ab/abcd", b"y" * 400_000_000)
"""


def half_written(folder: Path) -> None:
    """An object's writer killed before it was done."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)])
    end = time.monotonic() + 30
    while not files(folder):
        assert time.monotonic() < end
        time.sleep(0.002)
    writer.kill()
    writer.wait()


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def test_what_a_kill_leaves_of_an_object_goes(tmp_path: Path) -> None:
    """ING-10: half an object has a name that no row and no list knows; one that is being written stays."""
    half_written(tmp_path)
    storage, whole = ObjectStorage(LocalStore(tmp_path)), uuid4()
    await storage.put(whole, b"Inhalt", KEY)
    assert [identifier async for identifier, _ in storage.all()] == [whole]
    assert len(files(tmp_path)) == 2
    now = dt.datetime.now(dt.UTC)
    assert await storage.remove_unfinished(now - dt.timedelta(hours=1)) == 0
    assert await storage.remove_unfinished(now + dt.timedelta(hours=1)) == 1
    assert files(tmp_path) == [whole.hex]
