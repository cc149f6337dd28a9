# SPDX-License-Identifier: EUPL-1.2
"""Where Genius calls when a job has ended: a small HTTP server that believes only what is signed."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fachverfahren.ledger import Ledger
from genius_client import InvalidCallback, verify_callback

_MOST_BYTES = 20_000_000
_SECONDS = 15


def server(port: int, key: str, ledger: Ledger) -> ThreadingHTTPServer:
    """Listens on loopback; `serve_forever` runs it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS

        def do_POST(self) -> None:
            self.send_response(_answer(self, key, ledger))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:  # type: ignore[explicit-override]  # Python 3.11 has none
            """Nothing of a call is logged."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _answer(request: BaseHTTPRequestHandler, key: str, ledger: Ledger) -> HTTPStatus:
    """Only what is kept for good gets a 2xx: for anything else Genius calls again later."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        return HTTPStatus.LENGTH_REQUIRED
    if len(length) > 9 or int(length) > _MOST_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = request.rfile.read(int(length))
    try:
        callback = verify_callback(dict(request.headers), body, key)
    except InvalidCallback:
        return HTTPStatus.UNAUTHORIZED
    return HTTPStatus.NO_CONTENT if ledger.take(callback) else HTTPStatus.NOT_FOUND
