# SPDX-License-Identifier: EUPL-1.2
"""Tokens for the Qdrant server: JWT (RFC 7519) signed HS256 with its API key, each for exactly one collection.

The server takes a token for 30 s longer than its `exp` says, so that 240 s are at most 270: below the five minutes of
TEN-11. A token without `access` would open everything; there is no way to make one here.
"""

from __future__ import annotations

import time
from typing import Literal
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OctKey

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
    header = {"alg": "HS256", "typ": "JWT"}
    return jwt.encode(header, claims, OctKey.import_key(api_key), algorithms=["HS256"]), expires
