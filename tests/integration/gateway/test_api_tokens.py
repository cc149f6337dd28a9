# SPDX-License-Identifier: EUPL-1.2
"""API tokens over HTTP: made, used, limited, revoked, forgotten. What they may at each route is in the matrix."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from genius_common.database import RowScope
from genius_common.principal import Principal, Role
from genius_gateway.api_tokens import secret
from genius_gateway.app import create_app
from genius_gateway.revocation.permission import RunPermission
from genius_gateway.runs.job import SealedRequest
from genius_gateway.runs.starting import owner_of
from tests.support.gateway import CSRF, Gateway, log_in, serving
from tests.support.http import AsyncClient
from tests.support.matrix import Passport
from tests.support.ports import free_port
from tests.support.postgres import conninfo
from tests.support.tables import Tables

ALL = ["chat.completions", "documents.read", "documents.write", "embeddings", "models.read", "modules.run", "search"]
BOUND_S = 60.0


class Person:
    """Somebody of an authority whom no other test knows."""

    def __init__(self, gateway: Gateway, role: Role | None = Role.SACHBEARBEITUNG, authority: str = "mhb") -> None:
        self.gateway = gateway
        self.username = f"zugang-{uuid4().hex[:8]}"
        self.authority, self.role = authority, role
        self.client = AsyncClient(base_url=gateway.url, headers=self.bearer(), timeout=30)

    def bearer(self) -> dict[str, str]:
        # Younger than any revocation of this second.
        claims = {"sub": self.username, "iat": int(time.time()) + 1}
        token = Passport(self.gateway).token(self.username, self.authority, self.role, **claims)
        return {"authorization": f"Bearer {token}"}

    async def make(self, **body: Any) -> dict[str, Any]:
        answer = await self.client.post("/api/v1/me/tokens", json={"name": "Skript", "scopes": ALL, **body})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture
async def person(gateway: Gateway) -> AsyncIterator[Person]:
    found = Person(gateway)
    async with found.client:
        yield found


async def ask(
    gateway: Gateway, token: str, path: str = "/api/v1/me", method: str = "GET", **more: Any
) -> httpx.Response:
    async with AsyncClient(base_url=gateway.url, timeout=30) as client:
        return await client.request(method, path, headers={"authorization": f"Bearer {token}"}, **more)


async def until_refused(gateway: Gateway, token: str) -> float:
    begun = time.monotonic()
    while (await ask(gateway, token)).status_code != 401:
        assert time.monotonic() - begun < BOUND_S
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def test_a_token_is_shown_once_and_works_as_its_person(gateway: Gateway, person: Person) -> None:
    """AUTH-14: the secret stands in one answer, not to be kept by anybody on the way; the list has the rest."""
    answer = await person.client.post("/api/v1/me/tokens", json={"name": " Auswertung ", "scopes": ["modules.run"]})
    made = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert secret.is_well_formed(made["token"])
    me = (await ask(gateway, made["token"])).json()
    own = (await person.client.get("/api/v1/me")).json()
    assert (me["id"], me["authority"], me["roles"]) == (own["id"], own["authority"], own["roles"])
    assert (me["kind"], set(me["scopes"])) == ("api_token", {"modules.run", "files.read", "files.write"})
    assert set(me["rights"]) < set(own["rights"])
    listed = await person.client.get("/api/v1/me/tokens")
    assert made["token"] not in listed.text
    (item,) = listed.json()["items"]
    assert item == {name: value for name, value in made.items() if name != "token"} | {
        "last_used_on": time.strftime("%Y-%m-%d", time.gmtime())
    }
    assert item["name"] == "Auswertung"


async def test_a_token_lives_90_days_and_365_at_most(person: Person) -> None:
    made = await person.make()
    assert made["expires_at"][:10] == _in_days(90)
    assert (await person.make(expires_in_days=365))["expires_at"][:10] == _in_days(365)
    for body, field in (
        ({"expires_in_days": 366}, "/expires_in_days"),
        ({"expires_in_days": 0}, "/expires_in_days"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["knowledge-bases.manage"]}, "/scopes/0"),
        ({"scopes": ["files.read"]}, "/scopes/0"),
        ({"name": "  "}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"person": str(uuid4())}, "/person"),
    ):
        answer = await person.client.post("/api/v1/me/tokens", json={"name": "x", "scopes": ["search"], **body})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, field)


def _in_days(days: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400 * days))


async def test_the_secret_is_nowhere_in_the_database(gateway: Gateway, person: Person) -> None:
    """AUTH-14: the row holds a hash; the name is sealed."""
    name = f"Kanarie{uuid4().hex}"
    made = await person.make(name=name)
    tables = Tables(gateway.superuser_url)
    rows = "".join(row for table in tables.all for row in tables.contents(table.name))
    assert secret.hash_of(made["token"]) in rows
    assert made["token"] not in rows
    assert name not in rows
    assert name.encode().hex() not in rows


async def test_a_token_opens_nothing_for_people_alone(gateway: Gateway, person: Person) -> None:
    """AUTH-14: no further tokens, no own data, no session, no management; also with every scope."""
    token = (await person.make())["token"]
    for method, path, body in (
        ("GET", "/api/v1/me/tokens", None),
        ("POST", "/api/v1/me/tokens", {"name": "x", "scopes": ["search"]}),
        ("GET", "/api/v1/me/data", None),
        ("DELETE", "/api/v1/me/data", None),
        ("POST", "/auth/logout", None),
        ("POST", "/api/v1/knowledge-bases", {"name": "x"}),
    ):
        answer = await ask(gateway, token, path, method, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


async def test_each_secret_opens_its_own_door_alone(gateway: Gateway, person: Person) -> None:
    """AUTH-14: an API token as cookie, in the address, at the inner services; other secrets as an API token: 401."""
    token = (await person.make())["token"]
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "a.weber")
        cookie = browser.cookies[gateway.settings.session_cookie]
        overview = await browser.get("/api/v1/me/data/overview")
        confirmation = overview.json()["confirmation"]["token"]
        await browser.post("/auth/logout", headers=CSRF)
    identity = await gateway.state.authenticator.identify(f"Bearer {token}", None)
    inner = gateway.state.minter.for_inner(identity.principal, "retrieval", ["search"])
    for other in (cookie, confirmation, inner, secret.hash_of(token), token[:-1], token + "0", token.swapcase()):
        assert (await ask(gateway, other)).status_code == 401
    async with AsyncClient(base_url=gateway.url) as client:
        name = gateway.settings.session_cookie
        for where in ({"headers": {"cookie": f"{name}={token}"}}, {"params": {"access_token": token}},
                      {"headers": {"x-api-key": token}}, {"headers": {"authorization": f"Basic {token}"}}):  # fmt: skip
            assert (await client.get("/api/v1/me", **where)).status_code == 401  # type: ignore[arg-type]
        logout = await client.post("/auth/backchannel-logout", data={"logout_token": token})
        assert logout.status_code == 400
    answers = [
        await ask(gateway, token, f"{gateway.retrieval.url}/search", "POST", json={"query": "x"}),
        await ask(gateway, token, f"{gateway.internal_url}/internal/runs/{uuid4()}/token", "POST"),
    ]
    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_revoked_token_is_refused_at_once_in_every_replica(gateway: Gateway, person: Person) -> None:
    """AUTH-08: the person goes on, other tokens too; the revoked one is told from no unknown one."""
    other, made = await person.make(), await person.make()
    port = free_port()
    settings = gateway.settings.model_copy(
        update={"port": port, "internal_port": None, "public_url": f"http://127.0.0.1:{port}"}
    )
    async with serving(create_app(settings), port, "on"):
        for url in (gateway.url, settings.public_url):
            assert (await ask(gateway, made["token"], f"{url}/api/v1/me")).status_code == 200
        assert (await person.client.delete(f"/api/v1/me/tokens/{made['id']}")).status_code == 204
        begun = time.monotonic()
        while (await ask(gateway, made["token"], f"{settings.public_url}/api/v1/me")).status_code != 401:
            assert time.monotonic() - begun < BOUND_S
        print(f"refused by another replica {time.monotonic() - begun:.3f} s after the answer")
    refused = await ask(gateway, made["token"])
    unknown = await ask(gateway, secret.new())
    assert (refused.status_code, refused.json()["code"]) == (401, unknown.json()["code"])
    assert (await ask(gateway, other["token"])).status_code == 200
    assert (await person.client.get("/api/v1/me")).status_code == 200
    assert (await person.client.delete(f"/api/v1/me/tokens/{made['id']}")).status_code == 404
    items = {item["id"]: item for item in (await person.client.get("/api/v1/me/tokens")).json()["items"]}
    assert items[made["id"]]["revoked_at"] is not None
    assert items[other["id"]]["revoked_at"] is None


async def test_a_stream_ends_with_its_token(gateway: Gateway, person: Person) -> None:
    """AUTH-08: what was opened with it is cut, not what the person has open otherwise."""
    made, open_requests = await person.make(), gateway.state.open_requests
    principal = (await gateway.state.authenticator.identify(f"Bearer {made['token']}", None)).principal
    with_token: asyncio.Task[None] = asyncio.create_task(_hold(open_requests, {principal.subject, principal.api_token}))
    otherwise = asyncio.create_task(_hold(open_requests, {principal.subject}))
    await asyncio.sleep(0)
    await person.client.delete(f"/api/v1/me/tokens/{made['id']}")
    async with asyncio.timeout(BOUND_S):
        await asyncio.wait({with_token})
    assert with_token.cancelled()
    assert not otherwise.done()
    otherwise.cancel()


async def _hold(open_requests: Any, actors: set[Any]) -> None:
    with open_requests.holding(actors):
        await asyncio.sleep(3600)


async def test_a_revoked_token_has_no_run_carried_out(gateway: Gateway, person: Person) -> None:
    """AUTH-08: what a run keeps of its token is asked for again; an expired one's run goes on."""
    made, late = await person.make(), await person.make()
    permission = RunPermission(gateway.state.database)

    async def kept(token: str) -> Principal:
        principal = (await gateway.state.authenticator.identify(f"Bearer {token}", None)).principal
        return SealedRequest.of(principal, {}, []).principal(owner_of(principal), None)

    run, other = await kept(made["token"]), await kept(late["token"])
    with psycopg.connect(conninfo(gateway.superuser_url), autocommit=True) as connection:
        connection.execute("UPDATE api_tokens SET expires_at = now() WHERE id = %s", (late["id"],))
    assert await permission.holds(run)
    await person.client.delete(f"/api/v1/me/tokens/{made['id']}")
    assert not await permission.holds(run)
    assert await permission.holds(other)
    assert await permission.holds(replace(run, api_token=None))


