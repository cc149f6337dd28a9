# SPDX-License-Identifier: EUPL-1.2
"""One corpus of hostile bearer tokens for every service: each differs from a good token in one thing only.

A `Mint` makes a service's good token and holds the real private key, so that a refusal is for that one thing and not
for a bad signature. `corpus(mint)` answers name → token; all of them must be 401 (AUTH-03, AUTH-04, AUTH-05).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from genius_common.principal import Principal
from genius_common.tokens import LIST_TYPE, MAX_LIFETIME_S, MAX_TOKEN_BYTES, TOKEN_TYPE, TokenSigner, key_id

Changes = Mapping[str, Any]
"""Members to set; `...` removes one."""
PrivateKey = RSAPrivateKey | Ed25519PrivateKey


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encoded(value: Any) -> bytes:
    """JSON that also writes what strict writers refuse: numbers beyond 64 bits, NaN, lone surrogates."""
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def changed(good: Changes, changes: Changes) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


@dataclass(frozen=True)
class Mint:
    """What makes a good token of one kind. `wrong` are changes of claims that only this kind knows."""

    header: dict[str, Any]
    claims: Callable[[], dict[str, Any]]
    private: PrivateKey
    jwk: dict[str, Any]
    wrong: dict[str, Changes]
    alien: dict[str, str] = field(default_factory=dict)
    """Whole tokens of another kind or purpose, good where they belong (AUTH-14)."""

    def sign(self, signed: bytes, key: PrivateKey | None = None) -> bytes:
        private = key or self.private
        if isinstance(private, Ed25519PrivateKey):
            return private.sign(signed)
        return private.sign(signed, padding.PKCS1v15(), hashes.SHA256())

    def token(self, header: Any = None, claims: Any = None, *, key: PrivateKey | None = None) -> str:
        """Signed for exactly these texts; bytes are taken as they are."""
        head = encoded(self.header if header is None else header)
        body = encoded(self.claims() if claims is None else claims)
        signed = f"{b64(head)}.{b64(body)}"
        return f"{signed}.{b64(self.sign(signed.encode(), key))}"

    def good(self) -> str:
        return self.token()

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def corpus(mint: Mint) -> dict[str, str]:
    """Every kind of hostile token for the service that `mint` makes good ones for."""
    found = {
        **_algorithms(mint),
        **{f"header {name}": mint.token(changed(mint.header, c)) for name, c in _HEADERS.items()},
        **_ambiguous_headers(mint),
        **_structures(mint),
        **{f"claims {name}": mint.token(claims=value) for name, value in _NO_CLAIMS.items()},
        **{f"claims {name}": mint.token(claims=changed(mint.claims(), c)) for name, c in _wrong_claims(mint).items()},
        **{f"time {name}": mint.token(claims=changed(mint.claims(), c)) for name, c in _wrong_times().items()},
        **{f"alien {name}": token for name, token in mint.alien.items()},
    }
    good = mint.good()
    assert good not in found.values()
    return found


_NONE = ("none", "None", "NONE", "nOnE", "")
_ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS512", "ES256", "ES256K", "ES512", "EdDSA", "Ed25519", "eddsa")
_HEADERS: dict[str, Changes] = {
    "without alg": {"alg": ...},
    "without kid": {"kid": ...},
    "alg list": {"alg": ["RS256", "EdDSA"]},
    "alg null": {"alg": None},
    "crit": {"crit": ["exp"]},
    "crit empty": {"crit": []},
    "b64 false": {"b64": False},
    "b64 false, critical": {"b64": False, "crit": ["b64"]},
    "jku": {"jku": "http://127.0.0.1:9/jwks"},
    "x5u": {"x5u": "http://127.0.0.1:9/x"},
    "x5c": {"x5c": ["MIIB"]},
    "x5t": {"x5t": "AAAA"},
    "cty": {"cty": "JWT"},
    "zip": {"zip": "DEF"},
    "enc": {"enc": "A256GCM"},
    "unknown member": {"genius": 1},
    "kid unknown": {"kid": "unbekannt"},
    "kid number": {"kid": 1},
    "kid list": {"kid": ["a"]},
    "kid object": {"kid": {"a": 1}},
    "kid null": {"kid": None},
    "kid path": {"kid": "../../../../dev/null"},
    "kid sql": {"kid": "' UNION SELECT 'x"},
    "kid url": {"kid": "http://127.0.0.1:9/key"},
    "kid empty": {"kid": ""},
    "typ of a logout token": {"typ": "logout+jwt"},
    "typ of a revocation list": {"typ": LIST_TYPE},
    "typ list": {"typ": ["JWT"]},
    "typ number": {"typ": 1},
}
_NO_CLAIMS: dict[str, bytes] = {
    "empty": b"",
    "not JSON": b"{",
    "array": b"[]",
    "string": b'"x"',
    "number": b"1",
    "null": b"null",
    "empty object": b"{}",
    "deep": b'{"sub":' * 2000 + b"1" + b"}" * 2000,
    "not UTF-8": b'{"sub":"\xff"}',
}


def _algorithms(mint: Mint) -> dict[str, str]:
    """Another algorithm than the key's: without a signature, with the public key as secret, with a key of one's own."""
    own: PrivateKey = Ed25519PrivateKey.generate()
    if isinstance(mint.private, RSAPrivateKey):
        own = generate_private_key(65537, 2048)
    found: dict[str, str] = {}
    for name in _NONE:
        head = changed(mint.header, {"alg": name})
        found[f"alg {name!r} without signature"] = mint.token(head).rsplit(".", 1)[0] + "."
        found[f"alg {name!r} signed"] = mint.token(head)
    for name in _ASYMMETRIC:
        if name != mint.header["alg"]:
            found[f"alg {name}"] = mint.token(changed(mint.header, {"alg": name}))
    secrets = {"PEM": mint.pem, "JWK": encoded(mint.jwk), "nothing": b"", "kid": str(mint.header["kid"]).encode()}
    for alg, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
        for name, secret in secrets.items():
            signed = mint.token(changed(mint.header, {"alg": alg})).rsplit(".", 1)[0]
            found[f"{alg} with {name}"] = f"{signed}.{b64(hmac.digest(secret, signed.encode(), digest))}"
    found["signed by a key of one's own"] = mint.token(key=own)
    found["embedded jwk, its own"] = mint.token(changed(mint.header, {"jwk": _public_jwk(own)}), key=own)
    found["embedded jwk, ours"] = mint.token(changed(mint.header, {"jwk": mint.jwk}))
    found["nested jwk"] = mint.token(changed(mint.header, {"jwk": {"jwk": mint.jwk, "keys": [mint.jwk]}}))
    return found


def _public_jwk(private: PrivateKey) -> dict[str, Any]:
    public = private.public_key()
    if isinstance(private, Ed25519PrivateKey):
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
    return {"kty": "RSA", "n": b64(private.public_key().public_numbers().n.to_bytes(256, "big")), "e": "AQAB"}


def _ambiguous_headers(mint: Mint) -> dict[str, str]:
    """JSON lets a name stand twice and parsers disagree which one counts; other texts are no header at all."""
    alg, kid = mint.header["alg"], mint.header["kid"]
    typ = f'"typ":"{mint.header["typ"]}"'
    texts = {
        "alg twice": f'{{"alg":"none","alg":"{alg}","kid":"{kid}",{typ}}}',
        "alg twice, last none": f'{{"alg":"{alg}","alg":"none","kid":"{kid}",{typ}}}',
        "kid twice": f'{{"alg":"{alg}","kid":"x","kid":"{kid}",{typ}}}',
        "typ twice": f'{{"alg":"{alg}","kid":"{kid}","typ":"x",{typ}}}',
        "array": "[]",
        "string": '"x"',
        "null": "null",
        "number": "1",
        "cut": "{",
        "empty": "",
        "NaN": f'{{"alg":"{alg}","kid":NaN,{typ}}}',
        "two texts": f'{{"alg":"{alg}","kid":"{kid}",{typ}}}{{}}',
    }
    return {f"header {name}": mint.token(text.encode()) for name, text in texts.items()}


def _structures(mint: Mint) -> dict[str, str]:
    good = mint.good()
    head, body, signature = good.split(".")
    other = b64(encoded(changed(mint.claims(), {"sub": str(uuid4())})))
    return {
        "empty": "",
        "dots": "..",
        "one word": "kaputt",
        "not base64": "!.!.!",
        "unicode": "ü.ü.ü",
        "without signature": f"{head}.{body}",
        "empty signature": f"{head}.{body}.",
        "cut signature": f"{head}.{body}.{signature[:-4]}",
        "longer signature": f"{head}.{body}.{signature}AAAA",
        "signature with rubbish": f"{head}.{body}.{signature}!!!!",
        "signature of zeros": f"{head}.{body}.{'A' * len(signature)}",
        "signature of another": f"{head}.{other}.{signature}",
        "signature twice": f"{good}.{signature}",
        "five parts": f"{good}.x.y",
        "JSON serialisation": json.dumps({"protected": head, "payload": body, "signature": signature}),
        "blank inside": f"{head} .{body}.{signature}",
        "comma and another": f"{good},{good}",
        "padded": f"{head}=.{body}=.{signature}==",
        "standard base64": f"{head}+/.{body}.{signature}",
        "header swapped": f"{body}.{head}.{signature}",
        "huge": "a" * 20_000,
        "huge and signed": mint.token(claims=changed(mint.claims(), {"x": "a" * (MAX_TOKEN_BYTES + 10)})),
        "many dots": "." * 10_000,
    }


def _wrong_claims(mint: Mint) -> dict[str, Changes]:
    issuer = mint.claims()["iss"]
    return {
        "iss with slash": {"iss": issuer + "/"},
        "iss prefix": {"iss": issuer[:-1]},
        "iss longer": {"iss": issuer + "x"},
        "iss in upper case": {"iss": issuer.upper()},
        "iss array": {"iss": [issuer]},
        "iss array with another": {"iss": ["https://evil.example", issuer]},
        "iss object": {"iss": {issuer: 1}},
        "iss of another realm": {"iss": issuer.replace("genius", "fremd")},
        "iss null": {"iss": None},
        "iss missing": {"iss": ...},
        "aud missing": {"aud": ...},
        "aud null": {"aud": None},
        "aud empty": {"aud": []},
        "aud of another": {"aud": ["account"]},
        "aud longer": {"aud": [f"{mint.claims()['aud'][0]}x"]},
        "aud nested": {"aud": [mint.claims()["aud"]]},
        "aud object": {"aud": {mint.claims()["aud"][0]: 1}},
        "sub missing": {"sub": ...},
        "sub empty": {"sub": ""},
        "sub number": {"sub": 4711},
        "sub list": {"sub": [mint.claims()["sub"]]},
        "sub null": {"sub": None},
        **mint.wrong,
    }


def _wrong_times() -> dict[str, Changes]:
    now = int(time.time())
    return {
        "exp a second ago": {"exp": now - 1},
        "exp missing": {"exp": ...},
        "exp null": {"exp": None},
        "exp text": {"exp": str(now + 60)},
        "exp fraction": {"exp": now + 60.5},
        "exp negative": {"exp": -1},
        "exp beyond 64 bits": {"exp": 10**30},
        "exp infinite": {"exp": float("inf")},
        "exp NaN": {"exp": float("nan")},
        "exp true": {"exp": True},
        "exp list": {"exp": [now + 60]},
        "exp at the epoch": {"exp": 0},
        "nbf in an hour": {"nbf": now + 3600},
        "nbf beyond the skew": {"nbf": now + 45},
        "nbf text": {"nbf": "0"},
        "nbf fraction": {"nbf": now + 0.5},
        "iat missing": {"iat": ...},
        "iat text": {"iat": "now"},
        "iat beyond the skew": {"iat": now + 45, "exp": now + 90},
        "iat in an hour": {"iat": now + 3600, "exp": now + 3660},
        "iat negative": {"iat": -5},
        "iat after exp": {"iat": now + 20, "exp": now + 10},
    }


# --- the two kinds of tokens


def provider_mint(
    issuer: str, private: RSAPrivateKey, kid: str, client: str, audience: str = "genius", **person: Any
) -> Mint:
    """Access tokens of the identity provider for a person, as the gateway takes them."""

    def claims() -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": issuer, "sub": str(uuid4()), "typ": "Bearer", "aud": [audience], "azp": client, "iat": now,
            "exp": now + 300, "preferred_username": "k.orpus", "name": "Korpus",
            "realm_access": {"roles": ["sachbearbeitung"]}, "groups": ["/behoerden/mhb"], **person,
        }  # fmt: skip

    wrong: dict[str, Changes] = {
        "of an ID token": {"typ": "ID", "aud": [client]},
        "typ ID": {"typ": "ID"},
        "typ Refresh": {"typ": "Refresh"},
        "typ Offline": {"typ": "Offline"},
        "typ Logout": {"typ": "Logout"},
        "typ bearer": {"typ": "bearer"},
        "typ missing": {"typ": ...},
        "typ list": {"typ": ["Bearer"]},
        "azp of another client": {"azp": "other-client"},
        "azp missing": {"azp": ...},
        "azp list": {"azp": [client]},
        "sub too long": {"sub": "x" * 300},
        "username missing": {"preferred_username": ...},
        "username of an account": {"preferred_username": "service-account-" + client},
        "account of another client": {"preferred_username": "service-account-other", "client_id": client},
        "person with client_id": {"client_id": client},
        "scope list": {"scope": ["a"]},
        "sid number": {"sid": 5},
    }
    jwk = {**_public_jwk(private), "kid": kid, "use": "sig", "alg": "RS256"}
    return Mint({"alg": "RS256", "kid": kid, "typ": "JWT"}, claims, private, jwk, wrong)


def principal_mint(private: Ed25519PrivateKey, principal: Principal, audience: str) -> Mint:
    """Principal tokens of the gateway, as an inner service takes them for `audience`."""
    signer = TokenSigner(private)

    def claims() -> dict[str, Any]:
        good: dict[str, Any] = json.loads(_payload(signer.sign(principal, audience=[audience])))
        return good

    kid = key_id(private.public_key())
    others = {"inference", "retrieval", "modules", "gateway"} - {audience}
    now = int(time.time())
    wrong: dict[str, Changes] = {
        "aud text": {"aud": audience},
        "of all other services": {"aud": sorted(others)},
        "tenant of another": {"tenant": "steuer"},
        "tenant missing": {"tenant": ...},
        "tenant list": {"tenant": [principal.tenant]},
        "tenant null": {"tenant": None},
        "authority missing": {"authority": ...},
        "authority text": {"authority": "mhb"},
        "authority list": {"authority": [str(uuid4())]},
        "sub no id": {"sub": "a.weber"},
        "classification unknown": {"classification": "vs-nfd"},
        "classification missing": {"classification": ...},
        "units text": {"units": "x"},
        "units object": {"units": {str(uuid4()): 1}},
        "roles text": {"roles": "betrieb"},
        "roles object": {"roles": {"betrieb": 1}},
        "roles of numbers": {"roles": [1]},
        "scopes text": {"scopes": " ".join(principal.scopes)},
        "scopes missing": {"scopes": ...},
        "metered number": {"metered": 0},
        "metered text": {"metered": "false"},
        "metered null": {"metered": None},
        "scopes object": {"scopes": dict.fromkeys(principal.scopes, 1)},
        "act text": {"act": "betrieb"},
        "run text": {"run": "x"},
        "knowledge bases object": {"knowledge_bases": {str(uuid4()): 1}},
        "knowledge bases of text": {"knowledge_bases": ["*"]},
        "files true": {"files": True},
        "jti missing": {"jti": ...},
        "longer than five minutes": {"exp": now + MAX_LIFETIME_S + 60},
    }
    alien = {
        "for another service": signer.sign(principal, audience=sorted(others)),
        "revocation list": signer.sign_revocations({}),
        "of another gateway": TokenSigner(Ed25519PrivateKey.generate()).sign(principal, audience=[audience]),
    }
    jwk = signer.jwks()["keys"][0]
    return Mint({"alg": "EdDSA", "kid": kid, "typ": TOKEN_TYPE}, claims, private, jwk, wrong, alien)


def _payload(token: str) -> bytes:
    body = token.split(".")[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
