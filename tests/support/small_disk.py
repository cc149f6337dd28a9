# SPDX-License-Identifier: EUPL-1.2
"""A file system of its own that is soon full. Needs the right to mount, which a container without it has not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[Path]:
    """A tmpfs of `size` (as mount takes it: 256k, 48m) at the new folder `at`; skips where nothing may be mounted."""
    at.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(at)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("may not mount a tmpfs here: runs as root with CAP_SYS_ADMIN")
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)
