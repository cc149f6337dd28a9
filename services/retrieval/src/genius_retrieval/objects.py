# SPDX-License-Identifier: EUPL-1.2
"""Originals and canonical texts as encrypted objects. An object's name is a generated id, never a user's text."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from genius_common.crypto import ContentKey, Undecryptable
from genius_retrieval.errors import StorageUnavailable
from genius_retrieval.room import Room

log = structlog.get_logger(__name__)


def open_store(url: str | None, data_dir: Path) -> ObjectStore:
    """A folder below `data_dir`, or what `url` names (`s3://bucket/prefix`, `memory:`)."""
    if url is None:
        folder = data_dir / "objects"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder)
    return MemoryStore() if url == "memory:" else from_url(url)


class ObjectStorage:
    """Sealed bytes by id. The ciphertext is bound to its id, so that objects can't be swapped."""

    def __init__(self, store: ObjectStore, room: Room | None = None) -> None:
        self._store = store
        self._room = room

    async def put(self, identifier: UUID, plain: bytes, key: ContentKey) -> None:
        """Write it whole or not at all. Raises: StorageUnavailable, StorageFull where a folder of ours has no room."""
        if self._room:
            self._room.require(len(plain))
        sealed = key.seal(plain, _place(identifier))
        try:
            await obstore.put_async(self._store, _path(identifier), sealed)
        except (BaseError, OSError) as error:
            # Its text may name paths, or an address with a secret.
            log.error("object not written", object=str(identifier), error=type(error).__name__)
            raise StorageUnavailable from error

    async def sealed(self, identifier: UUID) -> bytes:
        """The ciphertext; `crypto.key_id_of` names its key. Raises `Undecryptable` where the object is gone."""
        try:
            found = await obstore.get_async(self._store, _path(identifier))
            return bytes(await found.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            log.error("object missing", object=str(identifier))
            raise Undecryptable from error

    def open(self, identifier: UUID, sealed: bytes, key: ContentKey) -> bytes:
        return key.open(sealed, _place(identifier))

    async def exists(self, identifier: UUID) -> bool:
        try:
            await obstore.head_async(self._store, _path(identifier))
        except (NotFoundError, FileNotFoundError):
            return False
        return True

    async def all(self) -> AsyncIterator[tuple[UUID, dt.datetime]]:
        """Id and time of writing of every object; what is not one of ours is left out."""
        async for page in obstore.list(self._store):
            for found in page:
                with contextlib.suppress(ValueError):
                    yield UUID(found["path"].rsplit("/", 1)[-1]), found["last_modified"]

    async def remove_unfinished(self, before: dt.datetime) -> int:
        """Remove what a killed process left of objects that it was writing in a folder; answers how many.

        Younger ones than `before` may still be written. Other stores show nothing of an object that is not whole.
        """
        if not isinstance(self._store, LocalStore) or self._store.prefix is None:
            return 0
        return await asyncio.to_thread(_remove_unfinished, Path(self._store.prefix), before)

    async def delete(self, identifier: UUID) -> None:
        """Remove it; an object that is already gone is no error."""
        try:
            await obstore.delete_async(self._store, _path(identifier))
        except (NotFoundError, FileNotFoundError):
            log.info("object was already gone", object=str(identifier))


def _remove_unfinished(folder: Path, before: dt.datetime) -> int:
    # The store writes `NAME#1` beside its place and renames it; its own list leaves such names out.
    unfinished = [path for path in folder.glob("??/*#*") if path.stat().st_mtime < before.timestamp()]
    for path in unfinished:
        path.unlink(missing_ok=True)
    return len(unfinished)


def _path(identifier: UUID) -> str:
    name = identifier.hex
    return f"{name[:2]}/{name}"


def _place(identifier: UUID) -> str:
    return f"objects/{identifier}"
