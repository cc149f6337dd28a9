# SPDX-License-Identifier: EUPL-1.2
"""A small server with the documented behaviour of Vault's transit engine, on loopback, with real AES-256-GCM.

Not Vault: no Vault server can be had in this environment. It keeps to what the interface's documentation says of
`encrypt`, `decrypt`, `rewrap`, reading, rotating and configuring a key of the type `aes256-gcm96`: `vault:vN:` in front
of base64(nonce + ciphertext), decryption refused below `min_decryption_version` with status 400, a token in
`X-Vault-Token` with 403 otherwise, errors as `{"errors": [...]}`.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PATH = re.compile(r"/v1/transit/(encrypt|decrypt|rewrap|keys)/genius(/rotate|/config)?")
_CIPHERTEXT = re.compile(r"vault:v(\d+):(.+)")


@dataclass
class Transit:
    """`versions[0]` is version 1. `status` is answered instead of anything else; `silent` never answers."""

    token: str = field(default_factory=lambda: secrets.token_hex(16))
    versions: list[bytes] = field(default_factory=lambda: [secrets.token_bytes(32)])
    min_decryption_version: int = 1
    status: int | None = None
    body: bytes | None = None
    silent: threading.Event | None = None
    url: str = ""
    calls: list[str] = field(default_factory=list)

    def rotate(self) -> None:
        self.versions.append(secrets.token_bytes(32))

    def encrypt(self, plain: bytes) -> str:
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(self.versions[-1]).encrypt(nonce, plain, None)
        return f"vault:v{len(self.versions)}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, text: str) -> bytes:
        """Raises: ValueError with the text that is answered with status 400."""
        found = _CIPHERTEXT.fullmatch(text)
        if found is None:
            raise ValueError("invalid ciphertext: no prefix")
        version = int(found[1])
        if version < self.min_decryption_version:
            raise ValueError("ciphertext or signature version is disallowed by policy (too old)")
        if version > len(self.versions):
            raise ValueError("invalid ciphertext: version is too new")
        sealed = base64.b64decode(found[2])
        try:
            return AESGCM(self.versions[version - 1]).decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag:
            raise ValueError("invalid ciphertext: unable to decrypt") from None

    def answer(self, method: str, path: str, token: str | None, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        found = _PATH.fullmatch(path)
        if found is None:
            return 404, {"errors": []}
        if token != self.token:
            return 403, {"errors": ["permission denied"]}
        self.calls.append(found[1])
        try:
            if found[1] == "encrypt":
                return 200, {"data": {"ciphertext": self.encrypt(base64.b64decode(body["plaintext"])),
                                      "key_version": len(self.versions)}}  # fmt: skip
            if found[1] == "decrypt":
                return 200, {"data": {"plaintext": base64.b64encode(self.decrypt(body["ciphertext"])).decode()}}
            if found[1] == "rewrap":
                return 200, {"data": {"ciphertext": self.encrypt(self.decrypt(body["ciphertext"])),
                                      "key_version": len(self.versions)}}  # fmt: skip
        except ValueError as error:
            return 400, {"errors": [str(error)]}
        if method == "GET":
            return 200, {"data": {"name": "genius", "type": "aes256-gcm96", "latest_version": len(self.versions),
                                  "min_decryption_version": self.min_decryption_version}}  # fmt: skip
        return 403, {"errors": ["permission denied"]}  # rotating and configuring is for Vault's administrators


@contextlib.contextmanager
def transit_server() -> Iterator[Transit]:
    transit = Transit()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", 0)))
            if transit.silent is not None:
                transit.silent.wait(30)
            status, content = transit.answer(
                self.command, self.path, self.headers.get("x-vault-token"), orjson.loads(raw) if raw else {}
            )
            body = orjson.dumps(content) if transit.body is None else transit.body
            self.send_response(transit.status or status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815 names of http.server

        def log_message(self, *_: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 64  # the usual 5 drops connections of a burst, which come back after a second or three

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        transit.url = f"http://127.0.0.1:{server.server_port}"
        yield transit
        if transit.silent is not None:
            transit.silent.set()
        server.shutdown()
