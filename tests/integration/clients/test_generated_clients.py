# SPDX-License-Identifier: EUPL-1.2
"""Clients that two generators make from the OpenAPI document are typed and work: `make test-clients`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.http import Client
from tests.support.platform import Platform

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]
CALLS = Path(__file__).parent / "calls"
# The generator takes no other kind of binary content by itself.
OVERRIDES = """content_type_overrides:
  application/zip: application/octet-stream
  application/pdf: application/octet-stream
"""
TYPESCRIPT = {
    "target": "ES2022",
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "strict": True,
    "skipLibCheck": False,
    "lib": ["ES2022", "DOM", "DOM.Iterable"],
    "types": ["node"],
    "outDir": "out",
}
EXPECTED = ["run succeeded", "refused 400 invalid_input /input/lenght"]


@pytest.fixture(scope="module")
def tools() -> Path:
    return Path(os.environ["GENIUS_TEST_CLIENTS_TOOLS"])


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    running = Platform(tmp_path_factory.mktemp("platform-clients") / "data", options=("--no-laws",)).start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def document(stack: Platform, tmp_path: Path) -> Path:
    """As anybody fetches it, without signing in."""
    path = tmp_path / "openapi.json"
    with Client(timeout=30) as client:
        path.write_bytes(client.get(f"{stack.url}/api/v1/openapi.json").raise_for_status().content)
    return path


def carry_out(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def access(stack: Platform) -> dict[str, str]:
    return {"GENIUS_URL": stack.url, "GENIUS_TOKEN": stack.token(application="mhb-fachverfahren")}


def test_a_python_client(tools: Path, stack: Platform, document: Path, tmp_path: Path) -> None:
    """openapi-python-client: nothing is left out, mypy is content, and it works."""
    (tmp_path / "config.yml").write_text(OVERRIDES)
    generator = str(tools / "python/bin/openapi-python-client")
    options = ["--path", str(document), "--output-path", "generated", "--meta", "none", "--config", "config.yml"]
    said = carry_out([generator, "generate", *options], tmp_path)
    assert "parsing" not in said.lower(), said
    assert "unable" not in said.lower(), said
    shutil.copy(CALLS / "call.py", tmp_path)
    carry_out([sys.executable, "-m", "mypy", "--strict", "call.py", "generated"], tmp_path)
    said = carry_out([str(tools / "python/bin/python"), "call.py"], tmp_path, **access(stack))
    assert said.splitlines()[1:] == EXPECTED
    assert "summarise" in said.splitlines()[0].split()


def test_a_typescript_client(tools: Path, stack: Platform, document: Path, tmp_path: Path) -> None:
    """@hey-api/openapi-ts: tsc is content without skipping anything, and it works in Node."""
    wanted = {
        "input": str(document),
        "output": {"path": "generated", "module": {"extension": ".js"}},
        "plugins": ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
    }
    (tmp_path / "openapi-ts.config.mjs").write_text(f"export default {json.dumps(wanted)};")
    (tmp_path / "package.json").write_text('{"type": "module", "private": true}')
    (tmp_path / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": TYPESCRIPT, "include": ["*.ts", "generated"]})
    )
    (tmp_path / "node_modules").symlink_to(tools / "node/node_modules")
    programs = tmp_path / "node_modules/.bin"
    carry_out([str(programs / "openapi-ts")], tmp_path)
    shutil.copy(CALLS / "call.ts", tmp_path)
    carry_out([str(programs / "tsc"), "-p", "."], tmp_path)
    said = carry_out(["node", "out/call.js"], tmp_path, **access(stack))
    assert said.splitlines()[1:] == [*EXPECTED, "typed ja"]
    assert "summarise" in said.splitlines()[0].split()