async def test_a_closed_account_takes_its_tokens_along(gateway: Gateway, person: Person) -> None:
    """AUTH-08: a disabled person's tokens are refused; they work again when the account is opened, as all else does."""
    token = (await person.make())["token"]
    assert (await ask(gateway, token)).status_code == 200
    await gateway.state.people.disable(person.username)
    print(f"refused after {await until_refused(gateway, token):.3f} s")
    await gateway.state.people.enable(person.username)
    await gateway.state.revocations._look()  # the notice of what was just committed would cut this request
    assert (await ask(gateway, token)).status_code == 200


async def test_a_token_follows_the_rights_of_its_person(gateway: Gateway, person: Person) -> None:
    """AUTH-13: roles are those of now, none without a membership, and never one of the whole tenant."""
    token = (await person.make())["token"]
    assert (await ask(gateway, token)).json()["roles"] == ["sachbearbeitung"]
    await gateway.state.people.rights_changed(person.username)
    await until_refused(gateway, token)
    person.role = Role.BETRIEB
    assert (await person.client.get("/api/v1/me", headers=person.bearer())).json()["roles"] == ["betrieb"]
    assert (await ask(gateway, token)).status_code == 403


async def test_signing_out_keeps_the_tokens(gateway: Gateway) -> None:
    """A program works on while its person is at home."""
    async with gateway.browser() as browser:
        await log_in(gateway, browser, "b.yilmaz")
        body = {"name": "Nacht", "scopes": ["modules.run"]}
        made = (await browser.post("/api/v1/me/tokens", json=body, headers=CSRF)).json()
        await browser.post("/auth/logout", headers=CSRF)
    await gateway.state.revocations._look()
    assert (await ask(gateway, made["token"])).status_code == 200
    async with await gateway.client("b.yilmaz") as client:
        assert (await client.delete(f"/api/v1/me/tokens/{made['id']}")).status_code == 204


