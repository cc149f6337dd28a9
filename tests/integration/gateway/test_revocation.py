# SPDX-License-Identifier: EUPL-1.2
"""Rights that end before their tokens: every credential, open requests, other replicas, inner services (AUTH-08)."""

import asyncio
import base64
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
import sqlalchemy as sa

from genius_common import auth
from genius_common.database import RowScope
from genius_common.errors import NotAuthenticated
from genius_common.http import create_session
from genius_common.principal import Principal
from genius_common.tokens import TokenVerifier
from genius_gateway.revocation.permission import RunPermission
from genius_gateway.revocation.service import Revocations
from tests.support.gateway import CSRF, Gateway, log_in
from tests.support.http import AsyncClient

BOUND_S = 60.0
LOGIN = "e.nowak"


async def subject_of(gateway: Gateway, login: str) -> str:
    """The provider's `sub`."""
    payload = (await gateway.token(login)).split(".")[1]
    return str(orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


async def principal_of(gateway: Gateway, login: str) -> Principal:
    identity = await gateway.state.authenticator.identify(f"Bearer {await gateway.token(login)}", None)
    return identity.principal


@pytest.fixture
async def people(gateway: Gateway) -> AsyncIterator[str]:
    """A person whose account is open again afterwards, with new tokens."""
    await principal_of(gateway, LOGIN)
    subject = await subject_of(gateway, LOGIN)
    yield subject
    await gateway.state.people.enable(subject)


async def status(client: httpx.AsyncClient) -> int:
    return (await client.get("/api/v1/me")).status_code


async def until_refused(client: httpx.AsyncClient) -> float:
    begun = time.monotonic()
    while await status(client) not in {401, 403}:
        assert time.monotonic() - begun < BOUND_S
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


async def test_a_closed_account_is_refused_with_every_credential(gateway: Gateway, people: str) -> None:
    """AUTH-08: session cookie and bearer token, cached ones too; not a bystander's."""
    async with gateway.browser() as browser, await gateway.client(LOGIN) as bearer:
        await log_in(gateway, browser, LOGIN)
        assert [await status(browser), await status(bearer)] == [200, 200]
        assert await gateway.state.people.disable(people)
        waited = max(await until_refused(browser), await until_refused(bearer))
        assert waited < 1
        answer = await bearer.get("/api/v1/me")
        assert answer.json()["code"] in {"account_disabled", "access_token_invalid", "not_authenticated"}
    async with await gateway.client("b.yilmaz") as bystander:
        assert await status(bystander) == 200


async def test_other_rights_need_a_new_login(gateway: Gateway, people: str) -> None:
    """AUTH-08: older tokens are void, a new login brings the new rights at once."""
    async with gateway.browser() as browser, await gateway.client(LOGIN) as bearer:
        await log_in(gateway, browser, LOGIN)
        assert await gateway.state.people.rights_changed(people)
        await until_refused(browser)
        await until_refused(bearer)
        await asyncio.sleep(1.1)
        await log_in(gateway, browser, LOGIN)
        assert await status(browser) == 200


async def test_an_unknown_person_needs_nothing(gateway: Gateway) -> None:
    """AUTH-08: the provider knows more people than ever came here."""
    assert not await gateway.state.people.disable("nobody-here")


async def test_an_open_request_ends_with_the_rights(gateway: Gateway, people: str) -> None:
    """AUTH-08: a request that waits for a model is cancelled, upstream too; nothing is left open."""
    port = urlsplit(gateway.state.settings.inference_url).port
    reached, gone = asyncio.Event(), asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        reached.set()
        while await reader.read(65_536):
            pass
        gone.set()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", port)
    async with server, await gateway.client(LOGIN) as client:
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True}
        request = asyncio.create_task(client.post("/v1/chat/completions", json=body))
        await asyncio.wait_for(reached.wait(), 10)
        begun = time.monotonic()
        await gateway.state.people.disable(people)
        answer = await asyncio.wait_for(request, 10)
        assert answer.status_code == 401
        await asyncio.wait_for(gone.wait(), 5)
        assert time.monotonic() - begun < 1
    subject = (await known(gateway, LOGIN)).hex
    assert subject not in {key.hex for key in gateway.state.open_requests._open}


async def known(gateway: Gateway, login: str) -> UUID:
    """The person's pseudonym, whatever its state."""
    async with gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
        query = sa.text("SELECT subject FROM revocations ORDER BY at DESC LIMIT 1")
        return UUID(str((await connection.execute(query)).scalar_one()))


async def test_signing_out_ends_older_tokens_and_answers(gateway: Gateway, people: str) -> None:
    """AUTH-08: the request that signs out is answered; bearer tokens of the time before are void."""
    async with gateway.browser() as browser, await gateway.client(LOGIN) as bearer:
        await log_in(gateway, browser, LOGIN)
        assert await status(bearer) == 200
        answer = await browser.post("/auth/logout", headers={**CSRF, "origin": gateway.url})
        assert answer.status_code == 200
        await until_refused(bearer)


