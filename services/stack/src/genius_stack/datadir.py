# SPDX-License-Identifier: EUPL-1.2
"""The data directory: one owner at a time, a format number, enough space, everything private."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from pathlib import Path

import orjson

from genius_stack.errors import AlreadyRunning, DataDirUnusable, DiskFull, NewerData, StackError
from genius_stack.files import write_private

DATA_FORMAT = 1
MINIMUM_FREE_BYTES = 500 * 1024 * 1024
VERSION_FILE = "version.json"


class DataDir:
    """Folder names and the lock; `open` before use, `close` at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: int | None = None

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    def folder(self, name: str) -> Path:
        """A private folder below the data directory."""
        target = self.path / name
        target.mkdir(mode=0o700, exist_ok=True)
        return target

    def open(self, version: str, minimum_free: int = MINIMUM_FREE_BYTES) -> None:
        """Create and lock the directory and check that this version may use it.

        Raises: AlreadyRunning, NewerData, DiskFull, DataDirUnusable.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_lock()
            free = shutil.disk_usage(self.path).free
            if free < minimum_free:
                raise DiskFull(
                    f"Auf dem Datenträger von {self.path} sind nur {free // 2**20} MB frei, nötig sind "
                    f"{minimum_free // 2**20} MB. Schaffen Sie Platz oder wählen Sie --data-dir."
                )
            self._check_version(version)
            for name in ("secrets", "logs"):
                self.folder(name)
        except StackError:
            self.close()
            raise
        except OSError as error:
            self.close()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"Der Datenträger von {self.path} ist voll. Schaffen Sie Platz.") from error
            raise DataDirUnusable(f"{self.path} ist nicht benutzbar: {error.strerror}.") from error

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def owner(self) -> int | None:
        """The process that holds the lock now, or None; does not take it."""
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.read(descriptor, 20).strip() or b"0")
        finally:
            os.close(descriptor)
        return None

    def _take_lock(self) -> None:
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(descriptor, 20).decode().strip()
            os.close(descriptor)
            raise AlreadyRunning(
                f"Genius läuft mit {self.path} schon (Prozess {pid}). Beenden Sie es dort mit Strg+C, oder wählen Sie "
                "einen anderen Ordner mit --data-dir."
            ) from None
        self._lock = descriptor
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())

    def _check_version(self, version: str) -> None:
        file = self.path / VERSION_FILE
        try:
            found = orjson.loads(file.read_bytes())
            if found["format"] > DATA_FORMAT:
                raise NewerData(
                    f"{self.path} wurde von Genius {found['version']} geschrieben; diese Version ({version}) ist älter "
                    "und kann es nicht lesen. Starten Sie die neuere Version."
                )
        except FileNotFoundError:
            pass
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise DataDirUnusable(f"{file} ist beschädigt.") from error
        write_private(file, orjson.dumps({"format": DATA_FORMAT, "version": version}))
