# SPDX-License-Identifier: EUPL-1.2
"""A package as an external module: "module over HTTP" below `/packages/{name}`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from genius_common.contracts.modules import ModuleRunRequest
from genius_common.errors import Forbidden
from genius_common.principal import Principal
from genius_modules.caged.packages import Package
from genius_modules.context import RunContext, RunToken, UsageMeter
from genius_modules.parts import Parts
from genius_modules.runner import deadline_of
from genius_modules.stream import RunResponse

router = APIRouter(prefix="/packages/{name}")


async def package_of(name: str, request: Request) -> Package:
    parts: Parts = request.app.state.parts
    return await parts.packages.get(name)


async def principal_of(request: Request, package: Annotated[Package, Depends(package_of)]) -> Principal:
    return await package.authenticator.principal(request.headers.get("authorization"))


PackageOf = Annotated[Package, Depends(package_of)]
PrincipalOf = Annotated[Principal, Depends(principal_of)]


@router.get("/manifest")
async def manifest(package: PackageOf) -> dict[str, Any]:
    return package.raw


@router.get("/health")
async def health(package: PackageOf) -> dict[str, str]:
    return {"status": "ok", "version": package.manifest.version}


@router.post("/runs", response_class=RunResponse)
async def start_run(request: Request, body: ModuleRunRequest, package: PackageOf, principal: PrincipalOf) -> Response:
    if principal.run != body.run:
        raise Forbidden("Dieses Token gehört zu einem anderen Lauf.")
    parts: Parts = request.app.state.parts
    files = tuple(file for file in body.files if file.id in principal.files)
    allowed = body.model_copy(update={"files": list(files)})
    opened = await parts.packages.open(package, allowed, principal, len(await request.body()))
    limits = package.manifest.limits
    ctx = RunContext(
        run=body.run,
        principal=principal,
        token=RunToken(request.headers["authorization"].removeprefix("Bearer "), principal, parts.gateway),
        inference=parts.inference,
        retrieval=parts.retrieval,
        locale=body.locale,
        deadline=deadline_of(body, limits),
        limits=body.limits,
        files=files,
        usage=UsageMeter(min(body.limits.tokens, limits.tokens)),
    )
    try:
        active = parts.runner.start(package.module, ctx, opened)
    except BaseException:  # too many runs: no process without an owner
        await opened.process.end()
        raise
    return RunResponse(active, parts.settings.runs.heartbeat_s)


@router.delete("/runs/{run}", status_code=204)
async def cancel_run(request: Request, run: UUID, package: PackageOf, principal: PrincipalOf) -> Response:
    if principal.run != run:
        raise Forbidden("Dieses Token gehört zu einem anderen Lauf.")
    parts: Parts = request.app.state.parts
    await parts.runner.cancel(run)
    return Response(status_code=204)
