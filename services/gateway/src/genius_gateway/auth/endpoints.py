# SPDX-License-Identifier: EUPL-1.2
"""`/auth/…` and `GET /api/v1/me`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, RedirectResponse, Response

from genius_common.errors import FieldError, InvalidInput, NotFound
from genius_common.web import request_id
from genius_gateway.auth import csrf
from genius_gateway.auth.errors import (
    AccountDisabled,
    IdentityProviderUnavailable,
    LoginFailed,
    LogoutTokenInvalid,
    NoAuthority,
    SessionEnded,
    SessionNeeded,
)
from genius_gateway.auth.events import security_event
from genius_gateway.auth.identity import SessionEnds
from genius_gateway.auth.pages import failure_page
from genius_gateway.auth.transaction import LIFETIME_S, LoginTransaction, open_transaction, safe_next
from genius_gateway.dependencies import CurrentIdentity, State
from genius_gateway.state import GatewayState
from genius_gateway.usage.view import limits_of

router = APIRouter()
_MAX_FORM = 32_768


@router.get("/auth/login", tags=["auth"], status_code=303, response_class=Response, summary="Sign in at the provider")
async def begin_login(request: Request, state: State, next: str = "/") -> Response:  # noqa: A002 the name in the URL
    settings = state.settings
    # The cookie of the login belongs to one host name; on one machine there are two.
    if request.headers.get("host") != settings.public_url.split("://", 1)[1]:
        target = f"{settings.public_url}/auth/login?next={quote(safe_next(next), safe='')}"
        return RedirectResponse(target, status_code=303)
    transaction = LoginTransaction.begin(next)
    try:
        url = await state.login.authorization_url(transaction)
    except IdentityProviderUnavailable as error:
        return failure_page(error)
    response = RedirectResponse(url, status_code=303)
    _set_cookie(response, state, settings.login_cookie, transaction.seal(state.login_key), lax=True, seconds=LIFETIME_S)
    return response


@router.get("/auth/callback", tags=["auth"], status_code=303, response_class=Response, summary="Answer of the provider")
async def end_login(request: Request, state: State) -> Response:
    settings = state.settings
    try:
        transaction = open_transaction(request.cookies.get(settings.login_cookie), state.login_key)
        answer = _single_values(request)
        if "error" in answer:
            raise LoginFailed
        cookie, subject = await state.login.complete(transaction, answer)
    except (LoginFailed, NoAuthority, AccountDisabled, IdentityProviderUnavailable) as error:
        security_event("sign_in", error.code, request_id=request_id(request.scope))
        response: Response = failure_page(error)
        _drop_cookie(response, state, settings.login_cookie)
        return response
    security_event("sign_in", "ok", subject=subject, request_id=request_id(request.scope))
    response = RedirectResponse(transaction.next, status_code=303)
    _drop_cookie(response, state, settings.login_cookie)
    # The provider's own limit ends it; without max-age it ends with the browser as well.
    _set_cookie(response, state, settings.session_cookie, cookie, lax=False, seconds=None)
    return response


class EndedSession(BaseModel):
    """`url`: where the browser goes to end the provider's session, null if it need not."""

    url: str | None


@router.post(
    "/auth/logout",
    tags=["auth"],
    response_model=EndedSession,
    summary="End the session, here and at the provider",
)
async def end_session(request: Request, identity: CurrentIdentity, state: State) -> Response:
    if identity.session is None:
        raise SessionEnded
    state.open_requests.spare(identity.principal.subject)
    url = await state.login.end(identity)
    subject = identity.principal.subject
    security_event("sign_out", "ok", subject=subject, request_id=request_id(request.scope))
    response = JSONResponse(EndedSession(url=url).model_dump())
    _drop_cookie(response, state, state.settings.session_cookie)
    # Not "storage": theme and text size are kept there, and the UI clears its own drafts.
    response.headers["clear-site-data"] = '"cache"'
    return response


