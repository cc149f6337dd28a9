# SPDX-License-Identifier: EUPL-1.2
"""Use per authority, day and kind, and the limits of an authority. No persons: few of them are not shown at all."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import text

from genius_common.database import RowScope
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.scopes import row_scope
from genius_gateway.state import GatewayState
from genius_gateway.usage.limits import LimitBook, OwnLimits, TighterLimits, require_known_members, require_tighter
from genius_gateway.usage.view import FEWEST_PERSONS, LimitsView, used_of

router = APIRouter(prefix="/api/v1", tags=["usage"])
_USAGE = text(
    "SELECT authority, day, kind, requests, input_tokens, output_tokens, persons FROM usage_counters"
    " WHERE day > CURRENT_DATE - CAST(:days AS int) AND (CAST(:authority AS uuid) IS NULL OR authority = :authority)"
    " ORDER BY day DESC, authority, kind"
)
_SET = text(
    "INSERT INTO quotas (authority, own) VALUES (:authority, CAST(:own AS jsonb))"
    " ON CONFLICT (authority) DO UPDATE SET own = excluded.own"
)
_TIGHTEN = text(
    "INSERT INTO tighter_limits (authority, own) VALUES (:authority, CAST(:own AS jsonb))"
    " ON CONFLICT (authority) DO UPDATE SET own = excluded.own"
)


class UsageRow(BaseModel):
    """Null where at least one and fewer than five persons took part; applications alone are shown."""

    authority: UUID
    day: dt.date
    kind: str
    requests: int | None
    input_tokens: int | None
    output_tokens: int | None
    suppressed: bool


class UsageList(BaseModel):
    items: list[UsageRow]


class EffectiveDay(BaseModel):
    tokens_per_day: int
    requests_per_day: int


class EffectiveBudget(EffectiveDay):
    tokens_per_month: int


class EffectiveLimits(BaseModel):
    authority: EffectiveBudget
    person: EffectiveDay
    application: EffectiveDay
    api_token: EffectiveDay
    model: EffectiveDay


class AuthorityLimits(BaseModel):
    """`own`: what operators set; `tighter`: what the administration set inside of `bounds`; `effective`: what holds.

    `bounds` are `own` with the platform's defaults; `used` is of the authority and its cost centres, never a person's.
    """

    authority: UUID
    own: OwnLimits
    tighter: TighterLimits
    bounds: EffectiveLimits
    effective: EffectiveLimits = Field(description="for each person, application, API token and model")
    used: LimitsView


@router.get("/usage")
async def list_usage(
    principal: CurrentPrincipal, state: State, days: Annotated[int, Query(ge=1, le=366)] = 31
) -> UsageList:
    """Sums by day and kind: of the active authority, or of every authority for operators."""
    scope = row_scope(principal) if principal.authority else RowScope(tenant_wide=True)
    async with state.database.transaction(scope) as connection:
        rows = (await connection.execute(_USAGE, {"days": days, "authority": principal.authority})).all()
    return UsageList(items=[_row(row._asdict()) for row in rows])


def _row(found: dict[str, object]) -> UsageRow:
    persons = found.pop("persons")
    suppressed = isinstance(persons, int) and 0 < persons < FEWEST_PERSONS
    if suppressed:
        found |= dict.fromkeys(("requests", "input_tokens", "output_tokens"))
    return UsageRow.model_validate({**found, "suppressed": suppressed})


@router.get("/authorities/{authority}/limits")
async def read_limits(authority: UUID, principal: CurrentPrincipal, state: State) -> AuthorityLimits:
    """Administrators read those of their own authority, operators all."""
    await state.access.require_authority(principal, authority)
    return await _view(state, authority, await state.ledger.book(authority))


@router.put("/authorities/{authority}/limits")
async def set_limits(authority: UUID, limits: OwnLimits, principal: CurrentPrincipal, state: State) -> AuthorityLimits:
    """Replace an authority's own limits; what is left out falls back to the defaults. In force within two seconds."""
    await state.access.require_authority(principal, authority)
    book = await state.ledger.book(authority)
    require_known_members(limits, book.unit_names, book.client_ids)
    async with state.database.transaction(RowScope(authority=authority, tenant_wide=True)) as connection:
        await connection.execute(_SET, {"authority": authority, "own": limits.model_dump_json(exclude_none=True)})
        record = AuditRecord.of(principal, "limits.change", object_kind="authority", object_id=authority)
        await state.audit.append(connection, record)
    return await _view(state, authority, await state.ledger.book(authority))


@router.put("/authorities/{authority}/limits/tighter")
async def tighten_limits(
    authority: UUID, limits: TighterLimits, principal: CurrentPrincipal, state: State
) -> AuthorityLimits:
    """Replace what the administration allows at most; never more than the operator. In force within two seconds."""
    await state.access.require_own_authority(principal, authority)
    require_tighter(limits, (await state.ledger.book(authority)).bounds())
    async with state.database.transaction(RowScope(authority=authority)) as connection:
        await connection.execute(_TIGHTEN, {"authority": authority, "own": limits.model_dump_json(exclude_none=True)})
        record = AuditRecord.of(principal, "limits.tighten", object_kind="authority", object_id=authority)
        await state.audit.append(connection, record)
    return await _view(state, authority, await state.ledger.book(authority))


async def _view(state: GatewayState, authority: UUID, book: LimitBook) -> AuthorityLimits:
    return AuthorityLimits(
        authority=authority,
        own=book.own,
        tighter=book.tighter,
        bounds=EffectiveLimits.model_validate(book.bounds()),
        effective=EffectiveLimits.model_validate(book.effective()),
        used=await used_of(state.ledger, authority, book),
    )
