# SPDX-License-Identifier: EUPL-1.2
"""Links of a chain of audit records and signed checkpoints over the heads of all chains.

A link is SHA-256(previous link + canonical JSON of the record). Canonical: UTF-8, members sorted, no spaces.
A checkpoint names the head of every chain at one moment and the checkpoint before it; it is signed by the operator and,
to bind him too, by a witness who keeps a key of his own (AUD-05).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

GENESIS = b"\0" * 32
DOMAIN = b"genius audit checkpoint 1\n"
"""Stands before what is signed, so that a signature fits nothing else."""
RECEIPT_DOMAIN = b"genius deletion receipt 1\n"
"""The same for receipts of deletions, which the same key signs."""
APPROVAL_DOMAIN = b"genius key request 1\n"
"""The same for requests to destroy keys, which key holders sign."""


def canonical(content: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(content), option=orjson.OPT_SORT_KEYS)


def digest(previous: bytes, content: Mapping[str, Any]) -> bytes:
    """Hash of one link; `content` is the record without `previous` and `hash`."""
    return hashlib.sha256(previous + canonical(content)).digest()


def checkpoint_hash(body: Mapping[str, Any]) -> str:
    """Hex SHA-256 by which the next checkpoint names this one."""
    return hashlib.sha256(DOMAIN + canonical(body)).hexdigest()


def key_id(public: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the key's SHA-256."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def sign(private: Ed25519PrivateKey, body: Mapping[str, Any], domain: bytes = DOMAIN) -> dict[str, str]:
    """`{"key": id, "signature": base64}` over the body of a checkpoint, or of what `domain` names."""
    signature = private.sign(domain + canonical(body))
    return {"key": key_id(private.public_key()), "signature": base64.b64encode(signature).decode()}


def is_signed_by(
    public: Ed25519PublicKey, body: Mapping[str, Any], signature: Mapping[str, Any], domain: bytes = DOMAIN
) -> bool:
    """Whether `signature` is one of this key over `body`; a malformed one is none."""
    try:
        public.verify(base64.b64decode(str(signature.get("signature")), validate=True), domain + canonical(body))
    except (InvalidSignature, ValueError):
        return False
    return True
