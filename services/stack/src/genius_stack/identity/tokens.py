# SPDX-License-Identifier: EUPL-1.2
"""The tokens of the realm: RS256 JWTs with the claims that Keycloak 26 puts there."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from genius_stack.files import write_private
from genius_stack.identity.realm import Client, ServiceAccount, User
from genius_stack.identity.sessions import SESSION_SECONDS, Session

ALGORITHM = "RS256"
ACCESS_SECONDS = 300
LOCAL_ACCESS_SECONDS = 900
AUDIENCE = "genius"
KEY_FILE = "signing-key.json"
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


def load_key(state_dir: Path) -> RSAKey:
    """The realm's signing key, made at the first start."""
    path = state_dir / KEY_FILE
    if not path.exists():
        made = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        write_private(path, orjson.dumps(made.as_dict(private=True)))
    return RSAKey.import_key(orjson.loads(path.read_bytes()))


class TokenIssuer:
    """Signs and reads tokens of one issuer."""

    def __init__(self, key: RSAKey, issuer: str) -> None:
        self._key = key
        self.issuer = issuer

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def access(
        self, client: str, user: User, session: Session | None, scope: str, seconds: int = ACCESS_SECONDS
    ) -> str:
        claims = {
            **_person(user),
            "typ": "Bearer",
            "aud": [AUDIENCE],
            "azp": client,
            "acr": "1",
            "scope": scope,
            "realm_access": {"roles": user.roles},
            "groups": user.groups,
            **({"sid": str(session.id), "auth_time": session.auth_time} if session else {}),
        }
        return self._sign(claims, seconds)

    def service_access(self, client: Client, account: ServiceAccount, seconds: int = ACCESS_SECONDS) -> str:
        claims = {
            "sub": str(account.id),
            "typ": "Bearer",
            "aud": [AUDIENCE],
            "azp": client.client_id,
            "client_id": client.client_id,
            "acr": "1",
            "preferred_username": f"service-account-{client.client_id}",
            "scope": " ".join(account.scopes),
            "realm_access": {"roles": account.roles},
            "groups": account.groups,
        }
        return self._sign(claims, seconds)

    def identity(self, client: str, user: User, session: Session, nonce: str | None, access_token: str) -> str:
        claims = {
            **_person(user),
            "typ": "ID",
            "aud": client,
            "azp": client,
            "acr": "1",
            "sid": str(session.id),
            "auth_time": session.auth_time,
            "at_hash": _half_hash(access_token),
            "realm_access": {"roles": user.roles},
            "groups": user.groups,
            **({"nonce": nonce} if nonce is not None else {}),
        }
        return self._sign(claims, ACCESS_SECONDS)

    def refresh(self, client: str, session: Session, token_id: str, scope: str) -> str:
        claims = {
            "typ": "Refresh",
            "aud": self.issuer,
            "azp": client,
            "sub": str(session.user),
            "sid": str(session.id),
            "scope": scope,
            "jti": token_id,
        }
        return self._sign(claims, SESSION_SECONDS)

    def logout(self, client: str, session: Session) -> str:
        claims = {
            "aud": client,
            "sub": str(session.user),
            "sid": str(session.id),
            "events": {_LOGOUT_EVENT: {}},
            "typ": "Logout",
        }
        return self._sign(claims, 120, header_type="logout+jwt")

    def read(self, token: str, kind: str, *, expired: bool = False) -> dict[str, Any] | None:
        """The claims of a token of ours of `kind` (`typ`), or None. `expired` accepts one that has ended."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError):
            return None
        valid = claims.get("iss") == self.issuer and claims.get("typ") == kind
        return claims if valid and (expired or claims.get("exp", 0) > time.time()) else None

    def _sign(self, claims: Mapping[str, Any], seconds: int, header_type: str = "JWT") -> str:
        now = int(time.time())
        full = {"iss": self.issuer, "iat": now, "exp": now + seconds, "jti": str(uuid4()), **claims}
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": header_type}
        return jwt.encode(header, full, self._key, algorithms=[ALGORITHM])


def _person(user: User) -> dict[str, Any]:
    given, _, family = user.name.rpartition(" ")
    return {
        "sub": str(user.id),
        "preferred_username": user.username,
        "name": user.name,
        "given_name": given,
        "family_name": family,
        "email_verified": False,
    }


def person_claims(user: User) -> dict[str, Any]:
    """What the userinfo endpoint answers."""
    return {**_person(user), "groups": user.groups, "realm_access": {"roles": user.roles}}


def _half_hash(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
