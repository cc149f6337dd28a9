# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/me/tokens`: one's own API tokens. `/api/v1/api-tokens`: those of the authority, for its administration."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from genius_common.errors import NotFound
from genius_gateway.api_tokens.repository import ApiToken
from genius_gateway.dependencies import CurrentPrincipal, State

router = APIRouter(prefix="/api/v1", tags=["api tokens"])
TokenScope = Literal[
    "chat.completions", "documents.read", "documents.write", "embeddings", "models.read", "modules.run", "search"
]
_ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=_ONE_LINE)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewApiToken(_Model):
    """`name` is shown to the administration of the authority too."""

    name: Name
    scopes: list[TokenScope] = Field(min_length=1, max_length=7, description="what the token may be used for")
    expires_in_days: int = Field(default=90, ge=1, le=365)


class OwnApiToken(_Model):
    """`last_used_on` is a day (UTC), no time of day."""

    id: UUID
    name: str
    scopes: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_on: dt.date | None
    revoked_at: dt.datetime | None


class OwnApiTokenList(_Model):
    items: list[OwnApiToken]


class CreatedApiToken(OwnApiToken):
    token: str = Field(description="shown in this answer alone")


class TokenOwner(_Model):
    """As the identity provider named them; null where it told no name."""

    name: str | None
    username: str | None


class ApiTokenOfAuthority(_Model):
    """`owner` is null for who has left the authority: such a token opens nothing. No pseudonym, as with members.

    When somebody used it is the owner's to know alone (PER-01).
    """

    id: UUID
    owner: TokenOwner | None
    name: str
    scopes: list[str]
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None


class ApiTokenList(_Model):
    items: list[ApiTokenOfAuthority]


def _own(token: ApiToken) -> OwnApiToken:
    return OwnApiToken.model_validate({name: getattr(token, name) for name in OwnApiToken.model_fields})


def _of_authority(token: ApiToken, owner: dict[str, str | None] | None) -> ApiTokenOfAuthority:
    shown = {name: getattr(token, name) for name in ApiTokenOfAuthority.model_fields if name != "owner"}
    return ApiTokenOfAuthority.model_validate({**shown, "owner": owner})


@router.get("/me/tokens")
async def list_own_api_tokens(principal: CurrentPrincipal, state: State) -> OwnApiTokenList:
    return OwnApiTokenList(items=[_own(token) for token in await state.api_tokens.own(principal)])


@router.post("/me/tokens", status_code=201)
async def create_api_token(
    wanted: NewApiToken, principal: CurrentPrincipal, state: State, response: Response
) -> CreatedApiToken:
    """The token stands in this answer and nowhere else: it is stored as a hash."""
    secret, token = await state.api_tokens.create(
        principal, name=wanted.name, scopes=wanted.scopes, days=wanted.expires_in_days
    )
    response.headers["cache-control"] = "no-store"
    return CreatedApiToken(token=secret, **dict(_own(token)))


@router.delete("/me/tokens/{token}", status_code=204)
async def revoke_own_api_token(token: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """Requests with it are refused within a second in every replica; open ones end."""
    await state.api_tokens.revoke_own(principal, token)
    return Response(status_code=204)


@router.get("/api-tokens")
async def list_api_tokens(principal: CurrentPrincipal, state: State) -> ApiTokenList:
    """Owners, names and ends, never a secret and never when somebody worked."""
    if principal.authority is None:
        raise NotFound
    found = await state.api_tokens.of_authority(principal.authority)
    owners = await state.administration.members.names(principal.authority)
    return ApiTokenList(items=[_of_authority(token, owners.get(token.person)) for token in found])


@router.delete("/api-tokens/{token}", status_code=204)
async def revoke_api_token(token: UUID, principal: CurrentPrincipal, state: State) -> Response:
    await state.api_tokens.revoke_of_authority(principal, token)
    return Response(status_code=204)
