# SPDX-License-Identifier: EUPL-1.2
"""Receipts of deletions: what was deleted, which keys were destroyed, what is kept and why; signed with the audit key.

Checked offline by `genius audit receipt FILE --operator operator-public.pem`. Its SHA-256 stands in the audit trail.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.audit.chain import RECEIPT_DOMAIN, canonical, sign
from genius_common.database import Database, RowScope
from genius_common.errors import NotFound
from genius_gateway.persons.data import OF_PERSONS
from genius_gateway.retention.schedule import SCHEDULE, Schedule

FORMAT = "genius deletion receipt 1"
_INSERT = text(
    "INSERT INTO deletion_receipts (id, at, body, key, signature)"
    " VALUES (:id, CAST(:at AS timestamptz), :body, :key, :signature)"
)
_ONE = text("SELECT body, key, signature FROM deletion_receipts WHERE id = :id")
VERIFY = "genius audit receipt QUITTUNG.json --operator operator-public.pem"
BACKUPS = (
    "Sicherungen von vor der Löschung werden nach der Frist des Betriebs überschrieben. Wird eine eingespielt, "
    "ist die Löschung anhand der Quittungen zu wiederholen."
)


def digest(body: dict[str, Any]) -> str:
    """Hex SHA-256 by which the audit trail names a receipt."""
    return hashlib.sha256(RECEIPT_DOMAIN + canonical(body)).hexdigest()


class Receipts:
    """Made in the transaction of the deletion; read by `revision` and `betrieb`."""

    def __init__(self, database: Database, private: Ed25519PrivateKey, tenant: str, schedule: Schedule) -> None:
        self._database = database
        self._private = private
        self._tenant = tenant
        self._schedule = schedule

    def body(self, receipt: UUID, at: str, person: UUID, requested_by: str, found: dict[str, Any]) -> dict[str, Any]:
        """`found` has `deleted` (store → kind → number) and `keys_destroyed` (store → ids)."""
        kept = [
            {
                "table": table.name,
                "title": SCHEDULE[kind].title,
                "why": table.kept_because,
                "days": self._schedule.days(kind),
            }
            for table in OF_PERSONS
            for kind in SCHEDULE
            if kind == table.kind and not table.erase
        ]
        return {
            "format": FORMAT,
            "receipt": str(receipt),
            "tenant": self._tenant,
            "at": at,
            "person": str(person),
            "requested_by": requested_by,
            **found,
            "kept": kept,
            "backups": BACKUPS,
            "verify": VERIFY,
        }

    async def keep(self, connection: AsyncConnection, body: dict[str, Any]) -> dict[str, Any]:
        """Sign and store it in the caller's tenant-wide transaction: `{"receipt": body, "signatures": [one]}`."""
        signature = sign(self._private, body, RECEIPT_DOMAIN)
        values = {"id": UUID(body["receipt"]), "at": body["at"], "body": canonical(body).decode(), **signature}
        await connection.execute(_INSERT, values)
        return {"receipt": body, "signatures": [signature]}

    async def get(self, receipt: UUID) -> dict[str, Any]:
        """Raises: NotFound."""
        async with self._database.transaction(RowScope(tenant_wide=True)) as connection:
            row = (await connection.execute(_ONE, {"id": receipt})).one_or_none()
        if row is None:
            raise NotFound
        return {"receipt": orjson.loads(row.body), "signatures": [{"key": row.key, "signature": row.signature}]}
