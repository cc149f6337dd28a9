# SPDX-License-Identifier: EUPL-1.2
"""Which replica gets a request: the one that has its beginning cached unless it is too full, else the emptiest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from genius_inference.replicas.replica import Replica

BOUND = 1.25
"""A preferred replica may hold a quarter more than the mean, and one request (consistent hashing with bounded loads,
Mirrokni et al. 2018): then the cache is worth less than the wait."""


def with_room(replicas: Sequence[Replica]) -> list[Replica]:
    """Those that may get a request now. Where every breaker is open, none counts: refusing all helps nobody."""
    trusted = any(replica.breaker.room for replica in replicas)
    return [replica for replica in replicas if replica.room(trusted=trusted)]


def choose(replicas: Sequence[Replica], affinity: bytes, tokens: int, *, without: set[Replica]) -> Replica | None:
    """A replica with room that is not in `without`; None where there is none.

    `affinity` is a digest of the request's beginning, so that equal beginnings meet in one server's prefix cache.
    """
    able = [replica for replica in with_room(replicas) if replica not in without]
    if len(able) < 2:
        return able[0] if able else None
    preferred = max(able, key=lambda replica: _rank(affinity, replica.name))
    mean = sum(replica.load for replica in able) / len(able)
    if preferred.load <= BOUND * mean + tokens:
        return preferred
    return min(able, key=lambda replica: (replica.load, replica.report.kv_cache))


def _rank(affinity: bytes, name: str) -> bytes:
    """Rendezvous hashing: when a replica comes or goes, only what was on it moves."""
    return hashlib.blake2b(affinity, digest_size=8, key=name.encode()[:64]).digest()
