# SPDX-License-Identifier: EUPL-1.2
"""Folders of a shard: `ID`, then `ID.g1`, `ID.g2` … each an optimised copy of the one before. The newest counts.

The engine keeps Python's global lock while it optimises, which would stop the whole service for seconds. So a process
of its own optimises a copy, and the copy takes the shard's place. Its name tells that it is whole: while it is made it
ends with `.new`, and one rename makes it the newest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

# It ends with the service: the next one clears the folder away in which it writes (1 = PR_SET_PDEATHSIG).
_OPTIMISE = """
import ctypes
import os
import signal
import sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != int(sys.argv[2]):
    sys.exit(1)
import qdrant_edge
shard = qdrant_edge.EdgeShard.load(sys.argv[1])
shard.optimize()
shard.flush()
shard.close()
"""
# A shard of a million chunks takes some minutes.
_LONGEST_S = 3_600


class NotOptimised(Exception):
    """The process ended before it was done. The shard is as it was."""


def clear_leftovers(folder: Path) -> None:
    """Remove what a killed process left: unfinished and dropped folders, and all but the newest generation."""
    for leftover in (*folder.glob("*.new"), *folder.glob("*.dropped")):
        shutil.rmtree(leftover)
    for path in sorted(folder.glob(f"{'?' * 36}*")):
        if newest(folder, UUID(path.name[:36])) != path:
            shutil.rmtree(path)


def size_of(shard: Path) -> int:
    """Bytes that it takes on the disk."""
    return sum(path.stat().st_blocks * 512 for path in shard.rglob("*"))


def newest(folder: Path, collection: UUID) -> Path | None:
    found = [path for path in generations(folder, collection) if path.suffix not in {".new", ".dropped"}]
    return max(found, key=_number, default=None)


def generations(folder: Path, collection: UUID) -> list[Path]:
    return [*folder.glob(str(collection)), *folder.glob(f"{collection}.*")]


def optimised_copy(folder: Path, collection: UUID, path: Path) -> Path:
    """The next generation of the shard at `path`, which nobody may write meanwhile. Raises: NotOptimised, OSError."""
    whole = folder / f"{collection}.g{_number(path) + 1}"
    copy = whole.with_name(f"{whole.name}.new")
    shutil.copytree(path, copy)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _OPTIMISE, str(copy), str(os.getpid())],
            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=_LONGEST_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        shutil.rmtree(copy)
        raise NotOptimised from None
    if done.returncode:
        shutil.rmtree(copy)
        raise NotOptimised
    # The older folder is removed next: after a power cut the newest one has to be whole.
    to_disk([*copy.rglob("*"), copy])
    copy.rename(whole)
    to_disk([folder])
    return whole


def to_disk(paths: Iterable[Path]) -> None:
    """Bring files and folders to the disk. `os.fsync` lets other threads run meanwhile."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _number(path: Path) -> int:
    mark = path.suffix.removeprefix(".g")
    return int(mark) if mark.isdigit() else 0
