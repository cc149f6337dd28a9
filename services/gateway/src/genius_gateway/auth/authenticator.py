# SPDX-License-Identifier: EUPL-1.2
"""Credentials to identity: a session cookie or a bearer token of the provider. No header names anybody (AUTH-15)."""

from __future__ import annotations

import hashlib
import time
from uuid import UUID

from genius_common.errors import NotAuthenticated
from genius_gateway.auth import claims
from genius_gateway.auth.errors import AccessTokenInvalid, IdentityProviderUnavailable, SessionEnded
from genius_gateway.auth.identity import Identity
from genius_gateway.auth.provider import IdentityProvider
from genius_gateway.auth.sessions import SessionStore
from genius_gateway.authorities.provisioning import Provisioning
from genius_gateway.revocation.follower import ProviderFollower
from genius_gateway.revocation.service import Revocations
from genius_gateway.settings import Settings
from genius_gateway.single_flight import SingleFlight

_CACHE_LIMIT = 10_000
# Rights that were taken away or a disabled account take effect after at most this, or with the token's end.
_CACHE_S = 20.0


class Authenticator:
    """Verified tokens are kept by the SHA-256 of the whole token (AUTH-07)."""

    def __init__(
        self,
        settings: Settings,
        provider: IdentityProvider,
        sessions: SessionStore,
        provisioning: Provisioning,
        revocations: Revocations,
        follower: ProviderFollower | None = None,
    ) -> None:
        self._settings = settings
        self._provider = provider
        self._sessions = sessions
        self._provisioning = provisioning
        self._revocations = revocations
        self._follower = follower
        self._cache: dict[bytes, tuple[float, Identity]] = {}
        self._asking: SingleFlight[bytes, Identity] = SingleFlight()

    async def identify(self, authorization: str | None, cookie: str | None, *, background: bool = False) -> Identity:
        """Who calls. A bearer token counts alone, also beside a cookie. Raises: NotAuthenticated and its kinds.

        `background`: nobody asked for this request, so it doesn't renew the session's idle time.
        """
        if self._follower and self._follower.stale:
            # Nobody knows whose account was closed meanwhile.
            raise IdentityProviderUnavailable
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise AccessTokenInvalid
            return await self._bearer(token.strip())
        if cookie:
            identity = await self._sessions.find(cookie, background=background)
            if identity is None:
                raise SessionEnded
            return identity
        raise NotAuthenticated

    def forget(self, subject: UUID, _at: float) -> None:
        """Nothing that was believed about a subject, or an application that acts for somebody, holds any longer."""
        for digest in [key for key, (_, known) in self._cache.items() if subject in _actors(known)]:
            del self._cache[digest]

    async def _bearer(self, token: str) -> Identity:
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        cached = self._cache.get(digest)
        now = time.time()
        if cached is not None and cached[0] > now:
            return cached[1]
        return await self._asking.do(digest, lambda: self._verified(token, digest))

    async def _verified(self, token: str, digest: bytes) -> Identity:
        now = time.time()
        self._cache.pop(digest, None)
        verified = await self._provider.verify(token)
        oidc = self._settings.oidc
        caller = claims.access_token(
            verified, oidc.issuer, oidc.audience, self._settings.person_clients, exchanged=True
        )
        identity = await self._provisioning.identify(caller)
        if any(self._revocations.is_void(actor, caller.issued_at) for actor in _actors(identity)):
            raise AccessTokenInvalid
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        self._cache[digest] = (min(caller.expires_at, now + _CACHE_S), identity)
        return identity


def _actors(identity: Identity) -> set[UUID]:
    """Who must be free of revocations: the person, and the application where one acts."""
    principal = identity.principal
    return {principal.subject, principal.application or principal.subject}
