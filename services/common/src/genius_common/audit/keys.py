# SPDX-License-Identifier: EUPL-1.2
"""Ed25519 keys of the audit trail in PEM files."""

from __future__ import annotations

import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

_PUBLIC = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """The key of a PKCS#8 PEM file without password. Raises: ValueError."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("an Ed25519 private key is needed")
    return key


def public_keys(pem: bytes) -> list[Ed25519PublicKey]:
    """All keys of a file with one or more PEM blocks. Raises: ValueError where there is none or another kind."""
    keys = [load_pem_public_key(block) for block in _PUBLIC.findall(pem)]
    if not keys:
        raise ValueError("no public key in PEM form")
    found = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if len(found) < len(keys):
        raise ValueError("Ed25519 public keys are needed")
    return found
