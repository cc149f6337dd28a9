# SPDX-License-Identifier: EUPL-1.2
"""Login, session, logout in the browser, against the real development provider."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import orjson
import pytest
import sqlalchemy as sa

from genius_common.crypto import key_id_of
from genius_common.database import RowScope
from genius_gateway.policy.table import RULES
from tests.support.gateway import CSRF, Gateway, log_in, provider_login
from tests.support.http import AsyncClient
from tests.support.ports import free_port


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def test_login_gives_one_opaque_cookie_and_a_session(gateway: Gateway) -> None:
    """AUTH-10, AUTH-11: PKCE, state and nonce are sent; the browser gets no token."""
    async with gateway.browser() as browser:
        begin = await browser.get("/auth/login", params={"next": "/chat/1?a=b"})
        asked = parameters(begin.headers["location"])
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 32
        assert len(asked["nonce"]) >= 32
        assert asked["redirect_uri"] == f"{gateway.url}/auth/callback"
        answer = await browser.get(await provider_login(gateway, begin.headers["location"], "a.weber"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/chat/1?a=b")
        cookies = answer.headers.get_list("set-cookie")
        session = next(value for value in cookies if value.startswith("genius-session="))
        assert "HttpOnly" in session
        assert "samesite=strict" in session.lower()
        assert set(browser.cookies) == {"genius-session"}
        assert len(browser.cookies["genius-session"]) == 43
        me = (await browser.get("/api/v1/me")).json()
        assert me["name"] == "Anna Weber"
        assert me["authority"]["short"] == "mhb"
        assert [unit["name"] for unit in me["units"]] == ["Referat 401 Wohngeld"]


async def test_a_provider_that_goes_between_form_and_code_is_said(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-10: the code can't be exchanged: the page says that the sign-in service is away, and nobody is let in."""
    provider = gateway.state.provider
    found = await provider.metadata()
    async with gateway.browser() as browser:
        begin = await browser.get("/auth/login")
        back = await provider_login(gateway, begin.headers["location"], "a.weber")
        away = found.model_copy(update={"token_endpoint": f"http://127.0.0.1:{free_port()}/token"})
        monkeypatch.setattr(provider, "_metadata", away)
        answer = await browser.get(back)
        assert (answer.status_code, "Anmeldedienst" in answer.text) == (503, True)
        assert "genius-session" not in browser.cookies


async def test_each_login_makes_a_new_session(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "b.yilmaz")
        first = browser.cookies["genius-session"]
        await log_in(gateway, browser, "b.yilmaz")
        assert browser.cookies["genius-session"] != first


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/a\nb", "javascript:alert(1)", "", "x"]
)
async def test_next_stays_on_this_site(gateway: Gateway, target: str) -> None:
    async with gateway.browser() as browser:
        answer = await log_in(gateway, browser, "e.nowak", target)
        assert answer.headers["location"] == "/"


async def test_people_without_an_authority_here_are_let_in_by_role_only(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "o.petrova")
        me = (await browser.get("/api/v1/me")).json()
        assert (me["authority"], me["roles"]) == (None, ["betrieb"])


async def test_forged_answers_give_no_session(gateway: Gateway) -> None:
    """AUTH-10: missing, foreign and repeated state, another issuer, no code, the cookie of another browser."""
    async with gateway.browser() as browser:
        begin = await browser.get("/auth/login")
        back = await provider_login(gateway, begin.headers["location"], "a.weber")
        good = parameters(back)
        wrong = [
            {**good, "state": "x" * 43},
            {name: value for name, value in good.items() if name != "state"},
            {**good, "iss": "http://evil.example/realms/genius"},
            {name: value for name, value in good.items() if name != "iss"},
            {**good, "code": ""},
            {**good, "code": "x" * 40},
        ]
        cookies = dict(browser.cookies)
        for values in wrong:
            async with AsyncClient(base_url=gateway.url, cookies=cookies) as victim:
                answer = await victim.get("/auth/callback", params=values)
                assert answer.status_code == 400, values
                assert "genius-session" not in victim.cookies
        async with gateway.browser() as other:
            answer = await other.get("/auth/callback?" + urlencode(good))
            assert answer.status_code == 400
            assert "genius-session" not in other.cookies
            assert (await other.get("/api/v1/me")).status_code == 401


async def test_a_code_and_its_transaction_work_once(gateway: Gateway) -> None:
    """AUTH-10: the answer of the provider is replayed in the same browser, with the cookie it had then."""
    async with gateway.browser() as browser:
        begin = await browser.get("/auth/login")
        back = await provider_login(gateway, begin.headers["location"], "a.weber")
        cookies = dict(browser.cookies)
        assert (await browser.get(back)).status_code == 303
        async with AsyncClient(base_url=gateway.url, cookies=cookies) as again:
            assert (await again.get(back)).status_code == 400


