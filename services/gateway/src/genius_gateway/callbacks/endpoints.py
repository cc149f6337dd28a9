# SPDX-License-Identifier: EUPL-1.2
"""Callbacks of an application for itself, and of an authority for its administration: targets, deliveries, again."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from genius_common.errors import NotFound
from genius_common.principal import Principal
from genius_gateway.callbacks.deliveries import Whose
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.runs.assembly import System

router = APIRouter(prefix="/api/v1", tags=["callbacks"])
DeliveryState = Literal["pending", "delivered", "dead"]
_OF_AUTHORITY = "/authorities/{authority}"
Filter = Annotated[DeliveryState | None, Query()]
Limit = Annotated[int, Query(ge=1, le=200)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewTarget(_Model):
    """`application` is the client id. The address counts as it stands here: another path is another target."""

    application: str = Field(min_length=1, max_length=255)
    url: str = Field(min_length=1, max_length=2_000)


class TargetView(_Model):
    id: UUID
    application: str
    url: str
    created_at: dt.datetime


class TargetList(_Model):
    """`applications`: client ids of those that may have a target."""

    items: list[TargetView]
    applications: list[str]


class CreatedTarget(_Model):
    id: UUID
    application: str
    url: str
    secret: str = Field(description="for `v1` (HMAC-SHA256), shown in this answer alone")
    public_key: str = Field(description="for `v1a` (Ed25519)")


class DeliveryView(_Model):
    """`id` is the `webhook-id`. `dead`: given up; `reason` and `status` say how the last attempt ended.

    `url` is null where the target was removed.
    """

    id: UUID
    run: UUID
    module: str | None
    run_state: str | None
    application: str | None
    url: str | None
    state: DeliveryState
    attempts: int
    next_at: dt.datetime | None = Field(description="of the next attempt, while it is pending")
    status: int | None
    reason: str | None
    created_at: dt.datetime
    ended_at: dt.datetime | None


class DeliveryList(_Model):
    items: list[DeliveryView]


@router.get("/callbacks")
async def list_callbacks(
    principal: CurrentPrincipal, system: System, state: Filter = None, limit: Limit = 50
) -> DeliveryList:
    """Callbacks of the application's runs, newest first; `?state=dead` are those that were given up."""
    return await _listed(system, _own(principal), state, limit)


@router.post("/callbacks/{delivery}/redeliver", status_code=202, response_class=Response)
async def redeliver_callback(delivery: UUID, principal: CurrentPrincipal, system: System) -> Response:
    """Send it again now, also one that was delivered."""
    await system.callbacks.redeliver(principal, _own(principal), delivery)
    return Response(status_code=202)


@router.get(_OF_AUTHORITY + "/callbacks")
async def list_callbacks_of_authority(
    authority: UUID,
    principal: CurrentPrincipal,
    gateway: State,
    system: System,
    state: Filter = None,
    limit: Limit = 50,
) -> DeliveryList:
    """Callbacks of all applications of the authority: never what is in them."""
    await gateway.access.require_own_authority(principal, authority)
    return await _listed(system, Whose(authority=authority), state, limit)


@router.post(_OF_AUTHORITY + "/callbacks/{delivery}/redeliver", status_code=202, response_class=Response)
async def redeliver_callback_of_authority(
    authority: UUID, delivery: UUID, principal: CurrentPrincipal, gateway: State, system: System
) -> Response:
    await gateway.access.require_own_authority(principal, authority)
    await system.callbacks.redeliver(principal, Whose(authority=authority), delivery)
    return Response(status_code=202)


@router.get(_OF_AUTHORITY + "/callback-targets")
async def list_callback_targets(
    authority: UUID, principal: CurrentPrincipal, gateway: State, system: System
) -> TargetList:
    await gateway.access.require_own_authority(principal, authority)
    found, applications = await system.callbacks.targets.of(authority)
    items = [TargetView.model_validate(asdict(one)) for one in found]
    return TargetList(items=items, applications=applications)


@router.post(_OF_AUTHORITY + "/callback-targets", status_code=201)
async def create_callback_target(
    authority: UUID, wanted: NewTarget, principal: CurrentPrincipal, gateway: State, system: System, response: Response
) -> CreatedTarget:
    """Allow an application to be called at an address. The secret stands in this answer and nowhere else."""
    await gateway.access.require_own_authority(principal, authority)
    target, keys = await system.callbacks.targets.create(principal, authority, wanted.application, wanted.url)
    response.headers["cache-control"] = "no-store"
    return CreatedTarget(
        id=target, application=wanted.application, url=wanted.url, secret=keys.secret, public_key=keys.public_key
    )


@router.delete(_OF_AUTHORITY + "/callback-targets/{target}", status_code=204)
async def delete_callback_target(
    authority: UUID, target: UUID, principal: CurrentPrincipal, gateway: State, system: System
) -> Response:
    """What is still to be sent there is given up."""
    await gateway.access.require_own_authority(principal, authority)
    await system.callbacks.targets.delete(principal, authority, target)
    return Response(status_code=204)


def _own(principal: Principal) -> Whose:
    """An application sees all of its callbacks, while it acts for a person those of that person's runs."""
    if principal.authority is None:
        raise NotFound
    if principal.application is not None and principal.application == principal.subject:
        return Whose(authority=principal.authority, application=principal.application)
    return Whose(authority=principal.authority, application=principal.application, owner=principal.subject)


async def _listed(system: System, whose: Whose, state: DeliveryState | None, limit: int) -> DeliveryList:
    found = await system.callbacks.listed(whose, state, limit)
    items = [
        DeliveryView.model_validate({**row, "next_at": row["next_at"] if row["state"] == "pending" else None})
        for row in found
    ]
    return DeliveryList(items=items)
