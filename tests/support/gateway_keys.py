# SPDX-License-Identifier: EUPL-1.2
"""The gateway's internal port as far as the inner services need it: keys, the signed lists, retrieval's token."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genius_common.auth import REVOCATIONS_PATH
from genius_common.model_stops import STOPS_PATH, ModelStop
from genius_common.principal import Principal, ProtectionClass
from genius_common.tokens import TokenSigner
from genius_retrieval.dense.inference import TOKEN_PATH


@dataclass
class KeyServer:
    """`revoked`, `stops` and `down` change what is answered from the next request on.

    `list_signer` signs the list of stops in place of `signer`. `embeddings_secret` is the one for which a token for
    embeddings is given, `tokens` how many were.
    """

    signer: TokenSigner
    jwks_url: str = ""
    revoked: dict[str, float] = field(default_factory=dict)
    stops: set[ModelStop] = field(default_factory=set)
    list_signer: TokenSigner | None = None
    down: bool = False
    lists: int = 0
    embeddings_secret: str = ""
    tokens: int = 0

    def embeddings_token(self) -> str:
        self.tokens += 1
        scopes = frozenset({"embeddings"})
        asking = Principal(
            subject=UUID(int=0),
            tenant="test",
            authority=None,
            scopes=scopes,
            classification=ProtectionClass.SOZIALDATEN,
        )
        return self.signer.sign(asking, audience=["inference"])


@contextlib.contextmanager
def key_server(signer: TokenSigner | None = None) -> Iterator[KeyServer]:
    keys = KeyServer(signer or TokenSigner(Ed25519PrivateKey.generate()))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == REVOCATIONS_PATH:
                keys.lists += 1
                body = keys.signer.sign_revocations(keys.revoked).encode()
            elif self.path == STOPS_PATH:
                body = (keys.list_signer or keys.signer).sign_stops(keys.stops).encode()
            else:
                body = orjson.dumps(keys.signer.jwks())
            self._answer(503 if keys.down else 200, body)

        def do_POST(self) -> None:
            secret = keys.embeddings_secret
            if not secret or self.headers["authorization"] != f"Bearer {secret}" or self.path != TOKEN_PATH:
                self._answer(401, orjson.dumps({"code": "not_authenticated"}))
            else:
                self._answer(200, orjson.dumps({"token": keys.embeddings_token()}))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
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
