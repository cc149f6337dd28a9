# SPDX-License-Identifier: EUPL-1.2
"""Modules as Python packages in a cage: the example holds the contract, a hostile one gets nowhere (INJ-07)."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from genius_common.contracts.modules import ModuleManifest
from genius_common.folder_digest import folder_digest
from genius_modules.app import create_app
from genius_modules.settings import Settings
from genius_stack.conformance import Desk, Subject, check_module
from genius_stack.conformance.conversation import Answer, Conversation
from genius_stack.conformance.desk import FILE, TENANT
from tests.support.hostile_package import ATTEMPTS, install
from tests.support.inference import served

# Each run starts a process of its own.
pytestmark = pytest.mark.thorough
EXAMPLE = Path(__file__).parents[3] / "examples" / "wortzahl-python"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, installed as the how-to says, and the hostile package beside it."""
    folder = tmp_path_factory.mktemp("packages")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install", "--no-deps", "--no-index"]
    subprocess.run([*command, "--no-build-isolation", "--target", folder, EXAMPLE], check=True)
    return folder


@asynccontextmanager
async def hosted(desk: Desk, folder: Path) -> AsyncIterator[str]:
    settings = Settings(
        profile="local",
        tenant=TENANT,
        jwks_url=desk.address.jwks_url,
        inference_url=desk.address.services.inference,
        retrieval_url=desk.address.services.retrieval,
        gateway_url=desk.address.url,
        packages=("wortzahl", "hostile"),
        package_folder=folder,
        package_digest=folder_digest(folder),
    )
    with served(create_app(settings)) as url:
        yield f"{url}/packages"


@pytest.mark.parametrize("data", [None, {"files": [str(FILE)]}], ids=["text", "files"])
async def test_the_example_as_a_package_holds_the_contract(folder: Path, data: dict[str, object] | None) -> None:
    """The same suite as for everybody; also where it reads a file through the pipe."""
    async with Desk().open() as desk, hosted(desk, folder) as url:
        report = await check_module(Subject(f"{url}/wortzahl", input=data), desk)
    assert report.failed == []
    assert len(report.findings) == 10


async def test_what_is_not_allowed_is_not_there(folder: Path) -> None:
    async with Desk().open() as desk, hosted(desk, folder) as url, aiohttp.ClientSession() as http:
        for name in ("unbekannt", "..", "chat"):
            async with http.get(f"{url}/{name}/manifest") as response:
                assert response.status == 404


async def test_what_is_not_the_pinned_folder_does_not_run(folder: Path, tmp_path: Path) -> None:
    """INJ-07: a file that changed, or came to it, ends the package, also while the service runs."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    async with Desk().open() as desk, hosted(desk, copy) as url, aiohttp.ClientSession() as http:
        async with http.get(f"{url}/wortzahl/manifest") as response:
            assert response.status == 200
        (copy / "wortzahl/mehr.py").write_text("pass\n")
        for path in ("manifest", "health"):
            async with http.get(f"{url}/wortzahl/{path}") as response:
                assert (response.status, (await response.json())["code"]) == (503, "package_changed")
        report = await check_module(Subject(f"{url}/wortzahl"), desk)
        assert not report.passed
        (copy / "wortzahl/mehr.py").unlink()
        async with http.get(f"{url}/wortzahl/health") as response:
            assert response.status == 200


def test_a_folder_without_its_digest_is_refused() -> None:
    """INJ-07: what comes with the environment is pinned by the image; a folder has to say what it is."""
    services = dict.fromkeys(("jwks_url", "inference_url", "retrieval_url", "gateway_url"), "http://127.0.0.1:9")
    known: dict[str, Any] = {"profile": "local", "tenant": TENANT, "packages": ("wortzahl",), **services}
    with pytest.raises(ValidationError, match="package_digest"):
        Settings(**known, package_folder=Path("/opt"))
    Settings(**known)


async def run(desk: Desk, url: str, text: str) -> Answer:
    async with aiohttp.ClientSession() as http:
        talk = Conversation(http, f"{url}/hostile", "module:hostile", desk)
        manifest = ModuleManifest.model_validate_json((await talk.get("/manifest")).body)
        return await talk.run(manifest, {"text": text})


async def test_a_hostile_package_gets_out_nowhere(folder: Path, tmp_path: Path) -> None:
    """INJ-07: files, network, programs, processes, signals, environment, the token: nothing, at import and later."""
    seen: list[object] = []
    sink = await asyncio.start_server(lambda _reader, writer: seen.append(writer.close()), "127.0.0.1", 0)
    written = tmp_path / "written"
    install(folder, sink.sockets[0].getsockname()[1], written)
    async with sink, Desk().open() as desk, hosted(desk, folder) as url:
        for attempt in ATTEMPTS:
            answer = await run(desk, url, attempt)
            assert answer.wrong == [], attempt
            final = answer.final
            assert final is not None
            if final.type == "error":  # a call that is none ends the process
                assert (attempt, final.code) in {
                    (name, "package_failed") for name in ("foreign-service", "foreign-path")
                }
                continue
            assert final.type == "done", attempt
            assert final.result["text"].startswith("nein"), (attempt, final.result)
            assert final.result["text"].endswith(" "), "something was possible at import"
        for fault in ("exit", "nonsense", "endless-line", "memory", "spin"):
            answer = await run(desk, url, fault)
            assert answer.wrong == []
            assert answer.final is not None
            assert answer.final.type == "error"
            assert answer.final.code in {"package_failed", "deadline_reached"}, fault
    assert seen == []
    # What is imported may still make an empty file; no byte gets into it.
    assert not written.exists() or written.read_bytes() == b""
