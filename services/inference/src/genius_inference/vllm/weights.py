# SPDX-License-Identifier: EUPL-1.2
"""The manifest of a model's files, and the check against it: `python -m genius_inference.vllm.weights` (LLM-05).

    write FOLDER                 hashes every file and writes FOLDER/genius-weights.json
    check FOLDER [--sha256 HEX]  ends with 1 and names each file that is changed, missing or more than the manifest has

Who may change the weights may change the manifest beside them. Its own SHA-256, which both commands print, is what is
kept elsewhere (in the chart's values) and given to `check`.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

MANIFEST = "genius-weights.json"
_CODE = frozenset({".bin", ".ckpt", ".h5", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth", ".py", ".pyc", ".so"})
"""Files that run code when they are loaded, or may; safetensors are plain numbers."""
_MAX_MANIFEST_BYTES = 16 * 1024 * 1024


class WeightsRefused(Exception):
    """The folder is not what its manifest says, or holds what may run code. `problems` is a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def write(folder: Path) -> str:
    """Write the manifest of `folder` and return its SHA-256. Raises: WeightsRefused, OSError."""
    files = _files(folder)
    _require_data_only(folder, files)
    body = json.dumps({"version": 1, "files": _digests(files)}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    raw = body.encode()
    beside = folder / f"{MANIFEST}.new"
    beside.write_bytes(raw)
    beside.replace(folder / MANIFEST)
    return hashlib.sha256(raw).hexdigest()


def check(folder: Path, pinned: str | None = None) -> str:
    """Hash every file of `folder` again and return the manifest's SHA-256, which must be `pinned` where that is given.

    Raises: WeightsRefused, OSError.
    """
    raw, said = _manifest(folder)
    digest = hashlib.sha256(raw).hexdigest()
    if pinned is not None and not hmac.compare_digest(digest, pinned.lower()):
        raise WeightsRefused([f"{MANIFEST} ist nicht das erwartete Manifest: {digest} statt {pinned}"])
    files = _files(folder)
    problems = [f"{name} fehlt" for name in sorted(said.keys() - files.keys())]
    problems += [f"{name} steht nicht im Manifest" for name in sorted(files.keys() - said.keys())]
    if not problems:
        found = _digests(files)
        problems = [f"{name} ist verändert" for name in sorted(said) if found[name] != said[name]]
    if problems:
        raise WeightsRefused(problems)
    _require_data_only(folder, files)
    return digest


def has_manifest(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def _manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The manifest's bytes and its `{name: {"sha256", "size"}}`."""
    path = folder / MANIFEST
    if not path.is_file():
        raise WeightsRefused([f"{folder} hat kein Manifest {MANIFEST} (genius models manifest {folder})"])
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise WeightsRefused([f"{MANIFEST} ist kein lesbares Manifest"])
    raw = path.read_bytes()
    try:
        value = json.loads(raw)
    except ValueError:
        value = None
    files = value.get("files") if isinstance(value, dict) and value.get("version") == 1 else None
    if not isinstance(files, dict) or not files:
        raise WeightsRefused([f"{MANIFEST} ist kein lesbares Manifest"])
    return raw, files


def _files(folder: Path) -> dict[str, Path]:
    """All files below `folder` by relative name, without the manifest; links to files count as what they lead to."""
    if not folder.is_dir():
        raise WeightsRefused([f"{folder} ist kein Ordner"])
    found: dict[str, Path] = {}
    problems: list[str] = []
    for root, folders, names in os.walk(folder):
        problems += [f"{Path(root, name)} ist ein Verweis auf einen Ordner" for name in folders if _link(root, name)]
        for name in names:
            path = Path(root, name)
            relative = path.relative_to(folder).as_posix()
            if not path.is_file():
                problems.append(f"{relative} ist keine Datei")
            elif relative != MANIFEST:
                found[relative] = path
    if not any(name.endswith(".safetensors") for name in found):
        problems.append(f"{folder} enthält keine Gewichte (*.safetensors)")
    if problems:
        raise WeightsRefused(problems)
    return found


def _link(root: str, name: str) -> bool:
    return Path(root, name).is_symlink()


def _require_data_only(folder: Path, files: Mapping[str, Path]) -> None:
    problems = [f"{name} kann Programmcode enthalten" for name, path in files.items() if path.suffix.lower() in _CODE]
    for name, path in files.items():
        if path.name.endswith("config.json") and b'"auto_map"' in path.read_bytes():
            problems.append(f"{name} verlangt Programmcode (auto_map)")
    if problems:
        raise WeightsRefused(sorted(problems))


def _digests(files: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """`{"sha256", "size"}` of each file; hashing leaves the interpreter, so that every core and disk is used."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(files, pool.map(_digest, files.values()), strict=True))


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return {"sha256": sha256, "size": file.tell()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="genius_inference.vllm.weights", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("write", "check"):
        commands.add_parser(name).add_argument("folder", type=Path)
    commands.choices["check"].add_argument("--sha256", default=None, help="SHA-256 that the manifest itself must have")
    given = parser.parse_args()
    try:
        digest = write(given.folder) if given.command == "write" else check(given.folder, given.sha256)
    except (WeightsRefused, OSError) as error:
        begin = "Das Modell wird nicht gestartet:\n" if given.command == "check" else ""
        sys.stderr.write(f"{begin}{error}\n")
        return 1
    sys.stdout.write(f"{digest}  {given.folder / MANIFEST}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
