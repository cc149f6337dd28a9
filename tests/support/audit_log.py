# SPDX-License-Identifier: EUPL-1.2
"""Exports of an audit trail of any length, made with the platform's own links, and ways to falsify them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from genius_common.audit.chain import GENESIS, checkpoint_hash, digest, sign
from genius_gateway.audit.chain import AuditRecord, content_of

AUTHORITY = UUID(int=7)
START = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Log:
    """`checkpoints` and `records` as lines of an export."""

    checkpoints: list[bytes]
    records: list[bytes]

    @property
    def lines(self) -> list[bytes]:
        return [*self.checkpoints, *self.records]


def record_line(seq: int, previous: bytes, note: int = 0) -> tuple[bytes, bytes]:
    """A record as a line, and its hash."""
    facts: dict[str, int | str | bool] = {"note": note, "kind": "prüf"}
    record = AuditRecord(action=f"a{seq % 5}", authority=AUTHORITY, actor=UUID(int=seq), facts=facts)
    content = content_of(str(AUTHORITY), seq, START + dt.timedelta(seconds=seq), record)
    link = digest(previous, content)
    return orjson.dumps({**content, "previous": previous.hex(), "hash": link.hex()}) + b"\n", link


def records_of(count: int, changed_from: int | None = None) -> tuple[list[bytes], list[bytes]]:
    """Lines and hashes of a chain; from `changed_from` on it tells another story."""
    lines, links = [], [GENESIS]
    for seq in range(1, count + 1):
        line, link = record_line(seq, links[-1], int(changed_from is not None and seq >= changed_from))
        lines.append(line)
        links.append(link)
    return lines, links


def log_of(
    count: int,
    every: int,
    operator: Ed25519PrivateKey,
    witness: Ed25519PrivateKey | None,
    changed_from: int | None = None,
) -> Log:
    """A log with a checkpoint after each `every` records and at its end, signed by both."""
    lines, links = records_of(count, changed_from)
    checkpoints: list[bytes] = []
    previous = GENESIS.hex()
    for number, seq in enumerate(sorted({*range(every, count + 1, every), count}), 1):
        head = {"seq": seq, "hash": links[seq].hex()}
        body: dict[str, Any] = {
            "number": number, "tenant": "test", "at": START.isoformat(), "previous": previous,
            "heads": {str(AUTHORITY): head},
        }  # fmt: skip
        signatures = [sign(operator, body), *([sign(witness, body)] if witness else [])]
        checkpoints.append(orjson.dumps({"checkpoint": body, "signatures": signatures}) + b"\n")
        previous = checkpoint_hash(body)
    return Log(checkpoints, lines)


def _rewritten(line: bytes, **changes: Any) -> bytes:
    """Changed, with its own hash made to fit."""
    content = {**orjson.loads(line), **changes}
    previous = bytes.fromhex(content.pop("previous"))
    content.pop("hash")
    link = digest(previous, content)
    return orjson.dumps({**content, "previous": previous.hex(), "hash": link.hex()}) + b"\n"


def flipped(lines: Sequence[bytes], at: int) -> list[bytes]:
    content = {**orjson.loads(lines[at]), "outcome": "denied"}
    return [*lines[:at], orjson.dumps(content) + b"\n", *lines[at + 1 :]]


def hash_flipped(lines: Sequence[bytes], at: int) -> list[bytes]:
    content = orjson.loads(lines[at])
    content["hash"] = ("0" if content["hash"][0] != "0" else "1") + content["hash"][1:]
    return [*lines[:at], orjson.dumps(content) + b"\n", *lines[at + 1 :]]


def link_flipped(lines: Sequence[bytes], at: int) -> list[bytes]:
    content = orjson.loads(lines[at])
    content["previous"] = "f" * 64
    return [*lines[:at], orjson.dumps(content) + b"\n", *lines[at + 1 :]]


def forged(lines: Sequence[bytes], at: int) -> list[bytes]:
    return [*lines[:at], _rewritten(lines[at], actor=str(UUID(int=0))), *lines[at + 1 :]]


def member_added(lines: Sequence[bytes], at: int) -> list[bytes]:
    return [*lines[:at], orjson.dumps({**orjson.loads(lines[at]), "note": "x"}) + b"\n", *lines[at + 1 :]]


def deleted(lines: Sequence[bytes], at: int) -> list[bytes]:
    return [*lines[:at], *lines[at + 1 :]]


def inserted(lines: Sequence[bytes], at: int) -> list[bytes]:
    return [*lines[:at], _rewritten(lines[at], facts={"n": 0}), *lines[at:]]


def repeated(lines: Sequence[bytes], at: int) -> list[bytes]:
    return [*lines[: at + 1], *lines[at:]]


def swapped(lines: Sequence[bytes], at: int) -> list[bytes]:
    other = (at + 1) % len(lines)
    changed = list(lines)
    changed[at], changed[other] = changed[other], changed[at]
    return changed


def truncated(lines: Sequence[bytes], at: int) -> list[bytes]:
    return list(lines[:at])


def beheaded(lines: Sequence[bytes], at: int) -> list[bytes]:
    return list(lines[at + 1 :])


def forked(lines: Sequence[bytes], at: int) -> list[bytes]:
    """From here on another, consistent story: every later link is made anew."""
    return [*lines[:at], *records_of(len(lines), changed_from=at + 1)[0][at:]]


def unreadable(lines: Sequence[bytes], at: int) -> list[bytes]:
    return [*lines[:at], lines[at][: len(lines[at]) // 2] + b"\n", *lines[at + 1 :]]


MANIPULATIONS: tuple[Callable[[Sequence[bytes], int], list[bytes]], ...] = (
    flipped, hash_flipped, link_flipped, forged, member_added, deleted, inserted, repeated, swapped, truncated,
    beheaded, forked, unreadable,
)  # fmt: skip


def public_pem(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def raw_public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def independent_verifier() -> ModuleType:
    """deploy/audit/verify_audit.py, which is no part of any package."""
    path = Path(__file__).parents[2] / "deploy" / "audit" / "verify_audit.py"
    spec = importlib.util.spec_from_file_location("verify_audit", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_audit"] = module
    spec.loader.exec_module(module)
    return module
