# SPDX-License-Identifier: EUPL-1.2
"""The gate over all routes of the running application."""

import asyncio
import re
from uuid import uuid4

import httpx
import pytest

from genius_gateway.policy.table import PUBLIC, RULES, Rule
from tests.support.gateway import Gateway

PARAMETER = re.compile(r"\{[a-z]+\}")
GUARDED = [rule for rule in RULES if rule.path != "/auth/logout"]


def address(rule: Rule, value: str | None = None) -> str:
    return PARAMETER.sub(lambda match: value or ("1" if match[0] == "{n}" else str(uuid4())), rule.path)


def same_body(response: httpx.Response) -> tuple[int, dict[str, object]]:
    body = response.json()
    body.pop("request_id", None)
    return response.status_code, body


async def test_every_published_route_has_a_policy(gateway: Gateway) -> None:
    """AUTH-01: the OpenAPI document of the running application and the policy table name the same routes."""
    async with gateway.browser() as client:
        document = (await client.get("/api/v1/openapi.json")).json()
    published = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    public_apis = {route for route in PUBLIC if route != ("GET", "/api/v1/openapi.json")}
    assert published == {(rule.method, rule.path) for rule in RULES} | public_apis


async def test_no_route_works_without_credentials(gateway: Gateway) -> None:
    """AUTH-01, AUTH-15: no token, a broken one, another scheme, or a name in a header: 401 before anything else."""
    named = {
        "x-user": "a.weber",
        "X-Forwarded-User": "a.weber",
        "x_forwarded_user": "a.weber",
        "X-Authority": "mhb",
        "x-remote-user": "o.petrova",
        "x-ssl-client-s-dn": "CN=a.weber",
        "x-api-key": "geheim",
        "x-original-url": "/api/v1/health/live",
        "x-rewrite-url": "/api/v1/health/live",
        "x-forwarded-prefix": "/api/v1/health",
        "x-http-method-override": "GET",
    }
    credentials = [
        {},
        named,
        {"authorization": "Bearer kaputt"},
        {"authorization": "Basic YTpi"},
        {"authorization": ""},
        {"cookie": "genius-session=" + "A" * 43},
    ]
    async with gateway.browser() as client:
        for rule in GUARDED:
            for headers in credentials:
                response = await client.request(rule.method, address(rule), headers=headers)
                assert response.status_code == 401, (rule, headers)
                if rule.path.startswith("/v1"):
                    assert response.json()["error"]["code"]
                else:
                    assert response.headers["content-type"] == "application/problem+json"


async def test_a_header_with_a_name_changes_nothing(gateway: Gateway) -> None:
    """AUTH-15: with valid credentials too, who calls is decided by them alone."""
    async with await gateway.client("b.yilmaz") as client:
        own = (await client.get("/api/v1/me")).json()
        other = await client.get("/api/v1/me", headers={"x-user": "a.weber", "x-forwarded-user": "d.schmidt"})
        assert other.json() == own
        # This one chooses among the caller's own memberships, and never beyond them.
        foreign = await client.get("/api/v1/me", headers={"x-authority": "musterstadt"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "authority_not_yours")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"])
@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1/gibt-es-nicht",
        "/api/v1/runs/nicht-einmal-eine-id",
        "/api/v1/health/live/x",
        "/api/v1/health/live%2f..%2f..%2fme",
        "/api/v1/openapi.json/",
        "/api/v2/me",
        "/v1",
        "/v1/gibt-es-nicht",
        "/internal/runs/1/token",
        "/auth/geheim",
        "//api/v1/me",
        "/api//v1/me",
        "/api/v1/../v1/me",
        "/api/v1/me;x=/health/live",
        "/API/v1/me/../../../api/v1/me",
    ],
)
async def test_unknown_paths_are_closed(gateway: Gateway, method: str, path: str) -> None:
    """AUTH-01, AUTH-02: nothing under the guarded roots says whether it exists; a written-out path is not resolved."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.settings.port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    status = int((await reader.read()).split(b" ", 2)[1])
    writer.close()
    assert status == 401 or (path.startswith("/API") and status in {404, 405})


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1/api/v1/health/live?",
        "127.0.0.1#",
        "127.0.0.1\tx",
        "",
        "[::1",
        "localhost:80:80",
        "ＬＯＣＡＬＨＯＳＴ",
    ],
)
async def test_host_header_opens_nothing(gateway: Gateway, host: str) -> None:
    """AUTH-02"""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.settings.port)
    writer.write(f"GET /api/v1/me HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    status = int((await reader.read()).split(b" ", 2)[1])
    writer.close()
    assert status in {400, 401}


async def test_unknown_malformed_and_foreign_ids_are_alike(gateway: Gateway) -> None:
    """TEN-02: with valid credentials each answers the same 404."""
    async with await gateway.client("a.weber") as client:
        unknown = await client.get(f"/api/v1/knowledge-bases/{uuid4()}")
        for value in ("1", "x", str(uuid4()).upper(), "{" + str(uuid4()) + "}", uuid4().hex, "%00", "..", "ä"):
            response = await client.get(f"/api/v1/knowledge-bases/{value}")
            if value != "..":
                assert same_body(response) == same_body(unknown), value
        assert same_body(await client.get("/api/v1/gibt-es-nicht")) == same_body(unknown)


async def test_no_cross_origin_answers(gateway: Gateway) -> None:
    """AUTH-12: no origin is ever reflected."""
    async with await gateway.client("a.weber") as client:
        for origin in ("null", "https://evil.example", gateway.url + ".evil.example", gateway.url):
            for method in ("GET", "OPTIONS"):
                headers = {"origin": origin, "access-control-request-method": "POST"}
                response = await client.request(method, "/api/v1/me", headers=headers)
                assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_security_headers_everywhere(gateway: Gateway) -> None:
    """GW-07, GW-08: on pages, API answers and refusals; nothing of tools is reachable."""
    async with gateway.browser() as client:
        for path in ("/", "/chat/x", "/api/v1/me", "/api/v1/health/live", "/v1/models", "/gibt/es/nicht"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["referrer-policy"] == "no-referrer"
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["cache-control"] in {"no-store", "no-cache"}
        page = (await client.get("/")).headers["content-security-policy"]
        assert "require-trusted-types-for 'script'" in page
        for path in (
            "/docs",
            "/redoc",
            "/metrics",
            "/debug",
            "/.git/config",
            "/.env",
            "/openapi.json",
            "/server-status",
        ):
            assert (await client.get(path)).status_code == 404, path


async def test_static_files_stay_inside(gateway: Gateway) -> None:
    """GW-03: no path leaves the folder, and a Range header costs nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.settings.port)
    for path in (
        "/../settings.py",
        "/assets/../../settings.py",
        "/%2e%2e/settings.py",
        "/assets/%2e%2e%2f%2e%2e%2fapp.py",
    ):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 404 " in head, path
        length = int(re.search(rb"content-length: (\d+)", head)[1])  # type: ignore[index]
        await reader.readexactly(length)
    writer.close()
    async with gateway.browser() as client:
        ranges = ",".join(f"{n}-{n}" for n in range(5000))
        assert (await client.get("/", headers={"range": f"bytes={ranges}"})).status_code in {200, 400, 431}
