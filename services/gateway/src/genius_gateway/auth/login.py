# SPDX-License-Identifier: EUPL-1.2
"""Login by OIDC code flow with PKCE, as a backend for the browser (RFC 10017): tokens never reach it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx2
import structlog
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from genius_gateway.auth import claims
from genius_gateway.auth.errors import AccessTokenInvalid, IdentityProviderUnavailable, LoginFailed, LogoutTokenInvalid
from genius_gateway.auth.identity import Identity
from genius_gateway.auth.provider import IdentityProvider
from genius_gateway.auth.sessions import ProviderSession, SessionStore
from genius_gateway.auth.transaction import LoginTransaction
from genius_gateway.authorities.provisioning import Provisioning
from genius_gateway.settings import Settings

log = structlog.get_logger(__name__)
_SCOPE = "openid profile"


class LoginService:
    """Begins and ends logins; every address comes from the settings or from discovery, never from the request."""

    def __init__(
        self, settings: Settings, provider: IdentityProvider, sessions: SessionStore, provisioning: Provisioning
    ) -> None:
        self._settings = settings
        self._provider = provider
        self._sessions = sessions
        self._provisioning = provisioning
        # Once: reading the certificate authorities takes 30 ms, in which the loop serves nobody.
        self._tls = httpx2.create_ssl_context(trust_env=False)

    async def authorization_url(self, transaction: LoginTransaction) -> str:
        """Where the browser goes to sign in. Raises: IdentityProviderUnavailable."""
        metadata = await self._provider.metadata()
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=transaction.state,
                code_verifier=transaction.verifier,
                nonce=transaction.nonce,
            )
        return str(url)

    async def complete(self, transaction: LoginTransaction, answer: dict[str, str]) -> tuple[str, UUID]:
        """Exchange the code and make a session; returns the cookie's value and whose it is.

        Raises: LoginFailed, NoAuthority, AccountDisabled, IdentityProviderUnavailable.
        """
        if answer.get("state") != transaction.state or not answer.get("code"):
            raise LoginFailed
        # RFC 9207: an answer of another provider must not be exchanged at ours.
        if answer.get("iss") != self._settings.oidc.issuer:
            raise LoginFailed
        tokens = await self._exchange(transaction, answer["code"])
        try:
            return await self._open_session(transaction, tokens)
        except (AccessTokenInvalid, KeyError) as error:
            log.warning("the provider's tokens were refused", error=type(error).__name__)
            raise LoginFailed from error

    async def end(self, identity: Identity) -> str | None:
        """End a session here; returns the provider's address to end it there too, if it has one."""
        hint = await self._sessions.end(identity)
        if hint is None:
            return None
        try:
            endpoint = (await self._provider.metadata()).end_session_endpoint
        except IdentityProviderUnavailable:
            return None
        if endpoint is None:
            return None
        query = {"id_token_hint": hint, "post_logout_redirect_uri": f"{self._settings.public_url}/"}
        return f"{endpoint}?{urlencode(query)}"

    async def end_by_provider(self, token: str) -> int:
        """Back-channel logout. Raises: LogoutTokenInvalid."""
        oidc = self._settings.oidc
        try:
            verified = await self._provider.verify(token)
        except AccessTokenInvalid as error:
            raise LogoutTokenInvalid from error
        session, subject = claims.logout_token(verified, oidc.issuer, oidc.client_id)
        return await self._sessions.end_of_provider(
            sid_key=claims.session_key(oidc.issuer, session) if session else None,
            subject_key=claims.subject_key(oidc.issuer, subject) if subject else None,
        )

    async def _exchange(self, transaction: LoginTransaction, code: str) -> dict[str, Any]:
        metadata = await self._provider.metadata()
        try:
            async with self._client() as client:
                tokens: dict[str, Any] = await client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=transaction.verifier
                )
        except OAuthError as error:
            raise LoginFailed from error
        except httpx2.HTTPError as error:  # what authlib's client raises
            raise IdentityProviderUnavailable from error
        return tokens

    async def _open_session(self, transaction: LoginTransaction, tokens: dict[str, Any]) -> tuple[str, UUID]:
        oidc = self._settings.oidc
        id_token = tokens["id_token"]
        about = claims.identity_token(
            await self._provider.verify(id_token), oidc.issuer, oidc.client_id, transaction.nonce
        )
        caller = claims.access_token(
            await self._provider.verify(tokens["access_token"]),
            oidc.issuer,
            oidc.audience,
            frozenset({oidc.client_id}),
        )
        if caller.is_application or caller.subject != about["sub"]:
            raise LoginFailed
        identity = await self._provisioning.identify(caller)
        provider_session = about.get("sid")
        cookie = await self._sessions.create(
            identity,
            ProviderSession(
                sid_key=claims.session_key(oidc.issuer, provider_session) if provider_session else None,
                subject_key=claims.subject_key(oidc.issuer, caller.subject),
                id_token=id_token,
                refresh_token=tokens.get("refresh_token"),
            ),
        )
        return cookie, identity.principal.subject

    def _client(self) -> AsyncOAuth2Client:
        oidc = self._settings.oidc
        return AsyncOAuth2Client(
            client_id=oidc.client_id,
            client_secret=oidc.client_secret.get_secret_value(),
            scope=_SCOPE,
            redirect_uri=f"{self._settings.public_url}/auth/callback",
            code_challenge_method="S256",
            timeout=10,
            trust_env=False,
            verify=self._tls,
        )