async def test_the_administration_sees_and_revokes_but_never_when_somebody_worked(gateway: Gateway) -> None:
    """PER-01, TEN-01: names and ends of the own authority; another's are not there."""
    clerk = Person(gateway)
    near, far = (
        Person(gateway, Role.BEHOERDENADMINISTRATION),
        Person(gateway, Role.BEHOERDENADMINISTRATION, "musterstadt"),
    )
    async with clerk.client, near.client, far.client:
        made = await clerk.make(name="Nachtlauf")
        await ask(gateway, made["token"])
        seen = (await near.client.get("/api/v1/api-tokens")).json()["items"]
        (item,) = (item for item in seen if item["id"] == made["id"])
        assert set(item) == {"id", "owner", "name", "scopes", "created_at", "expires_at", "revoked_at"}
        assert item["owner"] == {"name": "Korpus", "username": clerk.username}
        assert item["name"] == "Nachtlauf"
        assert all(item["id"] != made["id"] for item in (await far.client.get("/api/v1/api-tokens")).json()["items"])
        path = f"/api/v1/api-tokens/{made['id']}"
        unknown = await far.client.delete(f"/api/v1/api-tokens/{uuid4()}")
        assert (await far.client.delete(path)).json()["code"] == unknown.json()["code"] == "not_found"
        assert (await near.client.delete(path)).status_code == 204
        await until_refused(gateway, made["token"])


