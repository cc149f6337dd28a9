# SPDX-License-Identifier: EUPL-1.2
"""The auditor's view: search, a check of all chains here and now, the state of checkpoints.

A check by the server that keeps the trail proves less than one outside: `genius audit verify` and the small verifier do
the same with an export, on a machine of the auditor's own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from genius_common.audit.verify import Check, Report
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.endpoints import exported, records_in
from genius_gateway.audit.search import RecordPage, SearchBody, search
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
_BATCH = 1000
_MOST_FAULTS = 100


class SignatureView(BaseModel):
    """`by`: the platform itself, a second party whose key is set up, or a key that is not known (any more)."""

    key: str
    by: Literal["operator", "witness", "unknown"]


class CheckpointView(BaseModel):
    """`records` and `chains`: how many it covers."""

    number: int
    at: dt.datetime
    records: int
    chains: int
    signatures: list[SignatureView]


class CheckpointState(BaseModel):
    """The newest checkpoints first. `uncovered`: records after the newest one; `witnesses`: keys that are set up."""

    items: list[CheckpointView]
    every_minutes: float
    uncovered: int
    unwitnessed: int
    witnesses: list[str]
    operator: str


@router.post("/search")
async def search_records(wanted: SearchBody, principal: CurrentPrincipal, state: State) -> RecordPage:
    """Search the trail. Each page that is read is recorded, with the reason."""
    facts: dict[str, int | str | bool] = {"by_person": wanted.person is not None}
    if wanted.reason is not None:
        facts["reason"] = wanted.reason
    await state.audit.record(
        AuditRecord(
            action="audit.search",
            authority=principal.authority,
            actor=principal.subject,
            object_kind="person" if wanted.person else None,
            object=wanted.person,
            facts=facts,
        )
    )
    return await search(state.database, wanted)


@router.post("/verify", response_class=Response)
async def verify_trail(principal: CurrentPrincipal, state: State) -> Response:
    """Check chains, checkpoints and signatures. NDJSON: `{"records", "total"}` while it goes on, then `{"result"}`."""
    await state.audit.record(AuditRecord.of(principal, "audit.verify"))
    newest = await state.checkpoints.make()
    headers = {"x-accel-buffering": "no", "cache-control": "no-store"}
    return StreamingResponse(_check(state, newest), media_type="application/x-ndjson", headers=headers)


@router.get("/checkpoints")
async def checkpoint_state(
    principal: CurrentPrincipal, state: State, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> CheckpointState:
    """What the newest checkpoints cover and who has signed them."""
    found = await state.checkpoints.newest(limit)
    total = await records_in(state)
    signed = next((item for item in found if any(s["by"] == "witness" for s in item["signatures"])), None)
    return CheckpointState(
        items=[CheckpointView.model_validate(item) for item in found],
        every_minutes=state.settings.audit.checkpoint_minutes,
        uncovered=total - (found[0]["records"] if found else 0),
        unwitnessed=total - (signed["records"] if signed else 0),
        witnesses=state.checkpoints.witness_keys,
        operator=state.checkpoints.operator_key,
    )


async def _check(state: GatewayState, newest: int) -> AsyncIterator[bytes]:
    total = await records_in(state)
    check = Check(state.checkpoints.operators, (), None)
    batch: list[bytes] = []
    number = 0
    yield orjson.dumps({"records": 0, "total": total}) + b"\n"
    async for line in exported(state, newest):
        batch.append(line)
        if len(batch) == _BATCH:
            number = await asyncio.to_thread(_take, check, number, batch)
            batch = []
            yield orjson.dumps({"records": check.records, "total": max(total, check.records)}) + b"\n"
    await asyncio.to_thread(_take, check, number, batch)
    yield orjson.dumps({"result": _result(check.finish())}) + b"\n"


def _take(check: Check, number: int, lines: list[bytes]) -> int:
    for line in lines:
        number += 1
        check.take(number, line)
    return number


def _result(report: Report) -> dict[str, Any]:
    return {
        "holds": report.holds,
        "records": report.records,
        "chains": report.chains,
        "checkpoints": report.checkpoints,
        "faults": len(report.faults),
        "first_faults": [
            {"kind": fault.kind, "chain": fault.chain, "seq": fault.seq, "text": fault.text}
            for fault in report.faults[:_MOST_FAULTS]
        ],
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
