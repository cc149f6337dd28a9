# SPDX-License-Identifier: EUPL-1.2
"""Qdrant Edge keeps its own promises on disk; the contract that all engines keep is in test_index.py."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from genius_common.crypto import ContentKey
from genius_retrieval.errors import StorageFull
from genius_retrieval.index import edge, edge_generations
from genius_retrieval.index.edge import EdgeIndex
from genius_retrieval.index.port import Access
from genius_retrieval.room import Room
from tests.contract.retrieval_search.suite import ASK, MARKER, chunks, meta, points
from tests.eval.laws import Secrets, new_collection
from tests.support.processes import children, wait_gone

WRITER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID, uuid4
from genius_common.crypto import ContentKey
from genius_retrieval.index import edge, edge_generations
from genius_retrieval.index.edge import EdgeIndex
from tests.contract.retrieval_search.suite import MARKER, chunks, meta
from tests.eval.laws import Secrets

async def main():
    index = EdgeIndex(Path(sys.argv[1]))
    collection = Secrets(UUID(int=1), b"s" * 32, ContentKey(UUID(int=2), b"c" * 32))
    while True:
        document = uuid4()
        written = chunks(document, [f"{MARKER} eins.", f"{MARKER} zwei."])
        await index.upsert(collection, written, meta(document, UUID(int=3)))
        print(document, flush=True)

asyncio.run(main())
"""


async def test_nothing_of_the_content_is_on_disk_in_clear(tmp_path):
    """Neither texts nor terms, only ciphertext and keyed ids."""
    index, collection, document = EdgeIndex(tmp_path), new_collection(), uuid4()
    await index.upsert(collection, chunks(document, [f"Die {MARKER} gilt."]), meta(document, uuid4()))
    await index.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert MARKER.lower().encode() not in content
            assert b"abschnitt" not in content


async def test_acknowledged_documents_survive_kill_9(tmp_path):
    """ING-10: what was acknowledged before `kill -9` is whole after the next start."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout
    acknowledged = [UUID((await writer.stdout.readline()).decode().strip()) for _ in range(12)]
    writer.send_signal(signal.SIGKILL)
    await writer.communicate()
    index = EdgeIndex(tmp_path)
    collection = Secrets(UUID(int=1), b"s" * 32, ContentKey(UUID(int=2), b"c" * 32))
    for document in acknowledged:
        assert await index.count(collection.id, document) == 2
    assert len(points(await index.search(collection, ASK, Access(frozenset({UUID(int=3)}))))) >= 24
    await index.close()


async def test_a_dropped_collection_does_not_come_back(tmp_path):
    """ING-10, REL-11: who read the catalogue before a rebuild ended writes into nothing, and finds that out."""
    index, collection, base, document = EdgeIndex(tmp_path), new_collection(), uuid4(), uuid4()
    await index.upsert(collection, chunks(document, [f"{MARKER} eins."]), meta(document, base))
    await index.drop(collection.id)
    await index.upsert(collection, chunks(document, [f"{MARKER} zwei."]), meta(document, base))
    assert await index.count(collection.id) == 0
    assert list(tmp_path.iterdir()) == []
    await index.close()


OPTIMISER = """
import sys
from pathlib import Path
from uuid import UUID
from genius_retrieval.index.edge_generations import optimised_copy

