# SPDX-License-Identifier: EUPL-1.2
"""Which migrations a data directory has seen, so that a warm start need not ask again (two seconds per service)."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from genius_stack.errors import DataDirUnusable


def fingerprint(package: str) -> str:
    """SHA-256 over the migrations of `package` and the code that runs them, in hex.

    They lie in the package (wheel) or beside its `src` (repository). The package is not imported.
    """
    spec = importlib.util.find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    if not folders:
        raise DataDirUnusable(f"Das Paket {package} fehlt. Führen Sie „make run“ aus; es installiert alles Nötige.")
    inside, beside = folders[0] / "migrations", folders[0].parents[1] / "migrations"
    sources = sorted((inside if inside.exists() else beside).rglob("*.py"))
    digest = hashlib.sha256()
    for source in [folders[0] / "migrate.py", *sources]:
        content = source.read_bytes()
        digest.update(f"{source.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
