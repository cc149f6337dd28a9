# SPDX-License-Identifier: EUPL-1.2
"""What `genius modules new` makes: its own tests pass, it holds the contract, and says so by the command for it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.platform import genius
from tests.support.ports import free_port

# Processes of their own, in the real cage.
pytestmark = pytest.mark.thorough
CHECKS = 10


def made(folder: Path, *options: str) -> Path:
    done = subprocess.run([genius(), "modules", "new", "satz-zaehler", *options], cwd=folder, check=False, timeout=60)
    assert done.returncode == 0
    return folder / "satz-zaehler"


def own_tests(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        "-c",
        os.devnull,
    ]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


async def check(*arguments: str) -> tuple[int, dict[str, Any], str]:
    process = await asyncio.create_subprocess_exec(
        genius(), "modules", "check", *arguments, "--json", "--port", str(free_port()),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, said = await process.communicate()
    found = json.loads(out) if out.strip().startswith(b"{") else {}
    return process.returncode or 0, found, said.decode()


def assert_holds(found: tuple[int, dict[str, Any], str]) -> None:
    code, report, said = found
    assert code == 0, (report, said)
    assert [item["outcome"] for item in report["findings"]] == ["passed"] * CHECKS
    assert (report["module"], report["version"]) == ("satz-zaehler", "1.0.0")


async def test_a_new_package_holds_the_contract(tmp_path: Path) -> None:
    """INJ-07: installed, locked in, and judged like every module."""
    folder = made(tmp_path)
    own_tests(folder)
    assert_holds(await check(str(folder)))


async def test_what_is_broken_in_a_package_is_found(tmp_path: Path) -> None:
    folder = made(tmp_path)
    source = folder / "satz_zaehler/__init__.py"
    text = source.read_text()
    source.write_text(text.replace('.model_dump(mode="json"))', '.model_dump(mode="json", exclude={"words"}))'))
    broken = await check(str(folder))
    assert broken[0] == 1
    assert {item["check"] for item in broken[1]["findings"] if item["outcome"] == "failed"} >= {"Ereignisse"}


async def test_a_package_that_reaches_out_at_import_does_not_start(tmp_path: Path) -> None:
    """INJ-07: said with what it may do then."""
    folder = made(tmp_path)
    source = folder / "satz_zaehler/__init__.py"
    text = source.read_text()
    source.write_text("import socket\nsocket.create_connection(('127.0.0.1', 9))\n" + text)
    code, _, said = await check(str(folder))
    assert (code, "startet in seinem Käfig nicht" in said) == (13, True)


async def test_a_new_service_holds_the_contract(tmp_path: Path) -> None:
    folder, port = made(tmp_path, "--http"), free_port()
    own_tests(folder)
    start = f"{sys.executable} {folder / 'server.py'} --port {port} --jwks {{jwks}}"
    assert_holds(await check(f"http://127.0.0.1:{port}", "--start", start))
    source = folder / "function.py"
    source.write_text(source.read_text().replace('{"type": "done", "result": result}', '{"type": "fertig"}'))
    code, report, _ = await check(f"http://127.0.0.1:{port}", "--start", start)
    assert code == 1
    assert "Ereignisse" in {item["check"] for item in report["findings"] if item["outcome"] == "failed"}


async def test_what_is_neither_address_nor_package_is_refused(tmp_path: Path) -> None:
    code, _, said = await check(str(tmp_path))
    assert (code, "keine lesbare pyproject.toml" in said) == (13, True)
