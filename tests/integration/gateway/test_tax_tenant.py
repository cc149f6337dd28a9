# SPDX-License-Identifier: EUPL-1.2
"""Two tenants side by side, the Land and the tax administration: nothing of the one is of any use in the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from genius_common.audit.keys import private_key
from genius_common.audit.verify import verify
from genius_common.crypto import Undecryptable
from genius_common.keys_encryption import FileKeys
from genius_common.principal import Principal
from genius_common.tenant_binding import ForeignTenant
from genius_common.tokens import TokenInvalid, TokenSigner, TokenVerifier
from genius_gateway.assembly import open_state
from genius_gateway.policy.evaluate import Policy
from genius_gateway.settings import Settings
from genius_gateway.tokens.minter import read_signing_key
from genius_stack.identity.tokens import load_key
from genius_stack.samples import people
from tests.support.doors import DOORS, Line
from tests.support.gateway import Gateway, log_in
from tests.support.inference import Keys, running_inference
from tests.support.matrix import Passport
from tests.support.retrieval import RetrievalService
from tests.support.token_corpus import Mint, corpus, principal_mint, provider_mint

KINDS_AT_LEAST = 70
SCOPES = frozenset({"search", "documents.read", "modules.run", "chat.completions", "models.read", "run.token"})


@pytest.fixture(scope="module")
def tax_doors(tax: Gateway) -> Iterator[dict[str, str]]:
    """Where the tax administration's services listen; each follows the keys and revocations of its own gateway."""
    keys = Keys(f"{tax.internal_url}/.well-known/jwks.json", tax.retrieval.signer)
    with running_inference(keys, tenant="steuer") as inference:
        yield {
            "gateway": tax.url,
            "gateway openai": tax.url,
            "gateway internal": tax.internal_url,
            "inference": inference.url,
            "retrieval": tax.retrieval.url,
            "modules": tax.settings.modules_url,
        }


def mints(signed_by: Gateway, name: str, issuer: str, tenant: str) -> Mint:
    """Tokens for the door `name`, with the claims that `issuer` and `tenant` would make and the keys of `signed_by`."""
    if name in {"gateway", "gateway openai"}:
        key = load_key(signed_by.realm_dir)
        kid = str(key.as_dict(private=False)["kid"])
        return provider_mint(issuer, cast("RSAPrivateKey", key.private_key), kid, people.WEB_CLIENT)
    signing = read_signing_key(signed_by.settings.signing_key_file)
    who = Principal(subject=uuid4(), tenant=tenant, authority=uuid4(), scopes=SCOPES, run=uuid4())
    return principal_mint(signing, who, name.removesuffix(" internal"))


@pytest.mark.parametrize("name", DOORS)
async def test_tokens_of_the_land_are_noise(
    gateway: Gateway, tax: Gateway, tax_doors: dict[str, str], name: str
) -> None:
    """AO-03: the whole corpus and the good tokens, signed by the Land's keys, as its own and as if of the other."""
    good = mints(tax, name, tax.issuer, "steuer")
    own = mints(gateway, name, gateway.issuer, gateway.settings.tenant)
    posing = mints(gateway, name, tax.issuer, tax.settings.tenant)
    # A key's id is no secret: only the signature tells.
    borrowed = replace(posing, header={**posing.header, "kid": good.header["kid"]})
    kinds = {"own": own, "posing": posing, "under the id of the other's key": borrowed}
    hostile = {f"{kind}, {how}": token for how, mint in kinds.items() for kind, token in corpus(mint).items()}
    hostile |= {f"good, {how}": mint.good() for how, mint in kinds.items()}
    line = Line(tax_doors[name])
    try:
        assert await line.status(*DOORS[name], good.good()) != 401, "the door is open"
        answers = {kind: await line.status(*DOORS[name], token) for kind, token in hostile.items()}
    finally:
        line.close()
    assert len(answers) >= 3 * KINDS_AT_LEAST
    assert {kind: status for kind, status in answers.items() if status != 401} == {}
    print(f"{name}: {len(answers)} tokens of the Land refused")


async def test_sessions_of_the_land_are_noise(gateway: Gateway, tax: Gateway) -> None:
    """AO-03: a session's cookie, and the login in the middle of which a browser is."""
    async with gateway.browser() as land, tax.browser() as other:
        await log_in(gateway, land, "a.weber")
        assert (await land.get("/api/v1/me")).status_code == 200
        cookies = {cookie.name: cookie.value or "" for cookie in land.cookies.jar}
        assert gateway.settings.session_cookie in cookies
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        assert (await other.get("/api/v1/me", headers=headers)).status_code == 401
        begun = await land.get("/auth/login")
        pending = "; ".join(f"{cookie.name}={cookie.value}" for cookie in land.cookies.jar)
        state = begun.headers["location"].split("state=")[1].split("&")[0]
        back = await other.get(f"/auth/callback?code=x&state={state}", headers={"cookie": pending})
        assert tax.settings.session_cookie not in back.headers.get("set-cookie", "")
        assert (await other.get("/api/v1/me")).status_code == 401


