# SPDX-License-Identifier: EUPL-1.2
"""A disk that is really full: a small tmpfs (root only)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from genius_stack.datadir import DataDir
from genius_stack.errors import DiskFull
from genius_stack.files import write_private
from genius_stack.process import rotate_log
from tests.support.small_disk import small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "256k") as folder:
        yield folder


def fill(folder: Path) -> None:
    command = ["dd", "if=/dev/zero", f"of={folder / 'fuellung'}", "bs=4k", "status=none"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "No space left" in done.stderr


def test_it_is_refused_before_the_start_with_the_amount_that_is_missing(disk: Path) -> None:
    with pytest.raises(DiskFull, match=r"nur 0 MB frei, nötig sind 500 MB") as caught:
        DataDir(disk / "data").open("1.0")
    assert caught.value.exit_code == 5


def test_one_that_fills_up_during_the_start_is_named_too(disk: Path) -> None:
    (disk / "data").mkdir()
    fill(disk)
    data = DataDir(disk / "data")
    with pytest.raises(DiskFull, match=r"ist voll"):
        data.open("1.0", minimum_free=0)
    assert data.owner() is None
    (disk / "fuellung").unlink()
    data.open("1.0", minimum_free=0)
    data.close()


def test_a_private_file_keeps_its_old_content(disk: Path) -> None:
    target = disk / "secrets.json"
    write_private(target, b"alt" * 100)
    fill(disk)
    with pytest.raises(OSError):
        write_private(target, b"neu" * 10_000)
    assert target.read_bytes() == b"alt" * 100


def test_a_log_that_cannot_be_rotated_is_kept(disk: Path) -> None:
    log = disk / "dienst.log"
    log.write_bytes(b"zeile\n" * 20_000)
    fill(disk)
    with pytest.raises(OSError):
        rotate_log(log, limit=100_000)
    assert log.read_bytes().endswith(b"zeile\n")
