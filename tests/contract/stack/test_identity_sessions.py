# SPDX-License-Identifier: EUPL-1.2
"""Ends of sessions and limits of the development identity provider, through its HTTP interface."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from genius_stack.identity.provider import FREE_ATTEMPTS
from tests.support import identity
from tests.support.identity import ISSUER, PROTOCOL, log_in, query


async def userinfo(provider: httpx.AsyncClient, token: str) -> int:
    header = {"authorization": f"Bearer {token}"}
    return (await provider.get(f"{PROTOCOL}/userinfo", headers=header)).status_code


async def test_after_logout_an_access_token_says_nothing_about_its_person(provider: httpx.AsyncClient) -> None:
    """AUTH-08: the provider's part of it."""
    given = await identity.tokens(provider)
    assert await userinfo(provider, given["access_token"]) == 200
    await provider.get(f"{PROTOCOL}/logout", params={"id_token_hint": given["id_token"]})
    assert await userinfo(provider, given["access_token"]) == 401


async def test_reuse_of_a_refresh_token_ends_access_to_userinfo_too(provider: httpx.AsyncClient) -> None:
    given = await identity.tokens(provider)
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    answers = [await provider.post(f"{PROTOCOL}/token", data=form, auth=("genius-web", "web-secret")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert await userinfo(provider, answers[0].json()["access_token"]) == 401


async def test_parallel_tries_do_not_slip_through_the_limit(provider: httpx.AsyncClient) -> None:
    page = await provider.get(f"{PROTOCOL}/auth", params=query())
    ticket = page.text.split('name="ticket" value="')[1].split('"')[0]
    form = {"ticket": ticket, "username": "a.weber"}
    wrong = [f"falsch{number}" for number in range(FREE_ATTEMPTS)]
    tries = [provider.post(f"{ISSUER}/login", data={**form, "password": word}) for word in [*wrong, "richtig-geheim"]]
    assert [answer.status_code for answer in await asyncio.gather(*tries)] == [401] * 6


async def test_other_writings_of_a_name_share_its_limit(provider: httpx.AsyncClient) -> None:
    page = await provider.get(f"{PROTOCOL}/auth", params=query())
    ticket = page.text.split('name="ticket" value="')[1].split('"')[0]
    for name in ("a.weber", "A.WEBER", " a.weber ", "a.Weber", "A.weber\t"):
        form = {"ticket": ticket, "username": name, "password": "falsch"}
        assert (await provider.post(f"{ISSUER}/login", data=form)).status_code == 401
    assert (await log_in(provider)).status_code == 401


@pytest.mark.parametrize("names", [{}, {"login": "a.weber", "application": "mhb-app"}, {"login": None}, {"rolle": "x"}])
async def test_the_local_token_is_for_exactly_one_name(provider: httpx.AsyncClient, names: dict[str, str]) -> None:
    header = {"authorization": "Bearer local-secret"}
    response = await provider.post("/local/token", json=names, headers=header)
    assert response.status_code in (400, 422)
    assert "access_token" not in response.text


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Bearer local-secretx", "Basic bG9jYWwtc2VjcmV0", "Bearer \xe4", "bearer local-secret"],
)
async def test_only_the_secret_itself_opens_the_local_token(provider: httpx.AsyncClient, header: str) -> None:
    sent = {"authorization": header.encode("latin-1")}
    answer = await provider.post("/local/token", json={"login": "a.weber"}, headers=sent)  # type: ignore[arg-type]
    assert answer.status_code == 401
