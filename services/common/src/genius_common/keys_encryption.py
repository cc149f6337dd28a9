# SPDX-License-Identifier: EUPL-1.2
"""The key-encryption key behind one port: a file on this machine, or Vault transit (`keys_transit`).

It wraps the keys of the tenant and of each authority, 32 bytes at a time, and is never in a database. Each version has
an id, which stands beside what it has wrapped; several versions may open at the same time, one wraps.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from typing_extensions import override

from genius_common.crypto import KEY_BYTES, Undecryptable, unwrap, wrap
from genius_common.errors import Unavailable


class KeyServiceUnavailable(Unavailable):
    """The key-encryption key can't be had now: nothing is opened or written meanwhile."""

    code = "key_service_unavailable"
    title = "Schlüsseldienst nicht erreichbar"
    default_detail = (
        "Die Schlüssel der Plattform sind zurzeit nicht erreichbar. Bitte versuchen Sie es in Kürze erneut; dauert es "
        "an, verständigen Sie den Betrieb."
    )


@dataclass(frozen=True, slots=True)
class Wrapped:
    """`by` is the id of the version that has wrapped."""

    value: bytes
    by: UUID


class KeyEncryption(Protocol):
    """Every call may ask a service over the network and fails closed: KeyServiceUnavailable, Undecryptable."""

    async def current(self) -> UUID:
        """The version that wraps now."""
        ...

    async def wrap(self, secret: bytes, key: UUID) -> Wrapped:
        """Wrap 32 bytes with the current version, bound to the id `key`."""
        ...

    async def unwrap(self, wrapped: bytes, by: UUID, key: UUID) -> bytes:
        """The secret; `Undecryptable` where that version is refused by now, or `wrapped` is another key's."""
        ...

    async def rewrap(self, wrapped: bytes, by: UUID, key: UUID) -> Wrapped:
        """The same secret under the current version."""
        ...


class LocalKeys:
    """Versions in memory: the first wraps, the others still open."""

    def __init__(self, *secrets: bytes) -> None:
        if not secrets or any(len(secret) != KEY_BYTES for secret in secrets):
            raise ValueError(f"a key-encryption key has {KEY_BYTES} bytes")
        self._versions = {kek_id(secret): secret for secret in secrets}

    def versions(self) -> dict[UUID, bytes]:
        """Id → secret, the one that wraps first."""
        return self._versions

    async def current(self) -> UUID:
        return next(iter(self.versions()))

    async def wrap(self, secret: bytes, key: UUID) -> Wrapped:
        by, kek = next(iter(self.versions().items()))
        return Wrapped(wrap(kek, secret, key), by)

    async def unwrap(self, wrapped: bytes, by: UUID, key: UUID) -> bytes:
        kek = self.versions().get(by)
        if kek is None:
            raise Undecryptable
        return unwrap(kek, wrapped, key)

    async def rewrap(self, wrapped: bytes, by: UUID, key: UUID) -> Wrapped:
        return await self.wrap(await self.unwrap(wrapped, by, key), key)


class FileKeys(LocalKeys):
    """A file of mode 0600 with 64 hex digits a line: the first line wraps, further lines still open.

    Lines that begin with `#` say whose keys these are (`tenant_binding`).

    Read again whenever it was replaced, so that a rotation needs no restart. A file that is gone or damaged by then is
    a `KeyServiceUnavailable`; at the start it is the caller's OSError or ValueError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._stamp()
        super().__init__(*read_keks(path))

    @override
    def versions(self) -> dict[UUID, bytes]:
        try:
            stamp = self._stamp()
            if stamp != self._seen:
                self._versions = {kek_id(secret): secret for secret in read_keks(self._path)}
                self._seen = stamp
        except (OSError, ValueError) as error:
            raise KeyServiceUnavailable from error
        return self._versions

    def _stamp(self) -> tuple[int, int, int]:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size


def kek_id(secret: bytes) -> UUID:
    """Names a version without saying anything about it."""
    return UUID(bytes=hashlib.sha256(b"genius kek id" + secret).digest()[:16])


def read_keks(path: Path) -> list[bytes]:
    """The lines of a key file, the one that wraps first. Raises: OSError, ValueError."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
        secrets = [bytes.fromhex(line) for line in lines if line and not line.startswith("#")]
    except ValueError:
        # Not chained: the text of the error may show part of a key.
        raise ValueError(f"{path}: a key-encryption key is written as 64 hex digits") from None
    if not secrets or any(len(secret) != KEY_BYTES for secret in secrets):
        raise ValueError(f"{path}: a key-encryption key has {KEY_BYTES} bytes")
    return secrets