async def test_nonce_of_another_login_is_refused(gateway: Gateway) -> None:
    """AUTH-10: a code that was issued for another nonce is injected with a fitting state."""
    async with gateway.browser() as browser:
        begin = await browser.get("/auth/login")
        forged = begin.headers["location"].replace(parameters(begin.headers["location"])["nonce"], "n" * 43)
        answer = await browser.get(await provider_login(gateway, forged, "a.weber"))
        assert answer.status_code == 400
        assert "genius-session" not in browser.cookies


async def test_logout_ends_the_session_here_and_names_the_provider(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        assert (await browser.post("/auth/logout", headers=CSRF)).status_code == 401
        await log_in(gateway, browser, "d.schmidt")
        cookie = browser.cookies["genius-session"]
        assert (await browser.post("/auth/logout")).status_code == 403
        assert (await browser.get("/api/v1/me")).status_code == 200
        answer = await browser.post("/auth/logout", headers={**CSRF, "origin": gateway.url})
        assert answer.status_code == 200
        assert answer.headers["clear-site-data"] == '"cache"'
        assert answer.json()["url"].startswith(f"{gateway.issuer}/protocol/openid-connect/logout?id_token_hint=")
        assert "genius-session" not in browser.cookies
        assert (await browser.get("/api/v1/me", cookies={"genius-session": cookie})).status_code == 401


async def test_the_provider_ends_a_session(gateway: Gateway) -> None:
    """AUTH-08: the end of the session at the provider ends ours by back-channel logout, at once."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "f.becker")
        assert (await browser.get("/api/v1/me")).status_code == 200
        assert await _end_at_provider(gateway, browser) == 401


async def _end_at_provider(gateway: Gateway, browser: httpx.AsyncClient) -> int:
    """Call the provider's logout with our ID token, as another application's logout would."""
    identity = await gateway.state.sessions.find(browser.cookies["genius-session"])
    assert identity is not None
    async with AsyncClient() as provider:
        hint = await _hint(gateway, identity.session)
        answer = await provider.get(
            f"{gateway.issuer}/protocol/openid-connect/logout", params={"id_token_hint": hint}, timeout=20
        )
        assert answer.status_code in {200, 303}
    return (await browser.get("/api/v1/me")).status_code


async def _hint(gateway: Gateway, session: str) -> str:
    state = gateway.state
    async with state.database.transaction(RowScope(credential=session)) as connection:
        query = sa.text("SELECT sealed FROM sessions WHERE id_hash = :id")
        sealed = (await connection.execute(query, {"id": session})).scalar_one()
        key = await state.keys.by_id(connection, key_id_of(sealed))
    return str(orjson.loads(key.open(sealed, f"sessions/sealed/{session}"))["id_token"])


@pytest.mark.parametrize("body", ["", "logout_token=", "logout_token=a.b.c", "x=y", "logout_token=a&logout_token=b"])
async def test_malformed_logout_tokens_are_refused(gateway: Gateway, body: str) -> None:
    async with gateway.browser() as browser:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await browser.post("/auth/backchannel-logout", content=body, headers=headers)
        assert answer.status_code in {400, 401}


async def test_an_access_token_is_no_logout_token(gateway: Gateway) -> None:
    """AUTH-14"""
    async with gateway.browser() as browser:
        answer = await browser.post("/auth/backchannel-logout", data={"logout_token": await gateway.token("a.weber")})
        assert answer.status_code == 400


async def test_cookie_requests_need_proof_of_origin(gateway: Gateway) -> None:
    """AUTH-11: every changing route refuses a session's request that another site could have caused."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        attacks = [
            {},
            {"x-csrf": "1"},
            {"sec-fetch-site": "same-origin"},
            {"x-csrf": "1", "sec-fetch-site": "cross-site"},
            {"x-csrf": "1", "sec-fetch-site": "same-site"},
            {"x-csrf": "1", "origin": "https://evil.example"},
            {"x-csrf": "1", "origin": "null"},
            {"x-csrf": "1", "sec-fetch-site": "same-origin", "origin": gateway.url + ".evil.example"},
            {"content-type": "text/plain", "origin": gateway.url},
        ]
        for rule in RULES:
            if rule.changes and rule.path != "/auth/logout":
                path = rule.path.replace("{kb}", "0").replace("{", "").replace("}", "")
                for headers in attacks:
                    answer = await browser.request(rule.method, path, headers=headers)
                    assert answer.status_code == 403, (rule, headers, answer.text)
        answer = await browser.post(
            "/api/v1/knowledge-bases", json={"name": "Von hier", "purpose": "Probe"}, headers=CSRF
        )
        assert answer.status_code == 201


async def test_two_cookies_of_our_name_are_none(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        value = browser.cookies["genius-session"]
        browser.cookies.clear()
        answer = await browser.get("/api/v1/me", headers={"cookie": f"genius-session={value}; genius-session=planted"})
        assert answer.status_code == 401
