# SPDX-License-Identifier: EUPL-1.2
"""The token endpoint: authorization_code, refresh_token with rotation, client_credentials; and the local one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import unquote_plus
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, model_validator
from starlette.responses import JSONResponse, Response

from genius_stack.identity.errors import OAuthError
from genius_stack.identity.provider import Provider, fingerprint
from genius_stack.identity.realm import Client, User
from genius_stack.identity.sessions import IDLE_SECONDS, Session
from genius_stack.identity.settings import REALM_PATH
from genius_stack.identity.tokens import ACCESS_SECONDS, LOCAL_ACCESS_SECONDS

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
LOCAL_CLIENT = "genius-cli"


class LocalTokenRequest(BaseModel):
    """Exactly one of the two names."""

    model_config = ConfigDict(extra="forbid")

    login: str | None = None
    application: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.login is None) == (self.application is None):
            raise ValueError("either login or application")
        return self


def build_router(provider: Provider) -> APIRouter:
    router = APIRouter()
    grants = {
        "authorization_code": _authorization_code,
        "refresh_token": _refresh_token,
        "client_credentials": _client_credentials,
    }

    @router.post(f"{REALM_PATH}/protocol/openid-connect/token")
    async def token(request: Request) -> Response:
        form = await _form(request)
        try:
            client = _authenticate_client(provider, request, form)
            grant = grants.get(form.get("grant_type", ""))
            if grant is None:
                raise OAuthError("unsupported_grant_type", "this grant is not offered")
            return JSONResponse(grant(provider, client, form), headers=_NO_STORE)
        except OAuthError as error:
            headers = {**_NO_STORE, "www-authenticate": "Basic"} if error.status == 401 else _NO_STORE
            return JSONResponse(error.as_json(), status_code=error.status, headers=headers)

    @router.post("/local/token")
    async def local_token(request: Request, wanted: LocalTokenRequest) -> Response:
        """A token for `genius token`; the secret lies in the data directory, readable by its owner only."""
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(fingerprint(given), provider.realm.local_secret_hash):
            return JSONResponse({"error": "access_denied"}, status_code=401, headers=_NO_STORE)
        value = _local(provider, wanted)
        if value is None:
            return JSONResponse({"error": "unknown"}, status_code=404, headers=_NO_STORE)
        return JSONResponse({"access_token": value, "expires_in": LOCAL_ACCESS_SECONDS}, headers=_NO_STORE)

    return router


def _local(provider: Provider, wanted: LocalTokenRequest) -> str | None:
    if wanted.login is not None:
        user = provider.realm.user(wanted.login)
        if user is None:
            return None
        return provider.tokens.access(LOCAL_CLIENT, user, None, "openid profile", LOCAL_ACCESS_SECONDS)
    client = provider.realm.client(wanted.application or "")
    if client is None or client.service_account is None:
        return None
    return provider.tokens.service_access(client, client.service_account, LOCAL_ACCESS_SECONDS)


async def _form(request: Request) -> dict[str, str]:
    values = await request.form(max_files=0, max_fields=30)
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _authenticate_client(provider: Provider, request: Request, form: Mapping[str, str]) -> Client:
    """client_secret_basic or client_secret_post."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise OAuthError("invalid_client", "unreadable credentials", 401) from error
        client_id, secret = (unquote_plus(part) for part in decoded.partition(":")[::2])
    client = provider.realm.client(client_id)
    if client is None or not client.knows(secret):
        raise OAuthError("invalid_client", "unknown client or wrong secret", 401)
    return client


def _authorization_code(provider: Provider, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    code = provider.pending.code(form.get("code", ""))
    if code is None or code.request.client_id != client.client_id:
        raise OAuthError("invalid_grant", "the code is unknown or has ended")
    session = provider.sessions.get(code.session)
    if code.spent:
        # RFC 6749 section 4.1.2: somebody else may hold what the first use gave; end all of it.
        if session is not None:
            provider.sessions.end(session)
        raise OAuthError("invalid_grant", "the code was used before")
    code.spent = True
    if form.get("redirect_uri") != code.request.redirect_uri:
        raise OAuthError("invalid_grant", "redirect_uri differs from the request's")
    _check_verifier(form.get("code_verifier", ""), code.request.code_challenge)
    return _tokens(provider, client, session, code.request.scope, code.request.nonce)


def _check_verifier(verifier: str, challenge: str) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(digest, challenge):
        raise OAuthError("invalid_grant", "code_verifier does not fit")


def _refresh_token(provider: Provider, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    claims = provider.tokens.read(form.get("refresh_token", ""), "Refresh")
    if claims is None or claims.get("azp") != client.client_id:
        raise OAuthError("invalid_grant", "the refresh token is unknown or has ended")
    session = provider.sessions.get(UUID(claims["sid"]))
    if session is not None and session.refresh.get(client.client_id) != claims["jti"]:
        # An old one comes again: it was stolen, or its thief was faster. Both lose the session.
        provider.sessions.end(session)
        session = None
    return _tokens(provider, client, session, claims["scope"], None)


def _tokens(
    provider: Provider, client: Client, session: Session | None, scope: str, nonce: str | None
) -> dict[str, Any]:
    user: User | None = provider.realm.user_by_id(session.user) if session else None
    if session is None or user is None:
        raise OAuthError("invalid_grant", "the session has ended")
    access = provider.tokens.access(client.client_id, user, session, scope)
    token_id = provider.sessions.rotate(session, client.client_id)
    return {
        "access_token": access,
        "expires_in": ACCESS_SECONDS,
        "refresh_token": provider.tokens.refresh(client.client_id, session, token_id, scope),
        "refresh_expires_in": IDLE_SECONDS,
        "token_type": "Bearer",
        "id_token": provider.tokens.identity(client.client_id, user, session, nonce, access),
        "session_state": str(session.id),
        "scope": scope,
    }


def _client_credentials(provider: Provider, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
    account = client.service_account
    if account is None:
        raise OAuthError("unauthorized_client", "this client has no service account")
    asked = form.get("scope", "").split()
    unknown = set(asked) - set(account.scopes) - {"openid", "profile"}
    if unknown:
        raise OAuthError("invalid_scope", "a scope is not granted to this client")
    kept = [scope for scope in account.scopes if not asked or scope in asked]
    narrowed = account.model_copy(update={"scopes": kept})
    return {
        "access_token": provider.tokens.service_access(client, narrowed),
        "expires_in": ACCESS_SECONDS,
        "token_type": "Bearer",
        "scope": " ".join(kept),
    }
