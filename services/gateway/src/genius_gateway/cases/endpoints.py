# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/cases`: the owner's cases. Versions and sign-off come with the screens on top."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from genius_common.errors import Forbidden
from genius_common.principal import ProtectionClass
from genius_gateway.audit.chain import AuditRecord, append
from genius_gateway.cases.repository import Case
from genius_gateway.dependencies import CurrentPrincipal, State
from genius_gateway.knowledge_bases.errors import ProtectionClassTooHigh
from genius_gateway.retention.holds import require_free
from genius_gateway.scopes import row_scope

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewCase(_Model):
    """`reference` is the Aktenzeichen."""

    reference: Reference
    title: Title | None = None
    protection_class: ProtectionClass = ProtectionClass.PERSONENBEZOGEN
    retention_until: AwareDatetime | None = None


class CaseChange(_Model):
    """Only what is given is changed."""

    reference: Reference | None = None
    title: Title | None = None
    state: Literal["open", "closed"] | None = None
    retention_until: AwareDatetime | None = None


class CaseView(_Model):
    id: UUID
    reference: str
    title: str | None
    protection_class: ProtectionClass
    state: str
    created_at: dt.datetime
    updated_at: dt.datetime
    retention_until: dt.datetime | None


class CaseList(_Model):
    items: list[CaseView]
    next: str | None = None


def _view(case: Case) -> CaseView:
    return CaseView(**{name: value for name, value in asdict(case).items() if name != "owner"})


@router.get("")
async def list_cases(principal: CurrentPrincipal, state: State) -> CaseList:
    async with state.database.transaction(row_scope(principal)) as connection:
        return CaseList(items=[_view(case) for case in await state.cases.all(connection, principal)])


@router.post("", status_code=201)
async def create_case(wanted: NewCase, principal: CurrentPrincipal, state: State) -> CaseView:
    if principal.authority is None:
        raise Forbidden("Vorgänge gehören zu einer Behörde.")
    if wanted.protection_class.rank > principal.classification.rank:
        raise ProtectionClassTooHigh
    async with state.database.transaction(row_scope(principal)) as connection:
        identifier = await state.cases.insert(connection, principal, **dict(wanted))
        record = AuditRecord.of(principal, "case.create", object_kind="case", object_id=identifier)
        await append(connection, [record])
    return _view(await state.access.load_case(principal, identifier))


@router.get("/{case}")
async def read_case(case: UUID, principal: CurrentPrincipal, state: State) -> CaseView:
    return _view(await state.access.load_case(principal, case))


@router.patch("/{case}")
async def change_case(case: UUID, change: CaseChange, principal: CurrentPrincipal, state: State) -> CaseView:
    found = await state.access.load_case(principal, case)
    given: dict[str, Any] = change.model_dump(exclude_unset=True)
    # Reference and state can't be taken away; a null for them means "as it was".
    changed = replace(found, **{k: v for k, v in given.items() if v is not None or k in {"title", "retention_until"}})
    async with state.database.transaction(row_scope(principal)) as connection:
        await state.cases.update(connection, principal, changed)
        await append(connection, [AuditRecord.of(principal, "case.change", object_kind="case", object_id=case)])
    return _view(await state.access.load_case(principal, case))


@router.delete("/{case}", status_code=204)
async def delete_case(case: UUID, principal: CurrentPrincipal, state: State) -> Response:
    await state.access.load_case(principal, case)
    async with state.database.transaction(row_scope(principal)) as connection:
        await require_free(connection, principal.subject, [case])
        await state.cases.delete(connection, case)
        await append(connection, [AuditRecord.of(principal, "case.delete", object_kind="case", object_id=case)])
    return Response(status_code=204)
