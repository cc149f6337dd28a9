# SPDX-License-Identifier: EUPL-1.2
"""`genius modules new` and what is said about packages that are none; what it makes is run in the contract tests."""

import ast
import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from genius_common.folder_digest import folder_digest
from genius_stack.cli import app
from genius_stack.errors import DataDirUnusable, Refused
from genius_stack.modules import packages
from genius_stack.modules.creating import Kind, create

TODAY = dt.date(2026, 11, 27)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_file_is_whole(tmp_path: Path, kind: Kind) -> None:
    """No place is left open, Python is Python, and the README says how it is checked and registered."""
    written = create("fristen-rechnen", kind, tmp_path / "neu", TODAY)
    assert written == sorted(path for path in (tmp_path / "neu").rglob("*") if path.is_file())
    for path in written:
        text = path.read_text()
        assert "@@" not in text, path
        assert "SPDX" not in text, path  # it is the maker's, who chooses the licence
        if path.suffix == ".py":
            ast.parse(text)
            assert len(text.splitlines()) < 250, path
    project = tomllib.loads((tmp_path / "neu/pyproject.toml").read_text())
    assert project["project"]["name"] == "genius-fristen-rechnen"
    readme = (tmp_path / "neu/README.md").read_text()
    assert readme.startswith("# Fristen rechnen\n")
    assert "genius modules check" in readme
    assert "genius modules add" in readme


def test_a_package_is_named_like_its_module(tmp_path: Path) -> None:
    create("fristen-rechnen", "package", tmp_path, TODAY)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["genius.modules"] == {"fristen-rechnen": "fristen_rechnen:Modul"}
    source = (tmp_path / "fristen_rechnen/__init__.py").read_text()
    assert 'id="fristen-rechnen"' in source
    assert '"2026-11-27"' in source
    assert '"2027-11-27"' in source  # the card: a year, then somebody looks at it again


@pytest.mark.parametrize("name", ["", "x", "Frist", "frist_2", "1frist", "frist-", "fristen zählen", "a" * 42, "../x"])
def test_what_is_no_id_is_refused_with_an_example(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="fristen-rechnen"):
        create(name, "http", tmp_path / "neu", TODAY)
    assert not (tmp_path / "neu").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("meins")
    with pytest.raises(Refused, match="nicht leer"):
        create("frist", "package", tmp_path, TODAY)
    with pytest.raises(Refused, match="nicht leer"):
        create("frist", "package", tmp_path / "README.md", TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_the_command_says_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["modules", "new", "frist"])
    assert (done.exit_code, "genius modules check frist" in done.stdout) == (0, True)
    done = CliRunner().invoke(app, ["modules", "new", "dienst", "--http", "--folder", "anders"])
    assert "anders/server.py --port 9101 --jwks {jwks}" in done.stdout
    assert (tmp_path / "anders/server.py").exists()
    again = CliRunner().invoke(app, ["modules", "new", "frist"])
    assert isinstance(again.exception, Refused)


@pytest.mark.parametrize(
    ("project", "said"),
    [
        (None, "keine lesbare pyproject"),
        ("[project", "keine lesbare pyproject"),
        ("[project]\nname = 'x'", "nennt 0 Module"),
        ("[project.entry-points.'genius.modules']\na = 'x:A'\nb = 'x:B'", "nennt 2 Module"),
    ],
)
def test_what_is_no_package_is_refused_with_the_reason(tmp_path: Path, project: str | None, said: str) -> None:
    if project is not None:
        (tmp_path / "pyproject.toml").write_text(project)
    with pytest.raises(Refused, match=said):
        packages.install(tmp_path, tmp_path / "ziel")
    assert not (tmp_path / "ziel").exists()


def installed(folder: Path, name: str) -> None:
    """As pip leaves it."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[genius.modules]\n{name} = {name}:Modul\n")


def test_what_is_allowed_is_pinned(tmp_path: Path) -> None:
    """INJ-07: names and digest together; a package that is taken out runs no longer."""
    assert packages.allowed(tmp_path) is None
    folder = tmp_path / packages.FOLDER
    installed(folder, "eins")
    assert packages.allow(tmp_path, "eins") == packages.Allowed(names=["eins"], digest=folder_digest(folder))
    installed(folder, "zwei")
    assert packages.names_in(folder) == ["eins", "zwei"]
    assert packages.allowed(tmp_path) != packages.Allowed(names=["eins"], digest=folder_digest(folder))
    assert packages.allow(tmp_path, "zwei") == packages.Allowed(names=["eins", "zwei"], digest=folder_digest(folder))
    assert (tmp_path / packages.LIST).stat().st_mode & 0o777 == 0o600
    packages.forbid(tmp_path, "eins")
    left = packages.allowed(tmp_path)
    assert left is not None
    assert left.names == ["zwei"]


@pytest.mark.parametrize("text", ["{", "{}", json.dumps({"names": [], "digest": "md5:1"})])
def test_a_damaged_list_is_no_empty_list(tmp_path: Path, text: str) -> None:
    (tmp_path / packages.LIST).write_text(text)
    with pytest.raises(DataDirUnusable, match="genius modules add"):
        packages.allowed(tmp_path)


def test_the_digest_of_a_folder_is_told(tmp_path: Path) -> None:
    installed(tmp_path / "folder", "eins")
    done = CliRunner().invoke(app, ["modules", "digest", str(tmp_path / "folder")])
    assert done.stdout.strip() == folder_digest(tmp_path / "folder")
    wrong = CliRunner().invoke(app, ["modules", "digest", str(tmp_path / "nichts")])
    assert isinstance(wrong.exception, Refused)
