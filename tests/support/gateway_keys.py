# SPDX-License-Identifier: EUPL-1.2
"""The gateway's internal port as far as the inner services need it: keys and the signed revocation list."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genius_common.auth import REVOCATIONS_PATH
from genius_common.tokens import TokenSigner


@dataclass
class KeyServer:
    """`revoked` and `down` change what is answered from the next request on."""

    signer: TokenSigner
    jwks_url: str = ""
    revoked: dict[str, float] = field(default_factory=dict)
    down: bool = False
    lists: int = 0


@contextlib.contextmanager
def key_server(signer: TokenSigner | None = None) -> Iterator[KeyServer]:
    keys = KeyServer(signer or TokenSigner(Ed25519PrivateKey.generate()))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == REVOCATIONS_PATH:
                keys.lists += 1
                body = keys.signer.sign_revocations(keys.revoked).encode()
            else:
                body = orjson.dumps(keys.signer.jwks())
            self.send_response(503 if keys.down else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        keys.jwks_url = f"http://127.0.0.1:{server.server_port}/jwks.json"
        yield keys
        server.shutdown()
