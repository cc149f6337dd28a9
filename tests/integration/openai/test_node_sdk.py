# SPDX-License-Identifier: EUPL-1.2
"""The unmodified `openai` package for Node against `/v1`; in an environment of its own (make test-clients)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.openai.conftest import API_KEY, Gateway

pytestmark = pytest.mark.clients
PACKAGE = "openai@6.49.0"
PROGRAM = Path(__file__).with_name("openai_node.mjs")


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is needed for this test"
    return found


@pytest.fixture(scope="module")
def package() -> Path:
    """The installed package, kept between runs outside of the clone."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "genius" / PACKAGE.replace("@", "-node-")
    if not (folder / "node_modules/openai").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        options = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
        subprocess.run([_tool("npm"), "install", *options, PACKAGE], cwd=folder, check=True)
    return folder


def _run(gateway: Gateway, package: Path) -> dict[str, Any]:
    command = [_tool("node"), str(PROGRAM), gateway.base_url, API_KEY]
    environment = {**os.environ, "OPENAI_PACKAGE": str(package)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_node_sdk_as_its_documentation_shows_it(gateway: Gateway, package: Path) -> None:
    """Models, a whole answer, a stream by hand and by the SDK's helper, embeddings, and refusals as its errors."""
    found = _run(gateway, package)
    assert {"echo", "scripted-embedding"} <= set(found["models"])
    assert found["whole"] == "Wie lange wird Wohngeld bewilligt?"
    assert (found["streamed"], found["helper"]) == ("Und danach?", "Und danach?")
    assert found["usage"]["completion_tokens"] == 2
    assert found["embedded"] == [64, 64]
    unknown, missing, stranger = found["unknown"], found["missing"], found["stranger"]
    assert (unknown["kind"], unknown["status"], unknown["param"]) == ("BadRequestError", 400, "logit_bias")
    assert (missing["kind"], missing["code"]) == ("NotFoundError", "model_not_found")
    assert (stranger["kind"], stranger["status"]) == ("AuthenticationError", 401)


def test_the_node_sdk_sees_a_cut_as_an_error(gateway: Gateway, package: Path) -> None:
    """REL-04: it never takes a cut answer for a whole one."""
    cut = _run(gateway, package)["cut"]
    assert cut is not None
    assert cut["code"] == "upstream_cut"
