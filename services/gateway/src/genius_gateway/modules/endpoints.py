# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/modules`: manifests with their JSON schemas, and the schema of manifests themselves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from genius_common.contracts.modules import ModuleManifest
from genius_gateway.dependencies import CurrentPrincipal
from genius_gateway.modules.views import ModuleList, ModuleView, WithheldView
from genius_gateway.runs.assembly import System

router = APIRouter(prefix="/api/v1", tags=["modules"])
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCHEMA: dict[str, Any] = {"$schema": _DIALECT, **ModuleManifest.model_json_schema()}


@router.get("/modules")
async def list_modules(system: System, principal: CurrentPrincipal) -> ModuleList:
    """Those that are on for the active authority; people without one see all. `withheld`: not offered, and why."""
    found = await system.catalogue.all()
    off = await system.switches.off(principal.authority, found)
    return ModuleList(
        items=[ModuleView.of(offered) for offered in found if offered.manifest.id not in off],
        withheld=[WithheldView.of(item) for item in await system.catalogue.withheld()],
    )


@router.get("/modules/{module}")
async def get_module(module: str, system: System, principal: CurrentPrincipal) -> ModuleView:
    offered = await system.catalogue.get(module)
    await system.switches.require(principal.authority, offered)
    return ModuleView.of(offered)


@router.get("/schemas/module-manifest.json")
async def manifest_schema(_: CurrentPrincipal) -> dict[str, Any]:
    """JSON Schema of a manifest, for who writes a module."""
    return _SCHEMA
