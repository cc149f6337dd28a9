# SPDX-License-Identifier: EUPL-1.2
"""The endpoints of the contract "Module over HTTP" below `/modules/{module}`, and the list of manifests."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from genius_common.contracts.modules import ManifestList, ModuleManifest, ModuleRunRequest
from genius_common.errors import Forbidden
from genius_common.principal import Principal
from genius_modules.context import RunContext, RunToken, UsageMeter
from genius_modules.parts import Parts
from genius_modules.runner import check_request, deadline_of
from genius_modules.stream import RunResponse

router = APIRouter()


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def principal_of(request: Request) -> Principal:
    return await parts_of(request).authenticator.principal(request.headers.get("authorization"))


PartsOf = Annotated[Parts, Depends(parts_of)]
PrincipalOf = Annotated[Principal, Depends(principal_of)]


async def _model_available(request: Request, principal: Principal, parts: Parts) -> bool:
    token = request.headers["authorization"].removeprefix("Bearer ")
    return await parts.inference.chat_model(principal, token) is not None


@router.get("/manifests")
async def manifests(request: Request, parts: PartsOf, principal: PrincipalOf) -> ManifestList:
    available = await _model_available(request, principal, parts)
    return ManifestList(items=[module.spec.manifest(model_available=available) for module in parts.modules])


@router.get("/modules/{module}/manifest")
async def manifest(module: str, request: Request, parts: PartsOf, principal: PrincipalOf) -> ModuleManifest:
    found = parts.modules.get(module)
    return found.spec.manifest(model_available=await _model_available(request, principal, parts))


@router.get("/modules/{module}/health")
async def health(module: str, parts: PartsOf) -> dict[str, str]:
    parts.modules.get(module)
    return {"status": "ok"}


@router.post("/modules/{module}/runs", response_class=RunResponse)
async def start_run(
    module: str, body: ModuleRunRequest, request: Request, parts: PartsOf, principal: PrincipalOf
) -> Response:
    principal.require_scope("modules.run")
    found = parts.modules.get(module)
    size = len(await request.body())
    data = check_request(found, body, principal, size)
    token = request.headers["authorization"].removeprefix("Bearer ")
    ctx = RunContext(
        run=body.run,
        principal=principal,
        token=RunToken(token, principal, parts.gateway),
        inference=parts.inference,
        retrieval=parts.retrieval,
        locale=body.locale,
        deadline=deadline_of(body, found.spec.limits),
        limits=body.limits,
        files=tuple(file for file in body.files if file.id in principal.files),
        history=tuple(body.history),
        house_style=body.house_style,
        file_wait_s=parts.settings.runs.file_wait_s,
        usage=UsageMeter(min(body.limits.tokens, found.spec.limits.tokens)),
    )
    return RunResponse(parts.runner.start(found, ctx, data), parts.settings.runs.heartbeat_s)


@router.delete("/modules/{module}/runs/{run}", status_code=204)
async def cancel_run(module: str, run: UUID, parts: PartsOf, principal: PrincipalOf) -> Response:
    principal.require_scope("modules.run")
    parts.modules.get(module)
    if principal.run != run:
        raise Forbidden("Dieses Token gehört zu einem anderen Lauf.")
    await parts.runner.cancel(run)
    return Response(status_code=204)
