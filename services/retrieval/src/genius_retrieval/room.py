# SPDX-License-Identifier: EUPL-1.2
"""Free space of the data folder, looked at before something large is written.

A full disk is no exception that could be caught: the engine writes through the page cache, and a page without a place
on the disk ends the process (SIGBUS). So writing stops while there is room to delete and to log.
"""

from __future__ import annotations

import os
from pathlib import Path

from genius_retrieval.errors import StorageFull


class Room:
    """Of the file system that holds `folder`; `reserve` bytes of it are never written to."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._reserve = reserve

    def require(self, more: int = 0) -> None:
        """Raises: StorageFull where `more` bytes do not fit, or nothing can be written at all."""
        if not self.has(more):
            raise StorageFull

    def has(self, more: int = 0) -> bool:
        found = os.statvfs(self._folder)
        return self.writable and found.f_bavail * found.f_frsize >= self._reserve + more

    @property
    def writable(self) -> bool:
        """False where the disk is mounted to be read alone, as many systems do after a fault of it."""
        return not os.statvfs(self._folder).f_flag & os.ST_RDONLY
