# SPDX-License-Identifier: EUPL-1.2
"""The port for the other services."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from genius_common.principal import Principal
from genius_common.tokens import TokenInvalid, TokenVerifier
from genius_gateway.app import create_app
from genius_gateway.scopes import row_scope
from tests.support.gateway import Gateway, serving
from tests.support.http import AsyncClient
from tests.support.ports import free_port


async def identity_of(gateway: Gateway, name: str) -> Principal:
    identity = await gateway.state.authenticator.identify(f"Bearer {await gateway.token(name)}", None)
    principal: Principal = identity.principal
    return principal


async def run_token(gateway: Gateway, principal: Principal, run: UUID, **options: Any) -> str:
    token: str = gateway.state.minter.for_inner(
        principal, "modules", {"modules.run", "search", "run.token"}, run=run, also_for=["gateway"], **options
    )
    return token


async def insert_run(gateway: Gateway, principal: Principal, run: UUID, state: str) -> None:
    columns = "id, authority, owner, module, version, state, protection_class, request, seq_reserved"
    query = sa.text(
        f"INSERT INTO runs ({columns}) VALUES (:id, :authority, :owner, 'chat', '1.0.0', :state, 'intern', '', 0)"
    )
    values = {"id": run, "authority": principal.authority, "owner": principal.subject, "state": state}
    async with gateway.state.database.transaction(row_scope(principal)) as connection:
        await connection.execute(query, values)


async def test_modules_get_fresh_tokens_while_their_run_goes_on(gateway: Gateway) -> None:
    """AUTH-14, DSG-06: for this run alone, by its own token alone, without more rights, and not after its end."""
    principal = await identity_of(gateway, "a.weber")
    running, ended = uuid4(), uuid4()
    await insert_run(gateway, principal, running, "running")
    await insert_run(gateway, principal, ended, "succeeded")
    async with AsyncClient(base_url=gateway.internal_url) as client:

        async def ask(run: UUID, token: str) -> httpx.Response:
            return await client.post(f"/internal/runs/{run}/token", headers={"authorization": f"Bearer {token}"})

        good = await ask(running, await run_token(gateway, principal, running, use="ask-documents"))
        assert good.status_code == 200
        verifier = TokenVerifier("modules", "test")
        verifier.set_keys((await client.get("/.well-known/jwks.json")).json())
        fresh = verifier.verify(good.json()["token"])
        assert (fresh.subject, fresh.run, fresh.scopes) == (
            principal.subject, running, {"modules.run", "search", "run.token"},
        )  # fmt: skip
        assert fresh.use == "ask-documents"  # DSG-06: a fresh token is for nothing else
        assert (await ask(ended, await run_token(gateway, principal, running))).status_code == 403
        assert (await ask(ended, await run_token(gateway, principal, ended))).status_code == 401
        assert (await ask(running, await gateway.token("a.weber"))).status_code == 401
        narrow = gateway.state.minter.for_inner(principal, "gateway", {"search"}, run=running)
        assert (await ask(running, narrow)).status_code == 403
        assert (await client.post(f"/internal/runs/{running}/token")).status_code == 401
    async with gateway.browser() as public:
        headers = {"authorization": f"Bearer {await run_token(gateway, principal, running)}"}
        assert (await public.get("/api/v1/me", headers=headers)).status_code == 401


async def test_a_fresh_token_of_an_external_module_stays_its_own(gateway: Gateway) -> None:
    """INJ-07, AUTH-14: calling back brings no more than it had, and nothing of another run."""
    principal = await identity_of(gateway, "a.weber")
    run, other = uuid4(), uuid4()
    await insert_run(gateway, principal, run, "running")
    await insert_run(gateway, principal, other, "running")
    minted = await gateway.app.api.state.runs.tokens.for_run(
        principal, run, "extern", frozenset({"modules.run", "search"}), frozenset(), everything=False, external=True
    )
    async with AsyncClient(base_url=gateway.internal_url) as client:
        headers = {"authorization": f"Bearer {minted.token}"}
        foreign = await client.post(f"/internal/runs/{other}/token", headers=headers)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "forbidden")
        fresh = (await client.post(f"/internal/runs/{run}/token", headers=headers)).raise_for_status().json()["token"]
        jwks = (await client.get("/.well-known/jwks.json")).json()
    for token in (minted.token, fresh):
        for audience, opens in (("modules", False), ("module:anderes", False), ("module:extern", True)):
            verifier = TokenVerifier(audience, "test")
            verifier.set_keys(jwks)
            with contextlib.nullcontext() if opens else pytest.raises(TokenInvalid):
                assert verifier.verify(token).scopes == {"search", "run.token"}


async def test_retrieval_gets_a_token_for_its_secret_alone(gateway: Gateway) -> None:
    """AUTH-14, TEN-15: for inference and embeddings alone, as nobody, of the highest class that documents can have."""
    path, file = "/internal/embeddings/token", gateway.settings.embeddings_secret_file
    assert file
    async with AsyncClient(base_url=gateway.internal_url) as client, gateway.browser() as public:
        headers = {"authorization": f"Bearer {file.read_text().strip()}"}
        token = (await client.post(path, headers=headers)).raise_for_status().json()["token"]
        verifier = TokenVerifier("inference", "test")
        verifier.set_keys((await client.get("/.well-known/jwks.json")).json())
        made = verifier.verify(token)
        assert (made.subject, made.authority, made.scopes) == (UUID(int=0), None, {"embeddings"})
        assert made.classification == "sozialdaten"
        with pytest.raises(TokenInvalid):
            TokenVerifier("retrieval", "test").verify(token)
        given = (await gateway.token("a.weber"), token, file.read_text().strip()[:-1], "x", "ä" * 40)
        for wrong in ({}, *({"authorization": f"Bearer {one}".encode("latin-1")} for one in given)):
            assert (await client.post(path, headers=wrong)).status_code == 401
        assert (await client.get(path, headers=headers)).status_code == 405
        assert (await public.post(path, headers=headers)).status_code in {401, 404}


async def test_without_a_secret_nobody_gets_that_token(gateway: Gateway) -> None:
    port, inner = free_port(), free_port()
    changes = {"port": port, "internal_port": inner, "public_url": f"http://127.0.0.1:{port}"}
    settings = gateway.settings.model_copy(update={**changes, "embeddings_secret_file": None})
    app = create_app(settings)
    async with serving(app, port, "on"), serving(app.internal, inner), AsyncClient() as client:
        for given in ("Bearer None", "Bearer x", ""):
            answer = await client.post(
                f"http://127.0.0.1:{inner}/internal/embeddings/token", headers={"authorization": given}
            )
            assert answer.status_code == 401


async def test_internal_things_stay_internal(gateway: Gateway) -> None:
    """GW-08: metrics and module tokens are on the inner port alone."""
    async with AsyncClient(base_url=gateway.internal_url) as client, gateway.browser() as public:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/health/ready")).json()["checks"]["postgresql"] == "ok"
        assert (await public.get("/metrics")).status_code == 404
        keys = (await public.get("/.well-known/jwks.json")).json()["keys"]
        assert [(key["kty"], "d" in key) for key in keys] == [("OKP", False)]


async def test_an_unreachable_provider_is_said_and_survived(gateway: Gateway) -> None:
    """REL: no login and no unknown token without the provider, but the gateway starts and says so."""
    port = free_port()
    oidc = gateway.settings.oidc.model_copy(update={"issuer": f"http://127.0.0.1:{free_port()}/realms/genius"})
    changes = {"port": port, "internal_port": None, "public_url": f"http://127.0.0.1:{port}", "oidc": oidc}
    settings = gateway.settings.model_copy(update=changes)
    async with serving(create_app(settings), port, "on"), AsyncClient(base_url=settings.public_url) as client:
        login = await client.get("/auth/login")
        assert (login.status_code, "Anmeldedienst" in login.text) == (503, True)
        headers = {"authorization": f"Bearer {await gateway.token('a.weber')}"}
        assert (await client.get("/api/v1/me", headers=headers)).status_code == 503
        health = await client.get("/api/v1/health/ready")
        assert (health.status_code, health.json()["checks"]["identity"]) == (200, "down")


async def test_the_principal_of_a_token_is_not_swapped(gateway: Gateway) -> None:
    """AUTH-07: two callers in turn, many times, over the cache: never the other's subject."""
    names = ("a.weber", "b.yilmaz")
    expected = {name: (await identity_of(gateway, name)).subject for name in names}
    tokens = {name: f"Bearer {await gateway.token(name)}" for name in names}

    async def one(index: int) -> None:
        name = names[index % 2]
        identity = await gateway.state.authenticator.identify(tokens[name], None)
        assert identity.principal.subject == expected[name]

    for start in range(0, 2000, 100):
        await asyncio.gather(*(one(index) for index in range(start, start + 100)))


