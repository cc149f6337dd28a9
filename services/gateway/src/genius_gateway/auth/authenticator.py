# SPDX-License-Identifier: EUPL-1.2
"""Credentials to identity: a session cookie, a bearer token of the provider or an API token.

No header names anybody (AUTH-15).
"""

from __future__ import annotations

import hashlib
import time
from uuid import UUID

from genius_common.errors import NotAuthenticated
from genius_gateway.api_tokens import secret
from genius_gateway.api_tokens.service import ApiTokens
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
        api_tokens: ApiTokens,
        follower: ProviderFollower | None = None,
    ) -> None:
        self._settings = settings
        self._provider = provider
        self._sessions = sessions
        self._provisioning = provisioning
        self._revocations = revocations
        self._api_tokens = api_tokens
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
        """Nothing that was believed about a person, an application or an API token holds any longer."""
        for digest in [key for key, (_, known) in self._cache.items() if subject in known.actors]:
            del self._cache[digest]

    async def _bearer(self, token: str) -> Identity:
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        cached = self._cache.get(digest)
        now = time.time()
        if cached is not None and cached[0] > now:
            return cached[1]
        if token.startswith(secret.PREFIX):
            return await self._asking.do(digest, lambda: self._of_api_token(token, digest))
        return await self._asking.do(digest, lambda: self._verified(token, digest))

    async def _of_api_token(self, token: str, digest: bytes) -> Identity:
        """What was read while somebody took rights away is read again, and not kept."""
        self._cache.pop(digest, None)
        for _ in range(2):
            asked_at = time.time()
            identity = await self._api_tokens.identify(token, digest.hex())
            if not self._is_void(identity, asked_at):
                self._keep(digest, identity, asked_at)
                break
        return identity

    async def _verified(self, token: str, digest: bytes) -> Identity:
        now = time.time()
        self._cache.pop(digest, None)
        verified = await self._provider.verify(token)
        oidc = self._settings.oidc
        caller = claims.access_token(
            verified, oidc.issuer, oidc.audience, self._settings.person_clients, exchanged=True
        )
        identity = await self._provisioning.identify(caller)
        if self._is_void(identity, caller.issued_at):
            raise AccessTokenInvalid
        self._keep(digest, identity, now)
        return identity

    def _is_void(self, identity: Identity, issued_at: float) -> bool:
        return any(self._revocations.is_void(actor, issued_at) for actor in identity.actors)

    def _keep(self, digest: bytes, identity: Identity, now: float) -> None:
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        self._cache[digest] = (min(identity.principal.expires_at, now + _CACHE_S), identity)
