# SPDX-License-Identifier: EUPL-1.2
"""`genius import` against a running platform: in, unchanged, changed, deleted, refused."""

import signal
import subprocess
import time
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from genius_stack.cli import app
from tests.support.platform import Platform, genius


@pytest.fixture(scope="module")
def client(platform: Platform) -> httpx.Client:
    return platform.client()


@pytest.fixture
def base(client: httpx.Client) -> str:
    body = {"name": "Satzungen", "purpose": "Auskunft", "protection_class": "intern", "owner": "authority"}
    return str(client.post("/api/v1/knowledge-bases", json=body).raise_for_status().json()["id"])


@pytest.fixture(scope="module")
def key(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    wanted = {"name": "Import", "scopes": ["documents.read", "documents.write"]}
    file = tmp_path_factory.mktemp("key") / "token"
    file.write_text(client.post("/api/v1/me/tokens", json=wanted).raise_for_status().json()["token"])
    return file


def documents(client: httpx.Client, base: str) -> dict[str, Any]:
    items = client.get(f"/api/v1/knowledge-bases/{base}/documents").raise_for_status().json()["items"]
    return {item["name"]: item for item in items}


def run(platform: Platform, base: str, key: Path, path: Path, *options: str, code: int = 0) -> str:
    words = ["import", str(path), "--knowledge-base", base, "--url", platform.url, "--token-file", str(key), *options]
    done = CliRunner().invoke(app, words)
    assert getattr(done.exception, "exit_code", done.exit_code) == code, (done.output, done.exception)
    return done.output


def test_a_folder_comes_in_and_is_kept_up_to_date(
    platform: Platform, client: httpx.Client, base: str, key: Path, tmp_path: Path
) -> None:
    """AUD-03 in part: as the keeper's own uploads. ING-10: a second run changes nothing."""
    folder = tmp_path / "ablage"
    for name in ("Satzung.txt", "Bauamt/Satzung.txt", "Bauamt/Kopie.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"Die Gebühr beträgt 10 Euro. {Path(name).parent}")
    assert "Neu: 2" in run(platform, base, key, folder, "--dry-run")
    assert documents(client, base) == {}
    assert "Eingelesen: 2, unverändert: 0, schon da unter anderem Namen: 1" in run(platform, base, key, folder)
    first = documents(client, base)
    assert set(first) == {"Satzung.txt", "Bauamt › Kopie.txt"}
    assert all(item["state"] == "ready" for item in first.values())

    (folder / "Bauamt/Kopie.txt").write_text("Die Gebühr beträgt jetzt 12 Euro.")
    assert "Geändert (ersetzt den älteren Stand): 1" in run(platform, base, key, folder, "--dry-run")
    run(platform, base, key, folder)
    second = documents(client, base)
    assert set(second) == {"Satzung.txt", "Bauamt › Kopie.txt", "Bauamt › Satzung.txt"}
    assert second["Satzung.txt"]["id"] == first["Satzung.txt"]["id"]
    old = client.get(f"/api/v1/documents/{first['Bauamt › Kopie.txt']['id']}").json()
    assert old["superseded_by"]["document"] == second["Bauamt › Kopie.txt"]["id"]
    assert "Eingelesen: 0, unverändert: 3" in run(platform, base, key, folder)

    (folder / "Satzung.txt").unlink()
    assert "nicht hier (bleiben; --delete-missing): 1" in run(platform, base, key, folder)
    assert "gelöscht: 1" in run(platform, base, key, folder, "--delete-missing", "--yes")
    assert set(documents(client, base)) == {"Bauamt › Kopie.txt", "Bauamt › Satzung.txt"}


def test_an_archive_says_what_failed_and_deletes_nothing_then(
    platform: Platform, client: httpx.Client, base: str, key: Path, tmp_path: Path
) -> None:
    """ING-05: refused here or there, every file has a reason."""
    path = tmp_path / "ablage.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Gut.txt", "Text in einem Archiv.")
        archive.writestr("Kaputt.pdf", "%PDF-1.7 kein Dokument")
        archive.writestr("../Hinaus.txt", "x")
    shown = run(platform, base, key, path, code=16)
    assert "Eingelesen: 1" in shown
    assert "gescheitert: 2" in shown
    assert "Kaputt.pdf: Die Datei ist beschädigt" in shown
    assert "Der Eintrag führt aus dem Archiv hinaus" in shown
    other = {"file": ("Nur dort.txt", b"Dazu gibt es hier keine Datei.")}
    client.post(f"/api/v1/knowledge-bases/{base}/documents", files=other).raise_for_status()
    before = documents(client, base)
    assert "Nur dort.txt" in before
    run(platform, base, key, path, "--delete-missing", "--yes", code=13)
    assert documents(client, base).keys() == before.keys()


@pytest.mark.thorough
def test_an_interrupted_import_goes_on(
    platform: Platform, client: httpx.Client, base: str, key: Path, tmp_path: Path
) -> None:
    """ING-10: Ctrl-C loses nothing and doubles nothing."""
    folder = tmp_path / "ablage"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(f"Dokument Nummer {number} für den Abbruch.")
    words = [genius(), "import", str(folder), "--knowledge-base", base, "--url", platform.url]
    # One after the other, so that there is something left to interrupt.
    words += ["--token-file", str(key), "--parallel", "1"]
    # A suite that runs in the background has Ctrl-C switched off, and hands that on.
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, preexec_fn=listening)
    end = time.monotonic() + 60
    while len(documents(client, base)) < 3 and time.monotonic() < end:
        time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Derselbe Befehl macht weiter" in said
    there = len(documents(client, base))
    assert 3 <= there < 40
    assert "gescheitert: 0" in run(platform, base, key, folder)
    assert len(documents(client, base)) == 40
