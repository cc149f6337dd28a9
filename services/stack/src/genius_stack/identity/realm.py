# SPDX-License-Identifier: EUPL-1.2
"""People and applications of the realm, as the stack wrote them into realm.json."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from uuid import UUID

import orjson

from genius_common.settings import Section

REALM_FILE = "realm.json"
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1


def hash_password(password: str) -> str:
    """`scrypt$<salt>$<hash>` in hex, with N = 16,384, r = 8, p = 1 (16 MiB, about 50 ms)."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def check_password(password: str, hashed: str) -> bool:
    _, salt, expected = hashed.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), expected)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, maxmem=2**26)


def hash_secret(secret: str) -> str:
    """SHA-256 in hex; enough for random client secrets of 192 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class User(Section):
    """A person. `groups` are paths as in Keycloak: /behoerden/<kuerzel>, /behoerden/<kuerzel>/<referat>."""

    id: UUID
    username: str
    name: str
    roles: list[str]
    groups: list[str]
    password_hash: str
    shown_password: str | None = None  # printed on the login page, since all people here are samples
    note: str = ""


class ServiceAccount(Section):
    """What an application is when it acts for itself (client credentials)."""

    id: UUID
    roles: list[str]
    groups: list[str]
    scopes: list[str]


class Client(Section):
    """A relying party; `redirect_uris` and `post_logout_redirect_uris` are compared as whole strings."""

    client_id: str
    secret_hash: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    service_account: ServiceAccount | None = None

    def knows(self, secret: str) -> bool:
        return hmac.compare_digest(hash_secret(secret), self.secret_hash)


class Realm(Section):
    """All people and applications, found by name."""

    users: list[User]
    clients: list[Client]
    local_secret_hash: str

    def user(self, username: str) -> User | None:
        return next((user for user in self.users if user.username == username.strip().lower()), None)

    def user_by_id(self, identifier: UUID) -> User | None:
        return next((user for user in self.users if user.id == identifier), None)

    def client(self, client_id: str) -> Client | None:
        return next((client for client in self.clients if client.client_id == client_id), None)


def load_realm(state_dir: Path) -> Realm:
    return Realm.model_validate(orjson.loads((state_dir / REALM_FILE).read_bytes()))
