# SPDX-License-Identifier: EUPL-1.2
"""Reads Keycloak's claims: access tokens of people and applications, ID tokens, logout tokens."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import Any

from genius_common.principal import Role
from genius_gateway.auth.errors import AccessTokenInvalid, LogoutTokenInvalid
from genius_gateway.auth.provider import Verified
from genius_gateway.policy.evaluate import APPLICATION_SCOPES

SKEW_S = 30
_MAX_TIME = 2**53
_GROUP = re.compile(r"/behoerden/([a-z0-9][a-z0-9-]{0,62})(?:/([a-z0-9][a-z0-9-]{0,62}))?")
_ACCOUNT_PREFIX = "service-account-"
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a token of the provider is about. `memberships` maps an authority's short name to its units' names.

    `on_behalf`: the token was exchanged (RFC 8693); the application `client` acts for the person.
    """

    subject: str
    username: str
    name: str
    roles: frozenset[str]
    memberships: dict[str, frozenset[str]]
    client: str
    is_application: bool
    scopes: frozenset[str]
    session: str | None
    expires_at: int
    issued_at: int
    on_behalf: bool = False


def subject_key(issuer: str, subject: str) -> str:
    """The provider's subject as we store it: SHA-256 over issuer and `sub`."""
    return hashlib.sha256(f"sub\0{issuer}\0{subject}".encode()).hexdigest()


def session_key(issuer: str, session: str) -> str:
    return hashlib.sha256(f"sid\0{issuer}\0{session}".encode()).hexdigest()


def access_token(
    verified: Verified, issuer: str, audience: str, person_clients: frozenset[str], *, exchanged: bool = False
) -> Caller:
    """Judge the claims of an access token (RFC 9068 and Keycloak's `typ`). Raises: AccessTokenInvalid.

    `exchanged` also takes a person's token of another client; whether that is an application which may act here, only
    its row says (`Provisioning`).
    """
    claims = verified.claims
    _require(_header_type(verified, "jwt") in {"jwt", "at+jwt"})
    _require(claims.get("iss") == issuer and claims.get("typ") == "Bearer")
    _require(_has_audience(claims, audience))
    expires_at = check_times(claims)
    subject, client = _word(claims, "sub"), _word(claims, "azp")
    username = _word(claims, "preferred_username")
    is_application = username.startswith(_ACCOUNT_PREFIX) or "client_id" in claims
    if is_application:
        _require(claims.get("client_id") == client and username == _ACCOUNT_PREFIX + client)
    on_behalf = not is_application and client not in person_clients
    _require(exchanged or not on_behalf)
    session = claims.get("sid")
    _require(session is None or isinstance(session, str))
    scope = claims.get("scope", "")
    _require(isinstance(scope, str))
    return Caller(
        subject=subject,
        username=username,
        name=str(claims.get("name", username)),
        roles=_roles(claims) if not is_application else frozenset(),
        memberships=_memberships(claims),
        client=client,
        is_application=is_application,
        scopes=frozenset(scope.split()) & APPLICATION_SCOPES if is_application or on_behalf else frozenset(),
        session=session,
        expires_at=expires_at,
        issued_at=int(claims["iat"]),
        on_behalf=on_behalf,
    )


def identity_token(verified: Verified, issuer: str, client: str, nonce: str) -> dict[str, Any]:
    """Judge an ID token (OpenID Connect Core 3.1.3.7). Raises: AccessTokenInvalid."""
    claims = verified.claims
    _require(claims.get("iss") == issuer and claims.get("typ") == "ID")
    _require(claims.get("aud") in (client, [client]) and claims.get("azp", client) == client)
    _require(claims.get("nonce") == nonce)
    check_times(claims)
    _word(claims, "sub")
    return claims


def logout_token(verified: Verified, issuer: str, client: str) -> tuple[str | None, str | None]:
    """Judge a logout token (OpenID Connect Back-Channel Logout 2.6): (`sid`, `sub`), one of them is set."""
    claims = verified.claims
    try:
        _require(claims.get("iss") == issuer and claims.get("aud") in (client, [client]))
        _require(_header_type(verified, "logout+jwt") in {"logout+jwt", "jwt"})
        _require("nonce" not in claims and isinstance(claims.get("jti"), str))
        events = claims.get("events")
        _require(isinstance(events, dict) and isinstance(events.get(_LOGOUT_EVENT), dict))
        check_times(claims)
    except AccessTokenInvalid as error:
        raise LogoutTokenInvalid from error
    session, subject = claims.get("sid"), claims.get("sub")
    if not all(value is None or isinstance(value, str) for value in (session, subject)) or not (session or subject):
        raise LogoutTokenInvalid
    return session, subject


def check_times(claims: dict[str, Any]) -> int:
    """`exp`, `nbf` and `iat` as whole numbers in sane bounds, with at most 30 s of skew; returns `exp` (AUTH-05)."""
    now = time.time()
    expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    for value in (expires, issued, begins):
        _require(type(value) is int and 0 <= value < _MAX_TIME)
    assert isinstance(expires, int)
    assert isinstance(issued, int)
    _require(expires > now and issued <= now + SKEW_S and begins <= now + SKEW_S and issued < expires)
    return expires


def _require(condition: bool) -> None:
    if not condition:
        raise AccessTokenInvalid


def _header_type(verified: Verified, default: str) -> str:
    kind = verified.header.get("typ", default)
    return kind.lower() if isinstance(kind, str) else ""


def _word(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 255:
        raise AccessTokenInvalid
    return value


def _has_audience(claims: dict[str, Any], audience: str) -> bool:
    given = claims.get("aud")
    if isinstance(given, str):
        return given == audience
    return isinstance(given, list) and audience in given


def _roles(claims: dict[str, Any]) -> frozenset[str]:
    access = claims.get("realm_access")
    roles = access.get("roles") if isinstance(access, dict) else None
    given = roles if isinstance(roles, list) else []
    return frozenset(role for role in given if isinstance(role, str)) & frozenset(Role)


def _memberships(claims: dict[str, Any]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    groups = claims.get("groups")
    for group in groups if isinstance(groups, list) else []:
        if isinstance(group, str) and (match := _GROUP.fullmatch(group)):
            units = found.setdefault(match[1], set())
            if match[2]:
                units.add(match[2])
    return {authority: frozenset(units) for authority, units in found.items()}
