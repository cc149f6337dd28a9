# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/authorities` and `/api/v1/operation/…`: the platform as a whole, for operators and auditors."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, ValidationError

from genius_common.errors import UpstreamFailed
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.usage.view import FEWEST_PERSONS

router = APIRouter(prefix="/api/v1", tags=["operation"])
_NOBODY = UUID(int=0)


class AuthorityView(BaseModel):
    """`knowledge_bases` counts those of the authority and its units; `tokens_per_month` is the budget that holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    short: str
    name: str
    kind: Literal["ministry", "agency", "municipality", "court", "other"]
    parent: UUID | None
    state: Literal["active", "leaving", "gone"]
    knowledge_bases: int
    tokens_per_month: int


class AuthorityList(BaseModel):
    items: list[AuthorityView]


class ModelView(BaseModel):
    """A model that answers now. `protection_class`: the highest that it may see; `owned_by`: what its server says.

    `place`: where it runs. `temperature` and `output_tokens` are the most that a request may ask for, `wh_per_1000_…`
    the energy in Wh for 1,000 tokens; null where operators have set nothing.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Literal["chat", "embedding", "rerank"]
    owned_by: str
    context_length: int | None
    protection_class: ProtectionClass
    place: str | None = None
    temperature: float | None = None
    output_tokens: int | None = None
    wh_per_1000_input: float | None = None
    wh_per_1000_output: float | None = None


class ModelCatalogue(BaseModel):
    items: list[ModelView]


class LoadView(BaseModel):
    """Requests at the model servers now and in their queue, seen by the replica of inference that answered.

    `authorities` leaves out those with fewer than five: a request or two may be one person's (PER-01).
    """

    in_flight: int
    waiting: int
    limit: int
    authorities: dict[UUID, int]


@router.get("/authorities")
async def list_authorities(principal: CurrentPrincipal, state: State) -> AuthorityList:
    """Every authority of the tenant, also those that have left. No persons and no content."""
    return AuthorityList(
        items=[AuthorityView.model_validate(row) for row in await state.administration.authorities.all()]
    )


@router.get("/operation/models")
async def list_model_catalogue(principal: CurrentPrincipal, state: State) -> ModelCatalogue:
    """The models that inference offers now; empty without one. All run at this tenant's own model servers."""
    token = state.minter.for_inner(principal, "inference", ("models.read",))
    answer: Any = await state.inference.json("GET", "/v1/models", token=token, read_timeout=5.0)
    try:
        return ModelCatalogue(items=[ModelView.model_validate(item) for item in answer["data"]])
    except (ValidationError, KeyError, TypeError) as error:
        raise UpstreamFailed from error


@router.get("/operation/load")
async def model_load(principal: CurrentPrincipal, state: State) -> LoadView:
    """How busy the models are now, and which authorities take a lot of it."""
    asking = Principal(subject=_NOBODY, tenant=state.settings.tenant, authority=None, scopes=frozenset({"maintenance"}))
    token = state.minter.for_inner(asking, "inference", ("maintenance",))
    answer: Any = await state.inference.json("GET", "/load", token=token, read_timeout=5.0)
    try:
        load = LoadView.model_validate(answer)
    except ValidationError as error:
        raise UpstreamFailed from error
    shown = {authority: n for authority, n in load.authorities.items() if n >= FEWEST_PERSONS}
    return load.model_copy(update={"authorities": shown})
