# SPDX-License-Identifier: EUPL-1.2
"""The `genius` command as scripts see it: a line on stderr and an exit code, no stack trace."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from genius_stack.cli import app, main
from genius_stack.datadir import DataDir

Done = subprocess.CompletedProcess[str]
Genius = Callable[..., Done]


def process(*arguments: str) -> Done:
    """`genius …` in a process of its own, which costs a second of computing."""
    command = [sys.executable, "-c", "from genius_stack.cli import main; main()", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.fixture
def genius(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Genius:
    """The same entry point in this process, for what ends before anything is started."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["genius", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(arguments, int(ended.value.code or 0), *capfd.readouterr())

    return run


def refused(done: subprocess.CompletedProcess[str], code: int, text: str) -> None:
    assert done.returncode == code, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_start_on_the_same_data_directory_ends_with_3(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.open("1.0")
    refused(process("up", "--data-dir", str(tmp_path)), 3, "schon")
    data.close()


def test_a_busy_port_ends_with_4_and_stack_json_of_a_crash_is_gone(genius: Genius, tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text("{}")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = genius("up", "--no-web-ui", "--port", port, "--data-dir", str(tmp_path))
    refused(done, 4, f"Port {port} ist belegt")
    assert not (tmp_path / "stack.json").exists()


@pytest.mark.parametrize("profile", ["local", "steuergeheimnis"])
def test_a_data_directory_of_the_other_tenant_ends_with_13(genius: Genius, profile: str, tmp_path: Path) -> None:
    """AO-01: before anything is started; so does one of the Land from before there were two."""
    (tmp_path / "secrets").mkdir()
    note = "# tenant lokal-steuer\n" if profile == "local" else ""
    (tmp_path / "secrets" / "kek").write_text("ab" * 32 + "\n" + note)
    done = genius("up", "--no-web-ui", "--profile", profile, "--port", "8699", "--data-dir", str(tmp_path))
    refused(done, 13, "gehört zu einem anderen Mandanten")
    assert not (tmp_path / "stack.json").exists()


def test_newer_data_ends_with_7(genius: Genius, tmp_path: Path) -> None:
    (tmp_path / "version.json").write_bytes(orjson.dumps({"format": 99, "version": "9.9"}))
    refused(genius("up", "--data-dir", str(tmp_path)), 7, "9.9")


def test_an_unusable_data_directory_ends_with_10(genius: Genius, tmp_path: Path) -> None:
    file = tmp_path / "datei"
    file.write_text("")
    refused(genius("up", "--data-dir", str(file)), 10, "nicht benutzbar")


@pytest.mark.parametrize("command", [["token", "--login", "a.weber"], ["status"], ["ask", "Was?"]])
def test_commands_that_need_a_platform_end_with_11_without_one(
    genius: Genius, command: list[str], tmp_path: Path
) -> None:
    refused(genius(*command, "--data-dir", str(tmp_path)), 11, "läuft kein bereites Genius")


@pytest.mark.parametrize(
    "arguments",
    [
        ["up", "--model", "m", "--openai-url", "http://127.0.0.1:1/v1"],
        ["up", "--port", "0"],
        ["up", "--openai-kind", "anders"],
        ["up", "--embedding-model", "e", "--embedding-size", "384"],
        ["up", "--openai-url", "http://127.0.0.1:1/v1", "--embedding-model", "e"],
        ["up", "--keycloak", "https://login.example/realms/genius"],
        ["up", "--qdrant-url", "http://127.0.0.1:6333"],
        ["up", "--qdrant-api-key-file", __file__],
        ["up", "--qdrant-url", "127.0.0.1:6333", "--qdrant-api-key-file", __file__],
        ["token"],
        ["token", "--login", "a", "--application", "b"],
        ["nichts"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_doctor_names_what_it_sees(tmp_path: Path) -> None:
    done = process("doctor", "--data-dir", str(tmp_path / "neu"))
    assert "PostgreSQL-Programme" in done.stdout
    assert "Plattform läuft nicht" in done.stdout
    assert not (tmp_path / "neu").exists()
