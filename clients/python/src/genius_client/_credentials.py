# SPDX-License-Identifier: EUPL-1.2
"""How an application signs in: its own account (OAuth 2 client credentials), or a token that somebody gives it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, TypeVar

import httpx

from genius_client._errors import CredentialsRefused

_EARLY_S = 30.0
_F = TypeVar("_F")

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method: _F) -> _F:
        """As `typing.override`, which Python 3.11 has not got."""
        return method


class BearerToken(httpx.Auth):
    """An API token, or a function that gives the token for each request (after a token exchange, for example)."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        self._token = token

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._token() if callable(self._token) else self._token
        request.headers["authorization"] = f"Bearer {token}"
        yield request


class ClientCredentials(httpx.Auth):
    """Gets tokens for the application's own account at `token_url` and keeps each until shortly before its end.

    `issuer` is the realm's address (`https://login.example/realms/land`). A token that is refused is fetched anew once.
    Requests raise CredentialsRefused where the identity provider gives none.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self._token_url = f"{issuer.rstrip('/')}/protocol/openid-connect/token"
        self._client = (client_id, client_secret)
        self._token = ""
        self._ends = 0.0

    @override
    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        for fresh in (False, True):
            if fresh or time.monotonic() >= self._ends:
                answer = yield self._token_request()
                answer.read()
                self._take(answer)
            response = yield self._signed(request)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return

    @override
    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        for fresh in (False, True):
            if fresh or time.monotonic() >= self._ends:
                answer = yield self._token_request()
                await answer.aread()
                self._take(answer)
            response = yield self._signed(request)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return

    def _token_request(self) -> httpx.Request:
        identifier, secret = self._client
        form = {"grant_type": "client_credentials", "client_id": identifier, "client_secret": secret}
        return httpx.Request("POST", self._token_url, data=form)

    def _take(self, answer: httpx.Response) -> None:
        if answer.status_code >= 500:
            # Counts as a lost connection, so that it is tried again.
            raise httpx.ConnectError("identity provider not available", request=answer.request)
        try:
            found = answer.json()
            token, seconds = found["access_token"], float(found["expires_in"])
        except (ValueError, KeyError, TypeError) as error:
            raise CredentialsRefused(
                f"Die Anmeldung der Anwendung wurde abgelehnt ({answer.status_code}). Bitte prüfen Sie Kennung und "
                "Geheimnis der Anwendung."
            ) from error
        self._token, self._ends = str(token), time.monotonic() + max(0.0, seconds - _EARLY_S)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        request.headers["authorization"] = f"Bearer {self._token}"
        return request
