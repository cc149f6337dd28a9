# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/cases/{case}/versions`, `…/corrections`, `…/sign-off`: the work on a check, and its end by a person."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from genius_gateway.case_versions.schemas import (
    Changes,
    Difference,
    NewVersion,
    SignOff,
    VersionList,
    VersionSummary,
    VersionView,
    summary,
    view,
)
from genius_gateway.dependencies import CurrentIdentity, CurrentPrincipal, State

router = APIRouter(prefix="/api/v1/cases/{case}", tags=["cases"])
Number = Annotated[int, Path(ge=1, le=500)]


@router.get("/versions")
async def list_case_versions(case: UUID, principal: CurrentPrincipal, state: State) -> VersionList:
    """Every change made a new one, which never changes again."""
    found = await state.sharing.case_versions.all(principal, case)
    return VersionList(items=[VersionSummary(**summary(version)) for version in found])


@router.post("/versions", status_code=201)
async def add_case_version(case: UUID, wanted: NewVersion, identity: CurrentIdentity, state: State) -> VersionView:
    """Take the result of a finished completeness check over. It must know all files and all facts that were set."""
    return view(await state.sharing.case_versions.add_check(identity, case, wanted.run))


@router.get("/versions/{number}")
async def read_case_version(case: UUID, number: Number, principal: CurrentPrincipal, state: State) -> VersionView:
    return view(await state.sharing.case_versions.get(principal, case, number))


@router.get("/versions/{number}/difference/{other}")
async def compare_case_versions(
    case: UUID, number: Number, other: Number, principal: CurrentPrincipal, state: State
) -> Difference:
    """What is different in `other`, compared with `number`."""
    found = await state.sharing.case_versions.difference(principal, case, number, other)
    return Difference.model_validate({**found, "before": number, "after": other})


@router.post("/corrections", status_code=201)
async def change_case_version(case: UUID, wanted: Changes, identity: CurrentIdentity, state: State) -> VersionView:
    """Set facts (each with a reason), accept requirements, rewrite the letter: a new version. For people alone.

    After a change of facts the version is not `checked`: run the check again with `set_facts` as its `facts`, and add
    its result as the next version.
    """
    return view(await state.sharing.case_versions.change(identity, case, wanted))


@router.post("/sign-off", status_code=201)
async def sign_case_version(case: UUID, wanted: SignOff, identity: CurrentIdentity, state: State) -> VersionView:
    """A person signs exactly this version off, and sets the deadline of its letter. Nothing leaves before that."""
    return view(await state.sharing.case_versions.sign(identity, case, wanted))
