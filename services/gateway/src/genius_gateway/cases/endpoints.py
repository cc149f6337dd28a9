# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/cases`: cases, who else works on them, their files. Versions and sign-off come with the screens on top."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from genius_gateway.cases.schemas import (
    CaseChange,
    CaseFile,
    CaseFileList,
    CaseGrantList,
    CaseGrants,
    CaseGrantView,
    CaseHandover,
    CaseList,
    CaseQuery,
    CaseSearchResult,
    CaseView,
    HandedOver,
    NewCase,
    SharedHow,
)
from genius_gateway.cases.service import ListedCase
from genius_gateway.dependencies import CurrentIdentity, CurrentPrincipal, State

router = APIRouter(prefix="/api/v1/cases", tags=["cases"])


def _view(found: ListedCase) -> CaseView:
    case = {name: value for name, value in asdict(found.case).items() if name != "owner"}
    over = found.handed_over
    return CaseView(
        **case,
        rights=[right for right in ("read", "write", "manage") if right in found.rights],
        shared=found.shared,
        owner_name=found.grants[0][1].sender if found.shared == "with_me" and found.grants else None,
        handed_over=HandedOver(at=over[0].row.created_at, by=over[1].recipient, to=over[1].sender) if over else None,
    )


@router.get("")
async def list_cases(
    principal: CurrentPrincipal,
    state: State,
    shared: Annotated[SharedHow | None, Query(description="only those shared by or with the caller")] = None,
) -> CaseList:
    """Own ones and those that colleagues share, the last changed first."""
    views = [_view(found) for found in await state.sharing.cases.all(principal)]
    return CaseList(items=[view for view in views if shared is None or view.shared == shared])


@router.post("", status_code=201)
async def create_case(wanted: NewCase, principal: CurrentPrincipal, state: State) -> CaseView:
    return _view(await state.sharing.cases.create(principal, wanted))


@router.get("/{case}")
async def read_case(case: UUID, principal: CurrentPrincipal, state: State) -> CaseView:
    return _view(await state.sharing.cases.get(principal, case))


@router.patch("/{case}")
async def change_case(case: UUID, change: CaseChange, principal: CurrentPrincipal, state: State) -> CaseView:
    return _view(await state.sharing.cases.change(principal, case, change.model_dump(exclude_unset=True)))


@router.delete("/{case}", status_code=204)
async def delete_case(case: UUID, principal: CurrentPrincipal, state: State) -> Response:
    await state.sharing.cases.delete(principal, case)
    return Response(status_code=204)


def _grants(found: ListedCase) -> CaseGrantList:
    items = [
        CaseGrantView(
            kind=grant.row.grantee_kind,
            name=names.recipient,
            unit=grant.row.grantee if grant.row.grantee_kind == "unit" else None,
            access=grant.access,
            handed_over=names.handed_over,
            created_at=grant.row.created_at,
        )
        for grant, names in found.grants
    ]
    return CaseGrantList(items=items)


@router.get("/{case}/grants")
async def list_case_grants(case: UUID, principal: CurrentPrincipal, state: State) -> CaseGrantList:
    await state.access.load_case(principal, case, "manage")
    return _grants(await state.sharing.cases.get(principal, case))


@router.put("/{case}/grants")
async def replace_case_grants(case: UUID, wanted: CaseGrants, identity: CurrentIdentity, state: State) -> CaseGrantList:
    """Inside the own authority: colleagues by user name, own units by id."""
    return _grants(await state.sharing.cases.replace_grants(identity, case, wanted.items))


@router.post("/{case}/owner")
async def hand_over_case(case: UUID, wanted: CaseHandover, identity: CurrentIdentity, state: State) -> CaseView:
    """Give the case to a colleague, for a deputy for example. The caller may go on reading it."""
    return _view(await state.sharing.cases.hand_over(identity, case, wanted.username))


@router.get("/{case}/files")
async def list_case_files(case: UUID, principal: CurrentPrincipal, state: State) -> CaseFileList:
    return CaseFileList(items=await state.sharing.case_files.all(principal, case))


@router.post("/{case}/search", tags=["search"])
async def search_case(case: UUID, query: CaseQuery, principal: CurrentPrincipal, state: State) -> CaseSearchResult:
    """In the files of the case, whoever has put them there. The query is not echoed and not kept."""
    async with state.ledger.request(principal, "search"):
        return await state.sharing.case_search.search(principal, case, query.query, query.limit)


@router.post("/{case}/files", status_code=201)
async def add_case_file(case: UUID, wanted: CaseFile, principal: CurrentPrincipal, state: State) -> CaseFileList:
    """Put an own file into the case: whoever may read the case may read it then, and it lives as long as the case."""
    return CaseFileList(items=await state.sharing.case_files.add(principal, case, wanted.file))


@router.delete("/{case}/files/{file}", status_code=204)
async def remove_case_file(case: UUID, file: UUID, principal: CurrentPrincipal, state: State) -> Response:
    """Take it out of the case; the file itself stays with its owner."""
    await state.sharing.case_files.remove(principal, case, file)
    return Response(status_code=204)
