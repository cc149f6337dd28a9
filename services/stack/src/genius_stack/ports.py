# SPDX-License-Identifier: EUPL-1.2
"""Ports on loopback: the public one is checked, the inner ones are found once and kept where they stay free."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from genius_stack.errors import DataDirUnusable, PortBusy
from genius_stack.files import write_private

HOST = "127.0.0.1"
_WAIT_SECONDS = 3.0
_INNER_RANGE = range(20_000, 30_000)
_PORTS = TypeAdapter(dict[str, int])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """One that is free now, for a process of a moment."""
    while True:
        port = secrets.choice(_INNER_RANGE)
        if is_free(port):
            return port


def require_free(port: int, wait: float = _WAIT_SECONDS) -> None:
    """Wait a moment, since a platform that was just killed gives its port back late. Raises: PortBusy."""
    end = time.monotonic() + wait
    while not is_free(port):
        if time.monotonic() > end:
            raise PortBusy(
                f"Port {port} ist belegt oder nicht erlaubt. Beenden Sie das andere Programm, oder wählen Sie einen "
                f"anderen Port, zum Beispiel --port {port + 1 if port < 65_535 else 8080}."
            )
        time.sleep(0.1)


def inner_ports(file: Path, names: Iterable[str], pinned: Iterable[str] = (), public: int = 0) -> dict[str, int]:
    """A port for each name, kept in `file` over restarts where it stays free and is not the `public` one.

    They lie below the range that the system gives to outgoing connections, which could take one between two starts.
    A `pinned` name never gets another port (the issuer's address is part of everybody's identity).
    Raises: PortBusy, DataDirUnusable.
    """
    known = _known_ports(file)
    for name in set(pinned) & known.keys():
        if known[name] == public:
            raise PortBusy(f"Port {public} gehört in diesem Ordner schon dem Anmeldedienst. Wählen Sie einen anderen.")
        require_free(known[name])
    wanted = list(names)
    found = {name: known[name] for name in wanted if name in known and known[name] != public and is_free(known[name])}
    for name in wanted:
        while name not in found:
            port = secrets.choice(_INNER_RANGE)
            if port not in {public, *found.values(), *known.values()} and is_free(port):
                found[name] = port
    write_private(file, orjson.dumps({**known, **found}))
    return found


def _known_ports(file: Path) -> dict[str, int]:
    try:
        return _PORTS.validate_json(file.read_bytes()) if file.exists() else {}
    except ValidationError as error:
        raise DataDirUnusable(f"{file} ist beschädigt. Stellen Sie die Datei aus einer Sicherung her.") from error
