# SPDX-License-Identifier: EUPL-1.2
"""Access tokens of the provider: a corpus of forged ones, and the handling of keys."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from genius_gateway.auth import claims
from genius_gateway.auth.errors import AccessTokenInvalid, IdentityProviderUnavailable
from genius_gateway.auth.provider import IdentityProvider, parse_header
from tests.support.jwks import AUDIENCE, CLIENT, Realm, b64, serving_realm
from tests.support.token_corpus import corpus, provider_mint

PEOPLE = frozenset({CLIENT})


@pytest.fixture
async def realm() -> AsyncIterator[Realm]:
    async with serving_realm(Realm()) as served:
        yield served


@pytest.fixture
async def provider(realm: Realm) -> AsyncIterator[IdentityProvider]:
    async with aiohttp.ClientSession() as session:
        yield IdentityProvider(session, realm.issuer)


async def judge(provider: IdentityProvider, token: str) -> claims.Caller:
    return claims.access_token(await provider.verify(token), provider.issuer, AUDIENCE, PEOPLE)


@pytest.mark.parametrize(("key", "alg"), [("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")])
async def test_good_tokens(provider: IdentityProvider, realm: Realm, key: str, alg: str) -> None:
    caller = await judge(provider, realm.sign(realm.claims(), key=key, alg=alg, typ="JWT"))
    assert (caller.subject, caller.roles, caller.is_application) == ("4711", {"sachbearbeitung"}, False)
    assert caller.memberships == {"mhb": frozenset()}


async def test_the_corpus_is_refused(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-03, AUTH-04, AUTH-05: none of the hostile kinds; a good token still works afterwards."""
    mint = provider_mint(realm.issuer, realm.keys["rsa"].private_key, "rsa", CLIENT, AUDIENCE)
    assert (await judge(provider, mint.good())).username == "k.orpus"
    for name, token in corpus(mint).items():
        with pytest.raises(AccessTokenInvalid):
            pytest.fail(f"{name} was accepted: {await judge(provider, token)}")
    assert (await judge(provider, realm.sign(realm.claims()))).subject == "4711"


async def test_clocks_may_differ_by_the_skew(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-05: at most 30 s."""
    now = int(time.time())
    assert await judge(provider, realm.sign(realm.claims(iat=now + 20, nbf=now + 20)))


async def test_applications_need_their_own_account(provider: IdentityProvider, realm: Realm) -> None:
    """An application is known by its service account; roles of people count for nothing there."""
    account = {"azp": "app", "client_id": "app", "preferred_username": "service-account-app", "scope": "search admin"}
    caller = await judge(provider, realm.sign(realm.claims(**account)))
    assert (caller.is_application, caller.roles, caller.scopes) == (True, frozenset(), {"search"})


async def test_groups_outside_of_the_pattern_give_nothing(provider: IdentityProvider, realm: Realm) -> None:
    odd = ["/behoerden", "/behoerden/", "/behoerden/MHB", "behoerden/mhb", "/behoerden/mhb/a/b", "/x/behoerden/mhb", 5]
    caller = await judge(provider, realm.sign(realm.claims(groups=[*odd, "/behoerden/mhb/referat-1"])))
    assert caller.memberships == {"mhb": {"referat-1"}}


async def test_unknown_keys_do_not_flood_the_provider(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-06: 1,000 unknown key ids cause one fetch per cool-down, and good tokens go on."""
    good = realm.sign(realm.claims())
    assert await judge(provider, good)
    before = realm.fetches

    async def attack(number: int) -> None:
        with pytest.raises(AccessTokenInvalid):
            await provider.verify(realm.raw({"alg": "RS256", "kid": f"k{number}"}, realm.claims()))

    await asyncio.gather(*(attack(number) for number in range(1000)))
    assert realm.fetches <= before + 1
    assert await judge(provider, good)


async def test_a_malformed_key_disables_no_other(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-06"""
    realm.extra = [None, 5, {}, {"kty": "RSA", "kid": "a"}, {"kty": "oct", "kid": "rsa2", "k": "AAAA"}, {"kid": "x"}]
    assert await judge(provider, realm.sign(realm.claims()))
    with pytest.raises(AccessTokenInvalid):
        await provider.verify(realm.hmac(b"\0\0\0", realm.claims(), kid="rsa2"))


async def test_known_keys_outlive_an_unreachable_provider(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-06: with the provider down, known keys go on and unknown ones are refused."""
    assert await judge(provider, realm.sign(realm.claims()))
    realm.down = True
    provider._keys_at -= 600  # as if the keys were fetched ten minutes ago
    provider._asked_at -= 600
    assert await judge(provider, realm.sign(realm.claims()))
    with pytest.raises(AccessTokenInvalid):
        await provider.verify(realm.raw({"alg": "RS256", "kid": "new"}, realm.claims()))


async def test_without_any_key_it_is_unavailable_not_open(realm: Realm) -> None:
    realm.down = True
    async with aiohttp.ClientSession() as session:
        with pytest.raises(IdentityProviderUnavailable):
            await judge(IdentityProvider(session, realm.issuer), realm.sign(realm.claims()))


def test_header_names_once_inside_of_a_value() -> None:
    """A value that looks like a name is refused as well: ambiguity is never read in the caller's favour."""
    with pytest.raises(AccessTokenInvalid):
        parse_header(b64(b'{"alg":"RS256","kid":"alg"}') + ".a.b")


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "x"},
        {"events": ...},
        {"events": {}},
        {"events": "http://schemas.openid.net/event/backchannel-logout"},
        {"aud": "other"},
        {"iss": "http://evil.example"},
        {"sid": ..., "sub": ...},
        {"sid": 5},
        {"jti": ...},
        {"exp": 5},
    ],
)
async def test_logout_tokens_are_judged_strictly(
    provider: IdentityProvider, realm: Realm, changes: dict[str, Any]
) -> None:
    """AUTH-14: a logout token has one purpose and all its marks."""
    event = {"http://schemas.openid.net/event/backchannel-logout": {}}
    good = {"typ": "Logout", "aud": CLIENT, "events": event, "jti": "1", "sid": "s", "azp": ...}
    verified = await provider.verify(realm.sign(realm.claims(**good), typ="logout+jwt"))
    assert claims.logout_token(verified, realm.issuer, CLIENT) == ("s", "4711")
    verified = await provider.verify(realm.sign(realm.claims(**{**good, **changes}), typ="logout+jwt"))
    with pytest.raises(claims.LogoutTokenInvalid):
        claims.logout_token(verified, realm.issuer, CLIENT)
