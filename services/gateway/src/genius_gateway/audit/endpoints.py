# SPDX-License-Identifier: EUPL-1.2
"""`GET /api/v1/audit/export`: all records as JSON lines, as they were hashed, for an offline check of the chains."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import Response, StreamingResponse

from genius_common.database import RowScope
from genius_gateway.audit.chain import AuditRecord, content_of
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
_PAGE = 1000
_RECORDS = text(
    "SELECT * FROM audit_records WHERE (chain, seq) > (:chain, :seq) ORDER BY chain, seq LIMIT CAST(:page AS int)"
)


@router.get("/export", response_class=Response)
async def export(principal: CurrentPrincipal, state: State) -> Response:
    """Each line: the record with `previous` and `hash` (hex). `hash` = SHA-256(previous + sorted JSON of the rest)."""
    await state.audit.record(AuditRecord.of(principal, "audit.export"))
    return StreamingResponse(_lines(state), media_type="application/x-ndjson")


async def _lines(state: GatewayState) -> AsyncIterator[bytes]:
    chain, seq = "", 0
    while True:
        async with state.database.transaction(RowScope(tenant_wide=True)) as connection:
            rows = (await connection.execute(_RECORDS, {"chain": chain, "seq": seq, "page": _PAGE})).all()
        for row in rows:
            record = AuditRecord(
                action=row.action,
                authority=row.authority,
                actor=row.actor,
                application=row.application,
                object_kind=row.object_kind,
                object=row.object,
                outcome=row.outcome,
                facts=row.facts,
            )
            line = content_of(row.chain, row.seq, row.at, record)
            yield orjson.dumps({**line, "previous": row.previous.hex(), "hash": row.hash.hex()}) + b"\n"
        if len(rows) < _PAGE:
            return
        chain, seq = rows[-1].chain, rows[-1].seq
