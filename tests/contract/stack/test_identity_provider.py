# SPDX-License-Identifier: EUPL-1.2
"""The development identity provider against the rules of OpenID Connect and OAuth 2.0 security (RFC 9700)."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import ValidationError

from genius_stack.identity.settings import Settings
from tests.support import identity
from tests.support.identity import CALLBACK, ISSUER, PROTOCOL, answer, exchange, log_in, query


def claims(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


async def test_discovery_names_the_issuer_and_offers_no_weak_grant(provider: httpx.AsyncClient) -> None:
    document = (await provider.get(f"{ISSUER}/.well-known/openid-configuration")).json()
    assert document["issuer"] == ISSUER
    assert document["response_types_supported"] == ["code"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert set(document["grant_types_supported"]) == {"authorization_code", "refresh_token", "client_credentials"}


async def test_code_flow_gives_tokens_with_keycloaks_claims(provider: httpx.AsyncClient) -> None:
    back = answer(await log_in(provider))
    assert (back["state"], back["iss"]) == ("zustand", ISSUER)
    given = (await exchange(provider, back["code"])).json()
    keys = KeySet.import_key_set((await provider.get(f"{PROTOCOL}/certs")).json())
    access = jwt.decode(given["access_token"], keys, algorithms=["RS256"]).claims
    assert access["typ"] == "Bearer"
    assert access["aud"] == ["genius"]
    assert access["azp"] == "genius-web"
    assert access["realm_access"] == {"roles": ["sachbearbeitung"]}
    assert access["groups"] == ["/behoerden/mhb", "/behoerden/mhb/referat-1"]
    assert access["exp"] - access["iat"] == 300
    assert "email" not in access
    identity_claims = jwt.decode(given["id_token"], keys, algorithms=["RS256"]).claims
    assert identity_claims["nonce"] == "einmal"
    assert identity_claims["aud"] == "genius-web"
    assert identity_claims["sid"] == access["sid"]
    user = await provider.get(f"{PROTOCOL}/userinfo", headers={"authorization": f"Bearer {given['access_token']}"})
    assert user.json()["preferred_username"] == "a.weber"


async def test_the_public_keys_hold_no_private_part(provider: httpx.AsyncClient) -> None:
    (key,) = (await provider.get(f"{PROTOCOL}/certs")).json()["keys"]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "kurz"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_wrong_request_goes_back_with_an_error(
    provider: httpx.AsyncClient, changes: dict[str, str | None], error: str
) -> None:
    response = await provider.get(f"{PROTOCOL}/auth", params=query(**changes))
    back = answer(response)
    assert (back["error"], back["state"], back["iss"]) == (error, "zustand", ISSUER)


@pytest.mark.parametrize(
    "uri",
    [CALLBACK + "/", CALLBACK + "?x=1", CALLBACK.replace("127.0.0.1", "127.0.0.2"), "https://fremd.example/", ""],
)
async def test_another_redirect_uri_is_never_followed(provider: httpx.AsyncClient, uri: str) -> None:
    response = await provider.get(f"{PROTOCOL}/auth", params=query(redirect_uri=uri))
    assert response.status_code == 400
    assert "location" not in response.headers


async def test_a_repeated_parameter_is_refused(provider: httpx.AsyncClient) -> None:
    pairs = [*query().items(), ("redirect_uri", "https://fremd.example/")]
    assert (await provider.get(f"{PROTOCOL}/auth", params=pairs)).status_code == 400


@pytest.mark.parametrize("verifier", ["w" * 64, "", "kurz"])
async def test_a_wrong_verifier_gets_nothing(provider: httpx.AsyncClient, verifier: str) -> None:
    code = answer(await log_in(provider))["code"]
    response = await exchange(provider, code, code_verifier=verifier)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


async def test_reuse_of_a_code_ends_the_session(provider: httpx.AsyncClient) -> None:
    code = answer(await log_in(provider))["code"]
    first = (await exchange(provider, code)).json()
    assert (await exchange(provider, code)).json()["error"] == "invalid_grant"
    assert (await refresh(provider, first["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_code_belongs_to_its_client_and_address(provider: httpx.AsyncClient) -> None:
    code = answer(await log_in(provider))["code"]
    foreign = await exchange(provider, code, client_id="mhb-app", client_secret="app-secret")
    assert foreign.json()["error"] == "invalid_grant"
    other = await exchange(provider, code, redirect_uri=CALLBACK + "x")
    assert other.json()["error"] == "invalid_grant"


async def refresh(provider: httpx.AsyncClient, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await provider.post(f"{PROTOCOL}/token", data=form, auth=("genius-web", "web-secret"))


async def test_refresh_rotates_and_reuse_of_the_old_one_ends_the_session(provider: httpx.AsyncClient) -> None:
    first = (await identity.tokens(provider))["refresh_token"]
    second = (await refresh(provider, first)).json()["refresh_token"]
    assert second != first
    assert (await refresh(provider, first)).status_code == 400
    assert (await refresh(provider, second)).status_code == 400


async def test_an_access_token_is_no_refresh_token(provider: httpx.AsyncClient) -> None:
    given = await identity.tokens(provider)
    assert (await refresh(provider, given["access_token"])).status_code == 400
    header = {"authorization": f"Bearer {given['refresh_token']}"}
    assert (await provider.get(f"{PROTOCOL}/userinfo", headers=header)).status_code == 401


async def test_a_token_with_another_algorithm_is_refused(provider: httpx.AsyncClient) -> None:
    given = (await identity.tokens(provider))["access_token"]
    _, body, _ = given.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for forged in (f"{none}.{body}.", f"{none}.{body}.x"):
        header = {"authorization": f"Bearer {forged}"}
        assert (await provider.get(f"{PROTOCOL}/userinfo", headers=header)).status_code == 401


@pytest.mark.parametrize("grant", ["password", "implicit", "", "urn:ietf:params:oauth:grant-type:device_code"])
async def test_other_grants_do_not_exist(provider: httpx.AsyncClient, grant: str) -> None:
    form = {"grant_type": grant, "username": "a.weber", "password": "richtig-geheim"}
    response = await provider.post(f"{PROTOCOL}/token", data=form, auth=("genius-web", "web-secret"))
    assert response.json()["error"] == "unsupported_grant_type"


async def test_client_credentials_are_for_applications_only(provider: httpx.AsyncClient) -> None:
    form = {"grant_type": "client_credentials", "scope": "search"}
    given = (await provider.post(f"{PROTOCOL}/token", data=form, auth=("mhb-app", "app-secret"))).json()
    found = claims(given["access_token"])
    assert found["preferred_username"] == "service-account-mhb-app"
    assert (found["client_id"], found["scope"], found["groups"]) == ("mhb-app", "search", ["/behoerden/mhb"])
    assert "refresh_token" not in given
    wrong = await provider.post(f"{PROTOCOL}/token", data=form, auth=("mhb-app", "falsch"))
    assert wrong.status_code == 401
    web_client = await provider.post(f"{PROTOCOL}/token", data=form, auth=("genius-web", "web-secret"))
    assert web_client.json()["error"] == "unauthorized_client"
    more = {**form, "scope": "search knowledge-bases.manage"}
    assert (await provider.post(f"{PROTOCOL}/token", data=more, auth=("mhb-app", "app-secret"))).status_code == 400


async def test_the_login_page_is_plain_and_locked_down(provider: httpx.AsyncClient) -> None:
    page = await provider.get(f"{PROTOCOL}/auth", params=query())
    assert page.status_code == 200
    assert '<html lang="de">' in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:18080;" in policy
    assert page.headers["cache-control"] == "no-store"
    assert "a.weber" in page.text
    assert (await provider.get("/realms/genius/style.css")).headers["content-type"].startswith("text/css")


async def test_another_host_name_gets_nothing(provider: httpx.AsyncClient) -> None:
    page = await provider.get(f"{PROTOCOL}/auth", params=query(), headers={"host": "fremd.example:18084"})
    assert page.status_code == 400
    assert "a.weber" not in page.text


async def test_a_wrong_password_says_so_and_after_five_the_name_rests(provider: httpx.AsyncClient) -> None:
    for _ in range(5):
        response = await log_in(provider, "falsch")
        assert response.status_code == 401
        assert 'role="alert"' in response.text
        assert "falsch" not in response.text
    assert (await log_in(provider)).status_code == 401


async def test_a_form_from_a_foreign_page_is_refused(provider: httpx.AsyncClient) -> None:
    page = await provider.get(f"{PROTOCOL}/auth", params=query())
    ticket = page.text.split('name="ticket" value="')[1].split('"')[0]
    form = {"ticket": ticket, "username": "a.weber", "password": "richtig-geheim"}
    response = await provider.post(f"{ISSUER}/login", data=form, headers={"origin": "https://fremd.example"})
    assert response.status_code == 403


async def test_a_second_client_visit_needs_no_password_and_a_restart_logs_nobody_out(tmp_path: Path) -> None:
    identity.write_realm(tmp_path, identity.realm())
    async with identity.provider_client(tmp_path) as first:
        given = await identity.tokens(first)
        again = await first.get(f"{PROTOCOL}/auth", params=query(prompt="none"))
        assert "code" in answer(again)
        cookies = dict(first.cookies)
    assert (tmp_path / "sessions.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "signing-key.json").stat().st_mode & 0o777 == 0o600
    async with identity.provider_client(tmp_path) as second:
        second.cookies.update(cookies)
        assert "code" in answer(await second.get(f"{PROTOCOL}/auth", params=query()))
        assert (await refresh(second, given["refresh_token"])).status_code == 200


async def test_logout_ends_the_session_and_tells_the_client(tmp_path: Path) -> None:
    received: list[str] = []

    async def logout(request: web.Request) -> web.Response:
        received.append(str((await request.post())["logout_token"]))
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/auth/backchannel-logout", logout)
    async with TestServer(receiver) as server:
        identity.write_realm(tmp_path, identity.realm(str(server.make_url("/auth/backchannel-logout"))))
        async with identity.provider_client(tmp_path) as provider:
            given = await identity.tokens(provider)
            parameters = {
                "id_token_hint": given["id_token"],
                "post_logout_redirect_uri": identity.AFTER,
                "state": "ende",
            }
            wrong = {**parameters, "post_logout_redirect_uri": "https://fremd.example/"}
            assert (await provider.get(f"{PROTOCOL}/logout", params=wrong)).status_code == 400
            response = await provider.get(f"{PROTOCOL}/logout", params=parameters)
            assert response.headers["location"] == f"{identity.AFTER}?state=ende"
            assert (await refresh(provider, given["refresh_token"])).status_code == 400
            back = answer(await provider.get(f"{PROTOCOL}/auth", params=query(prompt="none")))
            assert back["error"] == "login_required"
    (token,) = received
    assert claims(token)["sid"] == claims(given["id_token"])["sid"]
    assert claims(token)["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in claims(token)


async def test_logout_without_a_hint_asks_first(provider: httpx.AsyncClient) -> None:
    given = await identity.tokens(provider)
    page = await provider.get(f"{PROTOCOL}/logout")
    assert "Abmelden" in page.text
    assert (await refresh(provider, given["refresh_token"])).status_code == 200
    assert "Sie sind abgemeldet" in (await provider.post(f"{PROTOCOL}/logout")).text
    back = answer(await provider.get(f"{PROTOCOL}/auth", params=query(prompt="none")))
    assert back["error"] == "login_required"


async def test_the_local_token_needs_the_data_directorys_secret(provider: httpx.AsyncClient) -> None:
    wanted = {"login": "a.weber"}
    assert (await provider.post("/local/token", json=wanted)).status_code == 401
    header = {"authorization": "Bearer local-secret"}
    given = await provider.post("/local/token", json=wanted, headers=header)
    found = claims(given.json()["access_token"])
    assert found["preferred_username"] == "a.weber"
    assert (found["azp"], found["typ"]) == ("genius-cli", "Bearer")
    assert (await provider.post("/local/token", json={"login": "x"}, headers=header)).status_code == 404
    app = await provider.post("/local/token", json={"application": "mhb-app"}, headers=header)
    assert claims(app.json()["access_token"])["client_id"] == "mhb-app"
    assert (await provider.post("/local/token", json={"application": "genius-web"}, headers=header)).status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "::", "genius.example"])
def test_it_refuses_any_address_but_loopback(host: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="loopback"):
        Settings(profile="local", tenant="t", host=host, state_dir=tmp_path)


@pytest.mark.parametrize("profile", ["land", "steuer"])
def test_it_refuses_any_profile_but_local(profile: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings(profile=profile, tenant="t", state_dir=tmp_path)  # type: ignore[arg-type]
