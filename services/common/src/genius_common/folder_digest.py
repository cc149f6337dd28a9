# SPDX-License-Identifier: EUPL-1.2
"""The digest that pins a folder of installed packages: what was looked at is what runs (INJ-07)."""

from __future__ import annotations

import hashlib
from pathlib import Path

PATTERN = r"^sha256:[0-9a-f]{64}$"
_CACHE = "__pycache__"


class NotAFolder(Exception):
    """There is no such folder, or something in it is neither a file nor a folder."""


def folder_digest(folder: Path) -> str:
    """`sha256:…` of the names and contents of all files below `folder`; what Python caches there counts for nothing.

    Raises: NotAFolder. Links are refused: what they lead to could change without the folder.
    """
    if not folder.is_dir():
        raise NotAFolder(folder)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if _CACHE in path.relative_to(folder).parts:
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise NotAFolder(path)
        if path.is_file():
            name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
            digest.update(b"%d:%b%d:" % (len(name), name, len(content)))
            digest.update(content)
    return f"sha256:{digest.hexdigest()}"
