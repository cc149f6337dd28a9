# SPDX-License-Identifier: EUPL-1.2
"""The modules on offer: those of the modules service and registered ones; remembered, also while they are away."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError

from genius_common.contracts.module_rules import objections
from genius_common.contracts.modules import Label, ManifestList, ModuleManifest
from genius_common.errors import NotFound, PlatformError
from genius_common.http import ServiceClient
from genius_gateway.modules.client import ModuleClient
from genius_gateway.modules.errors import ModulesUnavailable, ModuleVersionMismatch, ModuleWithheld
from genius_gateway.modules.external import CHANGED, ExternalModules
from genius_gateway.modules.ports import ServiceTokens
from genius_gateway.modules.schemas import InvalidSchema, SchemaCheck

log = structlog.get_logger(__name__)
FRESH_S = 15.0
_READ_TIMEOUT_S = 5.0


class OfferedModule:
    """A manifest with its compiled schemas, and where its runs go. `external`: off until it is switched on."""

    def __init__(self, manifest: ModuleManifest, client: ModuleClient, *, external: bool = False) -> None:
        self.manifest = manifest
        self.client = client
        self.external = external
        self.input = SchemaCheck(manifest.input_schema)
        self.result = SchemaCheck(manifest.result_schema)


@dataclass(frozen=True, slots=True)
class WithheldModule:
    """A module that is known but not offered, and why (German, with what to do)."""

    id: str
    title: Label
    external: bool
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Known:
    manifest: ModuleManifest
    client: ModuleClient
    external: bool = False
    changed: bool = False


class Catalogue:
    """All modules by id. A failed refresh keeps what is known; with nothing known it is an error of its own."""

    def __init__(self, client: ServiceClient, tokens: ServiceTokens, external: ExternalModules | None = None) -> None:
        self._client = client
        self._tokens = tokens
        self._external = external or ExternalModules(None, client)
        self._built_in: list[ModuleManifest] | None = None
        self._modules: dict[str, OfferedModule] = {}
        self._withheld: dict[str, WithheldModule] = {}
        self._read_at = float("-inf")
        self._refreshing = asyncio.Lock()

    async def all(self) -> list[OfferedModule]:
        """Raises `ModulesUnavailable` only if no manifest was ever read."""
        await self._refresh()
        return list(self._modules.values())

    async def withheld(self) -> list[WithheldModule]:
        await self._refresh()
        return list(self._withheld.values())

    async def get(self, module: str, version: str | None = None) -> OfferedModule:
        """The module `module`; a pinned `version` must be exactly the offered one.

        Raises: NotFound, ModuleWithheld with the reason, ModuleVersionMismatch.
        """
        await self._refresh()
        if (withheld := self._withheld.get(module)) is not None:
            raise ModuleWithheld(f"„{withheld.title.de}“ wird zurzeit nicht angeboten. {withheld.detail}")
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
            external, fault = await asyncio.gather(self._external.look(), self._read())
            if self._built_in is None:
                raise ModulesUnavailable(retry_after=5) from fault
            built_in = [_Known(item, self._at_service(item.id)) for item in self._built_in]
            others = [_Known(item.manifest, item.client, True, item.changed) for item in external]
            self._take([*built_in, *others])
            self._read_at = time.monotonic() - (FRESH_S / 2 if fault else 0)

    async def _read(self) -> PlatformError | None:
        """The manifests of the modules service; what kept them from being read."""
        try:
            answer: Any = await self._client.json(
                "GET", "/manifests", token=self._tokens.for_service("modules"), read_timeout=_READ_TIMEOUT_S
            )
            self._built_in = ManifestList.model_validate(answer).items
        except ValidationError:
            return ModulesUnavailable()
        except PlatformError as error:
            log.warning("manifests not available", code=error.code)
            return error
        return None

    def _at_service(self, module: str) -> ModuleClient:
        return ModuleClient(self._client, f"/modules/{module}")

    def _take(self, known: Iterable[_Known]) -> None:
        """Sort what is known into what is offered and what is not; one bad module does not stop the others."""
        modules: dict[str, OfferedModule] = {}
        withheld: dict[str, WithheldModule] = {}
        today = dt.datetime.now(dt.UTC).date()
        for item in known:
            manifest = item.manifest
            if manifest.id in modules or manifest.id in withheld:
                log.error("two modules have the same id", module=manifest.id)
                continue
            code, detail = _why_not(item, today)
            offered = None if code else self._offered(item)
            if offered is not None:
                modules[manifest.id] = offered
                continue
            if not code:
                code, detail = "schema_invalid", "Das Schema ihrer Eingabe oder ihres Ergebnisses ist ungültig."
            withheld[manifest.id] = WithheldModule(manifest.id, manifest.title, item.external, code, detail)
            if manifest.id not in self._withheld:
                log.warning("a module is not offered", module=manifest.id, reason=code)
        self._modules, self._withheld = modules, withheld

    def _offered(self, item: _Known) -> OfferedModule | None:
        """None where its schemas are none."""
        known = self._modules.get(item.manifest.id)
        if known and known.manifest == item.manifest and known.external == item.external:
            known.client = item.client
            return known
        try:
            return OfferedModule(item.manifest, item.client, external=item.external)
        except InvalidSchema as error:
            log.error("a module's schema is invalid", module=item.manifest.id, error=str(error))
            return None


def _why_not(item: _Known, today: dt.date) -> tuple[str, str]:
    """Code and text of the first thing that keeps a module from being offered; empty = nothing does."""
    if item.changed:
        return "module_changed", CHANGED
    found = objections(item.manifest, today)
    return (found[0].code, " ".join(one.detail for one in found)) if found else ("", "")
