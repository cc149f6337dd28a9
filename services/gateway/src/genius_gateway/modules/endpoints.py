# SPDX-License-Identifier: EUPL-1.2
"""`/api/v1/modules`: manifests with their JSON schemas."""

from __future__ import annotations

from fastapi import APIRouter

from genius_common.contracts.modules import ManifestList, ModuleManifest
from genius_gateway.dependencies import CurrentPrincipal
from genius_gateway.runs.assembly import System

router = APIRouter(prefix="/api/v1/modules", tags=["modules"])


@router.get("")
async def list_modules(system: System, principal: CurrentPrincipal) -> ManifestList:
    """Those that the active authority has not switched off; people without one see all."""
    off = await system.switches.off(principal.authority)
    found = await system.catalogue.all()
    return ManifestList(items=[offered.manifest for offered in found if offered.manifest.id not in off])


@router.get("/{module}")
async def get_module(module: str, system: System, principal: CurrentPrincipal) -> ModuleManifest:
    manifest = (await system.catalogue.get(module)).manifest
    await system.switches.require(principal.authority, manifest.id)
    return manifest
