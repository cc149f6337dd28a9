# SPDX-License-Identifier: EUPL-1.2
"""The identity provider: discovery and keys, fetched when first needed and kept while it is unreachable."""

from __future__ import annotations

import base64
import time
import warnings
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from pydantic import BaseModel, ValidationError

from genius_gateway.auth.errors import AccessTokenInvalid, IdentityProviderUnavailable

log = structlog.get_logger(__name__)
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
MAX_TOKEN_BYTES = 16_384
_COOL_DOWN_S = 5.0
_MAX_AGE_S = 300.0
_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_TIMEOUT = aiohttp.ClientTimeout(total=5)
_KEY_TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_TYPE_OF_ALGORITHM = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


class Metadata(BaseModel):
    """What we read of OpenID Connect Discovery 1.0."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """A token whose signature is good; its claims are still to be judged."""

    header: dict[str, Any]
    claims: dict[str, Any]


class IdentityProvider:
    """One issuer. Keys are fetched at most once per cool-down, however many unknown ids come in (AUTH-06)."""

    def __init__(self, session: aiohttp.ClientSession, issuer: str) -> None:
        self._session = session
        self.issuer = issuer
        self._metadata: Metadata | None = None
        self._keys: dict[str, RSAKey | ECKey | OKPKey] = {}
        self._keys_at = 0.0
        self._asked_at = 0.0
        self._reachable = False

    @property
    def reachable(self) -> bool:
        """How the last call ended."""
        return self._reachable

    async def metadata(self) -> Metadata:
        """Raises: IdentityProviderUnavailable."""
        if self._metadata is None:
            raw = await self._fetch(f"{self.issuer}/.well-known/openid-configuration")
            try:
                found = Metadata.model_validate(raw)
            except ValidationError as error:
                raise IdentityProviderUnavailable from error
            if found.issuer != self.issuer:
                log.error("identity provider names another issuer")
                raise IdentityProviderUnavailable
            self._metadata = found
        return self._metadata

    async def check(self) -> bool:
        """Whether the provider answers now (for health)."""
        try:
            await self._fetch((await self.metadata()).jwks_uri)
        except IdentityProviderUnavailable:
            return False
        return True

    async def verify(self, token: str) -> Verified:
        """Check form and signature. Raises: AccessTokenInvalid, IdentityProviderUnavailable (no key was ever had)."""
        header = parse_header(token)
        key = await self._key(header["kid"])
        if key is None or key.key_type != _TYPE_OF_ALGORITHM[header["alg"]]:
            raise AccessTokenInvalid
        if (bound := key.as_dict(private=False).get("alg")) and bound != header["alg"]:
            raise AccessTokenInvalid
        try:
            with warnings.catch_warnings():
                # RFC 9864 renames EdDSA to Ed25519; Keycloak still calls it EdDSA.
                warnings.simplefilter("ignore", SecurityWarning)
                decoded = jwt.decode(token, key, algorithms=[header["alg"]])
        except (JoseError, ValueError, TypeError) as error:
            raise AccessTokenInvalid from error
        if not isinstance(decoded.claims, dict):
            raise AccessTokenInvalid
        return Verified(header, decoded.claims)

    async def _key(self, kid: str) -> RSAKey | ECKey | OKPKey | None:
        age = time.monotonic() - self._keys_at
        if kid not in self._keys or age > _MAX_AGE_S:
            await self._refresh()
        if not self._keys:
            raise IdentityProviderUnavailable
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        now = time.monotonic()
        if self._asked_at and now - self._asked_at < _COOL_DOWN_S:
            return
        self._asked_at = now
        try:
            raw = await self._fetch((await self.metadata()).jwks_uri)
        except IdentityProviderUnavailable:
            # Keys that are known go on; unknown ones stay refused.
            return
        keys = _import_keys(raw)
        if keys:
            self._keys, self._keys_at = keys, now

    async def _fetch(self, url: str) -> Any:
        self._reachable = False
        try:
            async with self._session.get(url, timeout=_TIMEOUT, allow_redirects=False) as response:
                raw = await response.read()
                if response.status != 200:
                    raise IdentityProviderUnavailable
            parsed = orjson.loads(raw)
        except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError) as error:
            log.warning("identity provider not reachable", error=type(error).__name__)
            raise IdentityProviderUnavailable(retry_after=5) from error
        self._reachable = True
        return parsed


def parse_header(token: str) -> dict[str, str]:
    """The protected header of a compact JWS: exactly `alg`, `kid` and perhaps `typ`, each once (AUTH-03)."""
    if len(token) > MAX_TOKEN_BYTES or token.count(".") != 2:
        raise AccessTokenInvalid
    try:
        raw = _unb64(token.split(".", 1)[0])
        header = orjson.loads(raw)
    except ValueError as error:
        raise AccessTokenInvalid from error
    if not isinstance(header, dict) or not {"alg", "kid"} <= set(header) <= _HEADER_MEMBERS:
        raise AccessTokenInvalid
    if not all(isinstance(value, str) for value in header.values()) or header["alg"] not in ALGORITHMS:
        raise AccessTokenInvalid
    # JSON lets a name stand twice and parsers disagree which one counts.
    if any(raw.count(b'"%s"' % name.encode()) != 1 for name in header):
        raise AccessTokenInvalid
    return header


def _unb64(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _import_keys(raw: Any) -> dict[str, RSAKey | ECKey | OKPKey]:
    """The signature keys of a JWKS; a malformed one does not disable the good ones."""
    found: dict[str, RSAKey | ECKey | OKPKey] = {}
    members = raw.get("keys", []) if isinstance(raw, dict) else []
    for member in members if isinstance(members, list) else []:
        try:
            if member.get("use", "sig") != "sig":
                continue
            found[str(member["kid"])] = _KEY_TYPES[member["kty"]].import_key(
                {name: value for name, value in member.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}
            )
        except (JoseError, KeyError, TypeError, ValueError, AttributeError):
            continue
    return found
