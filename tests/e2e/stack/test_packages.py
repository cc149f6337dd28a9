# SPDX-License-Identifier: EUPL-1.2
"""A package of another provider on one machine: made, registered, run caged, used, changed, taken out."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.platform import Platform, genius

pytestmark = pytest.mark.thorough
RUNS = "/api/v1/modules/satz-zaehler/runs"
INPUT = {"input": {"text": "Der Antrag ist da. Er ist vollständig."}}


def command(*arguments: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    options = ["--data-dir", str(data_dir)] if arguments[1] != "new" else []
    return subprocess.run(
        [genius(), *arguments, *options], check=False, capture_output=True, text=True, timeout=120, cwd=data_dir.parent
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new module, as its maker begins."""
    folder = tmp_path_factory.mktemp("maker")
    assert command("modules", "new", "satz-zaehler", data_dir=folder / "data").returncode == 0
    return folder / "satz-zaehler"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Iterator[Platform]:
    """Registered before the first start, which is allowed too."""
    data = tmp_path_factory.mktemp("packages") / "data"
    data.mkdir(mode=0o700)
    added = command("modules", "add", str(source), "--yes", data_dir=data)
    assert added.returncode == 0, added.stderr
    assert "Starten Sie die Plattform neu" in added.stdout
    platform = Platform(data, options=("--no-laws", "--no-web-ui")).start()
    yield platform
    assert platform.stop() == 0


def until(ask: Callable[[], httpx.Response], done: Callable[[httpx.Response], bool], seconds: float = 40) -> Any:
    """The gateway looks every 15 seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done(answer := ask()):
            return answer.json()
        time.sleep(0.5)
    raise AssertionError(answer.text)


def switch(platform: Platform, *, on: bool) -> None:
    with platform.client(role="behoerdenadministration") as administrator:
        authority = administrator.get("/api/v1/me").json()["authority"]["id"]
        path = f"/api/v1/authorities/{authority}/modules/satz-zaehler"
        assert administrator.put(path, json={"enabled": on}).status_code == 200


def test_it_is_in_the_catalogue_and_off(running: Platform) -> None:
    """INJ-07: nobody uses it before the administration of the authority has switched it on."""
    with running.client() as clerk:
        assert clerk.post(RUNS, json=INPUT).json()["code"] == "module_switched_off"
    listed = command("modules", "list", data_dir=running.data_dir)
    assert "package:satz-zaehler" in listed.stdout.replace("\n", "").replace(" ", "") or "angeboten" in listed.stdout


def test_it_is_called_like_a_built_in(running: Platform) -> None:
    """By the API as the web UI and applications call it, with the form and the card that its manifest has."""
    switch(running, on=True)
    with running.client() as clerk:
        shown = clerk.get("/api/v1/modules/satz-zaehler").json()
        assert (shown["title"]["de"], shown["input_schema"]["required"]) == ("Satz zaehler", ["text"])
        run = clerk.post(RUNS, json=INPUT).json()
        assert (run["state"], run["result"]["text"]) == ("succeeded", "7 Wörter in 2 Sätzen.")
        streamed = clerk.post(RUNS, json=INPUT, headers={"accept": "text/event-stream"}).text
        assert '"type":"done"' in streamed
        wrong = clerk.post(RUNS, json={"input": {"text": ""}})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/input/text")
    with running.application() as application:
        assert application.post(RUNS, json=INPUT).json()["state"] == "succeeded"
    with running.client(authority=1) as elsewhere:
        assert elsewhere.post(RUNS, json=INPUT).json()["code"] == "module_switched_off"


def test_a_changed_file_ends_it_at_once(running: Platform) -> None:
    """INJ-07: what was registered is what runs; as it was, it runs again."""
    switch(running, on=True)
    file = running.data_dir / "packages/satz_zaehler/__init__.py"
    text = file.read_text()
    file.write_text(text.replace("len(text.split())", "0"))
    with running.client() as clerk:
        run = clerk.post(RUNS, json=INPUT).json()
        assert (run["state"], run["error"]["code"], run["result"]) == ("failed", "package_changed", None)
        file.write_text(text)
        assert clerk.post(RUNS, json=INPUT).json()["state"] == "succeeded"


def test_a_new_version_is_registered_and_the_old_one_taken_out(running: Platform, source: Path) -> None:
    """INJ-07: pinned anew it runs after the next start; taken out it is unknown."""
    manifest = source / "satz_zaehler/__init__.py"
    manifest.write_text(manifest.read_text().replace('version="1.0.0"', 'version="1.1.0"'))
    added = command("modules", "add", str(source), "--yes", data_dir=running.data_dir)
    assert "ersetzt 1.0.0" in added.stdout
    assert running.stop() == 0
    running.start()
    switch(running, on=True)
    with running.client() as clerk:
        run = clerk.post(RUNS, json=INPUT).json()
        assert (run["state"], run["version"]) == ("succeeded", "1.1.0")
        gone = command("modules", "remove", "satz-zaehler", data_dir=running.data_dir)
        assert gone.returncode == 0, gone.stderr
        until(lambda: clerk.get("/api/v1/modules/satz-zaehler"), lambda answer: answer.status_code == 404)
    assert json.loads((running.data_dir / "packages.json").read_text())["names"] == []
