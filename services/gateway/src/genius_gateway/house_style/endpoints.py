# SPDX-License-Identifier: EUPL-1.2
"""`…/house-style` of an authority for its administration; another authority answers like an unknown one."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as FromPath
from pydantic import BaseModel, ConfigDict

from genius_common.contracts.house_style import HouseStyle
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.house_style.versions import HouseStyles
from genius_gateway.runs.assembly import System

router = APIRouter(prefix="/api/v1/authorities/{authority}/house-style", tags=["administration"])
_MOST = 2_147_483_647


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HouseStyleVersion(_Model):
    number: int
    created_at: dt.datetime


class HouseStyleView(_Model):
    """`style.number` is the version that holds, 0 where none was saved; `versions` are the newest, the last first."""

    style: HouseStyle
    versions: list[HouseStyleVersion]


@router.get("")
async def read_house_style(
    authority: UUID, principal: CurrentPrincipal, state: State, system: System
) -> HouseStyleView:
    """The letterhead, forms of address, words and templates that the authority's drafts use."""
    await state.access.require_own_authority(principal, authority)
    return await _view(system.house_styles, authority)


@router.get("/{number}")
async def read_house_style_version(
    authority: UUID,
    number: Annotated[int, FromPath(ge=1, le=_MOST)],
    principal: CurrentPrincipal,
    state: State,
    system: System,
) -> HouseStyle:
    """An earlier version, as it was saved."""
    await state.access.require_own_authority(principal, authority)
    return await system.house_styles.version(authority, number)


@router.put("")
async def set_house_style(
    authority: UUID, wanted: HouseStyle, principal: CurrentPrincipal, state: State, system: System
) -> HouseStyleView:
    """Save a new version; `number` is that of the version it was made from. Counts for every run from now on."""
    await state.access.require_own_authority(principal, authority)
    await system.house_styles.change(principal, authority, wanted)
    return await _view(system.house_styles, authority)


async def _view(styles: HouseStyles, authority: UUID) -> HouseStyleView:
    style, versions = await styles.of(authority)
    return HouseStyleView(
        style=style, versions=[HouseStyleVersion(number=one.number, created_at=one.created_at) for one in versions]
    )
