# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/authorities/{authority}/…` for its own administration; another authority answers like an unknown one."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from genius_common.contracts.modules import Card, Label, Mode
from genius_common.principal import ProtectionClass
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.modules.catalogue import OfferedModule
from genius_gateway.modules.views import WithheldView
from genius_gateway.retention.periods import OWN_KINDS, OwnKind
from genius_gateway.retention.schedule import SCHEDULE
from genius_gateway.runs.assembly import System
from genius_gateway.state import GatewayState

router = APIRouter(prefix="/api/v1/authorities/{authority}", tags=["administration"])


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Model):
    """As the identity provider named them; null where it told no name."""

    name: str | None
    username: str | None
    units: list[str]
    roles: list[str]


class MemberList(_Model):
    items: list[Member]


class SwitchView(_Model):
    """`protection_classes`: what the function may see at most."""

    id: str
    version: str
    title: Label
    description: Label
    mode: Mode
    protection_classes: list[ProtectionClass]
    card: Card | None
    external: bool
    enabled: bool

    @classmethod
    def of(cls, offered: OfferedModule, *, enabled: bool) -> SwitchView:
        shown = offered.manifest.model_dump(include=set(cls.model_fields))
        return cls(**shown, external=offered.external, enabled=enabled)


class SwitchList(_Model):
    """`withheld` can't be switched on: not offered to anybody, and why."""

    items: list[SwitchView]
    withheld: list[WithheldView]


class Switch(_Model):
    enabled: bool


class Period(_Model):
    """`bound`: how long the platform keeps it; `own`: what the authority has set; `days`: what holds."""

    kind: OwnKind
    title: str
    since: str
    purpose: str
    basis: str
    bound: int
    own: int | None
    days: int


class PeriodList(_Model):
    items: list[Period]


class OwnPeriods(_Model):
    """What is left out is kept as long as the platform says."""

    days: dict[OwnKind, Annotated[int, Field(ge=1, le=36_500)]]


class StockView(_Model):
    """`bytes`, `documents`, `pages`, `changed_at` are null while the document service does not answer.

    `purpose` is null where none was stated yet, `uses` where all modules and the search may read it.
    """

    id: UUID
    name: str
    owner: Literal["unit", "authority"]
    unit: str | None
    protection_class: ProtectionClass
    purpose: str | None
    uses: list[str] | None
    created_at: dt.datetime
    documents: int | None
    pages: int | None
    bytes: int | None
    changed_at: dt.datetime | None


class StockList(_Model):
    items: list[StockView]


@router.get("/members")
async def list_members(authority: UUID, principal: CurrentPrincipal, state: State) -> MemberList:
    """Who belongs to the authority. No times and no numbers (PER-01)."""
    await state.access.require_own_authority(principal, authority)
    return MemberList(
        items=[Member.model_validate(member) for member in await state.administration.members.of(authority)]
    )


@router.get("/modules")
async def list_module_switches(
    authority: UUID, principal: CurrentPrincipal, state: State, system: System
) -> SwitchList:
    """Every function of the platform, and whether it is on for the authority."""
    await state.access.require_own_authority(principal, authority)
    found = await system.catalogue.all()
    off = await system.switches.off(authority, found)
    return SwitchList(
        items=[SwitchView.of(offered, enabled=offered.manifest.id not in off) for offered in found],
        withheld=[WithheldView.of(item) for item in await system.catalogue.withheld()],
    )


@router.put("/modules/{module}")
async def set_switch(
    authority: UUID, module: str, wanted: Switch, principal: CurrentPrincipal, state: State, system: System
) -> SwitchView:
    """Switch one function for everybody in the authority; counts for every run that starts from now on."""
    await state.access.require_own_authority(principal, authority)
    offered = await system.catalogue.get(module)
    await system.switches.set(principal, authority, offered.manifest.id, enabled=wanted.enabled)
    return SwitchView.of(offered, enabled=wanted.enabled)


@router.get("/retention")
async def list_retention_periods(authority: UUID, principal: CurrentPrincipal, state: State) -> PeriodList:
    """How long data of the authority's people is kept."""
    await state.access.require_own_authority(principal, authority)
    return await _periods(state, authority)


@router.put("/retention")
async def set_retention(authority: UUID, wanted: OwnPeriods, principal: CurrentPrincipal, state: State) -> PeriodList:
    """Keep it shorter than the platform does. Counts from the next deletion on, which is every hour by default."""
    await state.access.require_own_authority(principal, authority)
    await state.protection.periods.set(principal, authority, wanted.days)
    return await _periods(state, authority)


@router.get("/knowledge-bases")
async def list_stock(authority: UUID, principal: CurrentPrincipal, state: State) -> StockList:
    """Knowledge bases of the authority and its units; never content, never those of persons (TEN-14)."""
    await state.access.require_own_authority(principal, authority)
    return StockList(items=[StockView.model_validate(line) for line in await state.administration.stock.of(authority)])


async def _periods(state: GatewayState, authority: UUID) -> PeriodList:
    periods = state.protection.periods
    own = await periods.own(authority)
    held = periods.tenant.shortened(own)
    return PeriodList(
        items=[
            Period(
                kind=kind,
                title=SCHEDULE[kind].title,
                since=SCHEDULE[kind].since,
                purpose=SCHEDULE[kind].purpose,
                basis=SCHEDULE[kind].basis,
                bound=periods.tenant.days(kind) or 0,
                own=own.get(kind),
                days=held.days(kind) or 0,
            )
            for kind in OWN_KINDS
        ]
    )
