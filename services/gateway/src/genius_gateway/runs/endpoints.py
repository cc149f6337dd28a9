# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/modules/{module}/runs` and `/api/v1/runs`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import JSONResponse, Response

from genius_common.errors import FieldError, InvalidInput
from genius_gateway.dependencies import CurrentPrincipal
from genius_gateway.runs.assembly import System
from genius_gateway.runs.errors import GatewayStopping
from genius_gateway.runs.requests import RunBody, RunList, RunView
from genius_gateway.runs.routing import DatabaseRoute
from genius_gateway.runs.starting import Call
from genius_gateway.runs.stream import EventStream, wait_for_end

router = APIRouter(prefix="/api/v1", tags=["runs"], route_class=DatabaseRoute)
_STREAM = "text/event-stream"
_EVENTS = {_STREAM: {"schema": {"type": "string"}}}
_ENDED = {"content": _EVENTS, "description": "the ended run, or its events as they come"}


def _prefers_async(prefer: str | None) -> bool:
    """Whether the header (RFC 7240) asks for `respond-async`; other preferences are ignored, as it has it."""
    return any(part.split(";")[0].strip().lower() == "respond-async" for part in (prefer or "").split(","))


def _event_id(header: str | None, query: int | None) -> int:
    if header is None or header == "":
        return query or 0
    if not header.isascii() or not header.isdigit() or len(header) > 18:
        raise InvalidInput(errors=[FieldError("/Last-Event-ID", "Bitte geben Sie die Nummer eines Ereignisses an.")])
    return int(header)


@router.post(
    "/modules/{module}/runs",
    response_model=RunView,
    responses={200: _ENDED, 202: {"model": RunView, "description": "started; `Location` names the run"}},
)
async def start_run(
    module: str,
    body: RunBody,
    request: Request,
    system: System,
    principal: CurrentPrincipal,
    accept: Annotated[str | None, Header()] = None,
    prefer: Annotated[str | None, Header()] = None,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Start a run: JSON at its end, an event stream, or 202 at once. What answers 202, and a batch, may wait."""
    respond_async = _prefers_async(prefer)
    detached = body.detach or respond_async
    job = respond_async or body.inputs is not None
    call = Call(module=module, body=body, idempotency_key=idempotency_key, detached=detached, job=job)
    started = await system.runs.begin(principal, call)
    location = {"location": f"/api/v1/runs/{started.run}", **started.headers}
    if respond_async:
        run = await system.runs.get(principal, started.run)
        headers = {**location, "preference-applied": "respond-async"}
        return JSONResponse(run.model_dump(mode="json"), status_code=202, headers=headers)
    following = system.runs.follow(principal, started.run, 0)
    if _STREAM in (accept or ""):
        return EventStream(following, system.runs.stopping, location)
    async with following as follower:
        if not await wait_for_end(follower, request.receive, system.runs.stopping):
            raise GatewayStopping(retry_after=5)
    run = await system.runs.get(principal, started.run)
    return JSONResponse(run.model_dump(mode="json"), headers=location)


@router.get("/runs")
async def list_runs(
    system: System,
    principal: CurrentPrincipal,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> RunList:
    """Own runs, newest first."""
    return await system.runs.page(principal, limit, after)


@router.get("/runs/{run}")
async def get_run(run: UUID, system: System, principal: CurrentPrincipal) -> RunView:
    return await system.runs.get(principal, run, placed=True)


@router.get(
    "/runs/{run}/events",
    response_class=Response,
    responses={
        200: {"content": _EVENTS, "description": "the events"},
        204: {"description": "everything up to the final event was received"},
    },
)
async def follow_run(
    run: UUID,
    system: System,
    principal: CurrentPrincipal,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int | None, Query(ge=0, le=10**18)] = None,
) -> Response:
    """The events after `Last-Event-ID` (or `after`), live until the final one."""
    position = _event_id(last_event_id, after)
    if await system.runs.finished_before(principal, run, position):
        # Tells an EventSource not to connect again.
        return Response(status_code=204)
    return EventStream(system.runs.follow(principal, run, position), system.runs.stopping, {})


@router.delete("/runs/{run}", status_code=204)
async def cancel_run(run: UUID, system: System, principal: CurrentPrincipal) -> Response:
    """Cancel; also of an ended run no error."""
    await system.runs.cancel(principal, run)
    return Response(status_code=204)
