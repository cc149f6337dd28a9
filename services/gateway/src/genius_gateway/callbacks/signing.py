# SPDX-License-Identifier: EUPL-1.2
"""Signatures of callbacks by Standard Webhooks: `v1` = HMAC-SHA256, `v1a` = Ed25519, of `<id>.<timestamp>.<body>`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class TargetKeys:
    """The keys of one target: 32 bytes shared with it, and a private key whose public half it is told."""

    shared: bytes
    private: bytes

    @classmethod
    def new(cls) -> TargetKeys:
        return cls(secrets.token_bytes(32), Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def load(cls, sealed: dict[str, str]) -> TargetKeys:
        return cls(base64.b64decode(sealed["shared"]), base64.b64decode(sealed["private"]))

    def dump(self) -> dict[str, str]:
        return {"shared": _b64(self.shared), "private": _b64(self.private)}

    @property
    def secret(self) -> str:
        """As the target's libraries take it."""
        return f"whsec_{_b64(self.shared)}"

    @property
    def public_key(self) -> str:
        return f"whpk_{_b64(self._key.public_key().public_bytes_raw())}"

    def headers(self, identifier: UUID, at: int, body: bytes) -> dict[str, str]:
        """`at`: seconds since 1970."""
        signed = f"{identifier}.{at}.".encode() + body
        symmetric = _b64(hmac.digest(self.shared, signed, hashlib.sha256))
        return {
            "webhook-id": str(identifier),
            "webhook-timestamp": str(at),
            "webhook-signature": f"v1,{symmetric} v1a,{_b64(self._key.sign(signed))}",
        }

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private)


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()
