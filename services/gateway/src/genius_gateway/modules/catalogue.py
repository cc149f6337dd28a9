# SPDX-License-Identifier: EUPL-1.2
"""The modules on offer, as the modules service publishes them; remembered for a while, also while it is away."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog
from pydantic import ValidationError

from genius_common.contracts.modules import ManifestList, ModuleManifest
from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_gateway.modules.errors import ModulesUnavailable, ModuleVersionMismatch
from genius_gateway.modules.ports import ServiceTokens
from genius_gateway.modules.schemas import InvalidSchema, SchemaCheck

log = structlog.get_logger(__name__)
FRESH_S = 15.0
_READ_TIMEOUT_S = 5.0


class OfferedModule:
    """A manifest with its compiled schemas."""

    def __init__(self, manifest: ModuleManifest) -> None:
        self.manifest = manifest
        self.input = SchemaCheck(manifest.input_schema)
        self.result = SchemaCheck(manifest.result_schema)


class Catalogue:
    """All modules by id. A failed refresh keeps what is known; with nothing known it is an error of its own."""

    def __init__(self, client: ServiceClient, tokens: ServiceTokens) -> None:
        self._client = client
        self._tokens = tokens
        self._modules: dict[str, OfferedModule] = {}
        self._read_at = float("-inf")
        self._refreshing = asyncio.Lock()

    async def all(self) -> list[OfferedModule]:
        """Raises `ModulesUnavailable` only if no manifest was ever read."""
        await self._refresh()
        return list(self._modules.values())

    async def get(self, module: str, version: str | None = None) -> OfferedModule:
        """The module `module`; a pinned `version` must be exactly the offered one."""
        await self._refresh()
        found = self._modules.get(module)
        if found is None:
            raise NotFound
        if version is not None and version != found.manifest.version:
            raise ModuleVersionMismatch(
                f"Die Fassung {version} dieser Funktion gibt es hier nicht, nur {found.manifest.version}."
            )
        return found

    async def _refresh(self) -> None:
        if time.monotonic() - self._read_at < FRESH_S:
            return
        async with self._refreshing:
            if time.monotonic() - self._read_at < FRESH_S:
                return
            try:
                await self._read()
            except PlatformError as error:
                log.warning("manifests not available", code=error.code)
                if not self._modules:
                    raise ModulesUnavailable(retry_after=5) from error
                self._read_at = time.monotonic() - FRESH_S / 2

    async def _read(self) -> None:
        answer: Any = await self._client.json(
            "GET", "/manifests", token=self._tokens.for_service("modules"), read_timeout=_READ_TIMEOUT_S
        )
        try:
            manifests = ManifestList.model_validate(answer).items
        except ValidationError as error:
            raise ModulesUnavailable from error
        self._modules = {item.id: offered for item in manifests if (offered := self._offered(item))}
        self._read_at = time.monotonic()

    def _offered(self, manifest: ModuleManifest) -> OfferedModule | None:
        """None where its schemas are none: that module is not offered, the others are."""
        known = self._modules.get(manifest.id)
        if known and known.manifest == manifest:
            return known
        try:
            return OfferedModule(manifest)
        except InvalidSchema as error:
            log.error("a module's schema is invalid", module=manifest.id, error=str(error))
            return None
