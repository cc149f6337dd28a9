# SPDX-License-Identifier: EUPL-1.2
"""The authorisation endpoint: code flow with PKCE S256 only, and the login form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from genius_stack.identity import pages
from genius_stack.identity.errors import OAuthError, PageError
from genius_stack.identity.provider import COOKIE, Provider, fingerprint
from genius_stack.identity.sessions import SESSION_SECONDS, AuthorizationRequest, Session
from genius_stack.identity.settings import REALM_PATH

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_ACTION = f"{REALM_PATH}/login"


def build_router(provider: Provider) -> APIRouter:
    router = APIRouter(prefix=REALM_PATH)

    @router.get("/protocol/openid-connect/auth")
    async def authorize(request: Request) -> Response:
        return _authorize(provider, request)

    @router.post("/login")
    async def login(
        request: Request,
        ticket: Annotated[str, Form()] = "",
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
    ) -> Response:
        _refuse_foreign_origin(provider, request)
        return await _log_in(provider, ticket, username, password)

    return router


def _authorize(provider: Provider, request: Request) -> Response:
    query = _single_values(request)
    redirect_uri = _trusted_redirect(provider, query)
    try:
        wanted = _parse(query, redirect_uri)
        session = _current_session(provider, request)
        prompt = query.get("prompt", "")
        if session is not None and prompt != "login":
            return _grant(provider, wanted, session)
        if prompt == "none":
            raise OAuthError("login_required", "nobody is logged in")
    except OAuthError as error:
        return _back(provider, redirect_uri, {**error.as_json(), "state": query.get("state")})
    ticket = provider.pending.open_login(wanted)
    return pages.login(provider.realm, ticket, action=_ACTION, redirect_uri=wanted.redirect_uri)


async def _log_in(provider: Provider, ticket: str, username: str, password: str) -> Response:
    wanted = provider.pending.login(ticket)
    if wanted is None:
        raise PageError("Diese Anmeldung ist abgelaufen. Rufen Sie Genius neu auf und melden Sie sich dort an.")
    user = await provider.authenticate(username, password)
    if user is None:
        target = wanted.redirect_uri
        return pages.login(provider.realm, ticket, action=_ACTION, redirect_uri=target, username=username, failed=True)
    provider.pending.close_login(ticket)
    cookie = secrets.token_urlsafe(32)
    session = provider.sessions.create(user.id, fingerprint(cookie))
    response = _grant(provider, wanted, session)
    response.set_cookie(
        COOKIE, cookie, max_age=SESSION_SECONDS, path=REALM_PATH, httponly=True, samesite="lax", secure=False
    )
    return response


def _single_values(request: Request) -> dict[str, str]:
    """Query parameters; RFC 6749 section 3.1 forbids a repeated one."""
    items = request.query_params.multi_items()
    if len({name for name, _ in items}) != len(items):
        raise PageError("Die Anfrage zur Anmeldung enthält eine Angabe doppelt.")
    return dict(items)


def _trusted_redirect(provider: Provider, query: Mapping[str, str]) -> str:
    client = provider.realm.client(query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri", "")
    if client is None or redirect_uri not in client.redirect_uris:
        raise PageError("Die Anwendung oder ihre Rücksprungadresse ist hier nicht eingetragen.")
    return redirect_uri


def _parse(query: Mapping[str, str], redirect_uri: str) -> AuthorizationRequest:
    if "request" in query or "request_uri" in query:
        raise OAuthError("request_not_supported", "request objects are not supported")
    if query.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "only response_type=code")
    if query.get("response_mode", "query") != "query":
        raise OAuthError("invalid_request", "only response_mode=query")
    if "openid" not in query.get("scope", "").split():
        raise OAuthError("invalid_scope", "scope must contain openid")
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "PKCE with code_challenge_method=S256 is required")
    return AuthorizationRequest(
        client_id=query["client_id"],
        redirect_uri=redirect_uri,
        state=query.get("state"),
        nonce=query.get("nonce"),
        scope=query["scope"],
        code_challenge=challenge,
    )


def _current_session(provider: Provider, request: Request) -> Session | None:
    cookie = request.cookies.get(COOKIE)
    session = provider.sessions.by_cookie(fingerprint(cookie)) if cookie else None
    return session if session and provider.realm.user_by_id(session.user) else None


def _refuse_foreign_origin(provider: Provider, request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is not None and origin != "null" and not provider.tokens.issuer.startswith(origin + "/"):
        raise PageError("Die Anmeldung wurde von einer fremden Seite abgeschickt.", 403)


def _grant(provider: Provider, wanted: AuthorizationRequest, session: Session) -> Response:
    code = provider.pending.issue_code(wanted, session.id)
    values = {"code": code, "state": wanted.state, "session_state": str(session.id)}
    return _back(provider, wanted.redirect_uri, values)


def _back(provider: Provider, redirect_uri: str, values: Mapping[str, str | None]) -> Response:
    """Back to the client, with `iss` (RFC 9207)."""
    given = {name: value for name, value in {**values, "iss": provider.tokens.issuer}.items() if value is not None}
    joint = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(
        redirect_uri + joint + urlencode(given),
        status_code=303,
        headers={"cache-control": "no-store", "referrer-policy": "no-referrer"},
    )
