# SPDX-License-Identifier: EUPL-1.2
"""The archive of an authority that left, checked and opened anywhere with its key, without the platform."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from genius_common.archive import FORMAT, MANIFEST, NAMES, member_place
from genius_common.crypto import ContentKey, Undecryptable
from genius_common.keys_encryption import kek_id, read_keks
from genius_stack.errors import Refused
from genius_stack.files import write_private


def open_archive(path: Path, key_file: Path, folder: Path) -> int:
    """Write all members below `folder` (which must be empty or new); answers how many. Raises: Refused.

    Nothing is written before every member was checked against the manifest.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} ist nicht leer.")
    secret = read_keks(key_file)[0]
    key = ContentKey(kek_id(secret), secret)
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = orjson.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise Refused(f"{path}: kein Archiv einer Behörde.")
            _check(archive, manifest)
            removal = manifest["removal"]
            names = orjson.loads(key.open(archive.read(NAMES), member_place(removal, NAMES)))
            for number, name in names.items():
                _write(folder, name, key.open(archive.read(number), member_place(removal, number)))
    except (zipfile.BadZipFile, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Refused(f"{path}: kein Archiv einer Behörde, oder es ist beschädigt.") from error
    except Undecryptable as error:
        raise Refused(f"{path} lässt sich mit {key_file} nicht öffnen.") from error
    return len(names)


def _check(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    wanted = {member["name"]: member["sha256"] for member in manifest["members"]}
    found = set(archive.namelist()) - {MANIFEST}
    wrong = [
        name
        for name in sorted(wanted.keys() | found)
        if name not in found or hashlib.sha256(archive.read(name)).hexdigest() != wanted.get(name)
    ]
    if wrong:
        raise Refused(f"{len(wrong)} Dateien des Archivs fehlen oder wurden verändert, zum Beispiel {wrong[0]}.")


def _write(folder: Path, name: str, content: bytes) -> None:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise Refused(f"Das Archiv enthält einen unzulässigen Namen: {name}")
    target = folder / parts
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(target, content)
