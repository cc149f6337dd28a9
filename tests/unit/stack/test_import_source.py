# SPDX-License-Identifier: EUPL-1.2
"""Folders and ZIP files as hostile people build them: names stay data, nothing leads out, nothing bursts."""

from __future__ import annotations

import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_common.names import MAX_NAME, display_name
from genius_stack.errors import Refused
from genius_stack.imports.source import NotTaken, Source, document_name, read_folder
from genius_stack.imports.zipped import read_zip


def names(source: Source) -> list[str]:
    return sorted(entry.name for entry in source.entries)


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@given(st.lists(st.text(min_size=1, max_size=120), min_size=1, max_size=6))
def test_the_platform_keeps_the_name_as_it_is(parts: list[str]) -> None:
    """ING-04: what the platform makes of the name is the name, so that the next run finds the document again."""
    name = document_name(parts)
    assert display_name(name) == name
    assert len(name) <= MAX_NAME


def test_long_paths_stay_different_and_keep_their_ending() -> None:
    long = ["x" * 150, "y" * 150]
    first, second = document_name([*long, "a.pdf"]), document_name([*long, "b.pdf"])
    assert first != second
    assert first.endswith(".pdf")
    assert len(first) <= MAX_NAME


def test_a_folder_gives_paths_and_leaves_out_what_is_no_document(tmp_path: Path) -> None:
    for name in ("a.txt", "Amt/a.txt", ".git/config", "Amt/~$a.docx", "Thumbs.db", "Amt/Ünter/b.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "geheim.txt").symlink_to("/etc/passwd")
    (tmp_path / "kreis").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "rohr.txt")
    source = read_folder(tmp_path)
    assert names(source) == ["Amt › a.txt", "Amt › Ünter › b.txt", "a.txt", "rohr.txt"]
    assert [name for name, _ in source.refused] == ["geheim.txt", "kreis"]
    assert sorted(source.passed_over) == ["Amt › ~$a.docx", "Thumbs.db", "git"]
    found = {entry.name: entry for entry in source.entries}
    assert found["Amt › a.txt"].read() == b"Amt/a.txt"
    with pytest.raises(NotTaken, match="keine Datei"):
        found["rohr.txt"].read()


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (entry,) = read_folder(tmp_path).entries
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").symlink_to("/etc/passwd")
    with pytest.raises(NotTaken, match="Nicht lesbar"):
        entry.read()


def test_files_that_would_replace_each_other_are_both_refused(tmp_path: Path) -> None:
    (tmp_path / "Amt").mkdir()
    for name in ("Amt/a.txt", "Amt › a.txt", "b.txt", "B.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    source = read_folder(tmp_path)
    assert names(source) == ["c.txt"]
    assert len(source.refused) == 4


HOSTILE = {
    "../a.txt": "hinaus",
    "x/../../a.txt": "hinaus",
    "/etc/a.txt": "hinaus",
    "C:\\a.txt": "hinaus",
    "..\\a.txt": "hinaus",
    "innen.zip": "Archiv im Archiv",
    "innen.tar.gz": "Archiv im Archiv",
}


def test_entries_that_lead_out_or_burst_are_refused_and_the_others_read(tmp_path: Path) -> None:
    """ING-05, ING-06 for bulk imports."""
    path = zipped(tmp_path / "a.zip", **dict.fromkeys(HOSTILE, b"x"), **{"gut/a.txt": b"gut", "bombe": bytes(2**23)})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    source = read_zip(path)
    assert names(source) == ["gut › a.txt"]
    assert source.entries[0].read() == b"gut"
    reasons = dict(source.refused)
    assert len(reasons) == len(source.refused) - 1  # two of them have one name
    assert "Verknüpfungen" in reasons["link.txt"]
    assert "unzulässige Größe" in reasons["bombe"]
    assert "Archiv im Archiv" in reasons["innen.tar.gz"]


def test_overlapping_entries_and_other_files_are_no_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", a=b"x" * 100, b=b"y" * 100)
    raw = bytearray(path.read_bytes())
    second = raw.rfind(b"PK\x01\x02")
    raw[second + 42 : second + 46] = bytes(4)  # both entries begin at the start
    path.write_bytes(raw)
    with pytest.raises(Refused, match="überlagern"):
        read_zip(path)
    path.write_text("kein Archiv")
    with pytest.raises(Refused, match="weder ein Ordner"):
        read_zip(path)


def test_a_damaged_entry_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", **{"a.txt": os.urandom(1000)})
    raw = bytearray(path.read_bytes())
    raw[60:80] = bytes(20)
    path.write_bytes(raw)
    (entry,) = read_zip(path).entries
    with pytest.raises(NotTaken, match="beschädigt"):
        entry.read()
