# SPDX-License-Identifier: EUPL-1.2
"""What somebody can get at who has taken disk and databases along."""

import base64
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from genius_common.crypto import Undecryptable, key_id_of, unwrap


def files_with(folder: Path, needle: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


class Thief:
    """Somebody who has the whole database, as it is now, and the key-encryption key."""

    def __init__(self, url: str, kek: bytes) -> None:
        self._kek = kek
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            found = connection.execute(sa.text("SELECT id, wrapped, wrapped_by FROM keys"))
            self._keys = {row.id: row for row in found}
        engine.dispose()

    def opens(self, sealed: bytes) -> bool:
        """Whether the thief gets at the key of `sealed`."""
        chain = [key_id_of(sealed)]
        while (row := self._keys.get(chain[-1])) is not None:
            chain.append(row.wrapped_by)
        secret = self._kek
        try:
            for identifier in reversed(chain[:-1]):
                secret = unwrap(secret, bytes(self._keys[identifier].wrapped), identifier)
        except Undecryptable:
            return False
        return len(chain) > 1


def sealed_under(key: UUID) -> bytes:
    """How a payload of the index begins that this key has sealed (version, key id; base64)."""
    return base64.b64encode(b"\x01" + key.bytes)[:20]