async def test_twenty_tokens_are_the_most_also_at_once(person: Person) -> None:
    async with asyncio.TaskGroup() as group:
        made = [
            group.create_task(person.client.post("/api/v1/me/tokens", json={"name": str(n), "scopes": ["search"]}))
            for n in range(25)
        ]
    statuses = sorted(task.result().status_code for task in made)
    assert statuses == [201] * 20 + [409] * 5
    refused = next(task.result() for task in made if task.result().status_code == 409)
    assert refused.json()["code"] == "too_many_api_tokens"


async def test_each_token_has_a_quota_within_its_persons(gateway: Gateway, person: Person) -> None:
    """QUO-01: one program at its limit stops neither the person nor another program."""
    first, second = await person.make(), await person.make()
    settings = gateway.settings.model_copy(
        update={"limits": gateway.settings.limits.model_copy(update={"api_token_requests_per_day": 2})}
    )
    port = free_port()
    settings = settings.model_copy(
        update={"port": port, "internal_port": None, "public_url": f"http://127.0.0.1:{port}"}
    )

    async def search(token: str) -> httpx.Response:
        return await ask(gateway, token, f"{settings.public_url}/api/v1/search", "POST", json={"query": "Wohngeld"})

    async with serving(create_app(settings), port, "on"):
        answers = [await search(first["token"]) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        quota = answers[2].json()["quota"]
        assert (quota["scope"], quota["unit"], quota["limit"]) == ("api_token", "requests", 2)
        assert (await search(second["token"])).status_code == 200
        mine = person.client.headers["authorization"].removeprefix("Bearer ")
        assert (await search(mine)).status_code == 200
        limits = (await ask(gateway, first["token"], f"{settings.public_url}/api/v1/me")).json()["limits"]["day"]
        (shown,) = (line for line in limits if line["scope"] == "api_token" and line["unit"] == "requests")
        assert (shown["used"], shown["left"]) == (2, 0)


async def test_what_is_done_with_a_token_says_so_in_the_trail(gateway: Gateway, person: Person) -> None:
    """AUD-01: making and revoking are recorded, and every record of a token's use names the token."""
    made = await person.make()
    case = await ask(gateway, made["token"], "/api/v1/cases", "POST", json={"reference": "I 1-2026"})
    assert case.status_code == 201
    await person.client.delete(f"/api/v1/me/tokens/{made['id']}")
    async with gateway.state.database.transaction(RowScope(tenant_wide=True)) as connection:
        query = sa.text(
            "SELECT action, facts FROM audit_records WHERE object = :id OR facts ->> 'api_token' = :text ORDER BY seq"
        )
        rows = (await connection.execute(query, {"id": made["id"], "text": made["id"]})).all()
    assert [row.action for row in rows] == ["api_token.create", "case.create", "api_token.revoke"]
    assert rows[1].facts["api_token"] == made["id"]


async def test_a_deleted_person_leaves_no_token(gateway: Gateway, person: Person) -> None:
    """DSG-01, DSG-04: the export lists tokens without a secret, the deletion ends them."""
    made = await person.make(name="Bericht")
    archive = await person.client.get("/api/v1/me/data")
    assert archive.status_code == 200
    assert made["token"].encode() not in archive.content
    overview = (await person.client.get("/api/v1/me/data/overview")).json()
    (kept,) = (item for item in overview["items"] if item["kind"] == "api_tokens")
    assert kept["counts"] == {"api_tokens": 1}
    headers = {"x-confirmation": overview["confirmation"]["token"]}
    receipt = (await person.client.delete("/api/v1/me/data", headers=headers)).json()
    assert receipt["receipt"]["deleted"]["gateway"]["api_tokens"] == 1
    await until_refused(gateway, made["token"])


async def test_without_news_of_closed_accounts_there_are_no_tokens(gateway: Gateway, person: Person) -> None:
    """AUTH-08: where the provider is not followed, none is made and none is accepted."""
    made, tokens = await person.make(), gateway.state.api_tokens
    tokens._offered = False
    gateway.state.authenticator._cache.clear()
    try:
        refused = await person.client.post("/api/v1/me/tokens", json={"name": "x", "scopes": ["search"]})
        assert (refused.status_code, refused.json()["code"]) == (409, "api_tokens_not_offered")
        assert (await ask(gateway, made["token"])).status_code == 401
    finally:
        tokens._offered = True


async def test_a_known_token_costs_no_question_to_the_database(gateway: Gateway, person: Person) -> None:
    """AUTH-07: what was found is kept by the hash of the whole token; one character more is another one."""
    token = (await person.make())["token"]
    authenticator = gateway.state.authenticator
    first = await authenticator.identify(f"Bearer {token}", None)
    begun = time.perf_counter()
    for _ in range(1_000):
        assert await authenticator.identify(f"Bearer {token}", None) is first
    print(f"{(time.perf_counter() - begun) * 1000:.2f} µs for a known token")
