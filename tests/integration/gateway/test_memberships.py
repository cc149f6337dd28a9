# SPDX-License-Identifier: EUPL-1.2
"""A person of several authorities acts in one of them at a time: the sample person Gül Arslan, in two."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from genius_common.database import RowScope
from genius_gateway.auth.sessions import hash_of
from tests.support.gateway import CSRF, Gateway, log_in
from tests.support.http import AsyncClient

LOGIN, HOME, OTHER = "g.arslan", "mhb", "musterstadt"
SWITCH = "/api/v1/me/authority"


@pytest.fixture
async def browser(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with gateway.browser() as client:
        await log_in(gateway, client, LOGIN)
        yield client


async def me(client: httpx.AsyncClient, **headers: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/me", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def switch(client: httpx.AsyncClient, short: str) -> httpx.Response:
    """Go on in the membership with that short name."""
    ids = {item["short"]: item["id"] for item in (await me(client))["authorities"]}
    return await client.put(SWITCH, json={"authority": ids[short]}, headers=CSRF)


async def conversation(client: httpx.AsyncClient, **headers: str) -> str:
    answer = await client.post("/api/v1/conversations", json={"title": "Wohngeld"}, headers={**CSRF, **headers})
    return str(answer.raise_for_status().json()["id"])


async def test_a_session_has_one_active_authority_and_may_change_it(
    gateway: Gateway, browser: httpx.AsyncClient
) -> None:
    """TEN-01: units and objects are those of the active authority; the other's are there again after the way back."""
    before = await me(browser)
    assert (before["authority"]["short"], [item["short"] for item in before["authorities"]]) == (HOME, [HOME, OTHER])
    mine = await conversation(browser)
    cookie = browser.cookies["genius-session"]
    assert (await switch(browser, OTHER)).status_code == 204
    after = await me(browser)
    assert (after["authority"]["short"], after["id"]) == (OTHER, before["id"])
    assert {unit["id"] for unit in after["units"]}.isdisjoint(unit["id"] for unit in before["units"])
    assert after["session"]["ends_at"][:19] == before["session"]["ends_at"][:19]
    assert (await browser.get(f"/api/v1/conversations/{mine}")).status_code == 404
    assert mine not in (await browser.get("/api/v1/conversations")).text
    # The cookie from before opens nothing, neither authority.
    async with AsyncClient(base_url=gateway.url, cookies={"genius-session": cookie}) as old:
        assert (await old.get("/api/v1/me")).status_code == 401
    assert (await switch(browser, HOME)).status_code == 204
    assert (await browser.get(f"/api/v1/conversations/{mine}")).status_code == 200


async def test_a_switch_is_recorded_without_either_authority(gateway: Gateway, browser: httpx.AsyncClient) -> None:
    """AUD-01: in the chain of the tenant, with both ids and nobody's name."""
    person = UUID((await me(browser))["id"])
    assert (await switch(browser, OTHER)).status_code == 204
    query = sa.text(
        "SELECT chain, authority, facts FROM audit_records WHERE action = 'session.switch' AND actor = :person"
        " ORDER BY seq DESC LIMIT 1"
    )
    async with gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
        row = (await connection.execute(query, {"person": person})).one()
    assert (row.chain, row.authority, set(row.facts)) == ("tenant", None, {"from", "to"})


async def test_only_to_an_own_membership_and_with_proof_of_the_page(
    gateway: Gateway, browser: httpx.AsyncClient
) -> None:
    """AUTH-11, TEN-02: a foreign authority is like an unknown one, another page can't switch."""
    async with await gateway.client("d.schmidt") as stranger, gateway.browser() as single:
        foreign = (await me(stranger))["authority"]["id"]
        await log_in(gateway, single, "a.weber")
        answers = [await single.put(SWITCH, json={"authority": one}, headers=CSRF) for one in (foreign, str(uuid4()))]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert [answer.json()["errors"] for answer in answers] == [
            [{"pointer": "/authority", "detail": detail}]
            for detail in ["Zu dieser Behörde gehört Ihr Konto nicht."] * 2
        ]
    assert (await browser.put(SWITCH, json={"authority": foreign})).status_code == 403
    assert (await me(browser))["authority"]["short"] == HOME


