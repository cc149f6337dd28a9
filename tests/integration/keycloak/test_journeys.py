# SPDX-License-Identifier: EUPL-1.2
"""What both providers have to do: log people in and out, give applications tokens, refuse every other way."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.integration.keycloak.provider import WEB, Provider, authorization, claims_of
from tests.support.gateway import CSRF
from tests.support.keycloak import LoginPage

FOREIGN = "https://fremd.example/auth/callback"


@pytest.mark.browser
async def test_login_and_logout_in_a_browser(provider: Provider) -> None:
    """AUTH-10, AUTH-11: from the start page through the provider's form and back, and out at both."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(base_url=provider.url, locale="de-DE")
        await _sign_in(page, provider, "a.weber")
        assert urlsplit(page.url).netloc == urlsplit(provider.url).netloc
        me = await (await page.request.get("/api/v1/me")).json()
        assert (me["name"], me["authority"]["short"], me["roles"]) == (
            "Anna Weber",
            "mhb",
            ["sachbearbeitung", "wissenspflege"],
        )
        assert [unit["name"] for unit in me["units"]] == ["Referat 401 Wohngeld"]
        cookies = {cookie["name"] for cookie in await page.context.cookies(provider.url) if "genius" in cookie["name"]}
        stored = await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
        assert "genius-session" in cookies
        assert "eyJ" not in stored
        ended = await page.request.post("/auth/logout", headers={**CSRF, "origin": provider.url})
        await page.goto((await ended.json())["url"])
        assert (await page.request.get("/api/v1/me")).status == 401
        # Out at the provider too: it asks for the password again.
        await page.goto("/auth/login")
        await expect(page.locator("input[name=password]")).to_be_visible()
        await browser.close()


async def _sign_in(page: Page, provider: Provider, username: str) -> None:
    await page.goto("/auth/login")
    await page.locator("input[name=username]").fill(username)
    await page.locator("input[name=password]").fill(provider.passwords[username])
    await page.locator("input[name=password]").press("Enter")
    terms, message = page.get_by_role("heading", name="Bevor Sie beginnen"), page.get_by_label("Ihre Nachricht")
    await expect(terms.or_(message)).to_be_visible(timeout=15_000)
    if await terms.is_visible():
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Zustimmen und beginnen").click()
    await expect(message).to_be_visible(timeout=15_000)


async def test_an_application_gets_a_token_for_its_authority_alone(provider: Provider) -> None:
    """AUTH-13, AUTH-04: client credentials with exactly the claims that the gateway reads."""
    token = await provider.application_token("mhb-fachverfahren")
    claims = claims_of(token)
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    assert (audience, claims["groups"], claims["typ"]) == (["genius"], ["/behoerden/mhb"], "Bearer")
    assert claims["exp"] - claims["iat"] <= 300
    async with provider.gateway(token) as client:
        me = (await client.get("/api/v1/me")).json()
        assert (me["kind"], me["authority"]["short"], me["roles"]) == ("application", "mhb", [])
        assert {"search", "modules.run"} <= set(me["scopes"])
        assert "knowledge-bases.manage" not in me["scopes"]


@pytest.mark.parametrize(
    ("username", "authority", "roles"),
    [
        ("c.hoffmann", "mhb", ["behoerdenadministration"]),
        ("d.schmidt", "musterstadt", ["sachbearbeitung", "wissenspflege"]),
        ("o.petrova", None, ["betrieb"]),
        ("r.koenig", None, ["revision"]),
    ],
)
async def test_roles_and_authority_come_from_the_provider(
    provider: Provider, username: str, authority: str | None, roles: list[str]
) -> None:
    """AUTH-13: every role of the platform arrives by the login, and none besides."""
    async with provider.gateway() as browser:
        await provider.log_in(browser, username)
        me = (await browser.get("/api/v1/me")).json()
    found = me["authority"]["short"] if me["authority"] else None
    assert (found, me["roles"]) == (authority, roles)


async def test_the_end_of_the_providers_session_ends_ours(provider: Provider) -> None:
    """AUTH-08: back-channel logout; the gateway's cookie is worthless within a second."""
    async with provider.gateway() as browser:
        _, window = await provider.log_in(browser, "b.yilmaz")
        assert (await browser.get("/api/v1/me")).status_code == 200
        page = await window.open(f"{provider.protocol}/logout")
        confirmed = await window.submit(page)
        assert confirmed.status_code < 400
        for _ in range(20):
            answer = await browser.get("/api/v1/me")
            if answer.status_code == 401:
                break
            await asyncio.sleep(0.1)
        assert answer.status_code == 401
        await window.close()


