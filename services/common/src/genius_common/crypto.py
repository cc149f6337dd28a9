# SPDX-License-Identifier: EUPL-1.2
"""Content at rest: AES-256-GCM (NIST SP 800-38D) with the ciphertext bound to the place where it lies.

Layout of a sealed value: version 1 byte · key id 16 bytes · nonce 12 bytes · ciphertext with tag. The associated data
is the place ("table/column/row id"), so that a ciphertext moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from genius_common.errors import PlatformError

_VERSION = 1
_NONCE = 12
_HEAD = 1 + 16 + _NONCE
KEY_BYTES = 32


class Undecryptable(PlatformError):
    """A stored value does not open with its key: moved, damaged, or its key was destroyed."""

    code = "content_unreadable"
    status = 500
    title = "Inhalt nicht lesbar"
    default_detail = "Ein gespeicherter Inhalt lässt sich nicht entschlüsseln. Bitte verständigen Sie den Betrieb."


@dataclass(frozen=True, slots=True)
class ContentKey:
    """A data key in memory. `id` is written into every ciphertext, so that keys can rotate lazily."""

    id: UUID
    secret: bytes
    # As costly to make as to use, and as long in memory as the secret.
    _cipher: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cipher", AESGCM(self.secret))

    def seal(self, plain: bytes, place: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, place.encode())
        return bytes([_VERSION]) + self.id.bytes + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        if len(sealed) < _HEAD or sealed[0] != _VERSION or sealed[1:17] != self.id.bytes:
            raise Undecryptable
        try:
            return self._cipher.decrypt(sealed[17:_HEAD], sealed[_HEAD:], place.encode())
        except InvalidTag as error:
            raise Undecryptable from error


@dataclass(frozen=True, slots=True)
class KeyBundle:
    """Several keys where one is expected: `own` open what they have sealed, `first` opens the rest and seals."""

    first: ContentKey
    own: Mapping[UUID, ContentKey]

    @property
    def id(self) -> UUID:
        return self.first.id

    def seal(self, plain: bytes, place: str) -> bytes:
        return self.first.seal(plain, place)

    def open(self, sealed: bytes, place: str) -> bytes:
        return self.own.get(key_id_of(sealed), self.first).open(sealed, place)


def key_id_of(sealed: bytes) -> UUID:
    """The id of the key that opens `sealed`."""
    if len(sealed) < _HEAD:
        raise Undecryptable
    return UUID(bytes=bytes(sealed[1:17]))


def new_secret() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def wrap(kek: bytes, secret: bytes, key: UUID) -> bytes:
    """Wrap a data key under `kek`, bound to the data key's id."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(kek).encrypt(nonce, secret, b"wrap/" + key.bytes)


def unwrap(kek: bytes, wrapped: bytes, key: UUID) -> bytes:
    try:
        return AESGCM(kek).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], b"wrap/" + key.bytes)
    except (InvalidTag, ValueError) as error:  # ValueError: not even long enough for a nonce
        raise Undecryptable from error


def term_id(search_key: bytes, term: str) -> int:
    """32-bit id of a search term under a collection's search key (HMAC-SHA-256, first four bytes)."""
    return int.from_bytes(hmac.digest(search_key, term.encode(), hashlib.sha256)[:4], "big")
