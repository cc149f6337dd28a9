# SPDX-License-Identifier: EUPL-1.2
"""A bad line: a TCP proxy that ends chosen connections after so many bytes of the answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class CuttingProxy:
    """`cuts`: for each connection in turn the bytes of the answer that still pass (0: none, although it came), or None.

    Connections beyond the list are left alone. `cut` counts those that were ended.
    """

    def __init__(self, target: str, cuts: list[int | None]) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._cuts = list(cuts)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.cut = 0

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            limit = self._cuts.pop(0) if self._cuts else None
            upstream = socket.create_connection(self._target)
            threading.Thread(target=_pass_on, args=(client, upstream), daemon=True).start()
            threading.Thread(target=self._answer, args=(upstream, client, limit), daemon=True).start()

    def _answer(self, upstream: socket.socket, client: socket.socket, limit: int | None) -> None:
        passed = 0
        while piece := _received(upstream):
            if limit is not None and passed + len(piece) > limit:
                _send(client, piece[: limit - passed])
                self.cut += 1
                break
            passed += len(piece)
            _send(client, piece)
        _end(client)
        _end(upstream)

    def stop(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def _send(connection: socket.socket, piece: bytes) -> bool:
    try:
        connection.sendall(piece)
    except OSError:
        return False
    return True


def _end(connection: socket.socket) -> None:
    """Also while the other thread waits at it, which closing alone would not wake."""
    with suppress(OSError):  # the other side was first
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _pass_on(client: socket.socket, upstream: socket.socket) -> None:
    while piece := _received(client):
        if not _send(upstream, piece):
            return


@contextmanager
def cutting_proxy(target: str, *cuts: int | None) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(target, list(cuts))
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join()
