# SPDX-License-Identifier: EUPL-1.2
"""The form of an API token: `genius_` + 43 characters of randomness + 6 of checksum, all of base62.

Scanners of repositories and mail find it by `genius_[0-9A-Za-z]{49}` and, without asking us, by its CRC-32 that it is
one. What is no token by its checksum costs no question to the database.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib

PREFIX = "genius_"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_BYTES = 32
_RANDOM_CHARS = 43  # 62^43 > 2^256
_CHECK_CHARS = 6  # 62^6 > 2^32
_LENGTH = len(PREFIX) + _RANDOM_CHARS + _CHECK_CHARS


def new() -> str:
    """A token of 256 random bits."""
    body = PREFIX + _base62(int.from_bytes(secrets.token_bytes(_RANDOM_BYTES), "big"), _RANDOM_CHARS)
    return body + _checksum(body)


def is_well_formed(token: str) -> bool:
    """Whether prefix, length and checksum are those of a token; nothing is said about whether there is one."""
    return (
        len(token) == _LENGTH
        and token.isascii()
        and token.startswith(PREFIX)
        and token[-_CHECK_CHARS:] == _checksum(token[:-_CHECK_CHARS])
    )


def hash_of(token: str) -> str:
    """What is stored: SHA-256 in hex. With 256 random bits nothing is gained by a slow or salted hash."""
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode("ascii")), _CHECK_CHARS)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
