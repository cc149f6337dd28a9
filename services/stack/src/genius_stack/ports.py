# SPDX-License-Identifier: EUPL-1.2
"""Ports on loopback: the public one is checked, the inner ones are found once and kept where they stay free."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from pathlib import Path

import orjson

from genius_stack.errors import PortBusy
from genius_stack.files import write_private

HOST = "127.0.0.1"
_WAIT_SECONDS = 3.0


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


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


def inner_ports(file: Path, names: Iterable[str]) -> dict[str, int]:
    """A port for each name. They are kept in `file`, so that the issuer's address stays the same over restarts."""
    known: dict[str, int] = orjson.loads(file.read_bytes()) if file.exists() else {}
    found = {name: known[name] if name in known and is_free(known[name]) else 0 for name in names}
    probes = []
    for name in (name for name, port in found.items() if port == 0):
        probe = socket.socket()
        probe.bind((HOST, 0))
        found[name] = probe.getsockname()[1]
        probes.append(probe)
    for probe in probes:
        probe.close()
    write_private(file, orjson.dumps({**known, **found}))
    return found
