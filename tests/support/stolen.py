# SPDX-License-Identifier: EUPL-1.2
"""What somebody can get at who has taken disk and databases along."""

import base64
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from genius_common.crypto import Undecryptable, key_id_of, unwrap


def files_with(folder: Path, needle: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]


def opens(url: str, kek: bytes, sealed: bytes) -> bool:
    """Whether somebody who has the whole database and the key-encryption key can get at the key of `sealed`."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        chain = [key_id_of(sealed)]
        rows = {row.id: row for row in connection.execute(sa.text("SELECT id, wrapped, wrapped_by FROM keys"))}
    engine.dispose()
    while (row := rows.get(chain[-1])) is not None:
        chain.append(row.wrapped_by)
    secret = kek
    try:
        for identifier in reversed(chain[:-1]):
            secret = unwrap(secret, bytes(rows[identifier].wrapped), identifier)
    except Undecryptable:
        return False
    return len(chain) > 1


def sealed_under(key: UUID) -> bytes:
    """How a payload of the index begins that this key has sealed (version, key id; base64)."""
    return base64.b64encode(b"\x01" + key.bytes)[:20]
