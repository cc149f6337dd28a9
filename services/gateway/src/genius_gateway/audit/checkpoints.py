# SPDX-License-Identifier: EUPL-1.2
"""Checkpoints: what the heads of all chains are at a moment, signed by us and, later, by a witness (AUD-05)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import orjson
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.audit.chain import GENESIS, canonical, checkpoint_hash, is_signed_by, key_id, sign
from genius_common.audit.keys import public_keys
from genius_common.database import Database, RowScope
from genius_common.errors import NotFound
from genius_gateway.audit.errors import SignatureRefused
from genius_gateway.periodic import periodically

log = structlog.get_logger(__name__)
_TENANT = RowScope(tenant_wide=True)
# One at a time over all replicas; the number is the word "audit" in ASCII.
_LOCK = text("SELECT pg_advisory_xact_lock(418447878516)")
_HEADS = text("SELECT chain, seq, hash FROM audit_heads WHERE seq > 0 ORDER BY chain")
_LAST = text("SELECT number, body FROM audit_checkpoints ORDER BY number DESC LIMIT 1")
_INSERT = text("INSERT INTO audit_checkpoints (number, at, body) VALUES (:number, :at, :body)")
_SIGN = text("INSERT INTO audit_signatures (number, key, signature) VALUES (:number, :key, :signature)")
_SIGNED = text("SELECT 1 FROM audit_signatures WHERE number = :number AND key = :key")
_BODY = text("SELECT body FROM audit_checkpoints WHERE number = :number")
CHECKPOINTS_PAGE = 1_000
_PAGE = text(
    "SELECT c.body, coalesce((SELECT jsonb_agg(jsonb_build_object('key', s.key, 'signature', s.signature)"
    " ORDER BY s.at, s.key) FROM audit_signatures s WHERE s.number = c.number), '[]') AS signatures"
    " FROM audit_checkpoints c WHERE c.number > :after ORDER BY c.number LIMIT :page"
)

_NEWEST = text(
    "SELECT c.body, coalesce((SELECT jsonb_agg(jsonb_build_object('key', s.key) ORDER BY s.at, s.key)"
    " FROM audit_signatures s WHERE s.number = c.number), '[]') AS signatures"
    " FROM audit_checkpoints c ORDER BY c.number DESC LIMIT CAST(:limit AS int)"
)


class Checkpoints:
    """`make` when something was recorded since the last one; `lines` for the export; `add_signature` of a witness."""

    def __init__(
        self, database: Database, private: Ed25519PrivateKey, tenant: str, witnesses: Sequence[Ed25519PublicKey]
    ) -> None:
        self._database, self._private, self._tenant, self._witnesses = database, private, tenant, witnesses

    async def make(self) -> int:
        """Number of the checkpoint that covers everything recorded until now, a new one where that is needed."""
        async with self._database.transaction(_TENANT) as connection:
            await connection.execute(_LOCK)
            heads = {
                row.chain: {"seq": row.seq, "hash": bytes(row.hash).hex()} for row in await connection.execute(_HEADS)
            }
            last = (await connection.execute(_LAST)).one_or_none()
            before = orjson.loads(last.body) if last else None
            if before is not None and before["heads"] == heads:
                return int(before["number"])
            return await self._write(connection, heads, before)

    async def _write(
        self, connection: AsyncConnection, heads: dict[str, dict[str, Any]], before: dict[str, Any] | None
    ) -> int:
        number = int(before["number"]) + 1 if before else 1
        at = dt.datetime.now(dt.UTC)
        body = {
            "number": number,
            "tenant": self._tenant,
            "at": at.isoformat(timespec="microseconds"),
            "previous": checkpoint_hash(before) if before else GENESIS.hex(),
            "heads": heads,
        }
        await connection.execute(_INSERT, {"number": number, "at": at, "body": canonical(body).decode()})
        await connection.execute(_SIGN, {"number": number, **sign(self._private, body)})
        return number

    async def lines(self, after: int = 0) -> list[bytes]:
        """At most 1,000 checkpoints after number `after`, each as a line of the export."""
        async with self._database.transaction(_TENANT) as connection:
            rows = (await connection.execute(_PAGE, {"after": after, "page": CHECKPOINTS_PAGE})).all()
        return [
            orjson.dumps({"checkpoint": orjson.loads(row.body), "signatures": row.signatures}) + b"\n" for row in rows
        ]

    async def newest(self, limit: int) -> list[dict[str, Any]]:
        """`{"number", "at", "records", "chains", "signatures": [{"key", "by"}]}`, the newest first."""
        async with self._database.transaction(_TENANT) as connection:
            rows = (await connection.execute(_NEWEST, {"limit": limit})).all()
        return [self._summary(orjson.loads(row.body), row.signatures) for row in rows]

    def _summary(self, body: dict[str, Any], signatures: list[dict[str, str]]) -> dict[str, Any]:
        names = {self.operator_key: "operator", **dict.fromkeys(self.witness_keys, "witness")}
        return {
            "number": body["number"],
            "at": body["at"],
            "records": sum(int(head["seq"]) for head in body["heads"].values()),
            "chains": len(body["heads"]),
            "signatures": [{"key": s["key"], "by": names.get(s["key"], "unknown")} for s in signatures],
        }

    @property
    def operators(self) -> list[Ed25519PublicKey]:
        """The public half of the key that signs here."""
        return [self._private.public_key()]

    @property
    def operator_key(self) -> str:
        return key_id(self._private.public_key())

    @property
    def witness_keys(self) -> list[str]:
        return [key_id(key) for key in self._witnesses]

    async def add_signature(self, connection: AsyncConnection, number: int, signature: str) -> None:
        """Store a witness's signature in the caller's tenant-wide transaction; again the same one is no fault.

        Raises: NotFound (no such checkpoint), SignatureRefused (of none of the known witnesses).
        """
        body = (await connection.execute(_BODY, {"number": number})).scalar_one_or_none()
        if body is None:
            raise NotFound
        content = orjson.loads(body)
        signer = next((key for key in self._witnesses if is_signed_by(key, content, {"signature": signature})), None)
        if signer is None:
            raise SignatureRefused
        values = {"number": number, "key": key_id(signer)}
        if (await connection.execute(_SIGNED, values)).one_or_none() is None:
            await connection.execute(_SIGN, {**values, "signature": signature})

    def every(self, minutes: float) -> AbstractAsyncContextManager[None]:
        """Make one regularly while the context is open."""
        return periodically(self._once, 60 * minutes)

    async def _once(self) -> None:
        try:
            await self.make()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            # The next one covers the same records.
            log.error("audit checkpoint not made", error=type(error).__name__)


def read_witnesses(path: Path | None) -> list[Ed25519PublicKey]:
    """The public keys of a PEM file; none where no file is given. Raises: ValueError, OSError."""
    return public_keys(path.read_bytes()) if path else []
