# SPDX-License-Identifier: EUPL-1.2
"""Audit records: ids, counts and keyed hashes only, chained by SHA-256, in the transaction of their effect.

One chain per authority and one of the tenant. `hash` = SHA-256(`previous` + canonical JSON of the record); appending
locks the head of the chain until the transaction ends, so it is the last thing a transaction does. The format of links
and checkpoints is `genius_common.audit`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.audit.chain import GENESIS, digest
from genius_common.principal import Principal
from genius_gateway.audit.actions import ACTIONS
from genius_gateway.audit.errors import AuditUnavailable

TENANT_CHAIN = "tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """What was done. `facts` holds numbers, ids and words of ours, never content or names."""

    action: str
    authority: UUID | None
    actor: UUID | None = None
    application: UUID | None = None
    object_kind: str | None = None
    object: UUID | None = None
    outcome: str = "ok"
    facts: dict[str, int | str | bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        principal: Principal,
        action: str,
        *,
        object_kind: str | None = None,
        object_id: UUID | None = None,
        outcome: str = "ok",
        **facts: int | str | bool,
    ) -> AuditRecord:
        if principal.api_token is not None:
            facts["api_token"] = str(principal.api_token)
        return cls(
            action=action,
            authority=principal.authority,
            actor=principal.subject,
            application=principal.application,
            object_kind=object_kind,
            object=object_id,
            outcome=outcome,
            facts=facts,
        )


def content_of(chain: str, seq: int, at: dt.datetime, record: AuditRecord) -> dict[str, Any]:
    """The hashed form of a record, the same as in the export."""
    return {
        "chain": chain,
        "seq": seq,
        "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "authority": _text(record.authority),
        "actor": _text(record.actor),
        "application": _text(record.application),
        "action": record.action,
        "object_kind": record.object_kind,
        "object": _text(record.object),
        "outcome": record.outcome,
        "facts": record.facts,
    }


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def require_known(records: Iterable[AuditRecord]) -> None:
    """Raises: ValueError for an action that the list of actions lacks; an old record may have one."""
    for record in records:
        if record.action not in ACTIONS:
            raise ValueError(f"{record.action} is not in genius_gateway.audit.actions")


_HEAD = text("SELECT seq, hash FROM audit_heads WHERE chain = :chain FOR UPDATE")
_FIRST = text(
    "INSERT INTO audit_heads (chain, authority, seq, hash) VALUES (:chain, :authority, 0, :hash) ON CONFLICT DO NOTHING"
)
# One statement with one parameter for all rows: what a row costs here is paid by every model request.
_APPEND = text(
    "WITH written AS (INSERT INTO audit_records (chain, seq, authority, at, actor, application, action, object_kind,"
    " object, outcome, facts, previous, hash) SELECT :chain, r.seq, CAST(:authority AS uuid),"
    " CAST(:at AS timestamptz), r.actor, r.application, r.action, r.object_kind, r.object, r.outcome, r.facts,"
    " decode(r.previous, 'hex'), decode(r.hash, 'hex') FROM json_to_recordset(CAST(:rows AS json)) AS r (seq bigint,"
    " actor uuid, application uuid, action text, object_kind text, object uuid, outcome text, facts jsonb,"
    " previous text, hash text))"
    " UPDATE audit_heads SET seq = :seq, hash = :hash WHERE chain = :chain"
)


async def append(connection: AsyncConnection, records: Sequence[AuditRecord]) -> None:
    """Append records of one chain inside the caller's transaction; any failure fails that transaction (AUD-01).

    Raises: AuditUnavailable.
    """
    require_known(records)
    try:
        await _append(connection, records)
    except SQLAlchemyError as error:
        # Raised through the caller's transaction, which rolls back.
        raise AuditUnavailable from error


async def _append(connection: AsyncConnection, records: Sequence[AuditRecord]) -> None:
    authority = records[0].authority
    chain = str(authority) if authority else TENANT_CHAIN
    head = (await connection.execute(_HEAD, {"chain": chain})).one_or_none()
    if head is None:
        await connection.execute(_FIRST, {"chain": chain, "authority": authority, "hash": GENESIS})
        head = (await connection.execute(_HEAD, {"chain": chain})).one()
    seq, previous = int(head.seq), bytes(head.hash)
    at = dt.datetime.now(dt.UTC)
    rows = []
    for record in records:
        if record.authority != authority:
            raise ValueError("the records of one call belong to one chain")
        seq += 1
        content = content_of(chain, seq, at, record)
        link = digest(previous, content)
        rows.append({**content, "previous": previous.hex(), "hash": link.hex()})
        previous = link
    values = {"chain": chain, "authority": authority, "at": at, "seq": seq, "hash": previous}
    await connection.execute(_APPEND, {**values, "rows": orjson.dumps(rows).decode()})
