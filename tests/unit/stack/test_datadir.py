# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from genius_stack.datadir import DATA_FORMAT, DataDir
from genius_stack.errors import AlreadyRunning, DataDirUnusable, DiskFull, NewerData, PortBusy
from genius_stack.files import write_private
from genius_stack.ports import inner_ports, is_free, require_free
from genius_stack.secrets import key_encryption_key, load_secrets, save_secrets, signing_key


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataDir]:
    made = DataDir(tmp_path / "data")
    made.open("1.0")
    yield made
    made.close()


def test_a_second_owner_is_refused_and_the_first_is_named(data: DataDir) -> None:
    other = DataDir(data.path)
    with pytest.raises(AlreadyRunning, match=r"läuft mit .* schon") as caught:
        other.open("1.0")
    assert caught.value.exit_code == 3
    assert other.owner() is not None
    data.close()
    assert other.owner() is None
    other.open("1.0")
    other.close()


def test_everything_is_private(data: DataDir) -> None:
    assert data.path.stat().st_mode & 0o777 == 0o700
    assert data.secrets.stat().st_mode & 0o777 == 0o700
    assert (data.path / "version.json").stat().st_mode & 0o777 == 0o600


def test_data_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "version.json"
    file.write_bytes(orjson.dumps({"format": DATA_FORMAT + 1, "version": "9.9"}))
    with pytest.raises(NewerData, match=r"9\.9") as caught:
        DataDir(tmp_path).open("1.0")
    assert caught.value.exit_code == 7
    assert orjson.loads(file.read_bytes())["version"] == "9.9"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1'])
def test_a_damaged_version_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "version.json").write_bytes(content)
    with pytest.raises(DataDirUnusable, match=r"version\.json"):
        DataDir(tmp_path).open("1.0")


def test_too_little_space_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="MB frei") as caught:
        DataDir(tmp_path).open("1.0", minimum_free=2**60)
    assert caught.value.exit_code == 5
    assert not (tmp_path / "version.json").exists()


def test_a_path_that_is_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "datei").write_text("x")
    with pytest.raises(DataDirUnusable):
        DataDir(tmp_path / "datei").open("1.0")


def test_a_busy_port_is_named_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(PortBusy, match=f"Port {port} ist belegt.*--port {port + 1}") as caught:
            require_free(port, wait=0)
        assert caught.value.exit_code == 4
    require_free(port, wait=1)


def test_inner_ports_stay_while_they_are_free(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = inner_ports(file, ("a", "b"))
    assert len(set(first.values())) == 2
    assert inner_ports(file, ("a", "b")) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first["a"]))
        taken.listen()
        second = inner_ports(file, ("a", "b"))
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]


def test_a_pinned_port_is_never_exchanged(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    port = inner_ports(file, ("identity",), pinned=("identity",))["identity"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(PortBusy, match=str(port)):
            inner_ports(file, ("identity",), pinned=("identity",))
    assert inner_ports(file, ("identity",), pinned=("identity",)) == {"identity": port}


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    value = load_secrets(tmp_path)
    value.login("a.weber")
    save_secrets(tmp_path, value)
    again = load_secrets(tmp_path)
    assert again == value
    assert load_secrets(tmp_path / "andere") != value
    kek, key = key_encryption_key(tmp_path), signing_key(tmp_path)
    assert len(bytes.fromhex(kek.read_text())) == 32
    before = (kek.read_bytes(), key.read_bytes())
    assert (key_encryption_key(tmp_path).read_bytes(), signing_key(tmp_path).read_bytes()) == before
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "datei"
    target.write_text("alt")
    target.chmod(0o644)
    write_private(target, b"neu")
    assert target.read_bytes() == b"neu"
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["datei"]