async def test_other_replicas_and_a_restart_know_it(gateway: Gateway, people: str) -> None:
    """AUTH-08: by NOTIFY within a second; a process that starts later reads it; an older one is no younger."""
    replica = Revocations(gateway.state.database, gateway.state.settings.database.conninfo)
    heard: list[UUID] = []
    replica.on_revoked(lambda subject, _: heard.append(subject))
    await replica.start()
    heard.clear()
    await asyncio.sleep(0.2)
    begun = time.time()
    await gateway.state.people.disable(people)
    for _ in range(100):
        if heard:
            break
        await asyncio.sleep(0.01)
    await replica.stop()
    person = heard[0]
    assert time.time() - begun < 1
    later = Revocations(gateway.state.database, gateway.state.settings.database.conninfo)
    await later.start()
    await later.stop()
    assert later.is_void(person, begun - 10)
    assert not later.is_void(person, begun + 10)
    assert later.earliest(person) > begun
    assert str(person) in later.recent(60)
    later.learn(person, 1.0)
    assert later.is_void(person, begun - 10)


async def test_an_inner_service_follows_the_list_of_the_gateway(
    gateway: Gateway, people: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-08: what inner services decide by, here asking for the list each time: old tokens end, new ones work."""
    monkeypatch.setattr(auth, "_RENEW_S", 0.0)
    principal = replace(await principal_of(gateway, LOGIN), scopes=frozenset({"search"}))
    async with create_session() as session:
        verifier = TokenVerifier("retrieval", principal.tenant)
        service = auth.Authenticator(session, f"{gateway.internal_url}/.well-known/jwks.json", verifier)
        token = gateway.state.minter.for_inner(principal, "retrieval", {"search"})
        assert (await service.principal(f"Bearer {token}")).subject == principal.subject
        await gateway.state.people.disable(people)

        async def ask_on() -> None:
            for _ in range(250):  # the list before still serves while the next one is on its way
                await service.principal(f"Bearer {token}")
                await asyncio.sleep(0.02)

        with pytest.raises(NotAuthenticated):
            await ask_on()
        fresh = gateway.state.minter.for_inner(principal, "retrieval", {"search"})
        assert (await service.principal(f"Bearer {fresh}")).subject == principal.subject


@pytest.mark.thorough
async def test_inner_services_follow(gateway: Gateway, people: str) -> None:
    """AUTH-08: retrieval refuses a principal token from before within its ten seconds, and takes a new one."""
    principal = replace(await principal_of(gateway, LOGIN), scopes=frozenset({"search"}))
    token = gateway.state.minter.for_inner(principal, "retrieval", {"search"})
    async with AsyncClient(base_url=gateway.state.settings.retrieval_url, timeout=20) as retrieval:

        async def search(with_token: str) -> int:
            headers = {"authorization": f"Bearer {with_token}"}
            return (await retrieval.post("/search", json={"query": "Wohngeld"}, headers=headers)).status_code

        assert await search(token) == 200
        await gateway.state.people.disable(people)
        begun = time.monotonic()
        while await search(token) != 401:
            assert time.monotonic() - begun < BOUND_S
            await asyncio.sleep(0.2)
        assert time.monotonic() - begun < 15
        fresh = gateway.state.minter.for_inner(principal, "retrieval", {"search"})
        assert fresh != token
        assert await search(fresh) == 200


async def test_who_may_have_a_run_carried_out(gateway: Gateway, people: str) -> None:
    """AUTH-08: active, a member of this authority, with a role that starts runs; read from the database each time."""
    permission = RunPermission(gateway.state.database)
    principal = await principal_of(gateway, LOGIN)
    assert await permission.holds(principal)
    other = next(item for item in await gateway.state.authorities.ids() if item != principal.authority)
    assert not await permission.holds(replace(principal, authority=other))
    assert not await permission.holds(replace(principal, subject=UUID(int=1)))
    assert not await permission.holds(await principal_of(gateway, "o.petrova"))
    application = await principal_of(gateway, "mhb-fachverfahren")
    assert await permission.holds(application)
    assert not await permission.holds(replace(application, application=UUID(int=1), subject=UUID(int=1)))
    await gateway.state.people.rights_changed(people)
    assert not await permission.holds(principal)
    assert await permission.holds(await principal_of(gateway, LOGIN))
    await gateway.state.people.disable(people)
    assert not await permission.holds(principal)


async def test_what_is_known_ends_nothing_a_second_time(gateway: Gateway) -> None:
    """AUTH-08: the notice says when, and so does the table that is looked at later: whoever is back goes on."""
    revocations, subjects = gateway.state.revocations, [uuid4() for _ in range(40)]
    told: Counter[UUID] = Counter()
    revocations.on_revoked(lambda subject, _: told.update([subject]))
    for subject in subjects:
        async with gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
            await revocations.revoke(connection, [subject])
    end = time.monotonic() + 10
    while not set(subjects) <= told.keys():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
    await revocations._look()
    assert {told[subject] for subject in subjects} == {1}
