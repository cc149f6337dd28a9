# SPDX-License-Identifier: EUPL-1.2
"""Callbacks: whether a call is from the platform (Standard Webhooks, HMAC `v1` and Ed25519 `v1a`), and its run."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genius_client._errors import InvalidCallback
from genius_client._models import Run

_SECRET, _PUBLIC = "whsec_", "whpk_"


@dataclass(frozen=True, slots=True)
class Callback:
    """A call that is genuine. `id` is the same each time it is sent again: remember it, and do nothing twice."""

    id: str
    sent_at: dt.datetime
    run: Run


def verify_callback(
    headers: Mapping[str, str], body: bytes, keys: str | Sequence[str], *, tolerance_s: float = 300.0
) -> Callback:
    """The call, if it was signed with one of `keys` and sent within `tolerance_s` of now.

    `body`: as it came, before anything parses it. `keys`: secrets (`whsec_…`) or public keys (`whpk_…`) as the
    administration of the authority was shown them; several while one replaces another. A public key needs the package
    `cryptography` (`genius-client[ed25519]`).

    A call may come twice, and within `tolerance_s` somebody who reads along could send it again: keep `id`s at
    least that long, best with the run, and take a known one as done.

    Raises: InvalidCallback; ValueError where a key of yours is malformed.
    """
    usable = [_key(key) for key in ([keys] if isinstance(keys, str) else keys)]
    if not usable:
        raise ValueError("no key")
    given = {name.lower(): value for name, value in headers.items()}
    identifier, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not identifier or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise InvalidCallback("Kennung oder Zeit des Aufrufs fehlt.")
    signed = f"{identifier}.{timestamp}.".encode() + body
    signatures = [_signature(part) for part in given.get("webhook-signature", "").split(" ")]
    if not any(_fits(key, signature, signed) for key in usable for signature in signatures):
        raise InvalidCallback("Die Unterschrift des Aufrufs ist nicht gültig.")
    if abs(time.time() - int(timestamp)) > tolerance_s:
        raise InvalidCallback("Der Aufruf ist zu alt, oder die Uhren gehen verschieden.")
    return Callback(identifier, dt.datetime.fromtimestamp(int(timestamp), dt.UTC), Run.of(json.loads(body)))


def _key(text: str) -> tuple[str, bytes]:
    for prefix, version in ((_SECRET, "v1"), (_PUBLIC, "v1a")):
        if text.startswith(prefix):
            return version, base64.b64decode(text.removeprefix(prefix), validate=True)
    raise ValueError("a key begins with whsec_ or whpk_")


def _signature(part: str) -> tuple[str, bytes]:
    version, _, text = part.partition(",")
    try:
        return version, base64.b64decode(text, validate=True)
    except ValueError:
        return "", b""


def _fits(key: tuple[str, bytes], signature: tuple[str, bytes], signed: bytes) -> bool:
    (version, material), (of, value) = key, signature
    if version != of:
        return False
    if version == "v1":
        return hmac.compare_digest(hmac.digest(material, signed, hashlib.sha256), value)
    return _ed25519_fits(material, value, signed)


def _ed25519_fits(public: bytes, value: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(value, signed)
    except InvalidSignature:
        return False
    return True
