# SPDX-License-Identifier: EUPL-1.2
"""End of a session (RP-initiated logout) and the call that tells the clients (back-channel logout)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import aiohttp
import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from genius_stack.identity import pages
from genius_stack.identity.errors import PageError
from genius_stack.identity.provider import COOKIE, Provider, fingerprint
from genius_stack.identity.realm import Client
from genius_stack.identity.sessions import Session
from genius_stack.identity.settings import REALM_PATH

_CALL_SECONDS = 3.0
_ACTION = f"{REALM_PATH}/protocol/openid-connect/logout"
log = structlog.get_logger(__name__)


def build_router(provider: Provider) -> APIRouter:
    router = APIRouter()

    @router.get(_ACTION)
    async def ask(request: Request) -> Response:
        values = dict(request.query_params)
        hint = _hint(provider, values.get("id_token_hint", ""))
        if hint is None:
            return pages.confirm_logout(action=_ACTION)
        target = _target(provider, hint, values)
        session = provider.sessions.get(UUID(hint["sid"]))
        if session is not None:
            await end_session(provider, session)
        return _leave(target)

    @router.post(_ACTION)
    async def confirmed(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        values = {name: value for name, value in form.items() if isinstance(value, str)}
        hint = _hint(provider, values.get("id_token_hint", ""))
        session = provider.sessions.get(UUID(hint["sid"])) if hint else _cookie_session(provider, request)
        target = _target(provider, hint, values) if hint else None
        if session is not None:
            await end_session(provider, session)
        return _leave(target)

    return router


async def end_session(provider: Provider, session: Session) -> None:
    """End it here first, then tell every client that holds a part of it; an unreachable one is noted only."""
    provider.sessions.end(session)
    informed = [client for client in map(provider.realm.client, session.refresh) if client is not None]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CALL_SECONDS)) as http:
        for client in informed:
            if client.backchannel_logout_uri is not None:
                await _inform(http, client, provider.tokens.logout(client.client_id, session))


async def _inform(http: aiohttp.ClientSession, client: Client, token: str) -> None:
    assert client.backchannel_logout_uri is not None
    try:
        async with http.post(client.backchannel_logout_uri, data={"logout_token": token}) as response:
            if response.status >= 300:
                log.warning("back-channel logout refused", client=client.client_id, status=response.status)
    except (aiohttp.ClientError, TimeoutError):
        log.warning("back-channel logout failed", client=client.client_id)


def _hint(provider: Provider, token: str) -> dict[str, Any] | None:
    return provider.tokens.read(token, "ID", expired=True) if token else None


def _target(provider: Provider, hint: dict[str, Any], values: dict[str, str]) -> str | None:
    uri = values.get("post_logout_redirect_uri")
    if uri is None:
        return None
    client = provider.realm.client(str(hint["azp"]))
    if client is None or uri not in client.post_logout_redirect_uris:
        raise PageError("Die Adresse nach dem Abmelden ist hier nicht eingetragen.")
    return f"{uri}?{urlencode({'state': values['state']})}" if "state" in values else uri


def _cookie_session(provider: Provider, request: Request) -> Session | None:
    cookie = request.cookies.get(COOKIE)
    return provider.sessions.by_cookie(fingerprint(cookie)) if cookie else None


def _leave(target: str | None) -> Response:
    response = RedirectResponse(target, status_code=303) if target else pages.logged_out()
    response.delete_cookie(COOKIE, path=REALM_PATH)
    return response
