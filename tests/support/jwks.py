# SPDX-License-Identifier: EUPL-1.2
"""An identity provider's documents on loopback, and tokens signed (or forged) as wanted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from aiohttp import web
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

AUDIENCE = "genius"
CLIENT = "genius-web"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def _keys() -> dict[str, Any]:
    return {
        "rsa": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"}),
        "ec": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}),
        "ed": OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"}),
    }


@dataclass
class Realm:
    """`jwks` is what the provider publishes now, `fetches` how often it was asked."""

    issuer: str = ""
    keys: dict[str, Any] = field(default_factory=lambda: dict(_keys()))
    extra: list[Any] = field(default_factory=list)
    fetches: int = 0
    down: bool = False

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good access token of a person; a change to `...` removes one."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": "4711",
            "typ": "Bearer",
            "aud": [AUDIENCE],
            "azp": CLIENT,
            "iat": now,
            "exp": now + 300,
            "preferred_username": "a.weber",
            "name": "Anna Weber",
            "realm_access": {"roles": ["sachbearbeitung"]},
            "groups": ["/behoerden/mhb"],
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not ...}

    def sign(self, claims: dict[str, Any], *, key: str = "rsa", alg: str = "RS256", **header: Any) -> str:
        algorithms = ["RS256", "ES256", "EdDSA"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            return jwt.encode({"alg": alg, "kid": key, **header}, claims, self.keys[key], algorithms=algorithms)

    def raw(self, header: bytes | dict[str, Any], claims: dict[str, Any], signature: bytes = b"x" * 64) -> str:
        head = header if isinstance(header, bytes) else orjson.dumps(header)
        return f"{b64(head)}.{b64(orjson.dumps(claims))}.{b64(signature)}"

    def hmac(self, secret: bytes, claims: dict[str, Any], **header: Any) -> str:
        signed = f"{b64(orjson.dumps({'alg': 'HS256', 'kid': 'rsa', **header}))}.{b64(orjson.dumps(claims))}"
        return f"{signed}.{b64(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


@asynccontextmanager
async def serving_realm(realm: Realm) -> AsyncIterator[Realm]:
    async def discovery(_: web.Request) -> web.Response:
        base = realm.issuer
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return web.json_response({"issuer": base, **{name: f"{base}/{name}" for name in names}})

    async def jwks(_: web.Request) -> web.Response:
        realm.fetches += 1
        if realm.down:
            return web.Response(status=503)
        public = [key.as_dict(private=False) for key in realm.keys.values()]
        return web.json_response({"keys": [*realm.extra, *public]})

    app = web.Application()
    app.router.add_get("/realms/genius/.well-known/openid-configuration", discovery)
    app.router.add_get("/realms/genius/jwks_uri", jwks)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    realm.issuer = f"http://127.0.0.1:{port}/realms/genius"
    try:
        yield realm
    finally:
        await runner.cleanup()
