# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/retrievals` and `/api/v1/retrieval-checks`: for the role `abrufpruefung` alone (§§ 6, 7 StDAV)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import AwareDatetime
from starlette.responses import Response

from genius_common.errors import FieldError, InvalidInput
from genius_common.principal import ProtectionClass
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.retrieval_log.kinds import Kind, Outcome
from genius_gateway.retrieval_log.report import Format, report
from genius_gateway.retrieval_log.schemas import (
    CheckList,
    CheckWithItems,
    EntryPage,
    Narrowed,
    NewCheck,
    NewDecision,
    NewEnd,
)

router = APIRouter(prefix="/api/v1", tags=["retrieval-log"])
_FIRST = UUID(int=0)
_SEPARATOR = "~"


@router.get("/retrievals")
async def list_retrievals(
    principal: CurrentPrincipal,
    state: State,
    period_from: Annotated[AwareDatetime, Query()],
    period_until: Annotated[AwareDatetime, Query()],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str | None, Query(max_length=100)] = None,
    kind: Kind | None = None,
    outcome: Outcome | None = None,
    category: ProtectionClass | None = None,
    case: UUID | None = None,
) -> EntryPage:
    """The log of a period, oldest first; all of it, or what is narrowed to kind, outcome, class and case."""
    narrowed = Narrowed(kind=kind, outcome=outcome, category=category, case=case)
    position = _position(after) if after else (period_from, _FIRST)
    found = await state.retrieval_checks.entries(principal, period_from, period_until, position, limit, narrowed)
    last = found[-1] if len(found) == limit else None
    return EntryPage(items=found, next=f"{last.at.isoformat()}{_SEPARATOR}{last.id}" if last else None)


@router.get("/retrieval-checks")
async def list_checks(principal: CurrentPrincipal, state: State) -> CheckList:
    return CheckList(items=await state.retrieval_checks.listed(principal))


@router.post("/retrieval-checks", status_code=status.HTTP_201_CREATED)
async def draw_sample(wanted: NewCheck, principal: CurrentPrincipal, state: State) -> CheckWithItems:
    """Draw retrievals by lot and open a check of them."""
    return await state.retrieval_checks.draw(principal, wanted)


@router.get("/retrieval-checks/{check}")
async def read_check(check: UUID, principal: CurrentPrincipal, state: State) -> CheckWithItems:
    return await state.retrieval_checks.get(principal, check)


@router.get("/retrieval-checks/{check}/export", response_class=Response)
async def export_check(
    check: UUID,
    principal: CurrentPrincipal,
    state: State,
    format: Annotated[Format, Query(description="csv: a table of the retrievals; json: the whole check")] = "csv",  # noqa: A002 the name in the URL
) -> Response:
    """A sample with its decisions as a file, for the records that § 8 StDAV asks for."""
    return report(await state.retrieval_checks.get(principal, check, action="retrieval_check.export"), format)


@router.put("/retrieval-checks/{check}/items/{retrieval}", status_code=status.HTTP_204_NO_CONTENT)
async def decide_item(
    check: UUID, retrieval: UUID, wanted: NewDecision, principal: CurrentPrincipal, state: State
) -> None:
    """Say whether one retrieval was allowed."""
    await state.retrieval_checks.decide(principal, check, retrieval, wanted)


@router.post("/retrieval-checks/{check}/close")
async def close_check(check: UUID, wanted: NewEnd, principal: CurrentPrincipal, state: State) -> CheckWithItems:
    """End a check; its result can't be changed any more."""
    return await state.retrieval_checks.close(principal, check, undecided=wanted.open)


def _position(after: str) -> tuple[dt.datetime, UUID]:
    time, _, identifier = after.partition(_SEPARATOR)
    try:
        # In a query a "+" is a space.
        return dt.datetime.fromisoformat(time.replace(" ", "+")).astimezone(dt.UTC), UUID(identifier)
    except ValueError:
        raise InvalidInput(
            errors=[FieldError("/after", "Bitte geben Sie den Wert von „next“ unverändert an.")]
        ) from None
