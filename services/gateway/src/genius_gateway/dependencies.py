# SPDX-License-Identifier: EUPL-1.2
"""What endpoints ask for: `state: State`, `principal: CurrentPrincipal`."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from genius_common.errors import NotAuthenticated
from genius_common.principal import Principal
from genius_gateway.auth.identity import Identity
from genius_gateway.state import GatewayState


async def gateway_state(request: Request) -> GatewayState:
    return cast("GatewayState", request.app.state.gateway)


async def current_identity(request: Request) -> Identity:
    """The identity that the gate has found; a route that it does not guard has none."""
    identity = request.scope.get("state", {}).get("identity")
    if not isinstance(identity, Identity):
        raise NotAuthenticated
    return identity


async def current_principal(request: Request) -> Principal:
    return (await current_identity(request)).principal


State = Annotated[GatewayState, Depends(gateway_state)]
CurrentIdentity = Annotated[Identity, Depends(current_identity)]
CurrentPrincipal = Annotated[Principal, Depends(current_principal)]
