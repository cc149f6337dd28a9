# SPDX-License-Identifier: EUPL-1.2
"""External modules: what the operator's register says of each, and whether the module is still what was registered."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from pydantic import ValidationError

from genius_common.contracts.module_register import MAX_MANIFEST_BYTES, Register, Registration, digest_of
from genius_common.contracts.modules import ModuleManifest
from genius_common.errors import PlatformError
from genius_common.http import ServiceClient
from genius_gateway.modules.client import ModuleClient

log = structlog.get_logger(__name__)
_LOOK_S = 3.0
CHANGED = (
    "Die Funktion hat sich seit ihrer Freigabe geändert. Der Betrieb muss die neue Fassung prüfen und neu eintragen "
    "(genius modules add)."
)


@dataclass(frozen=True, slots=True)
class External:
    """A registered module: `changed` where it answers with another manifest than the one that was registered."""

    manifest: ModuleManifest
    client: ModuleClient
    changed: bool


class ExternalModules:
    """Those of the register file, which is read anew each time. No file, or a broken one: none is offered.

    `client` is of the modules service, which runs packages.
    """

    def __init__(self, file: Path | None, client: ServiceClient) -> None:
        self._file = file
        self._client = client

    async def look(self) -> list[External]:
        """All registered modules, each asked for its manifest now. One that does not answer stays as it was pinned."""
        entries = await asyncio.to_thread(self._entries)
        found = await asyncio.gather(*(self._look(entry) for entry in entries))
        return [item for item in found if item is not None]

    def _entries(self) -> list[Registration]:
        if self._file is None:
            return []
        try:
            return Register.model_validate_json(self._file.read_bytes()).modules
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            log.error("the register of external modules is not readable", error=type(error).__name__)
            return []

    async def _look(self, entry: Registration) -> External | None:
        try:
            manifest = ModuleManifest.model_validate(entry.manifest)
        except ValidationError:
            log.error("a registered manifest is not valid")
            return None
        client, path = self._client.at(entry.url, manifest.title.de), ""
        if entry.package is not None:
            client, path = self._client, f"/packages/{entry.package}"
        live = await _live(client, path)
        changed = live is not None and digest_of(live) != entry.digest
        if live is not None and not changed and live.get("mode") in {"generative", "extractive", "template"}:
            manifest = manifest.model_copy(update={"mode": live["mode"]})
        return External(manifest, ModuleClient(client, path), changed)


async def _live(client: ServiceClient, path: str) -> dict[str, Any] | None:
    """The manifest that the module answers with now; None where it does not answer in time."""
    try:
        async with asyncio.timeout(_LOOK_S):
            answer = await client.json("GET", f"{path}/manifest", read_timeout=_LOOK_S, max_bytes=MAX_MANIFEST_BYTES)
    except (PlatformError, TimeoutError):
        return None
    return answer if isinstance(answer, dict) else {}
