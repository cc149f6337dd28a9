# SPDX-License-Identifier: EUPL-1.2
"""Security headers of every response, and the hosts that we answer for. Pure ASGI."""

from __future__ import annotations

from genius_common.errors import InvalidInput
from genius_common.web import ASGIApp, Message, Receive, Scope, Send
from genius_gateway.site.refusal import refuse

API_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    b"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    b"require-trusted-types-for 'script'; trusted-types 'none'"
)
_FIXED = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"),
    (b"x-frame-options", b"DENY"),
]
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


class SecurityHeadersMiddleware:
    """Adds what a response does not set itself; what is not marked cacheable is `no-store`."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._fixed = [*_FIXED, _HSTS] if secure else _FIXED

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                present = {name for name, _ in headers}
                headers += [item for item in self._fixed if item[0] not in present]
                if b"cache-control" not in present:
                    headers.append((b"cache-control", b"no-store"))
                if b"content-security-policy" not in present:
                    kind = next((value for name, value in headers if name == b"content-type"), b"")
                    policy = PAGE_POLICY if kind.startswith(b"text/html") else API_POLICY
                    headers.append((b"content-security-policy", policy))
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, send_with_headers)


class TrustedHostMiddleware:
    """One Host header, and only names that we are known by; nothing else is ever decided on it (AUTH-02)."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(scope):
            await refuse(InvalidInput("Diese Adresse wird hier nicht bedient."), scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        host = given[0].decode("latin-1").lower()
        head, separator, port = host.rpartition(":")
        name = head if separator and port.isdigit() else host
        return name in self._hosts
