# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/operation/model-stops`: stop a language model, and let it go on. For operators (KI-06)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from genius_common.model_stops import ModelStop
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.operation.model_stops import KeptStop, Reason
from genius_gateway.runs.references import parse_id
from genius_gateway.usage.limits import MODEL_CHARS

router = APIRouter(prefix="/api/v1/operation/model-stops", tags=["operation"])
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=MODEL_CHARS, pattern=r"^[!-~]+$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class NewStop(_Model):
    """`model` null = every model, `authority` null = the whole platform. Both are to be said, lest one is forgotten."""

    model: ModelName | None
    authority: UUID | None
    reason: Reason = "vorfall"


class StopView(_Model):
    id: UUID
    model: str | None
    authority: UUID | None
    reason: Reason
    stopped_at: dt.datetime


class StopList(_Model):
    items: list[StopView]


def _view(kept: KeptStop) -> StopView:
    return StopView.model_validate(kept)


@router.get("")
async def list_stops(principal: CurrentPrincipal, state: State) -> StopList:
    """What is stopped now, the newest first."""
    return StopList(items=[_view(kept) for kept in await state.administration.model_stops.all()])


@router.post("", status_code=201)
async def stop_model(wanted: NewStop, principal: CurrentPrincipal, state: State) -> StopView:
    """No new request passes and running answers end within ten seconds; it holds until it is taken back."""
    stop = ModelStop(wanted.model, wanted.authority)
    return _view(await state.administration.model_stops.stop(principal.subject, stop, wanted.reason))


@router.delete("/{stop}", status_code=204)
async def release_model(stop: str, principal: CurrentPrincipal, state: State) -> None:
    """The model answers again within ten seconds."""
    await state.administration.model_stops.release(principal.subject, parse_id(stop, "/stop"))
