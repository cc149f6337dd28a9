# SPDX-License-Identifier: EUPL-1.2
"""The shipped federal laws as the tenant-wide knowledge base "Bundesrecht", through the public API."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from genius_stack.api import PlatformApi
from genius_stack.errors import SamplesFailed
from genius_stack.files import write_private

NAME = "Bundesrecht"
PURPOSE = "Auskünfte zum geltenden Bundesrecht für alle Behörden"
Progress = Callable[[int, int, str], None]


def shipped_version() -> str:
    """SHA-256 over the shipped laws in hex; another one makes `ensure_laws` import again."""
    spec = importlib.util.find_spec("genius_retrieval")
    folders = [Path(folder, "laws", "data") for folder in (spec.submodule_search_locations or [])] if spec else []
    digest = hashlib.sha256()
    for file in sorted(file for folder in folders for file in folder.iterdir() if file.is_file()):
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class Imported(BaseModel):
    """Note in the data directory: which version of the laws was imported into which knowledge base."""

    knowledge_base: UUID
    version: str


async def ensure_laws(api: PlatformApi, note: Path, version: str, progress: Progress) -> UUID:
    """Create the knowledge base and import the laws unless this `version` of them was; answers its id.

    Raises: SamplesFailed where the import breaks off.
    """
    known = {item["id"]: item["name"] for item in (await api.get("/api/v1/knowledge-bases?limit=200"))["items"]}
    done = _read_note(note)
    if done is not None and done.version == version and known.get(str(done.knowledge_base)) == NAME:
        return done.knowledge_base
    found = next((UUID(identifier) for identifier, name in known.items() if name == NAME), None)
    if found is None:
        wanted = {"name": NAME, "purpose": PURPOSE, "owner": "tenant", "protection_class": "offen"}
        found = UUID((await api.post("/api/v1/knowledge-bases", wanted))["id"])
    await _import(api, found, progress)
    write_private(note, orjson.dumps({"knowledge_base": str(found), "version": version}))
    return found


def _read_note(note: Path) -> Imported | None:
    try:
        return Imported.model_validate_json(note.read_bytes()) if note.exists() else None
    except ValidationError:
        return None


async def _import(api: PlatformApi, knowledge_base: UUID, progress: Progress) -> None:
    finished = False
    async for step in api.lines(f"/api/v1/knowledge-bases/{knowledge_base}/imports", {"source": "gesetze"}):
        if step.get("finished"):
            finished = True
        elif "done" in step:
            progress(step["done"], step["total"], str(step.get("title", "")))
        elif "code" in step:
            raise SamplesFailed(f"Die Gesetze ließen sich nicht einlesen: {step.get('detail', step['code'])}")
    if not finished:
        raise SamplesFailed("Das Einlesen der Gesetze ist abgebrochen. Starten Sie neu; es geht dort weiter.")