async def test_logouts_and_revocations_of_the_land_are_noise(gateway: Gateway, tax: Gateway) -> None:
    """AO-03: nobody of the Land ends a session there, and its signed list of revocations is refused."""
    verifier, somebody = TokenVerifier("retrieval", "steuer"), {str(uuid4()): 1.0}
    verifier.set_keys(tax.state.minter.jwks())
    assert verifier.read_revocations(tax.state.minter.revocations(somebody))
    foreign = gateway.state.minter.revocations(somebody)
    with pytest.raises(TokenInvalid):
        verifier.read_revocations(foreign)
    async with tax.browser() as there:
        await log_in(tax, there, "a.weber")
        claims = {
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "sid": "x",
            "exp": ...,
            "typ": ...,
        }
        key = load_key(gateway.realm_dir)
        kid = str(key.as_dict(private=False)["kid"])
        mint = provider_mint(tax.issuer, cast("RSAPrivateKey", key.private_key), kid, people.WEB_CLIENT)
        forged = mint.token(header={**mint.header, "typ": "logout+jwt"}, claims=_without({**mint.claims(), **claims}))
        assert (await there.post("/auth/backchannel-logout", data={"logout_token": forged})).status_code == 400
        assert (await there.get("/api/v1/me")).status_code == 200


def _without(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not ...}


def _taken(settings: Settings, foreign: Settings, part: str) -> Settings:
    """`settings` with one part of the other tenant's."""
    return settings.model_copy(update={part: getattr(foreign, part)})


@pytest.mark.parametrize("part", ["database", "kek_file", "oidc", "tenant"])
async def test_nothing_of_the_land_starts_the_tax_tenant(gateway: Gateway, tax: Gateway, part: str) -> None:
    """AO-01: database, key file, issuer and name are bound at the first start; each alone refuses the next one."""
    with pytest.raises(ForeignTenant):
        async with open_state(_taken(tax.settings, gateway.settings, part), Policy()):
            pass


@pytest.mark.parametrize("part", ["database", "kek_file", "tenant"])
async def test_nothing_of_the_tax_tenant_starts_the_land(gateway: Gateway, tax: Gateway, part: str) -> None:
    """AO-01: the other way round (the profile `local` alone may change its issuer)."""
    with pytest.raises(ForeignTenant):
        async with open_state(_taken(gateway.settings, tax.settings, part), Policy()):
            pass


def test_retrieval_refuses_the_other_database(gateway: Gateway, tax: Gateway) -> None:
    """AO-01: the service ends at its start, and says in its log why."""
    mixed = RetrievalService(
        data_dir=tax.retrieval.data_dir, owner_url=gateway.retrieval.owner_url, app_url=gateway.retrieval.app_url,
        jwks_url=tax.retrieval.jwks_url, signer=tax.retrieval.signer, extra=dict(tax.retrieval.extra),
    )  # fmt: skip
    with pytest.raises(AssertionError, match="belongs to tenant 'test'"):
        mixed.start()


def _wrapped(url: str) -> list[Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT id, scope, wrapped, wrapped_by FROM keys WHERE state <> 'destroyed'")
        ).all()
    engine.dispose()
    return list(found)


@pytest.mark.parametrize("service", ["gateway", "retrieval"])
async def test_keys_of_one_tenant_open_nothing_of_the_other(gateway: Gateway, tax: Gateway, service: str) -> None:
    """AO-01: every key of tenant and authorities, and with them all ciphertexts, collections and copies of both."""

    def source(tenant: Gateway) -> tuple[str, FileKeys]:
        if service == "gateway":
            assert tenant.settings.kek_file is not None
            return tenant.superuser_url, FileKeys(tenant.settings.kek_file)
        return tenant.retrieval_superuser_url, FileKeys(tenant.retrieval.data_dir / "kek")

    for one in (gateway, tax):
        async with await one.client("a.weber") as client:
            made = await client.post(
                "/api/v1/knowledge-bases", json={"name": "Eigenes", "purpose": "Probe", "owner": "authority"}
            )
            path = f"/api/v1/knowledge-bases/{made.json()['id']}/documents"
            added = await client.post(path, files={"file": ("a.txt", b"Ein Satz.")})
            assert added.status_code == 202, added.text
    tried: set[str] = set()
    for own, other in ((gateway, tax), (tax, gateway)):
        url, keys = source(own)
        foreign = source(other)[1]
        for row in await asyncio.to_thread(_wrapped, url):
            if row.scope == "person":
                continue  # wrapped by its authority's
            assert await keys.unwrap(row.wrapped, row.wrapped_by, row.id)
            with pytest.raises(Undecryptable):
                await foreign.unwrap(row.wrapped, row.wrapped_by, row.id)
            # Neither does it help to claim that the other tenant's key had wrapped it.
            with pytest.raises(Undecryptable):
                await foreign.unwrap(row.wrapped, await foreign.current(), row.id)
            tried.add(own.settings.tenant)
    assert tried == {"test", "steuer"}


async def test_audit_trails_are_of_one_tenant(gateway: Gateway, tax: Gateway) -> None:
    """AO-01: an export of the Land is not taken for one of the tax administration: another key signed it."""
    token = Passport(gateway).token("r.koenig", None, "revision")  # type: ignore[arg-type]
    async with gateway.browser() as client:
        export = await client.get("/api/v1/audit/export", headers={"authorization": f"Bearer {token}"})
    lines = export.content.splitlines(keepends=True)
    ours, theirs = (private_key(one.settings.audit.key_file.read_bytes()).public_key() for one in (gateway, tax))
    assert verify(iter(lines), [ours], [], None).holds
    assert not verify(iter(lines), [theirs], [], None).holds


def test_the_two_sign_with_keys_of_their_own(gateway: Gateway, tax: Gateway) -> None:
    """AO-01"""
    signers = {
        TokenSigner(read_signing_key(one.settings.signing_key_file)).jwks()["keys"][0]["kid"] for one in (gateway, tax)
    }
    realms = {str(load_key(one.realm_dir).as_dict(private=False)["kid"]) for one in (gateway, tax)}
    assert (len(signers), len(realms)) == (2, 2)
