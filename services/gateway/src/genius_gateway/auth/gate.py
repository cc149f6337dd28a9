# SPDX-License-Identifier: EUPL-1.2
"""The gate before all routing: who calls, may they, and is it a path of ours at all. Pure ASGI, default deny.

It decides on the raw `path` of the request line as the server parsed it and on nothing that Host or a proxy header
could change (AUTH-02). What is not public needs credentials before anything else is said about it: also unknown
paths, other methods and malformed ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie

import structlog
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database_faults import DatabaseUnavailable
from genius_common.errors import NotAuthenticated, PlatformError
from genius_common.web import ASGIApp, Receive, Scope, Send, request_id
from genius_gateway.auth import acting
from genius_gateway.auth.csrf import SAFE_METHODS, require_same_origin
from genius_gateway.auth.errors import AuthorityNotYours, SessionEnded
from genius_gateway.auth.events import security_event
from genius_gateway.auth.identity import Identity
from genius_gateway.policy.evaluate import Policy, require
from genius_gateway.policy.table import PUBLIC
from genius_gateway.site.refusal import refuse
from genius_gateway.state import GatewayState

log = structlog.get_logger(__name__)
# A page marks with it what it asks by itself; it can only shorten a session, so anybody may send it.
BACKGROUND = "x-background"
_GUARDED = ("/api", "/v1", "/internal", "/auth")


class AuthGate:
    """Puts the `Identity` into `scope["state"]["identity"]`; `state` gives the collaborators once they are there."""

    def __init__(self, app: ASGIApp, state: Callable[[], GatewayState], policy: Policy) -> None:
        self._app = app
        self._state = state
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_public(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            identity = await self._admit(scope)
        except PlatformError as error:
            _note(scope, error)
            await refuse(error, scope, receive, send)
            return
        except (SQLAlchemyError, OSError) as error:
            log.error("sign-in state not readable", error=type(error).__name__, request_id=request_id(scope))
            await refuse(DatabaseUnavailable(retry_after=5), scope, receive, send)
            return
        open_requests = self._state().open_requests
        try:
            with open_requests.holding(identity.actors, identity.session):
                await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not open_requests.was_ended():
                raise
            # What has begun stays cut, so that nobody takes it for whole; what has not is refused.
            with suppress(RuntimeError):
                await refuse(SessionEnded(), scope, receive, send)

    def _is_public(self, method: str, path: str) -> bool:
        if ("GET" if method == "HEAD" else method, path) in PUBLIC:
            return True
        # The first segment decides, whatever follows and however many slashes there are.
        first = "/" + path.lstrip("/").split("/", 1)[0]
        return first not in _GUARDED

    async def _admit(self, scope: Scope) -> Identity:
        state = self._state()
        headers = _headers(scope)
        authorization = headers.get("authorization")
        cookie = _cookie(headers.get("cookie"), state.settings.session_cookie)
        known = await state.authenticator.identify(authorization, cookie, background=BACKGROUND in headers)
        scope.setdefault("state", {})["identity"] = known
        identity = acting.acting(known, headers.get(acting.HEADER))
        scope["state"]["identity"] = identity
        method = scope["method"]
        if authorization is None and method not in SAFE_METHODS:
            require_same_origin(headers, state.settings.origins)
        rule = self._policy.rule_for("GET" if method == "HEAD" else method, scope["path"])
        scope.setdefault("state", {})["action"] = rule.action
        require(rule, identity.principal)
        return identity


def _note(scope: Scope, error: PlatformError) -> None:
    """Refused credentials and refused rights; a path that does not exist is neither."""
    if error.status not in {401, 403}:
        return
    state = scope.get("state", {})
    principal = state["identity"].principal if "identity" in state else None
    security_event(
        "access_refused",
        error.code,
        subject=principal.subject if principal else None,
        application=principal.application if principal else None,
        api_token=principal.api_token if principal else None,
        action=state.get("action"),
        request_id=request_id(scope),
    )


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by name. One that says who calls, or for whom, and stands twice is ambiguous and ends the request."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1")
        if name == "authorization" and name in found:
            raise NotAuthenticated
        if name == acting.HEADER and name in found:
            raise AuthorityNotYours
        if name == "cookie" and name in found:
            found[name] += "; " + raw_value.decode("latin-1")
        else:
            found.setdefault(name, raw_value.decode("latin-1"))
    return found


def _cookie(header: str | None, name: str) -> str | None:
    if header is None:
        return None
    # Two cookies of our name: one was planted by a neighbour, and there is no telling which.
    if sum(part.strip().startswith(name + "=") for part in header.split(";")) != 1:
        return None
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