REQUESTS: dict[str, dict[str, str | None]] = {
    "implicit": {"response_type": "token", "response_mode": "fragment"},
    "implicit with an ID token": {"response_type": "id_token token", "response_mode": None},
    "hybrid": {"response_type": "code id_token"},
    "no PKCE": {"code_challenge": None, "code_challenge_method": None},
    "PKCE in the clear": {"code_challenge_method": "plain"},
    "PKCE without its method": {"code_challenge_method": None},
    "foreign redirect": {"redirect_uri": FOREIGN},
    "longer path": {"redirect_uri": "{callback}/mehr"},
    "with a query": {"redirect_uri": "{callback}?x=1"},
    "other port": {"redirect_uri": "http://127.0.0.1:1/auth/callback"},
    "a user before the host": {"redirect_uri": "http://x@{host}/auth/callback"},
    "other path of the host": {"redirect_uri": "http://{host}/"},
    "no redirect": {"redirect_uri": None},
    "unknown client": {"client_id": "unbekannt"},
    "client without a login": {"client_id": "mhb-fachverfahren"},
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_forbidden_requests_show_no_login_page(provider: Provider, name: str) -> None:
    """AUTH-09: each attempted live; nobody is asked for a password, nothing goes to a foreign address."""
    host = urlsplit(provider.url).netloc
    changes = {
        key: value.format(callback=provider.callback, host=host) if value else value
        for key, value in REQUESTS[name].items()
    }
    query, _ = authorization(**{"client_id": WEB, "redirect_uri": provider.callback, **changes})  # type: ignore[arg-type]
    page = LoginPage()
    answer = await page.open(f"{provider.protocol}/auth?{httpx.QueryParams(query)}")
    await page.close()
    assert 'name="password"' not in answer.text
    location = answer.headers.get("location", "")
    if location:
        assert location.startswith(provider.callback)
        given = parse_qs(urlsplit(location).query) | parse_qs(urlsplit(location).fragment)
        assert "error" in given
        assert not given.keys() & {"code", "access_token", "id_token"}
    else:
        assert answer.status_code >= 400


GRANTS: dict[str, dict[str, Any]] = {
    "password": {"client_id": WEB, "grant_type": "password", "username": "a.weber"},
    "password at the administration's client": {
        "client_id": "admin-cli",
        "grant_type": "password",
        "username": "a.weber",
    },
    "client credentials of the web client": {"client_id": WEB, "grant_type": "client_credentials"},
    "device": {"client_id": WEB, "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
    "backchannel authentication": {
        "client_id": WEB,
        "grant_type": "urn:openid:params:grant-type:ciba",
        "auth_req_id": "x",
    },
    "a scope that nobody granted": {
        "client_id": "musterstadt-fachverfahren",
        "grant_type": "client_credentials",
        "scope": "knowledge-bases.manage",
    },
}


@pytest.mark.parametrize("name", GRANTS)
async def test_forbidden_grants_are_refused(provider: Provider, name: str) -> None:
    """AUTH-09: each attempted live, with right secrets and passwords."""
    form = dict(GRANTS[name])
    if form["grant_type"] == "password":
        form["password"] = provider.passwords["a.weber"]
    answer = await provider.token(form.pop("client_id"), **form)
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.text


async def test_a_code_counts_once_and_only_with_its_verifier(provider: Provider) -> None:
    """AUTH-10: wrong verifier, second use, another client's hands."""
    code, verifier = await provider.code("e.nowak")
    assert (await provider.exchange(code, "x" * 64)).status_code == 400
    code, verifier = await provider.code("e.nowak")
    assert (await provider.exchange(code, verifier, "mhb-fachverfahren")).status_code in {400, 401}
    code, verifier = await provider.code("e.nowak")
    assert (await provider.exchange(code, verifier)).status_code == 200
    assert (await provider.exchange(code, verifier)).status_code == 400


async def test_a_refresh_token_counts_once(provider: Provider) -> None:
    """AUTH-09: rotation; an old one ends the session, so that a thief and his victim both lose it."""
    first = await provider.person_tokens("e.nowak")
    second = await provider.token(WEB, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    again = await provider.token(WEB, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.status_code == 400
    newest = second.json()["refresh_token"]
    assert (await provider.token(WEB, grant_type="refresh_token", refresh_token=newest)).status_code == 400
