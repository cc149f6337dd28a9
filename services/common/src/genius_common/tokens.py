# SPDX-License-Identifier: EUPL-1.2
"""The principal token: an Ed25519-signed JWT of at most five minutes that every inner service verifies itself.

Only `alg: EdDSA` with `typ: genius+jwt` and a known `kid` is accepted; the key is never taken from the token
(RFC 8725 sections 3.1 and 3.2). Verified tokens are kept by the SHA-256 of the whole token until they end.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from genius_common.errors import NotAuthenticated
from genius_common.model_stops import ModelStop
from genius_common.principal import Principal, ProtectionClass

ISSUER = "genius-gateway"
TOKEN_TYPE = "genius+jwt"
LIST_TYPE = "genius-revocations+jwt"
STOPS_TYPE = "genius-model-stops+jwt"
MAX_LIFETIME_S = 300
MAX_TOKEN_BYTES = 16_384
CLOCK_SKEW_S = 30
MAX_LIST_AGE_S = 60
_CACHE_LIMIT = 10_000
_HEADER_LIMIT = 64


class TokenInvalid(NotAuthenticated):
    """The token is malformed, expired, for another service, or not signed by a known key."""

    code = "token_invalid"
    default_detail = "Das Zugriffstoken ist ungültig oder abgelaufen."


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    """Strict: the usual decoder passes over characters that are none of base64url, so that one token has many texts."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def key_id(public: Ed25519PublicKey) -> str:
    """Thumbprint of an OKP key (RFC 8037 appendix A.3, RFC 7638)."""
    canonical = orjson.dumps({"crv": "Ed25519", "kty": "OKP", "x": _raw(public)}, option=orjson.OPT_SORT_KEYS)
    return _b64(hashlib.sha256(canonical).digest())


def _raw(public: Ed25519PublicKey) -> str:
    return _b64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def public_jwk(public: Ed25519PublicKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _raw(public), "kid": key_id(public), "alg": "EdDSA", "use": "sig"}


