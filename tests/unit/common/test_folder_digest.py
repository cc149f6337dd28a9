# SPDX-License-Identifier: EUPL-1.2
"""The digest that pins a folder of packages: any change of what may run changes it, nothing else does."""

from pathlib import Path

import pytest

from genius_common.folder_digest import NotAFolder, folder_digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "paket").mkdir()
    (tmp_path / "paket/__init__.py").write_text("x = 1\n")
    (tmp_path / "paket-1.0.dist-info").mkdir()
    (tmp_path / "paket-1.0.dist-info/entry_points.txt").write_text("[genius.modules]\n")
    return tmp_path


def test_it_is_the_same_for_the_same_files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    for path in sorted(folder.rglob("*"), reverse=True):  # written in another order, with other times
        if path.is_file():
            copy = other / path.relative_to(folder)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    assert folder_digest(folder) == folder_digest(other)
    assert folder_digest(folder).startswith("sha256:")


def test_what_python_caches_does_not_count(folder: Path) -> None:
    before = folder_digest(folder)
    (folder / "paket/__pycache__").mkdir()
    (folder / "paket/__pycache__/x.pyc").write_bytes(b"compiled")
    assert folder_digest(folder) == before


def test_any_change_of_a_file_changes_it(folder: Path) -> None:
    """INJ-07: other content, another name, one file more, one less, and text that moves from one file to the next."""
    seen = {folder_digest(folder)}
    source = folder / "paket/__init__.py"
    source.write_text("x = 2\n")
    seen.add(folder_digest(folder))
    source.rename(folder / "paket/init.py")
    seen.add(folder_digest(folder))
    (folder / "paket/leer.py").touch()
    seen.add(folder_digest(folder))
    (folder / "paket/init.py").unlink()
    seen.add(folder_digest(folder))
    (folder / "a").write_text("bc")
    seen.add(folder_digest(folder))
    (folder / "a").unlink()
    (folder / "ab").write_text("c")
    seen.add(folder_digest(folder))
    assert len(seen) == 7


def test_a_link_is_refused(folder: Path) -> None:
    """INJ-07: what it leads to could change while the folder stays."""
    (folder / "paket/verweis.py").symlink_to("/etc/hostname")
    with pytest.raises(NotAFolder, match=r"verweis\.py"):
        folder_digest(folder)


@pytest.mark.parametrize("name", ["gibt-es-nicht", "paket/__init__.py"])
def test_only_a_folder_has_one(folder: Path, name: str) -> None:
    with pytest.raises(NotAFolder):
        folder_digest(folder / name)