@router.post("/auth/backchannel-logout", tags=["auth"], response_class=Response, summary="The provider ends a session")
async def backchannel_logout(request: Request, state: State) -> Response:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise InvalidInput
    try:
        form = parse_qsl(body.decode("ascii"), max_num_fields=10)
    except ValueError as error:
        raise InvalidInput from error
    tokens = [value for name, value in form if name == "logout_token"]
    if len(tokens) != 1:
        raise InvalidInput
    try:
        ended = await state.login.end_by_provider(tokens[0])
    except LogoutTokenInvalid as error:
        security_event("sign_out_by_provider", error.code, request_id=request_id(request.scope))
        raise
    security_event("sign_out_by_provider", "ok", sessions=ended, request_id=request_id(request.scope))
    return Response(status_code=200, headers={"cache-control": "no-store"})


@router.get("/api/v1/me", tags=["auth"], summary="Who am I, active authority, rights and limits")
async def get_me(identity: CurrentIdentity, state: State) -> dict[str, Any]:
    principal = identity.principal
    authority = identity.authority
    settings = state.settings
    limits = settings.limits
    return {
        "id": str(principal.subject),
        "name": identity.name,
        "username": identity.username,
        "kind": identity.kind,
        "authority": _authority(authority) if authority else None,
        "authorities": [_authority(item) for item in identity.memberships],
        "units": [{"id": str(unit), "name": name} for unit, name in (authority.units if authority else ())],
        "roles": sorted(principal.roles),
        "rights": sorted({rule.action for rule in state.policy.allowed(principal)}),
        "scopes": sorted(principal.scopes),
        "protection_class": principal.classification.value,
        # Under the Steuergeheimnis each retrieval names a case, and originals stay here unless the operator opens them.
        "case_required": state.retrieval_log is not None,
        "exports": settings.exports,
        "limits": {
            "message_characters": 200_000,
            "file_bytes": limits.upload_bytes,
            "files": 20,
            **(await limits_of(state.ledger, principal)).model_dump(mode="json"),
        },
        "terms": await _terms(state, principal.subject),
        "csrf": {"header": csrf.HEADER, "value": csrf.VALUE},
        "session": _session(identity.ends) if identity.ends else None,
    }


async def _terms(state: GatewayState, person: UUID) -> dict[str, str | None]:
    """`accepted_at` null: the person is still to be asked."""
    terms = state.administration.terms
    at = await terms.accepted_at(person)
    return {"version": terms.version, "accepted_at": _timestamp(at) if at else None}


class ActiveAuthority(BaseModel):
    """One of the caller's own memberships, as `authorities` of `/api/v1/me` shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authority: UUID


@router.put("/api/v1/me/authority", tags=["auth"], status_code=204, summary="Go on in another of my authorities")
async def switch_authority(wanted: ActiveAuthority, identity: CurrentIdentity, state: State) -> Response:
    """Sets a new session cookie; requests that are still open in the old session end. Its absolute end stays."""
    target = next((item for item in identity.memberships if item.id == wanted.authority), None)
    if target is None:
        raise NotFound(errors=[FieldError("/authority", "Zu dieser Behörde gehört Ihr Konto nicht.")])
    if identity.session is None:
        raise SessionNeeded
    cookie = await state.sessions.switch(identity, target)
    state.open_requests.end_session(identity.session)
    response = Response(status_code=204)
    _set_cookie(response, state, state.settings.session_cookie, cookie, lax=False, seconds=None)
    response.headers["clear-site-data"] = '"cache"'
    return response


def _session(ends: SessionEnds) -> dict[str, str]:
    """`now` beside the ends: a page counts by the difference, whatever its own clock says."""
    return {
        "idle_ends_at": _timestamp(ends.idle),
        "ends_at": _timestamp(ends.absolute),
        "now": _timestamp(datetime.now(UTC)),
    }


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _authority(item: Any) -> dict[str, str]:
    return {"id": str(item.id), "short": item.short, "name": item.name}


def _single_values(request: Request) -> dict[str, str]:
    """The parameters of the answer; one that stands twice makes it void."""
    pairs = request.query_params.multi_items()
    values = dict(pairs)
    if len(values) != len(pairs):
        raise LoginFailed
    return values


def _set_cookie(
    response: Response, state: GatewayState, name: str, value: str, *, lax: bool, seconds: int | None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=state.settings.secure,
        httponly=True,
        # The login's cookie must come along when the provider sends the browser back; the session's need not.
        samesite="lax" if lax else "strict",
    )


def _drop_cookie(response: Response, state: GatewayState, name: str) -> None:
    response.delete_cookie(name, path="/", secure=state.settings.secure, httponly=True)