class TokenSigner:
    """Mints principal tokens with one private key (47 µs each)."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key()
        header = {"alg": "EdDSA", "typ": TOKEN_TYPE, "kid": key_id(self.public)}
        self._header = _b64(orjson.dumps(header))

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        return {"keys": [public_jwk(self.public)]}

    def sign(
        self,
        principal: Principal,
        *,
        audience: Iterable[str],
        lifetime_s: int = MAX_LIFETIME_S,
        not_before: int = 0,
    ) -> str:
        """Return a compact JWT for `principal`; `lifetime_s` above five minutes is a programming error.

        `not_before` is the earliest `iat`: a token made within the second of a revocation must not fall under it.
        """
        if not 0 < lifetime_s <= MAX_LIFETIME_S:
            raise ValueError(f"lifetime_s must be in 1..{MAX_LIFETIME_S}")
        now = max(int(time.time()), not_before)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": list(audience),
            "sub": str(principal.subject),
            "tenant": principal.tenant,
            "authority": str(principal.authority) if principal.authority else None,
            "units": _ids(principal.units),
            "roles": sorted(principal.roles),
            "scopes": sorted(principal.scopes),
            "classification": principal.classification.value,
            "act": str(principal.application) if principal.application else None,
            "iat": now,
            "exp": now + lifetime_s,
            "jti": secrets.token_urlsafe(16),
        }
        if principal.run:
            claims["run"] = str(principal.run)
        if principal.use:
            claims["use"] = principal.use
        if principal.metered:
            claims["metered"] = True
        for name in ("knowledge_bases", "writable_knowledge_bases", "files"):
            if ids := getattr(principal, name):
                claims[name] = _ids(ids)
        return self._signed(self._header, claims)

    def sign_revocations(self, entries: Mapping[str, float]) -> str:
        """The revocation list for the inner services: subject → time up to which its tokens are void."""
        return self._sign_list(LIST_TYPE, {"revoked": entries})

    def sign_stops(self, stops: Iterable[ModelStop]) -> str:
        """The list of stopped models for inference."""
        pairs = [(stop.model, str(stop.authority) if stop.authority else None) for stop in stops]
        return self._sign_list(STOPS_TYPE, {"stops": pairs})

    def _sign_list(self, kind: str, content: dict[str, Any]) -> str:
        header = {"alg": "EdDSA", "typ": kind, "kid": key_id(self.public)}
        return self._signed(_b64(orjson.dumps(header)), {"iss": ISSUER, "iat": int(time.time()), **content})

    def _signed(self, header: str, claims: dict[str, Any]) -> str:
        signed = f"{header}.{_b64(orjson.dumps(claims))}"
        return f"{signed}.{_b64(self._private.sign(signed.encode()))}"


def _ids(values: Iterable[UUID]) -> list[str]:
    return sorted(str(value) for value in values)


@dataclass(frozen=True, slots=True)
class _Header:
    kid: str


def _parse_header(part: str, kind: str = TOKEN_TYPE) -> _Header:
    raw = _unb64(part)
    header = orjson.loads(raw)
    if not isinstance(header, dict) or set(header) != {"alg", "typ", "kid"}:
        raise TokenInvalid
    # JSON lets a name stand twice and parsers disagree which one counts.
    if any(raw.count(b'"%s"' % name.encode()) != 1 for name in header):
        raise TokenInvalid
    if header["alg"] != "EdDSA" or header["typ"] != kind or not isinstance(header["kid"], str):
        raise TokenInvalid
    return _Header(kid=header["kid"])


class TokenVerifier:
    """Checks tokens for one audience and tenant. Keys come from `set_keys` (see `JwksClient`).

    `revoked` maps subjects to times: what was issued to them until then is refused even while it is cached (AUTH-08).
    """

    def __init__(self, audience: str, tenant: str) -> None:
        self._audience = audience
        self._tenant = tenant
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._cache: dict[bytes, tuple[Principal, int]] = {}
        self._known_headers: set[str] = set()
        self.revoked: dict[UUID, float] = {}

    def set_keys(self, jwks: dict[str, Any]) -> None:
        """Replace the known keys; a malformed entry does not disable the good ones (AUTH-06)."""
        keys: dict[str, Ed25519PublicKey] = {}
        entries = jwks.get("keys")
        for entry in entries if isinstance(entries, list) else []:
            try:
                if entry["kty"] == "OKP" and entry["crv"] == "Ed25519":
                    public = Ed25519PublicKey.from_public_bytes(_unb64(entry["x"]))
                    keys[key_id(public)] = public
            except (KeyError, TypeError, ValueError):
                continue
        self._keys = keys
        self._cache.clear()
        self._known_headers.clear()

    def knows(self, token: str) -> bool:
        """Whether the token names a key that is known; an unknown one is a reason to fetch the JWKS again."""
        header = token.split(".", 1)[0]
        if header in self._known_headers:  # the same for every token of one key
            return True
        try:
            known = _parse_header(header).kid in self._keys
        except (ValueError, TokenInvalid):
            return True
        if known and len(self._known_headers) < _HEADER_LIMIT:
            self._known_headers.add(header)
        return known

    def verify(self, token: str) -> Principal:
        """Return the principal of a valid token, else raise `TokenInvalid` (133 µs, cached < 1 µs)."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._cache.get(digest)
        if known is None:
            known = self._verify(token)
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            self._cache[digest] = known
        principal, issued = known
        if principal.expires_at <= time.time():
            self._cache.pop(digest, None)
            raise TokenInvalid
        if self.revoked and (self._is_void(principal.subject, issued) or self._is_void(principal.application, issued)):
            raise TokenInvalid
        return principal

    def _is_void(self, subject: UUID | None, issued: int) -> bool:
        at = self.revoked.get(subject) if subject else None
        return at is not None and issued <= at

    def read_revocations(self, signed: str) -> dict[UUID, float]:
        """The entries of a list that is signed by a known key and not older than `MAX_LIST_AGE_S`.

        Raises: TokenInvalid.
        """
        try:
            entries = self._open_list(signed, LIST_TYPE)["revoked"]
            return {UUID(subject): float(at) for subject, at in entries.items()}
        except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature) as error:
            raise TokenInvalid from error

    def read_stops(self, signed: str) -> frozenset[ModelStop]:
        """The stopped models of a list that is signed and fresh in the same way. Raises: TokenInvalid."""
        try:
            pairs = self._open_list(signed, STOPS_TYPE)["stops"]
            return frozenset(ModelStop(_name(model), _optional(authority)) for model, authority in pairs)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature) as error:
            raise TokenInvalid from error

    def _open_list(self, signed: str, kind: str) -> dict[str, Any]:
        claims = self._open(signed, kind)
        if claims["iss"] != ISSUER or abs(time.time() - claims["iat"]) > MAX_LIST_AGE_S:
            raise TokenInvalid
        return claims

    def _open(self, token: str, kind: str) -> dict[str, Any]:
        header, payload, signature = token.split(".")
        public = self._keys[_parse_header(header, kind).kid]
        public.verify(_unb64(signature), f"{header}.{payload}".encode())
        claims: dict[str, Any] = orjson.loads(_unb64(payload))
        return claims

    def _verify(self, token: str) -> tuple[Principal, int]:
        if len(token) > MAX_TOKEN_BYTES or token.count(".") != 2:
            raise TokenInvalid
        try:
            claims = self._open(token, TOKEN_TYPE)
            return self._principal(claims), claims["iat"]
        except (KeyError, TypeError, ValueError, AttributeError, InvalidSignature) as error:
            raise TokenInvalid from error

    def _principal(self, claims: dict[str, Any]) -> Principal:
        now = time.time()
        issued, expires, begins = claims["iat"], claims["exp"], claims.get("nbf", 0)
        if not all(type(value) is int for value in (issued, expires, begins)):
            raise TokenInvalid
        if max(issued, begins) > now + CLOCK_SKEW_S or expires <= now or not 0 < expires - issued <= MAX_LIFETIME_S:
            raise TokenInvalid
        if claims["iss"] != ISSUER or claims["tenant"] != self._tenant:
            raise TokenInvalid
        if not isinstance(claims["aud"], list) or self._audience not in claims["aud"]:
            raise TokenInvalid
        return Principal(
            subject=UUID(claims["sub"]),
            tenant=claims["tenant"],
            authority=_optional(claims["authority"]),
            units=_uuids(claims["units"]),
            roles=_words(claims["roles"]),
            scopes=_words(claims["scopes"]),
            classification=ProtectionClass(claims["classification"]),
            application=_optional(claims["act"]),
            run=_optional(claims.get("run")),
            use=_use(claims.get("use")),
            metered=_flag(claims.get("metered", False)),
            knowledge_bases=_uuids(claims.get("knowledge_bases", [])),
            writable_knowledge_bases=_uuids(claims.get("writable_knowledge_bases", [])),
            files=_uuids(claims.get("files", [])),
            expires_at=expires,
            token_id=claims["jti"],
        )


def _optional(value: str | None) -> UUID | None:
    return UUID(value) if value is not None else None


def _name(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TokenInvalid
    return value


def _use(value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or not value):
        raise TokenInvalid
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TokenInvalid
    return value


def _words(values: object) -> frozenset[str]:
    """A JSON array of strings; a string or an object would otherwise be taken apart into words as well."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TokenInvalid
    return frozenset(values)


def _uuids(values: object) -> frozenset[UUID]:
    return frozenset(UUID(value) for value in _words(values))
