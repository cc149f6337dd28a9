# SPDX-License-Identifier: EUPL-1.2
"""The parts of the provider that its endpoints share, and the check of a person's password."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from genius_stack.identity.realm import Realm, User, check_password, hash_password
from genius_stack.identity.sessions import Pending, SessionStore
from genius_stack.identity.tokens import TokenIssuer

COOKIE = "genius_identity"
FREE_ATTEMPTS = 5
LOCK_SECONDS = 30.0
REMEMBERED_NAMES = 1000


def fingerprint(secret: str) -> str:
    """SHA-256 in hex of a random secret, so that the stored form opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class LoginGuard:
    """Slows guessing: after five failures a name rests 30 s, known or not."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures: dict[str, tuple[int, float]] = {}

    def admit(self, username: str) -> bool:
        """Whether a try may go on. It counts as failed until `succeeded`, so that parallel tries can't slip through."""
        count, until = self._failures.pop(username, (0, 0.0))
        now = self._now()
        if count >= FREE_ATTEMPTS and until > now:
            self._failures[username] = (count, until)
            return False
        self._failures[username] = (count + 1, now + LOCK_SECONDS)
        if len(self._failures) > REMEMBERED_NAMES:
            del self._failures[next(iter(self._failures))]
        return True

    def succeeded(self, username: str) -> None:
        self._failures.pop(username, None)


@cache
def _hash_of_nobody() -> str:
    return hash_password("nobody")


@dataclass(slots=True)
class Provider:
    """Everything an endpoint of the provider needs."""

    realm: Realm
    tokens: TokenIssuer
    sessions: SessionStore
    pending: Pending
    guard: LoginGuard = field(default_factory=LoginGuard)
    _nobody: str = field(default_factory=_hash_of_nobody)

    async def authenticate(self, username: str, password: str) -> User | None:
        """The person, or None; an unknown name takes as long as a wrong password (AUTH: no enumeration)."""
        name = username.strip().lower()
        if not self.guard.admit(name):
            return None
        user = self.realm.user(name)
        right = await asyncio.to_thread(check_password, password, user.password_hash if user else self._nobody)
        if user is None or not right:
            return None
        self.guard.succeeded(name)
        return user
