# SPDX-License-Identifier: EUPL-1.2
"""Requests that go from hand to hand: written by the platform, signed by key holders anywhere, without the platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genius_common.audit.chain import APPROVAL_DOMAIN, key_id, sign
from genius_common.audit.keys import private_key, public_keys
from genius_stack.errors import Refused
from genius_stack.files import write_private


def write_request(path: Path, request: dict[str, Any]) -> None:
    """A new file; one that is there is never replaced, it may carry signatures."""
    if path.exists():
        raise Refused(f"{path} gibt es schon; ein Antrag wird nicht überschrieben.")
    write_private(path, orjson.dumps({"request": request, "signatures": []}, option=orjson.OPT_INDENT_2) + b"\n")


def read_request(path: Path) -> dict[str, Any]:
    """`{"request": …, "signatures": […]}`. Raises: Refused."""
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes())
        if not isinstance(found["request"]["short"], str) or not isinstance(found["signatures"], list):
            raise Refused(f"{path}: kein Antrag.")
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Refused(f"{path}: kein Antrag.") from error
    return found


def approve(path: Path, key_file: Path) -> None:
    """Add a holder's signature to the file; a second one of the same key takes the place of the first."""
    found = read_request(path)
    key = read_private(key_file)
    others = [one for one in found["signatures"] if one.get("key") != key_id(key.public_key())]
    found["signatures"] = [*others, sign(key, found["request"], APPROVAL_DOMAIN)]
    write_private(path, orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


def name_holder(path: Path, name: str, public: Path) -> int:
    """Name a key holder, or give one another key; answers how many there are then. Raises: Refused."""
    try:
        public_keys(public.read_bytes())
        known = orjson.loads(path.read_bytes())["holders"] if path.exists() else []
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{public}: kein öffentlicher Ed25519-Schlüssel in PEM-Form, oder {path} ist beschädigt."
        ) from error
    holders = [one for one in known if one["name"] != name] + [{"name": name, "public_key": public.read_text()}]
    write_private(path, orjson.dumps({"holders": holders}, option=orjson.OPT_INDENT_2) + b"\n")
    return len(holders)


def read_private(path: Path) -> Ed25519PrivateKey:
    try:
        return private_key(path.read_bytes())
    except ValueError as error:
        raise Refused(f"{path}: kein privater Ed25519-Schlüssel in PEM-Form.") from error