folder, collection = Path(sys.argv[1]), UUID(sys.argv[2])
optimised_copy(folder, collection, folder / str(collection))
"""


async def test_a_process_that_optimises_ends_with_its_service(tmp_path):
    """ING-10: else it writes on in a folder that the next service clears away."""
    index, collection, base, document = EdgeIndex(tmp_path), new_collection(), uuid4(), uuid4()
    await index.upsert(collection, chunks(document, [f"{MARKER} eins."] * 3), meta(document, base))
    await index.close()
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", OPTIMISER, str(tmp_path), str(collection.id))
    while not (below := [pid for pid in children(service.pid) if "qdrant_edge" in mapped(pid)]):
        assert service.returncode is None
        await asyncio.sleep(0.001)
    os.kill(below[0], signal.SIGSTOP)  # as if the shard were a large one
    service.kill()
    await service.wait()
    try:
        wait_gone(below, 10)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(below[0], signal.SIGKILL)


def mapped(pid: int) -> str:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/maps").read_text()
    return ""


async def test_leftovers_of_an_interrupted_creation_or_removal_are_cleared(tmp_path):
    for name in (f"{uuid4()}.new", f"{uuid4()}.dropped"):
        (tmp_path / name / "segments").mkdir(parents=True)
    index = EdgeIndex(tmp_path)
    assert list(tmp_path.iterdir()) == []
    await index.close()


async def test_without_room_nothing_is_written_and_all_is_found(tmp_path):
    """ING-10: also not a copy to be optimised; deleting goes on."""
    index, collection, base, document = EdgeIndex(tmp_path), new_collection(), uuid4(), uuid4()
    access = Access(frozenset({base}))
    await index.upsert(collection, chunks(document, [f"{MARKER} eins."]), meta(document, base))
    await index.close()
    full = EdgeIndex(tmp_path, room=Room(tmp_path, reserve=1 << 62))
    with pytest.raises(StorageFull):
        await full.upsert(collection, chunks(uuid4(), [f"{MARKER} zwei."]), meta(uuid4(), base))
    with pytest.raises(StorageFull):
        await full.adopt(collection, chunks(uuid4(), [f"{MARKER} drei."]), meta(uuid4(), base), document)
    before = sorted(path.name for path in tmp_path.iterdir())
    await full.optimise(collection.id)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert len((await full.search(collection, ASK, access)).branches[0]) == 1
    await full.delete_document(collection.id, document)
    assert await full.count(collection.id) == 0
    await full.close()


async def test_searches_go_on_while_others_write(tmp_path):
    index, collection, base = EdgeIndex(tmp_path), new_collection(), uuid4()
    access = Access(frozenset({base}))

    async def write(number: int) -> None:
        document = uuid4()
        await index.upsert(collection, chunks(document, [f"{MARKER} {number}."] * 3), meta(document, base))

    async def look() -> None:
        await index.search(collection, ASK, access)

    await write(0)
    await asyncio.gather(*(write(n) for n in range(1, 10)), *(look() for _ in range(20)), index.optimise(collection.id))
    assert await index.count(collection.id) == 30
    await index.close()


async def test_an_optimised_copy_takes_the_place_of_the_shard(tmp_path):
    """BAK-06, ING-10: what is written before and after it stays, one folder is left, also after a restart."""
    index, collection, base = EdgeIndex(tmp_path), new_collection(2), uuid4()
    access = Access(frozenset({base}))
    for number in range(3):
        document = uuid4()
        await index.upsert(collection, chunks(document, [f"{MARKER} {number}."]), meta(document, base), [[1, 0]])
        await index.optimise(collection.id)
    last = uuid4()
    await index.upsert(collection, chunks(last, [f"{MARKER} am Ende."]), meta(last, base), [[0, 1]])
    assert [path.name for path in tmp_path.iterdir()] == [f"{collection.id}.g3"]
    await index.close()
    index = EdgeIndex(tmp_path)
    assert await index.count(collection.id) == 4
    assert len(points(await index.search(collection, ASK, access))) == 4
    await index.drop(collection.id)
    await index.close()
    assert list(tmp_path.iterdir()) == []


async def test_only_the_newest_folder_counts_at_a_start(tmp_path):
    """ING-10: killed before the older folder was removed, or while the copy was being made."""
    index, collection, base = EdgeIndex(tmp_path), new_collection(), uuid4()
    document = uuid4()
    await index.upsert(collection, chunks(document, [f"{MARKER}."]), meta(document, base))
    await index.close()
    shutil.copytree(tmp_path / str(collection.id), tmp_path / f"{collection.id}.g1")
    shutil.copytree(tmp_path / str(collection.id), tmp_path / f"{collection.id}.g2.new")
    index = EdgeIndex(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{collection.id}.g1"]
    assert await index.count(collection.id) == 1
    await index.close()


async def test_a_copy_that_fails_changes_nothing(tmp_path, monkeypatch):
    index, collection, base = EdgeIndex(tmp_path), new_collection(), uuid4()
    document = uuid4()
    await index.upsert(collection, chunks(document, [f"{MARKER}."]), meta(document, base))
    monkeypatch.setattr(edge_generations, "_OPTIMISE", "raise SystemExit(3)")
    await index.optimise(collection.id)
    assert [path.name for path in tmp_path.iterdir()] == [str(collection.id)]
    assert await index.count(collection.id) == 1
    await index.close()


async def test_searches_go_on_while_it_optimises_by_itself(tmp_path):
    """A fifth written since the last time: optimised behind the upload; no search and no other request waits."""
    index, collection, base = EdgeIndex(tmp_path), new_collection(), uuid4()
    access, document = Access(frozenset({base})), uuid4()
    await index.upsert(collection, chunks(document, [f"{MARKER} {n}." for n in range(2_000)]), meta(document, base))
    end = time.monotonic() + 60
    while not (tmp_path / f"{collection.id}.g1").exists():
        assert time.monotonic() < end
        assert points(await index.search(collection, ASK, access))
        await asyncio.sleep(0.01)
    assert await index.count(collection.id) == 2_000
    await index.close()


async def test_what_is_new_is_optimised_when_nothing_is_written(tmp_path, monkeypatch):
    """The rest that is no fifth yet does not stay in memory for ever."""
    monkeypatch.setattr(edge, "_REST_S", 0.1)
    index, collection, base, document = EdgeIndex(tmp_path), new_collection(), uuid4(), uuid4()
    await index.upsert(collection, chunks(document, [f"{MARKER} {n}." for n in range(500)]), meta(document, base))
    end = time.monotonic() + 60
    while not (tmp_path / f"{collection.id}.g1").exists():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    assert await index.count(collection.id) == 500
    await index.close()


def own_memory() -> int:
    """Bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


async def test_what_writing_took_is_given_back_when_nothing_is_written(tmp_path, monkeypatch):
    """The C library keeps what was freed between two blocks that are in use."""
    monkeypatch.setattr(edge, "_REST_S", 0.1)
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    blocks = [ctypes.c_void_p(library.malloc(60_000)) for _ in range(2_000)]
    for block in blocks:
        ctypes.memset(block, 1, 60_000)
    held = blocks[::100]
    for block in set(range(2_000)) - set(range(0, 2_000, 100)):
        library.free(blocks[block])
    before = own_memory()
    index, document, base = EdgeIndex(tmp_path), uuid4(), uuid4()
    await index.upsert(new_collection(), chunks(document, [f"{MARKER} eins."]), meta(document, base))
    end = time.monotonic() + 60
    while own_memory() > before - 80_000_000:
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    await index.close()
    for block in held:
        library.free(block)
