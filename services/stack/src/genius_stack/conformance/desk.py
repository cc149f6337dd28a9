# SPDX-License-Identifier: EUPL-1.2
"""What stands around the module while it is checked: keys, an empty inference and retrieval, and a record of all calls.

Its services hold nothing (no model, no hit) but one small text file: what is looked at is what the module asks for.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genius_common.contracts.modules import RunFile, ServiceUrls
from genius_common.principal import Principal, ProtectionClass
from genius_common.tokens import TokenSigner

TENANT = "pruefung"
PERSON, AUTHORITY = UUID(int=1), UUID(int=2)
FILE = UUID(int=3)
FILE_NAME = "beispiel.txt"
FILE_TEXT = (
    "Die Gemeinde Musterstadt fördert Lastenräder. Der Antrag ist bis zum 31. März 2027 zu stellen. "
    "Gefördert werden höchstens 1.200 Euro. Ansprechpartnerin ist das Amt für Mobilität, Rathausplatz 1."
)
_AUDIENCES = ("inference", "retrieval", "gateway")


@dataclass(frozen=True, slots=True)
class DeskAddress:
    """Where the module under check finds the keys and the services."""

    url: str

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/.well-known/jwks.json"

    @property
    def services(self) -> ServiceUrls:
        return ServiceUrls(inference=f"{self.url}/inference", retrieval=f"{self.url}/retrieval")


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the module to somebody; `path` without query."""

    method: str
    path: str
    token: str


class Desk:
    """The other side. `delay_s` makes its services slow, `calls` is everything that was asked of it."""

    def __init__(self) -> None:
        self._signer = TokenSigner(Ed25519PrivateKey.generate())
        self.calls: list[Call] = []
        self.delay_s = 0.0
        self.address = DeskAddress("")

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Desk]:
        app = web.Application()
        app.router.add_get("/.well-known/jwks.json", self._jwks)
        app.router.add_get("/internal/revocations", self._revocations)
        app.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.address = DeskAddress(f"http://127.0.0.1:{runner.addresses[0][1]}")
        try:
            yield self
        finally:
            await runner.cleanup()

    def token(self, audience: str, run: UUID, scopes: list[str], **changes: Any) -> str:
        """The token of one run, as the gateway would mint it for the module known as `audience`."""
        values: dict[str, Any] = {
            "subject": PERSON, "tenant": TENANT, "authority": AUTHORITY, "run": run, "files": frozenset({FILE}),
            "scopes": frozenset(scopes), "classification": ProtectionClass.INTERN,
        }  # fmt: skip
        return self._signer.sign(Principal(**{**values, **changes}), audience=[audience, *_AUDIENCES])

    @staticmethod
    def forged(audience: str, run: UUID, scopes: list[str]) -> str:
        """The same, signed with a key that nobody knows."""
        return Desk().token(audience, run, scopes)

    @staticmethod
    def file() -> RunFile:
        size = len(FILE_TEXT.encode())
        return RunFile(id=FILE, name=FILE_NAME, media_type="text/plain", size=size)

    async def _jwks(self, request: web.Request) -> web.Response:
        return web.json_response(self._signer.jwks())

    async def _revocations(self, request: web.Request) -> web.Response:
        return web.Response(text=self._signer.sign_revocations({}), content_type="application/jwt")

    async def _answer(self, request: web.Request) -> web.Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.calls.append(Call(request.method, request.path, token))
        await asyncio.sleep(self.delay_s)
        found = _ANSWERS.get((request.method, request.path))
        if found is not None:
            return web.json_response(found)
        problem = {"code": "not_found", "title": "Nicht gefunden", "detail": "Das gibt es hier nicht.", "status": 404}
        return web.json_response(problem, status=404, content_type="application/problem+json")


_ANSWERS: dict[tuple[str, str], Any] = {
    ("GET", "/inference/v1/models"): {"object": "list", "data": []},
    ("POST", "/retrieval/search"): {
        "hits": [],
        "verdict": {"answerable": False, "confidence": 0.0},
        "searched": {"knowledge_bases": 0, "documents": 0},
    },
    ("GET", f"/retrieval/files/{FILE}"): {
        "id": str(FILE), "name": FILE_NAME, "state": "ready", "media_type": "text/plain", "pages": 1,
        "size": len(FILE_TEXT.encode()), "created_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC).isoformat(),
    },
    ("GET", f"/retrieval/files/{FILE}/text"): {
        "text": FILE_TEXT, "char_from": 0, "char_to": len(FILE_TEXT), "length": len(FILE_TEXT), "page_starts": [0],
        "blocks": [{"kind": "paragraph", "char_from": 0, "char_to": len(FILE_TEXT)}],
    },
    ("GET", f"/retrieval/files/{FILE}/layout"): {"media_type": "text/plain", "lines": [{"text": FILE_TEXT}]},
}  # fmt: skip
