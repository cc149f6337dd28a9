# SPDX-License-Identifier: EUPL-1.2
"""What changes at the provider between two logins is taken over once; without that nobody is let in for long."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import SecretStr

from genius_gateway.revocation.follower import LATE_S, STALE_S, ProviderFollower
from genius_gateway.revocation.keycloak_events import KeycloakEvents
from tests.integration.gateway.test_revocation import LOGIN, status, subject_of, until_refused
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.keycloak_events import SECRET, ScriptedKeycloak, scripted_keycloak


@pytest.fixture
async def keycloak() -> AsyncIterator[ScriptedKeycloak]:
    async with scripted_keycloak() as running:
        yield running


@pytest.fixture
async def subject(gateway: Gateway, keycloak: ScriptedKeycloak) -> AsyncIterator[str]:
    """A person with an open account who has been here, and is let in again afterwards."""
    async with await gateway.client(LOGIN) as client:
        assert await status(client) == 200
    found = await subject_of(gateway, LOGIN)
    keycloak.enabled[found] = True
    yield found
    await gateway.state.people.enable(found)


def follower(gateway: Gateway, keycloak: ScriptedKeycloak, secret: str = SECRET) -> ProviderFollower:
    state = gateway.state
    events = KeycloakEvents(state.http, keycloak.issuer, "genius-follower", SecretStr(secret))
    return ProviderFollower(state.database, keycloak.issuer, events, state.people, 0.1)


async def test_a_closed_account_is_closed_here_and_opened_again(
    gateway: Gateway, keycloak: ScriptedKeycloak, subject: str
) -> None:
    """AUTH-08"""
    follows = follower(gateway, keycloak)
    await follows.look()
    async with await gateway.client(LOGIN) as client:
        keycloak.enabled[subject] = False
        keycloak.happened("USER", subject)
        await follows.look()
        await until_refused(client)
    keycloak.enabled[subject] = True
    keycloak.happened("USER", subject)
    await follows.look()
    async with await gateway.client(LOGIN) as client:
        assert await status(client) == 200


async def test_a_deleted_account_is_a_closed_one(gateway: Gateway, keycloak: ScriptedKeycloak, subject: str) -> None:
    """AUTH-08"""
    async with await gateway.client(LOGIN) as client:
        del keycloak.enabled[subject]
        keycloak.happened("USER", subject)
        await follower(gateway, keycloak).look()
        await until_refused(client)


@pytest.mark.parametrize(
    ("kind", "below"), [("GROUP_MEMBERSHIP", "/groups/1"), ("REALM_ROLE_MAPPING", "/role-mappings/realm")]
)
async def test_other_groups_or_roles_end_what_was_given_before(
    gateway: Gateway, keycloak: ScriptedKeycloak, subject: str, kind: str, below: str
) -> None:
    """AUTH-08"""
    async with await gateway.client(LOGIN) as client:
        keycloak.happened(kind, subject, below=below)
        await follower(gateway, keycloak).look()
        await until_refused(client)
    async with await gateway.client(LOGIN) as client:
        assert await status(client) == 200


async def test_a_new_telephone_number_ends_nothing(gateway: Gateway, keycloak: ScriptedKeycloak, subject: str) -> None:
    """AUTH-08: only the account's state, groups and roles matter; and people who never came here don't."""
    async with await gateway.client(LOGIN) as client:
        keycloak.happened("USER", subject)
        keycloak.happened("GROUP_MEMBERSHIP", "11111111-1111-1111-1111-111111111111", below="/groups/1")
        await follower(gateway, keycloak).look()
        assert await status(client) == 200


async def test_each_event_counts_once(gateway: Gateway, keycloak: ScriptedKeycloak, subject: str) -> None:
    """AUTH-08: the next look gets the newest ones again; a later change of somebody else does not repeat them."""
    follows = follower(gateway, keycloak)
    keycloak.happened("GROUP_MEMBERSHIP", subject, below="/groups/1")
    await follows.look()
    async with await gateway.client(LOGIN) as client:
        await follows.look()
        keycloak.happened("GROUP_MEMBERSHIP", "11111111-1111-1111-1111-111111111111", below="/groups/1")
        await follows.look()
        assert await status(client) == 200
        keycloak.happened("GROUP_MEMBERSHIP", subject, below="/groups/2")
        await follows.look()
        await until_refused(client)


async def test_more_events_than_a_page(gateway: Gateway, keycloak: ScriptedKeycloak, subject: str) -> None:
    """AUTH-08: nothing is lost behind a thousand others of the same moment."""
    now = int(1000 * time.time())
    keycloak.happened("GROUP_MEMBERSHIP", subject, below="/groups/1", at=now)
    for number in range(2_500):
        keycloak.happened("USER", f"0000{number}", at=now + number)
    events = KeycloakEvents(gateway.state.http, keycloak.issuer, "genius-follower", SecretStr(SECRET))
    changes = await events.since(now - 1)
    assert len(changes.accounts) == 2_501
    assert next(account for account in changes.accounts if account.subject == subject).rights
    assert (await events.since(changes.position, changes.seen)).accounts == []


async def test_one_replica_at_a_time(gateway: Gateway, keycloak: ScriptedKeycloak, subject: str) -> None:
    """AUTH-08: many look at once, one asks the provider; what it took over is not taken over again by the next."""
    replicas = [follower(gateway, keycloak) for _ in range(4)]
    await replicas[0].look()
    keycloak.happened("GROUP_MEMBERSHIP", subject, below="/groups/1")
    asked = len(keycloak.queries)
    await asyncio.gather(*(replica.look() for replica in replicas))
    assert asked < len(keycloak.queries) <= asked + len(replicas)
    assert not any(replica.late for replica in replicas)


async def test_a_provider_that_is_away_is_noticed_and_recovers(
    gateway: Gateway, keycloak: ScriptedKeycloak, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-08: health says so; after the bound nobody is let in, with any credential; then it goes on by itself."""
    follows = follower(gateway, keycloak)
    keycloak.down = True
    token = await gateway.token(LOGIN)
    monkeypatch.setattr(gateway.state.authenticator, "_follower", follows)
    async with AsyncClient(base_url=gateway.url, headers={"authorization": f"Bearer {token}"}) as client:
        for ago, late, answer in ((0.0, False, 200), (LATE_S + 1, True, 200), (STALE_S + 1, True, 503)):
            follows._looked_at = time.monotonic() - ago
            with pytest.raises(aiohttp.ClientResponseError):
                await follows.look()
            assert (follows.late, await status(client)) == (late, answer)
        assert (await client.get("/api/v1/me")).json()["code"] == "identity_provider_unavailable"
        keycloak.down = False
        follows.start()
        for _ in range(100):
            if not follows.late:
                break
            await asyncio.sleep(0.05)
        await follows.stop()
        assert await status(client) == 200


async def test_a_wrong_secret_is_no_silent_success(gateway: Gateway, keycloak: ScriptedKeycloak) -> None:
    """AUTH-08: fails loudly and does not count as a look."""
    follows = follower(gateway, keycloak, "falsch")
    with pytest.raises(aiohttp.ClientResponseError):
        await follows.look()
