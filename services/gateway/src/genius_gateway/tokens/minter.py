# SPDX-License-Identifier: EUPL-1.2
"""Mints the principal tokens that the inner services decide with."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from genius_common.model_stops import ModelStop
from genius_common.principal import Principal
from genius_common.tokens import MAX_LIFETIME_S, TokenSigner

_REUSE_UNTIL_S = 120
_CACHE_LIMIT = 10_000


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key of a PKCS#8 PEM file."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: an Ed25519 private key is needed")
    return key


class TokenMinter:
    """`for_inner` returns a token of five minutes; without a run, equal requests share one until it has two left."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._signer = TokenSigner(private)
        self._cache: dict[tuple[Principal, str], tuple[float, str]] = {}
        self._earliest: dict[UUID, int] = {}

    def revoke(self, subject: UUID, at: float) -> None:
        """Forget the tokens of a person or application; new ones are younger than `at`."""
        self._earliest[subject] = math.floor(at) + 1
        for key in [key for key in self._cache if subject in (key[0].subject, key[0].application)]:
            del self._cache[key]

    def revocations(self, entries: Mapping[str, float]) -> str:
        """The signed list for the inner services."""
        return self._signer.sign_revocations(entries)

    def stops(self, stops: Iterable[ModelStop]) -> str:
        """The signed list of stopped models for inference."""
        return self._signer.sign_stops(stops)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        return self._signer.jwks()

    def for_inner(
        self,
        principal: Principal,
        audience: str,
        scopes: Iterable[str],
        *,
        run: UUID | None = None,
        use: str | None = None,
        metered: bool = False,
        knowledge_bases: Iterable[UUID] = (),
        writable_knowledge_bases: Iterable[UUID] = (),
        files: Iterable[UUID] = (),
        also_for: Iterable[str] = (),
    ) -> str:
        """A token of `principal` for one service, never with more scopes than the principal has.

        `run.token` is the exception: the gateway itself gives it to modules. `also_for` names further audiences
        (a module's token is for inference and retrieval too). `use` is what it reads knowledge bases for (DSG-06).
        `metered`: what it uses of models is counted by inference, against the limit of its run.
        """
        allowed = principal.scopes | {"run.token"}
        reduced = replace(
            principal,
            scopes=frozenset(scopes) & allowed,
            api_token=None,
            run=run,
            use=use,
            metered=metered,
            knowledge_bases=frozenset(knowledge_bases),
            writable_knowledge_bases=frozenset(writable_knowledge_bases),
            files=frozenset(files),
            expires_at=0,
            token_id="",
        )
        audiences = sorted({audience, *also_for})
        earliest = max(
            self._earliest.get(subject, 0) for subject in (principal.subject, principal.application) if subject
        )
        if run is not None:
            return self._signer.sign(reduced, audience=audiences, not_before=earliest)
        key = (reduced, ",".join(audiences))
        cached = self._cache.get(key)
        if cached is not None and cached[0] > time.monotonic():
            return cached[1]
        token = self._signer.sign(reduced, audience=audiences, not_before=earliest)
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        self._cache[key] = (time.monotonic() + MAX_LIFETIME_S - _REUSE_UNTIL_S, token)
        return token
