# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from genius_stack.errors import DataDirUnusable
from genius_stack.migrations import fingerprint


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "src" / "beispielpaket"
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (folder / "migrate.py").write_text("")
    (tmp_path / "migrations" / "versions" / "0001.py").write_text("a")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "src"), *sys.path])
    return tmp_path


def test_it_changes_with_every_migration_and_with_their_runner(package: Path) -> None:
    seen = {fingerprint("beispielpaket")}
    assert fingerprint("beispielpaket") in seen
    for name in ("migrations/versions/0001.py", "migrations/versions/0002.py", "src/beispielpaket/migrate.py"):
        (package / name).write_text("b")
        seen.add(fingerprint("beispielpaket"))
    assert len(seen) == 4


def test_a_missing_package_is_named() -> None:
    with pytest.raises(DataDirUnusable, match="gibt_es_nicht"):
        fingerprint("gibt_es_nicht")


@pytest.mark.parametrize("package", ["genius_gateway", "genius_retrieval"])
def test_the_services_have_migrations(package: str) -> None:
    assert len(fingerprint(package)) == 64
