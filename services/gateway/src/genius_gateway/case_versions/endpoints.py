# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/cases/{case}/versions`, `…/corrections`, `…/sign-off`: the work on a check, and its end by a person."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse

from genius_gateway.case_versions.export import Form
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
from genius_gateway.export.exporter import MEDIA_TYPES

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


@router.get("/export", response_class=Response)
async def export_case(
    case: UUID,
    principal: CurrentPrincipal,
    state: State,
    form: Annotated[
        Form, Query(alias="format", description="the letter (text, docx), or all of it for an E-Akte (zip)")
    ] = "e-akte",
    version: Annotated[int | None, Query(ge=1, le=500, description="default: the newest that is signed off")] = None,
) -> Response:
    """Only what a person has signed off leaves; each time is recorded."""
    export = state.sharing.case_export
    leaving = await export.prepare(principal, case, version, form)
    number = leaving.version.number
    if form == "e-akte":
        headers = _download(f"Vorgang-Fassung-{number}.zip")
        return StreamingResponse(export.archive(principal, leaving), media_type="application/zip", headers=headers)
    if form == "text":
        content, kind, end = export.text(leaving), "text/plain; charset=utf-8", "txt"
    else:
        content, kind, end = await export.docx(leaving), MEDIA_TYPES["docx"], "docx"
    return Response(content, media_type=kind, headers=_download(f"Schreiben-Fassung-{number}.{end}"))


def _download(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
