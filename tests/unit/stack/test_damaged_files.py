# SPDX-License-Identifier: EUPL-1.2
"""Files of the data directory that are damaged, unreadable or left behind: a sentence, an exit code, no stack trace."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genius_stack.cli import main
from genius_stack.datadir import DATA_FORMAT, DataDir
from genius_stack.errors import DataDirUnusable, NewerData, NotRunning, PostgresFailed
from genius_stack.files import write_private
from genius_stack.ports import inner_ports
from genius_stack.postgresql.location import NOTE, noted_cluster
from genius_stack.running import running_stack
from genius_stack.secrets import StackSecrets, load_secrets, save_secrets
from genius_stack.stackfile import StackFile, read_stack_file

DAMAGED = [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"\0" * 64]


def genius(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and stderr of the command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["genius", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize("content", [*DAMAGED, b'{"gateway_app": 7}'])
def test_damaged_secrets_are_refused_never_replaced_and_never_shown(tmp_path: Path, content: bytes) -> None:
    """New passwords would lock everybody out of the database that knows the old ones."""
    (tmp_path / "stack.json").write_bytes(content)
    with pytest.raises(DataDirUnusable, match="Sicherung") as caught:
        load_secrets(tmp_path)
    assert caught.value.__suppress_context__
    assert (tmp_path / "stack.json").read_bytes() == content


@given(st.dictionaries(st.sampled_from(["a.weber", "o.petrova", "ä b"]), st.text(min_size=1, max_size=20)))
def test_secrets_survive_their_file(tmp_path_factory: pytest.TempPathFactory, logins: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("secrets")
    value = StackSecrets(logins=logins)
    save_secrets(folder, value)
    assert load_secrets(folder) == value
    assert (folder / "stack.json").stat().st_mode & 0o777 == 0o600


def test_secrets_of_an_older_version_get_what_they_lack(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_bytes(orjson.dumps({"gateway_app": "alt", "logins": {"a.weber": "bleibt"}}))
    first = load_secrets(tmp_path)
    assert (first.gateway_app, first.login("a.weber")) == ("alt", "bleibt")
    assert len(first.local_token) >= 32
    assert first.login("neu") == first.login("neu")
    made = {first.postgres_superuser, first.gateway_owner, first.retrieval_owner, first.web_client, first.local_token}
    assert len(made) == 5


@pytest.mark.parametrize("content", [*DAMAGED[:2], *DAMAGED[3:], b'{"identity": "x"}', b'{"identity": null}'])
def test_damaged_ports_are_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ports.json"
    file.write_bytes(content)
    with pytest.raises(DataDirUnusable, match=r"ports\.json ist beschädigt"):
        inner_ports(file, ("identity",))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"cluster": 5}'])
def test_a_damaged_note_of_the_cluster_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NOTE).write_bytes(content)
    with pytest.raises(PostgresFailed, match="beschädigt"):
        noted_cluster(tmp_path)


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_stack_file_means_not_running(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "stack.json").write_bytes(content)
    with pytest.raises(NotRunning, match="Starten Sie Genius neu"):
        read_stack_file(tmp_path / "stack.json")


STACK = {
    "url": "http://127.0.0.1:1", "profile": "local", "started_at": "2026-01-01T00:00:00Z", "logins": [],
    "services": {"gateway": {"url": "http://127.0.0.1:1", "pid": 1}}, "applications": [], "issuer": "i",
    "knowledge_bases": [{"id": str(UUID(int=1)), "name": "Bundesrecht"}],
}  # fmt: skip


def test_a_stack_file_that_a_kill_left_behind_does_not_count(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.open("1.0", minimum_free=0)
    StackFile.model_validate(STACK).write(data.stack_file)
    assert running_stack(data).knowledge_bases[0].name == "Bundesrecht"
    data.close()  # as the kernel does for a process that was killed
    with pytest.raises(NotRunning, match="make run"):
        running_stack(data)


def test_a_platform_that_is_still_starting_is_told_apart(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.open("1.0", minimum_free=0)
    with pytest.raises(NotRunning, match=rf"startet gerade .*Prozess {os.getpid()}"):
        running_stack(data)
    data.close()


@pytest.mark.parametrize("command", ["status", "token --login a", "ask Was?"])
def test_commands_on_a_file_instead_of_a_folder_end_with_11(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    file = tmp_path / "datei"
    file.write_text("x")
    code, said = genius(monkeypatch, capsys, *command.split(), "--data-dir", str(file))
    assert code == 11
    assert "läuft kein bereites Genius" in said


def test_a_stack_file_that_cannot_be_read_ends_with_10(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = DataDir(tmp_path)
    data.open("1.0", minimum_free=0)
    data.stack_file.mkdir()  # for root, too, reading a folder fails
    code, said = genius(monkeypatch, capsys, "status", "--data-dir", str(tmp_path))
    data.close()
    assert code == 10
    assert said.startswith("genius: ")
    assert "stack.json ist nicht benutzbar" in said


@pytest.mark.parametrize("version", [0, 1, DATA_FORMAT])
def test_data_of_this_or_an_older_format_is_taken_over(tmp_path: Path, version: int) -> None:
    (tmp_path / "version.json").write_bytes(orjson.dumps({"format": version, "version": "0.0.1"}))
    data = DataDir(tmp_path)
    data.open("1.0", minimum_free=0)
    data.close()
    assert orjson.loads((tmp_path / "version.json").read_bytes()) == {"format": DATA_FORMAT, "version": "1.0"}


@given(st.integers(DATA_FORMAT + 1, 10**9), st.text(max_size=20))
@example(DATA_FORMAT + 1, "[/bold]")
def test_a_refused_folder_is_free_for_the_right_version(
    tmp_path_factory: pytest.TempPathFactory, newer: int, name: str
) -> None:
    folder = tmp_path_factory.mktemp("data")
    file = folder / "version.json"
    file.write_bytes(content := orjson.dumps({"format": newer, "version": name}))
    data = DataDir(folder)
    with pytest.raises(NewerData):
        data.open("1.0", minimum_free=0)
    assert data.owner() is None, "the lock must not outlive the refusal"
    assert file.read_bytes() == content


@pytest.mark.parametrize("format_", ['"1"', "null", "[1]", "{}"])
def test_a_format_that_is_no_number_is_damage(tmp_path: Path, format_: str) -> None:
    (tmp_path / "version.json").write_text(f'{{"format": {format_}, "version": "1"}}')
    with pytest.raises(DataDirUnusable, match="beschädigt"):
        DataDir(tmp_path).open("1.0", minimum_free=0)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "datei"
    write_private(target, b"alt")
    (tmp_path / f".datei.{os.getpid()}").mkdir()
    with pytest.raises(OSError):
        write_private(target, b"neu")
    assert target.read_bytes() == b"alt"
