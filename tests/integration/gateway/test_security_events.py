# SPDX-License-Identifier: EUPL-1.2
"""Sign-ins, sign-outs and refused access: exactly one structured line each, with a pseudonym and no credential."""

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog

from tests.support.gateway import CSRF, Gateway, log_in
from tests.support.http import AsyncClient

NAMES = {"sign_in", "sign_out", "sign_out_by_provider", "access_refused"}


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def of(lines: list[dict[str, Any]], event: str) -> dict[str, Any]:
    """The one line of this kind; others of the same request are a fault."""
    found = [line for line in lines if line["event"] in NAMES]
    assert [line["event"] for line in found] == [event], found
    lines.clear()
    return found[0]


async def subject(gateway: Gateway, login: str) -> str:
    identity = await gateway.state.authenticator.identify(f"Bearer {await gateway.token(login)}", None)
    return str(identity.principal.subject)


async def test_a_session_from_its_begin_to_its_end(gateway: Gateway, lines: list[dict[str, Any]]) -> None:
    """LOG-05: who, what, with what outcome, and which request."""
    who = await subject(gateway, "d.schmidt")
    lines.clear()
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "d.schmidt")
        line = of(lines, "sign_in")
        assert (line["outcome"], line["subject"], line["log_level"]) == ("ok", who, "info")
        assert UUID(line["request_id"])
        await browser.post("/auth/logout", headers={**CSRF, "origin": gateway.url})
        line = of(lines, "sign_out")
        assert (line["outcome"], line["subject"]) == ("ok", who)


async def test_a_sign_in_that_fails(gateway: Gateway, lines: list[dict[str, Any]]) -> None:
    """LOG-05"""
    async with gateway.browser() as browser:
        await browser.get("/auth/callback", params={"state": "x", "code": "y"})
        line = of(lines, "sign_in")
        assert (line["outcome"], line["log_level"]) == ("login_failed", "warning")
        assert "subject" not in line


async def test_the_provider_ends_sessions_or_somebody_pretends_to(
    gateway: Gateway, lines: list[dict[str, Any]]
) -> None:
    """LOG-05"""
    async with gateway.browser() as browser:
        await browser.post("/auth/backchannel-logout", data={"logout_token": "a.b.c"})
        assert of(lines, "sign_out_by_provider")["outcome"] == "logout_token_invalid"


@pytest.mark.parametrize("path", ["/api/v1/me", "/v1/models", "/api/v1/does/not/exist"])
async def test_no_credentials(gateway: Gateway, lines: list[dict[str, Any]], path: str) -> None:
    """LOG-05: on both kinds of API, also where nothing is."""
    async with gateway.browser() as browser:
        answer = await browser.get(path)
        line = of(lines, "access_refused")
        assert answer.status_code == 401
        assert line["outcome"] == "not_authenticated"
        assert line["request_id"] == answer.headers["x-request-id"]


async def test_rights_that_are_missing(gateway: Gateway, lines: list[dict[str, Any]]) -> None:
    """LOG-05: the action is named, and the person by its pseudonym; an application likewise."""
    who = await subject(gateway, "a.weber")
    async with await gateway.client("a.weber") as clerk:
        lines.clear()
        assert (await clerk.get("/api/v1/audit/export")).status_code == 403
        line = of(lines, "access_refused")
        assert (line["outcome"], line["subject"], line["action"]) == ("forbidden", who, "audit.export")
    who = await subject(gateway, "mhb-fachverfahren")
    async with await gateway.client("mhb-fachverfahren") as application:
        lines.clear()
        assert (await application.get("/api/v1/audit/export")).status_code == 403
        line = of(lines, "access_refused")
        assert (line["application"], line["action"]) == (who, "audit.export")


async def test_a_foreign_origin_is_refused_and_noted(gateway: Gateway, lines: list[dict[str, Any]]) -> None:
    """LOG-05, AUTH-11"""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "d.schmidt")
        lines.clear()
        answer = await browser.post("/auth/logout", headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert of(lines, "access_refused")["subject"] == await subject(gateway, "d.schmidt")


async def test_nothing_that_came_in_stands_in_a_line(gateway: Gateway, lines: list[dict[str, Any]]) -> None:
    """LOG-01, LOG-05: no token, cookie, path or name."""
    canary = "Kanarienvogel-4711"
    token = base64.urlsafe_b64encode(canary.encode()).decode().rstrip("=")
    async with AsyncClient(base_url=gateway.url) as client:
        for headers in (
            {"authorization": f"Bearer {token}"},
            {"cookie": f"genius-session={canary}"},
            {"x-user": canary},
        ):
            await client.get(f"/api/v1/{canary}", params={"q": canary}, headers=headers)
    async with await gateway.client("a.weber") as clerk:
        await clerk.get("/api/v1/audit/export", params={"q": canary})
    written = repr(lines)
    assert written.count("access_refused") == 4
    for secret in (canary, token, "weber"):
        assert secret not in written


async def test_what_is_allowed_or_not_there_is_no_event(gateway: Gateway, lines: list[dict[str, Any]]) -> None:
    """LOG-05: lines are for what is refused; a wrong address is neither."""
    async with await gateway.client("a.weber") as clerk:
        lines.clear()
        assert (await clerk.get("/api/v1/me")).status_code == 200
        assert (await clerk.get("/api/v1/does/not/exist")).status_code == 404
    assert [line for line in lines if line["event"] in NAMES] == []
