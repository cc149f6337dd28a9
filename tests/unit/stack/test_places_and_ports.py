# SPDX-License-Identifier: EUPL-1.2
"""Ports and folders that could get into each other's way."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from genius_stack import ports
from genius_stack.errors import PortBusy
from genius_stack.ports import inner_ports, is_free, require_free
from genius_stack.postgresql import Cluster, Location
from genius_stack.postgresql.account import server_account
from genius_stack.postgresql.location import temporary, wheel_binaries


def test_the_public_port_is_never_an_inner_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = iter([20_001, 20_001, 20_002, 20_003])
    monkeypatch.setattr(secrets, "choice", lambda _: next(wanted))
    monkeypatch.setattr(ports, "is_free", lambda _: True)
    assert inner_ports(tmp_path / "ports.json", ("a", "b"), public=20_001) == {"a": 20_002, "b": 20_003}


def test_an_inner_port_gives_way_to_the_public_one_that_was_chosen_later(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = inner_ports(file, ("a", "b"))
    second = inner_ports(file, ("a", "b"), public=first["a"])
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
    assert orjson.loads(file.read_bytes()) == second


def test_the_pinned_port_does_not_give_way(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    port = inner_ports(file, ("identity",))["identity"]
    with pytest.raises(PortBusy, match="Anmeldedienst"):
        inner_ports(file, ("identity",), pinned=("identity",), public=port)


def test_names_may_come_from_a_generator_and_new_ones_are_added(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = inner_ports(file, (name for name in ("a", "b")))
    more = inner_ports(file, ("a", "b", "vllm"))
    assert {name: more[name] for name in first} == first
    assert len(set(more.values())) == 3
    assert inner_ports(file, ("a",)) == {"a": first["a"]}, "answers only what was asked"
    assert orjson.loads(file.read_bytes()).keys() == {"a", "b", "vllm"}, "and forgets nothing"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1"])
def test_a_port_that_listens_anywhere_is_not_free(address: str) -> None:
    with socket.socket() as taken:
        taken.bind((address, 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])


def test_the_last_port_gets_a_proposal_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(PortBusy, match="--port 8080"):
        require_free(65_535, wait=0)


ODD = [
    "Meine Daten",
    "O'Brien",
    "a,b",
    "x+y",
    "a&b=c",
    "100%41",
    "Müller",
    "a?b",
    "a#b",
    "a;b",
    'a"b',
    "a\\b",
    "n" * 120,
]


@pytest.mark.parametrize("name", ODD)
def test_a_folder_with_an_odd_name_gets_a_socket_that_urls_and_configuration_can_hold(
    tmp_path: Path, name: str
) -> None:
    """Spaces, commas, quotes and `%` mean something in postgresql.conf or in an URL."""
    first, again, other = (temporary(tmp_path / folder).socket for folder in (name, name, name + "x"))
    assert first == again != other
    assert first.parent == Path("/tmp")
    assert len(str(first)) <= 90


def test_a_plain_folder_keeps_its_socket_inside(tmp_path: Path) -> None:
    assert temporary(tmp_path / "d").socket == tmp_path / "d" / "run"


@given(
    st.text("abcXYZ019_-", min_size=1, max_size=24),
    st.text("abc/._-", min_size=1, max_size=30).map(lambda text: "/" + text),
)
def test_database_urls_say_what_was_meant(password: str, folder: str) -> None:
    location = Location(wheel_binaries(), Path("/d"), Path(folder), server_account())
    url = make_url(Cluster(location, "x").url("genius_gateway", "genius_gateway_app", password))
    assert (url.database, url.username, url.password) == ("genius_gateway", "genius_gateway_app", password)
    assert url.query == {"host": str(Path(folder))}
    assert url.host in (None, "")
