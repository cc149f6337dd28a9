# SPDX-License-Identifier: EUPL-1.2
"""Tokens for the Qdrant server: JWT (RFC 7519) signed HS256 with its API key, each for exactly one collection.

The server takes a token for 30 s longer than its `exp` says, so that 240 s are at most 270: below the five minutes of
TEN-11. A token without `access` would open everything; there is no way to make one here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Literal
from uuid import UUID

import orjson

Operation = Literal["read", "write"]
LIFETIME_S = 240
SERVER_LEEWAY_S = 30
# `prw` writes points and nothing else: no snapshots, no payload indexes, no view of the cluster (that would be `rw`).
_ACCESS = {"read": "r", "write": "prw"}


def mint(api_key: str, collection: UUID, operation: Operation, now: float | None = None) -> tuple[str, int]:
    """A token for `operation` on `collection`, and when it ends (seconds since 1970)."""
    expires = int(time.time() if now is None else now) + LIFETIME_S
    claims = {
        "exp": expires,
        "access": [{"collection": str(collection), "access": _ACCESS[operation]}],
        "subject": "genius-retrieval",
    }
    signed = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    signature = hmac.digest(api_key.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{_base64(signature)}", expires


def _encoded(part: object) -> str:
    return _base64(orjson.dumps(part))


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
