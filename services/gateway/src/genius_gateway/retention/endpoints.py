# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/holds`: stop every deletion for a person or a case, and let it go on. For `revision` and `betrieb`."""

from __future__ import annotations

import datetime as dt
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, model_validator

from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.retention.holds import Hold, LiftReason, Reason

router = APIRouter(prefix="/api/v1/holds", tags=["holds"])


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class NewHold(_Model):
    """Exactly one of `person` (pseudonym, as in the audit trail) and `case`."""

    person: UUID | None = None
    case: UUID | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.person is None) == (self.case is None):
            raise ValueError("exactly one of person and case")
        return self


class Lift(_Model):
    reason: LiftReason


class HoldView(_Model):
    """`person` of a case is its owner."""

    id: UUID
    person: UUID
    case: UUID | None
    reason: str
    set_at: dt.datetime
    lifted_at: dt.datetime | None
    lifted_reason: str | None


class HoldList(_Model):
    items: list[HoldView]


def _view(hold: Hold) -> HoldView:
    return HoldView.model_validate(hold)


@router.get("")
async def list_holds(principal: CurrentPrincipal, state: State) -> HoldList:
    return HoldList(items=[_view(hold) for hold in await state.protection.holds.all()])


@router.post("", status_code=201)
async def set_hold(wanted: NewHold, principal: CurrentPrincipal, state: State) -> HoldView:
    if wanted.case is not None:
        return _view(await state.protection.holds.hold_case(principal, wanted.case, wanted.reason))
    assert wanted.person is not None
    return _view(await state.protection.holds.hold_person(principal, wanted.person, wanted.reason))


@router.post("/{hold}/lift")
async def lift_hold(hold: UUID, body: Lift, principal: CurrentPrincipal, state: State) -> HoldView:
    return _view(await state.protection.holds.lift(principal, hold, body.reason))