async def test_a_request_for_another_authority_than_the_active_one_does_nothing(browser: httpx.AsyncClient) -> None:
    """TEN-01: a second tab that still shows the authority from before neither reads nor writes in the new one."""
    assert (await switch(browser, OTHER)).status_code == 204
    stale = {"x-authority": HOME}
    for answer in (
        await browser.get("/api/v1/conversations", headers=stale),
        await browser.post("/api/v1/conversations", json={"title": "falsch"}, headers={**CSRF, **stale}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "authority_changed")
    assert "falsch" not in (await browser.get("/api/v1/conversations")).text
    assert (await me(browser, **{"x-authority": OTHER}))["authority"]["short"] == OTHER
    refused = await browser.get("/api/v1/me", headers={"x-authority": "stk"})
    assert (refused.status_code, refused.json()["code"]) == (403, "authority_not_yours")


async def test_open_streams_of_the_session_end_with_the_switch(gateway: Gateway, browser: httpx.AsyncClient) -> None:
    """TEN-13: what the session has open in the authority before is cut, others' requests are not."""
    session = hash_of(browser.cookies["genius-session"])
    requests = gateway.state.open_requests
    person = UUID((await me(browser))["id"])

    async def open_request(subject: UUID, of: str | None) -> None:
        with requests.holding([subject], of):
            await asyncio.sleep(30)

    mine = asyncio.create_task(open_request(person, session))
    elsewhere = asyncio.create_task(open_request(person, None))
    await asyncio.sleep(0)
    assert (await switch(browser, OTHER)).status_code == 204
    with pytest.raises(asyncio.CancelledError):
        await mine
    assert not elsewhere.done()
    elsewhere.cancel()
    with pytest.raises(asyncio.CancelledError):
        await elsewhere
    assert session not in requests._open


async def test_a_token_of_several_authorities_states_one(gateway: Gateway) -> None:
    """AUTH-13: nothing is guessed; the header says for which authority, and only an own one."""
    async with await gateway.client(LOGIN) as client:
        refused = await client.get("/api/v1/me")
        assert (refused.status_code, refused.json()["code"]) == (400, "authority_needed")
        assert refused.json()["errors"][0]["pointer"] == "/x-authority"
        assert (await client.get("/api/v1/me", headers={"x-authority": "stk"})).status_code == 403
        twice = [("x-authority", HOME), ("x-authority", OTHER)]
        assert (await client.get("/api/v1/me", headers=twice)).status_code == 403
        seen = [await me(client, **{"x-authority": short}) for short in (HOME, OTHER)]
        assert [one["authority"]["short"] for one in seen] == [HOME, OTHER]
        mine = await conversation(client, **{"x-authority": HOME})
        statuses = [
            (await client.get(f"/api/v1/conversations/{mine}", headers={"x-authority": short})).status_code
            for short in (HOME, OTHER)
        ]
        assert statuses == [200, 404]
        switched = await client.put(
            SWITCH, json={"authority": seen[0]["authority"]["id"]}, headers={"x-authority": HOME}
        )
        assert (switched.status_code, switched.json()["code"]) == (400, "session_needed")


@pytest.mark.parametrize("name", ["a.weber", "mhb-fachverfahren"])
async def test_who_has_one_authority_need_not_state_it(gateway: Gateway, name: str) -> None:
    """AUTH-13: the same rule for people and applications; stating another one is refused."""
    async with await gateway.client(name) as client:
        assert (await me(client))["authority"] == (await me(client, **{"x-authority": HOME}))["authority"]
        assert (await client.get("/api/v1/me", headers={"x-authority": OTHER})).status_code == 403


async def test_a_session_ends_with_its_membership(gateway: Gateway, browser: httpx.AsyncClient) -> None:
    """AUTH-08: the session of an authority that the person has left is gone; so is the way into it."""
    person = (await me(browser))["id"]
    ids = {item["short"]: UUID(item["id"]) for item in (await me(browser))["authorities"]}
    assert (await switch(browser, OTHER)).status_code == 204
    leave = sa.text("DELETE FROM memberships WHERE person = :person AND authority = :authority")
    async with gateway.state.database.transaction(RowScope(person=UUID(person))) as connection:
        await connection.execute(leave, {"person": UUID(person), "authority": ids[OTHER]})
    gateway.state.sessions._cache.clear()
    assert (await browser.get("/api/v1/me")).status_code == 401
    async with gateway.browser() as again:
        await log_in(gateway, again, LOGIN)
        async with gateway.state.database.transaction(RowScope(person=UUID(person))) as connection:
            await connection.execute(leave, {"person": UUID(person), "authority": ids[OTHER]})
        answer = await again.put(SWITCH, json={"authority": str(ids[OTHER])}, headers=CSRF)
        assert answer.status_code == 404
        assert (await me(again))["authority"]["short"] == HOME


@pytest.mark.parametrize(
    "change", ["authority = :other", "identity = '{}'", "subject_key = 'x'", "expires_at = expires_at + interval '1 h'"]
)
async def test_whoever_holds_the_cookie_changes_nothing_of_the_session(
    gateway: Gateway, browser: httpx.AsyncClient, change: str
) -> None:
    """TEN-10, AUTH-12: in the scope of the cookie alone, which is all that a thief has."""
    other = next(item["id"] for item in (await me(browser))["authorities"] if item["short"] == OTHER)
    scope = RowScope(credential=hash_of(browser.cookies["genius-session"]))
    with pytest.raises(DBAPIError, match="nothing is changed but its times"):
        async with gateway.state.database.transaction(scope) as connection:
            await connection.execute(sa.text(f"UPDATE sessions SET {change}"), {"other": UUID(other)})


async def test_a_session_needs_a_membership_in_the_database(gateway: Gateway, browser: httpx.AsyncClient) -> None:
    """TEN-10: no session is made for an authority that the person doesn't belong to."""
    other = next(item["id"] for item in (await me(browser))["authorities"] if item["short"] == OTHER)
    async with await gateway.client("a.weber") as client:
        person = UUID((await me(client))["id"])
    insert = sa.text(
        "INSERT INTO sessions (id_hash, person, authority, subject_key, identity, sealed, expires_at)"
        " VALUES ('x', :person, :authority, 'x', '{}', '', now() + interval '1 h')"
    )
    with pytest.raises(DBAPIError, match="sessions_membership"):
        async with gateway.state.database.transaction(RowScope(credential="x", person=person)) as connection:
            await connection.execute(insert, {"person": person, "authority": UUID(other)})
