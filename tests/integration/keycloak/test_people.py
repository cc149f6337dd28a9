# SPDX-License-Identifier: EUPL-1.2
"""What only a real Keycloak does: token exchange, changed and closed accounts, logout by an administrator, new keys."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import orjson
import pytest

from genius_stack.keycloak.admin import RealmAdmin
from tests.integration.keycloak.provider import Provider, claims_of
from tests.support.keycloak import LoginPage

pytestmark = pytest.mark.keycloak
LOGIN_CLIENT = "mhb-anmeldung"
CALLBACK = "http://127.0.0.1:1/zurueck"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


async def administer(provider: Provider, work: Callable[[RealmAdmin], Any]) -> Any:
    """In a thread: Keycloak may call the gateway meanwhile, which runs in this loop."""
    assert provider.admin
    return await asyncio.to_thread(work, provider.admin)


async def me(provider: Provider, token: str) -> httpx.Response:
    async with provider.gateway(token) as client:
        return await client.get("/api/v1/me")


@pytest.fixture
async def login_client(land: Provider) -> AsyncIterator[str]:
    """The specialist application's own web client, as its operator makes it: it gets the exchange's scope."""
    client = {
        "clientId": LOGIN_CLIENT,
        "publicClient": True,
        "redirectUris": [CALLBACK],
        "fullScopeAllowed": False,
        "attributes": {"pkce.code.challenge.method": "S256"},
        "defaultClientScopes": ["basic", "profile", "im-auftrag-mhb-fachverfahren"],
        "optionalClientScopes": [],
    }
    identifier = await administer(land, lambda admin: admin.api.create_client(client))
    yield LOGIN_CLIENT
    await administer(land, lambda admin: admin.api.delete_client(identifier))


async def exchange(provider: Provider, application: str, subject_token: str) -> httpx.Response:
    return await provider.token(
        application, grant_type=EXCHANGE, subject_token=subject_token, subject_token_type=ACCESS_TOKEN
    )


async def test_an_application_acts_for_the_person_who_uses_it(land: Provider, login_client: str) -> None:
    """AUTH-13: the person's own token is worthless at Genius, the exchanged one has the rights of both."""
    await me(land, await land.application_token("mhb-fachverfahren"))
    own = (await land.person_tokens("a.weber", login_client, CALLBACK))["access_token"]
    assert (await me(land, own)).status_code == 401
    answer = await exchange(land, "mhb-fachverfahren", own)
    token = answer.raise_for_status().json()["access_token"]
    assert "refresh_token" not in answer.json()
    assert claims_of(token)["azp"] == "mhb-fachverfahren"
    found = (await me(land, token)).json()
    async with land.gateway() as browser:
        await land.log_in(browser, "a.weber")
        person = (await browser.get("/api/v1/me")).json()
    assert (found["id"], found["kind"], found["authority"]["short"]) == (person["id"], "application", "mhb")
    assert set(found["rights"]) < set(person["rights"])
    assert "import" not in found["scopes"]
    async with land.gateway(token) as client:
        assert (await client.get("/api/v1/runs")).status_code == 200
        assert (await client.get("/api/v1/audit/export")).status_code == 403


@pytest.mark.parametrize(
    ("username", "application"),
    [("d.schmidt", "mhb-fachverfahren"), ("a.weber", "musterstadt-fachverfahren"), ("o.petrova", "mhb-fachverfahren")],
)
async def test_nobody_acts_across_authorities(
    land: Provider, login_client: str, username: str, application: str
) -> None:
    """TEN-01, AUTH-13: neither for a person of another authority nor without the right to exchange."""
    await me(land, await land.application_token("mhb-fachverfahren"))
    own = (await land.person_tokens(username, login_client, CALLBACK))["access_token"]
    answer = await exchange(land, application, own)
    if answer.status_code == 200:
        assert (await me(land, answer.json()["access_token"])).status_code == 401
    else:
        assert answer.status_code in {400, 403}


async def test_a_stolen_token_of_the_web_client_cannot_be_exchanged(land: Provider) -> None:
    """AUTH-14: only a token that was made for the application counts there."""
    web = (await land.person_tokens("a.weber"))["access_token"]
    assert (await exchange(land, "mhb-fachverfahren", web)).status_code in {400, 403}


def person_and_rights(admin: RealmAdmin) -> tuple[str, dict[str, Any], str, str, str]:
    """b.yilmaz, the role `wissenspflege`, and the groups of his authority, his unit and of another authority."""
    paths = ("behoerden/mhb", "behoerden/mhb/referat-402", "behoerden/beispielhausen")
    mhb, unit, other = (admin.api.get_group_by_path(path)["id"] for path in paths)
    return admin.api.get_user_id("b.yilmaz"), admin.api.get_realm_role("wissenspflege"), mhb, unit, other


async def until_ended(client: httpx.AsyncClient, seconds: float = 20) -> float:
    """Seconds until the client's credentials no longer count."""
    begun = time.monotonic()
    while (await client.get("/api/v1/me")).status_code not in {401, 403}:
        assert time.monotonic() - begun < seconds
        await asyncio.sleep(0.1)
    return time.monotonic() - begun


