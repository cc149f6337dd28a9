# SPDX-License-Identifier: EUPL-1.2
"""Assembly of the development identity provider."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request
from prometheus_client import CollectorRegistry
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, Response

from genius_common.telemetry import metrics_endpoint
from genius_common.web import BodyLimitMiddleware, RequestIdMiddleware, install
from genius_stack.identity import authorize, logout, pages, token_endpoint
from genius_stack.identity.errors import PageError
from genius_stack.identity.provider import Provider
from genius_stack.identity.realm import load_realm
from genius_stack.identity.sessions import Pending, SessionStore
from genius_stack.identity.settings import REALM_PATH, Settings
from genius_stack.identity.tokens import ALGORITHM, TokenIssuer, load_key, person_claims

_PROTOCOL = f"{REALM_PATH}/protocol/openid-connect"


def create_app(settings: Settings) -> FastAPI:
    """The provider for the realm in `settings.state_dir`."""
    provider = Provider(
        realm=load_realm(settings.state_dir),
        tokens=TokenIssuer(load_key(settings.state_dir), settings.issuer),
        sessions=SessionStore(settings.state_dir / "sessions.json"),
        pending=Pending(),
    )
    app = FastAPI(title="Genius development identity provider", docs_url=None, redoc_url=None, openapi_url=None)
    install(app)
    app.add_middleware(BodyLimitMiddleware, limit=lambda _: 65_536)
    app.add_middleware(RequestIdMiddleware)
    # A foreign page could otherwise point its own name at 127.0.0.1 and read the passwords on the login page.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[settings.host, "localhost"], www_redirect=False)
    for module in (authorize, token_endpoint, logout):
        app.include_router(module.build_router(provider))
    _add_documents(app, provider)
    app.add_route("/metrics", metrics_endpoint(CollectorRegistry()))

    async def page_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, PageError)
        return pages.failure(error.text, error.status)

    app.add_exception_handler(PageError, page_error)
    return app


def _add_documents(app: FastAPI, provider: Provider) -> None:
    @app.get(f"{REALM_PATH}/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return discovery_document(provider.tokens.issuer)

    @app.get(f"{_PROTOCOL}/certs")
    async def certs() -> dict[str, Any]:
        return provider.tokens.jwks()

    @app.api_route(f"{_PROTOCOL}/userinfo", methods=["GET", "POST"])
    async def userinfo(request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = provider.tokens.read(token, "Bearer") if scheme.lower() == "bearer" else None
        user = provider.realm.user(claims["preferred_username"]) if claims else None
        ended = claims is not None and "sid" in claims and provider.sessions.get(UUID(claims["sid"])) is None
        if user is None or ended:
            challenge = {"www-authenticate": 'Bearer error="invalid_token"'}
            return JSONResponse({"error": "invalid_token"}, status_code=401, headers=challenge)
        return JSONResponse(person_claims(user), headers={"cache-control": "no-store"})

    @app.get(pages.STYLE_PATH)
    async def style() -> Response:
        return pages.style()

    @app.get("/health/live")
    @app.get("/health/ready")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "checks": {}}


def discovery_document(issuer: str) -> dict[str, Any]:
    """OpenID Connect Discovery 1.0; says only what is really done."""
    base = f"{issuer}/protocol/openid-connect"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{base}/auth",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "jwks_uri": f"{base}/certs",
        "end_session_endpoint": f"{base}/logout",
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "preferred_username", "name", "groups", "realm_access", "sid", "auth_time"],
        "prompt_values_supported": ["none", "login"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
