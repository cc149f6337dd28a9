# SPDX-License-Identifier: EUPL-1.2
"""The register file of external modules: read, fetch a manifest, add, remove. The gateway reads it by itself."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from pydantic import ValidationError

from genius_common.contracts.module_register import MAX_MANIFEST_BYTES, Register, Registration, digest_of
from genius_common.contracts.module_rules import objections
from genius_common.contracts.modules import ModuleManifest
from genius_stack.errors import DataDirUnusable, Refused
from genius_stack.files import write_private

FILE_NAME = "modules.json"
_FETCH_S = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """A registered module and how it stands now; `state` is empty where nothing speaks against it."""

    entry: Registration
    manifest: ModuleManifest
    state: str


def read(file: Path) -> Register:
    """The register; none = empty. Raises: DataDirUnusable."""
    try:
        return Register.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Register()
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = "/".join(str(part) for part in first["loc"])
        raise DataDirUnusable(f"{file} ist beschädigt ({where}: {first['msg']}).") from None


def write(file: Path, register: Register) -> None:
    write_private(file, orjson.dumps(register.model_dump(mode="json"), option=orjson.OPT_INDENT_2))


async def fetch(url: str) -> dict[str, Any]:
    """The manifest at `url`, as it is sent. Raises: Refused."""
    try:
        timeout = aiohttp.ClientTimeout(total=_FETCH_S)
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as http,
            http.get(url.rstrip("/") + "/manifest", allow_redirects=False) as response,
        ):
            raw = await response.content.read(MAX_MANIFEST_BYTES + 1)
            while len(raw) <= MAX_MANIFEST_BYTES and not response.content.at_eof():
                raw += await response.content.read(MAX_MANIFEST_BYTES)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Refused(f"{url} ist nicht erreichbar ({type(error).__name__}). Läuft das Modul?") from error
    if response.status != 200 or len(raw) > MAX_MANIFEST_BYTES:
        raise Refused(
            f"{url}/manifest antwortet mit Status {response.status} und {len(raw)} Byte statt mit einem Manifest."
        )
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Refused(f"{url}/manifest antwortet nicht mit einem JSON-Objekt.")
    return found


def parse(raw: dict[str, Any]) -> ModuleManifest:
    """A manifest that may be offered. Raises: Refused with every reason."""
    try:
        manifest = ModuleManifest.model_validate(raw)
    except ValidationError as error:
        found = [f"/{'/'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False)]
        raise Refused("Das Manifest ist ungültig: " + "; ".join(found[:10])) from None
    if wrong := objections(manifest, dt.datetime.now(dt.UTC).date()):
        raise Refused(f"„{manifest.title.de}“ darf nicht angeboten werden: " + " ".join(item.detail for item in wrong))
    return manifest


def add(file: Path, entry: Registration) -> Registration | None:
    """Enter a module; answers the entry of the same id that it replaces."""
    register = read(file)
    name = entry.manifest["id"]
    old = next((item for item in register.modules if item.manifest.get("id") == name), None)
    kept = [item for item in register.modules if item is not old]
    write(file, Register(modules=[*kept, entry]))
    return old


def remove(file: Path, module: str) -> Registration:
    """Raises: Refused where there is none of that id."""
    register = read(file)
    found = next((item for item in register.modules if item.manifest.get("id") == module), None)
    if found is None:
        raise Refused(f"„{module}“ ist nicht eingetragen. „genius modules list“ zeigt, was es gibt.")
    write(file, Register(modules=[item for item in register.modules if item is not found]))
    return found


async def lines(file: Path, modules_url: str | None) -> list[Line]:
    """All entries, each asked for its manifest now; packages at the modules service, if the platform runs."""
    return list(await asyncio.gather(*(_line(entry, modules_url) for entry in read(file).modules)))


async def _line(entry: Registration, modules_url: str | None) -> Line:
    manifest = ModuleManifest.model_validate(entry.manifest)
    if wrong := objections(manifest, dt.datetime.now(dt.UTC).date()):
        return Line(entry, manifest, wrong[0].detail)
    try:
        if entry.package is not None and modules_url is None:
            return Line(entry, manifest, "Paket: Wie es steht, zeigt sich, wenn die Plattform läuft.")
        live = await fetch(entry.url if entry.package is None else f"{modules_url}/packages/{entry.package}")
    except Refused as error:
        return Line(entry, manifest, str(error))
    if digest_of(live) != entry.digest:
        return Line(entry, manifest, "Geändert seit dem Eintragen: wird nicht angeboten, bis Sie neu eintragen.")
    return Line(entry, manifest, "")