async def test_roles_and_groups_take_effect_in_open_sessions(land: Provider) -> None:
    """AUTH-08, AUTH-13: a changed role or authority ends what was known; the next login brings what holds now."""
    user, role, mhb, unit, other = await administer(land, person_and_rights)

    def more(admin: RealmAdmin) -> None:
        admin.api.assign_realm_roles(user, [role])
        admin.api.group_user_add(user, other)

    def moved(admin: RealmAdmin) -> None:
        admin.api.delete_realm_roles_of_user(user, [role])
        admin.api.group_user_remove(user, mhb)
        admin.api.group_user_remove(user, unit)

    def back(admin: RealmAdmin) -> None:
        admin.api.group_user_add(user, mhb)
        admin.api.group_user_add(user, unit)
        admin.api.group_user_remove(user, other)

    expected: list[tuple[Callable[[RealmAdmin], None], list[str], list[str]]] = [
        (more, ["beispielhausen", "mhb"], ["sachbearbeitung", "wissenspflege"]),
        (moved, ["beispielhausen"], ["sachbearbeitung"]),
        (back, ["mhb"], ["sachbearbeitung"]),
    ]
    for change, authorities, roles in expected:
        token = (await land.person_tokens("b.yilmaz"))["access_token"]
        async with land.gateway() as browser, land.gateway(token) as bearer:
            await land.log_in(browser, "b.yilmaz")
            await administer(land, change)
            assert max(await until_ended(browser), await until_ended(bearer)) < 60
        await asyncio.sleep(3)  # the follower takes each change of a person alone
        async with land.gateway() as browser:
            await land.log_in(browser, "b.yilmaz")
            found = (await browser.get("/api/v1/me")).json()
        assert ([item["short"] for item in found["authorities"]], found["roles"]) == (authorities, roles)


async def test_a_closed_account_is_out_everywhere(land: Provider) -> None:
    """AUTH-08: session and token end, there is no login and no refresh; opened again, the person signs in as before."""
    tokens = await land.person_tokens("f.becker")
    user = await administer(land, lambda admin: admin.api.get_user_id("f.becker"))
    async with land.gateway() as browser, land.gateway(tokens["access_token"]) as bearer:
        await land.log_in(browser, "f.becker")
        assert (await bearer.get("/api/v1/me")).status_code == 200
        await administer(land, lambda admin: admin.api.update_user(user, {"enabled": False}))
        assert max(await until_ended(browser), await until_ended(bearer)) < 60
    refreshed = await land.token("genius-web", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status_code == 400
    with pytest.raises(AssertionError):
        await land.code("f.becker")
    await administer(land, lambda admin: admin.api.update_user(user, {"enabled": True}))
    await asyncio.sleep(3)
    async with land.gateway() as browser:
        await land.log_in(browser, "f.becker")
        assert (await browser.get("/api/v1/me")).status_code == 200


async def test_an_administrator_ends_the_sessions_of_a_person(land: Provider) -> None:
    """AUTH-08: logout in Keycloak's administration reaches the gateway by the back channel, others stay."""
    async with land.gateway() as ended, land.gateway() as other:
        await land.log_in(ended, "d.schmidt")
        await land.log_in(other, "c.hoffmann")
        user = await administer(land, lambda admin: admin.api.get_user_id("d.schmidt"))
        await administer(land, lambda admin: admin.api.user_logout(user))
        for _ in range(30):
            status = (await ended.get("/api/v1/me")).status_code
            if status == 401:
                break
            await asyncio.sleep(0.1)
        assert status == 401
        assert (await other.get("/api/v1/me")).status_code == 200


async def test_new_keys_are_known_at_once_and_old_ones_go_on(land: Provider) -> None:
    """AUTH-06: rotation at the provider fails no valid request; a key that was taken away signs nothing new."""
    old = await land.application_token("mhb-fachverfahren")
    assert (await me(land, old)).status_code == 200
    component = {
        "name": "rsa-neu",
        "providerId": "rsa-generated",
        "providerType": "org.keycloak.keys.KeyProvider",
        "config": {"priority": ["200"], "active": ["true"], "enabled": ["true"], "algorithm": ["RS256"]},
    }
    identifier = await administer(land, lambda admin: admin.api.create_component(component))
    new = await land.application_token("mhb-fachverfahren")
    assert _key(new) != _key(old)
    # The gateway asks for keys at most once in five seconds, whoever sends unknown ones.
    await asyncio.sleep(5)
    for token in (new, old, (await land.person_tokens("a.weber"))["access_token"]):
        assert (await me(land, token)).status_code == 200
    await administer(land, lambda admin: admin.api.delete_component(identifier))
    assert _key(await land.application_token("mhb-fachverfahren")) == _key(old)


def _key(token: str) -> str:
    header = token.split(".")[0]
    return str(orjson.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])


async def test_guessing_passwords_locks_the_account_for_a_while(land: Provider) -> None:
    """AUTH-09: brute-force detection is on; the right password does not help within the waiting time."""
    request = f"{land.url}/auth/login"
    async with httpx.AsyncClient(timeout=30) as client:
        location = (await client.get(request)).headers["location"]
    page = LoginPage()
    form = await page.open(location)
    for _ in range(11):
        form = await page.submit(form, username="e.nowak", password="falsch")
        assert form.status_code == 200
    answer = await page.submit(form, username="e.nowak", password=land.passwords["e.nowak"])
    await page.close()
    assert answer.status_code == 200
    user = await administer(land, lambda admin: admin.api.get_user_id("e.nowak"))
    assert (await administer(land, lambda admin: admin.api.get_bruteforce_detection_status(user)))["disabled"]
    await administer(land, lambda admin: admin.api.clear_bruteforce_attempts_for_user(user))
