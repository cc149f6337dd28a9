# SPDX-License-Identifier: EUPL-1.2
"""The parts of the provider that its endpoints share, and the check of a person's password."""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass, field

from genius_stack.identity.realm import Realm, User, check_password, hash_password
from genius_stack.identity.sessions import Pending, SessionStore
from genius_stack.identity.tokens import TokenIssuer

COOKIE = "genius_identity"
FREE_ATTEMPTS = 5
LOCK_SECONDS = 30.0


def fingerprint(secret: str) -> str:
    """SHA-256 in hex of a random secret, so that the stored form opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class LoginGuard:
    """Slows guessing: after five failures a name rests 30 s, known or not."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}

    def locked(self, username: str) -> bool:
        count, until = self._failures.get(username, (0, 0.0))
        return count >= FREE_ATTEMPTS and until > time.monotonic()

    def failed(self, username: str) -> None:
        if len(self._failures) > 1000:
            self._failures.clear()
        count = self._failures.get(username, (0, 0.0))[0] + 1
        self._failures[username] = (count, time.monotonic() + LOCK_SECONDS)

    def succeeded(self, username: str) -> None:
        self._failures.pop(username, None)


@dataclass(slots=True)
class Provider:
    """Everything an endpoint of the provider needs."""

    realm: Realm
    tokens: TokenIssuer
    sessions: SessionStore
    pending: Pending
    guard: LoginGuard = field(default_factory=LoginGuard)
    _nobody: str = field(default_factory=lambda: hash_password("nobody"))

    async def authenticate(self, username: str, password: str) -> User | None:
        """The person, or None; an unknown name takes as long as a wrong password (AUTH: no enumeration)."""
        name = username.strip().lower()
        if self.guard.locked(name):
            return None
        user = self.realm.user(name)
        right = await asyncio.to_thread(check_password, password, user.password_hash if user else self._nobody)
        if user is None or not right:
            self.guard.failed(name)
            return None
        self.guard.succeeded(name)
        return user
