# SPDX-License-Identifier: EUPL-1.2
"""The allowed packages: their manifests, and their runs, each in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import override

from genius_common.auth import Authenticator
from genius_common.cage import Limits as CageLimits
from genius_common.contracts.modules import ModuleManifest, ModuleRunRequest
from genius_common.errors import NotFound, PlatformError
from genius_common.events import Event, Item, RunStarted, Usage, event_adapter
from genius_common.folder_digest import NotAFolder, folder_digest
from genius_common.http import RelayedError
from genius_common.principal import Principal
from genius_common.tokens import TokenVerifier
from genius_modules.base import Module, ModuleInput, ModuleSpec
from genius_modules.caged.process import CagedProcess, Calls, start
from genius_modules.context import RunContext
from genius_modules.errors import PackageChanged, PackageFailed
from genius_modules.settings import Settings

log = structlog.get_logger(__name__)
_START_S = 20.0


class _Any(BaseModel):
    """A result: the child has checked it, and the gateway does by its schema."""

    model_config = ConfigDict(extra="allow")


class OpenedRun(ModuleInput):
    """A process that has taken its input and waits for somebody to listen."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    process: CagedProcess


@dataclass(frozen=True, slots=True)
class Package:
    """An allowed package; `raw` is its manifest as published."""

    manifest: ModuleManifest
    raw: dict[str, Any]
    module: CagedModule
    authenticator: Authenticator


class CagedModule(Module[OpenedRun]):
    """The runner's view of a package: its events come from a process."""

    def __init__(self, manifest: ModuleManifest, session: aiohttp.ClientSession, services: dict[str, str]) -> None:
        self._session = session
        self._services = services
        self.spec = ModuleSpec(
            id=manifest.id, version=manifest.version, title=manifest.title, description=manifest.description,
            input_model=OpenedRun, result_model=_Any, scopes=tuple(manifest.scopes), needs=manifest.needs,
            mode_without_model=manifest.mode, protection_classes=tuple(manifest.protection_classes),
            rule_of_two=manifest.rule_of_two, limits=manifest.limits,
        )  # fmt: skip

    @override
    async def run(self, ctx: RunContext, data: OpenedRun) -> AsyncGenerator[Event, None]:
        calls = Calls(data.process, self._session, self._services, ctx.token)
        try:
            while True:
                message = await data.process.next()
                if message["kind"] in {"call", "left"}:
                    calls.take(message)
                    continue
                event = _event(message)
                if isinstance(event, Usage):
                    ctx.usage.add(event.input_tokens, event.output_tokens)
                yield event
        finally:
            await calls.close()
            await data.process.end()


def _event(message: dict[str, Any]) -> Event:
    try:
        event = event_adapter.validate_python(message.get("event"))
    except ValidationError:
        raise PackageFailed from None
    if message["kind"] != "event" or isinstance(event, RunStarted | Item):
        raise PackageFailed
    return event


class Packages:
    """Those that the settings allow, by the name of their entry point, which is also the module's id."""

    def __init__(self, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._known: dict[str, Package] = {}
        self._reading = asyncio.Lock()
        self._services = {"inference": str(settings.inference_url), "retrieval": str(settings.retrieval_url)}

    async def get(self, name: str) -> Package:
        """Raises: NotFound for what is not allowed, PackageChanged, PackageFailed for what does not start."""
        if name not in self._settings.packages:
            raise NotFound
        await self._require_pinned()
        async with self._reading:
            if name not in self._known:
                self._known[name] = await self._read(name)
        return self._known[name]

    async def open(self, package: Package, request: ModuleRunRequest, principal: Principal, size: int) -> OpenedRun:
        """A process with this run, which it has not refused. Raises: its refusal, PackageFailed."""
        told = {
            "tenant": principal.tenant,
            "scopes": sorted(principal.scopes),
            "classification": principal.classification,
        }
        run = {"request": request.model_dump(mode="json"), "principal": told, "size": size}
        process = await self._start(package.manifest.id, "run", package.manifest.limits.seconds, run)
        try:
            async with asyncio.timeout(_START_S):
                await self._ready(process)
                message = await process.next()
            if message["kind"] == "refused":
                raise _refusal(message)
            if message["kind"] != "started":
                raise PackageFailed
        except BaseException:  # also where the client is gone: no process without an owner
            await process.end()
            raise
        return OpenedRun(process=process)

    async def _read(self, name: str) -> Package:
        process = await self._start(name, "manifest", _START_S, {})
        try:
            async with asyncio.timeout(_START_S):
                raw = await self._ready(process)
            manifest = ModuleManifest.model_validate(raw)
        except (ValidationError, TimeoutError) as error:
            raise PackageFailed from error
        finally:
            await process.end()
        if manifest.id != name:
            log.error("a package calls its module by another name", module=name)
            raise PackageFailed
        verifier = TokenVerifier(f"module:{name}", self._settings.tenant)
        authenticator = Authenticator(self._session, str(self._settings.jwks_url), verifier)
        return Package(manifest, raw, CagedModule(manifest, self._session, self._services), authenticator)

    async def _ready(self, process: CagedProcess) -> dict[str, Any]:
        message = await process.next()
        raw = message.get("manifest")
        if message["kind"] != "ready" or not isinstance(raw, dict):
            raise PackageFailed
        if message.get("caged") is not True:
            log.error("a package can't be locked in on this kernel")
            raise PackageFailed
        return raw

    async def _require_pinned(self) -> None:
        """Before each process. Raises: PackageChanged."""
        folder, pinned = self._settings.package_folder, self._settings.package_digest
        if folder is None or pinned is None:
            return  # of the environment, which an image pins
        try:
            found = await asyncio.to_thread(folder_digest, folder)
        except (NotAFolder, OSError) as error:
            log.error("the folder of packages is not readable", error=type(error).__name__)
            raise PackageChanged from error
        if found != pinned:
            log.error("the folder of packages is not the one that was allowed")
            raise PackageChanged

    async def _start(self, name: str, do: str, seconds: float, more: dict[str, Any]) -> CagedProcess:
        limits = CageLimits(self._settings.package_memory_bytes, int(seconds) + 5)
        return await start({"do": do, "name": name, "cage": asdict(limits), **more}, self._settings.package_folder)


def _refusal(message: dict[str, Any]) -> PlatformError:
    problem, status = message.get("problem"), message.get("status")
    if not isinstance(problem, dict) or not isinstance(status, int) or not 400 <= status < 500 or "code" not in problem:
        return PackageFailed()
    try:
        return RelayedError(problem, status)
    except (TypeError, AttributeError):
        return PackageFailed()
