# SPDX-License-Identifier: EUPL-1.2
"""All checkpoints and records as JSON lines, as they were hashed, for an offline check; signatures of the witness."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from starlette.responses import Response, StreamingResponse

from genius_common.database import RowScope
from genius_gateway.audit.chain import AuditRecord, content_of
from genius_gateway.audit.checkpoints import CHECKPOINTS_PAGE
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
_PAGE = 1000
_RECORDS = text(
    "SELECT * FROM audit_records WHERE (chain, seq) > (:chain, :seq) ORDER BY chain, seq LIMIT CAST(:page AS int)"
)

_TOTAL = text("SELECT coalesce(sum(seq), 0) FROM audit_heads")


@router.get("/export", response_class=Response)
async def export_audit_trail(principal: CurrentPrincipal, state: State) -> Response:
    """First the checkpoints, each with its signatures; then the records, each with `previous` and `hash` (hex).

    `hash` = SHA-256(previous + sorted JSON of the rest). A checkpoint made just now covers them all.
    """
    await state.audit.record(AuditRecord.of(principal, "audit.export"))
    newest = await state.checkpoints.make()
    return StreamingResponse(exported(state, newest), media_type="application/x-ndjson")


class WitnessSignature(BaseModel):
    """What `genius audit cosign` prints: the Ed25519 signature of a witness over one checkpoint, base64."""

    model_config = ConfigDict(extra="forbid")

    signature: str = Field(min_length=88, max_length=88)


@router.post("/checkpoints/{number}/signatures", status_code=status.HTTP_204_NO_CONTENT)
async def cosign_checkpoint(
    number: Annotated[int, Path(ge=1, le=2**62)], body: WitnessSignature, principal: CurrentPrincipal, state: State
) -> None:
    """Keep the signature of a second party whose public key the operator has set up (AUD-05)."""
    async with state.database.transaction(RowScope(tenant_wide=True)) as connection:
        await state.checkpoints.add_signature(connection, number, body.signature)
        await state.audit.append(connection, AuditRecord.of(principal, "audit.cosign", checkpoint=number))


async def records_in(state: GatewayState) -> int:
    """How many records the trail has, over all chains."""
    async with state.database.transaction(RowScope(tenant_wide=True)) as connection:
        return int((await connection.execute(_TOTAL)).scalar_one())


async def exported(state: GatewayState, newest: int) -> AsyncIterator[bytes]:
    """The lines of an export: checkpoints until `newest`, then all records, chain by chain."""
    for after in range(0, newest, CHECKPOINTS_PAGE):
        for checkpoint in await state.checkpoints.lines(after):
            yield checkpoint
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