async def test_minted_tokens_never_exceed_the_principal(gateway: Gateway) -> None:
    principal = replace(await identity_of(gateway, "a.weber"), scopes=frozenset({"search"}))
    token = gateway.state.minter.for_inner(principal, "retrieval", {"search", "import", "documents.write"})
    verifier = TokenVerifier("retrieval", "test")
    verifier.set_keys(gateway.state.minter.jwks())
    assert verifier.verify(token).scopes == {"search"}


async def test_metrics_count_actions_without_ids(gateway: Gateway) -> None:
    """OBS: numbers by action and status; no path, id or name is a label."""
    async with await gateway.client("a.weber") as client:
        unknown = str(uuid4())
        await client.get("/api/v1/me")
        await client.get(f"/api/v1/cases/{unknown}")
    async with AsyncClient(base_url=gateway.internal_url) as client:
        text = (await client.get("/metrics")).text
    assert 'genius_gateway_requests_total{action="me.read",status="200"}' in text
    assert 'genius_gateway_requests_total{action="case.read",status="404"}' in text
    assert unknown not in text
    assert "weber" not in text


async def test_an_unexpected_error_says_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """GW-06, LOG-01: neither the answer nor a log holds the text of the error."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("geheim-0815")

    monkeypatch.setattr("genius_gateway.cases.service.CaseService.all", broken)
    async with await gateway.client("a.weber") as client:
        response = await client.get("/api/v1/cases")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert response.json()["request_id"]
    assert "geheim" not in response.text + caplog.text
