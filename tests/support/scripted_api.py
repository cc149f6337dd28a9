# SPDX-License-Identifier: EUPL-1.2
"""A far end of HTTP that answers as it is told: refusals, answers that never come, streams that are cut."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/json"
PROBLEM = "application/problem+json"
EVENTS = "text/event-stream; charset=utf-8"


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """`cut`: the connection is reset after what there is of `body`; without a status before any answer."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


CUT = Answer(cut=True)


def answer(found: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(found).encode(), {"content-type": JSON, **named})


def refusal(status: int, code: str, *, errors: list[dict[str, str]] | None = None, **headers: str) -> Answer:
    """As the gateway refuses (RFC 9457)."""
    problem = {"type": f"urn:genius:error:{code}", "title": "Titel", "status": status, "detail": "Bitte warten."}
    problem |= {"code": code, "retryable": status in {429, 503}, "request_id": "r-1"}
    made = answer({**problem, **({"errors": errors} if errors else {})}, status, **headers)
    return Answer(status, made.body, {**made.headers, "content-type": PROBLEM})


def events(*frames: tuple[int, str, dict[str, Any]], cut: bool = False, **headers: str) -> Answer:
    """An event stream; `cut` after the last frame."""
    body = b"".join(f"id: {i}\nevent: {t}\ndata: {json.dumps(d)}\n\n".encode() for i, t, d in frames)
    return Answer(200, body, {"content-type": EVENTS, **headers}, cut)


@dataclass
class ScriptedApi:
    """`answers` are given in turn; one too many requests answers 599. What came stands in `received`."""

    url: str = ""
    answers: list[Answer | Callable[[Received], Answer]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def _next(self, request: Received) -> Answer:
        self.received.append(request)
        chosen = self.answers.pop(0) if self.answers else Answer(599)
        return chosen if isinstance(chosen, Answer) else chosen(request)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


def _handler(script: ScriptedApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = script._next(Received(self.command, self.path, headers, body))
            self.close_connection = True
            if given.status:
                self.send_response(given.status)
                for name, value in given.headers.items():
                    self.send_header(name, value)
                if not given.cut and given.status != 204:
                    self.send_header("content-length", str(len(given.body)))
                self.end_headers()
                self.wfile.write(given.body)
            if given.cut:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR) if given.status else _reset(self.connection)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 http.server calls them so

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    return Handler


@contextmanager
def scripted_api(*answers: Answer | Callable[[Received], Answer]) -> Iterator[ScriptedApi]:
    script = ScriptedApi(answers=list(answers))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
