# SPDX-License-Identifier: EUPL-1.2
"""Access tokens of the provider: a corpus of forged ones, and the handling of keys."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest

from genius_gateway.auth import claims
from genius_gateway.auth.errors import AccessTokenInvalid, IdentityProviderUnavailable
from genius_gateway.auth.provider import IdentityProvider, parse_header
from tests.support.jwks import AUDIENCE, CLIENT, Realm, b64, serving_realm

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


def forged_headers(realm: Realm) -> dict[str, str]:
    good = realm.claims()
    public = realm.keys["rsa"].as_dict(private=False)
    pem = realm.keys["rsa"].as_pem(private=False)
    signed = realm.sign(good)
    head, body, signature = signed.split(".")
    fine = orjson.loads(b'{"alg":"RS256","kid":"rsa"}')
    return {
        "none": realm.raw({"alg": "none", "kid": "rsa"}, good, b""),
        "None": realm.raw({"alg": "None", "kid": "rsa"}, good, b""),
        "NONE with signature": realm.raw({"alg": "NONE", "kid": "rsa"}, good),
        "no alg": realm.raw({"kid": "rsa"}, good),
        "no kid": realm.resign(b'{"alg":"RS256"}', good),
        "HS256 with PEM": realm.hmac(pem, good),
        "HS256 with JWK": realm.hmac(orjson.dumps(public), good),
        "HS256 empty": realm.hmac(b"", good),
        "RS512": realm.raw({"alg": "RS512", "kid": "rsa"}, good),
        "ES256 with RSA key": realm.raw({"alg": "ES256", "kid": "rsa"}, good),
        "EdDSA with RSA key": realm.raw({"alg": "EdDSA", "kid": "rsa"}, good),
        "RS256 with EC key": realm.raw({"alg": "RS256", "kid": "ec"}, good),
        "crit": realm.resign(b'{"alg":"RS256","kid":"rsa","crit":["exp"]}', good),
        "b64 false": realm.resign(b'{"alg":"RS256","kid":"rsa","b64":false}', good),
        "b64 false, crit": realm.resign(b'{"alg":"RS256","kid":"rsa","b64":false,"crit":["b64"]}', good),
        "embedded jwk": realm.resign(orjson.dumps({**fine, "jwk": public}), good),
        "jku": realm.resign(orjson.dumps({**fine, "jku": "http://evil.example/jwks"}), good),
        "x5u": realm.resign(orjson.dumps({**fine, "x5u": "http://evil.example/x"}), good),
        "x5c": realm.resign(orjson.dumps({**fine, "x5c": ["MIIB"]}), good),
        "cty": realm.resign(orjson.dumps({**fine, "cty": "JWT"}), good),
        "zip": realm.resign(orjson.dumps({**fine, "zip": "DEF"}), good),
        "duplicate alg": realm.resign(b'{"alg":"none","alg":"RS256","kid":"rsa"}', good),
        "duplicate kid": realm.resign(b'{"alg":"RS256","kid":"x","kid":"rsa"}', good),
        "kid number": realm.resign(b'{"alg":"RS256","kid":1}', good),
        "kid list": realm.resign(b'{"alg":"RS256","kid":["rsa"]}', good),
        "kid object": realm.resign(b'{"alg":"RS256","kid":{"a":1}}', good),
        "kid path": realm.resign(b'{"alg":"RS256","kid":"../../etc/passwd"}', good),
        "kid sql": realm.resign(b'{"alg":"RS256","kid":"\' OR 1=1--"}', good),
        "alg list": realm.resign(b'{"alg":["RS256"],"kid":"rsa"}', good),
        "header array": realm.resign(b"[]", good),
        "header string": realm.resign(b'"x"', good),
        "header null": realm.resign(b"null", good),
        "header not JSON": realm.resign(b"{", good),
        "header NaN": realm.resign(b'{"alg":"RS256","kid":NaN}', good),
        "signature cut": f"{head}.{body}.{signature[:-4]}",
        "signature empty": f"{head}.{body}.",
        "signature of other": f"{head}.{b64(orjson.dumps(realm.claims(sub='1')))}.{signature}",
        "body changed": f"{head}.{body[:-2]}AA.{signature}",
        "four parts": f"{signed}.x",
        "five parts": f"{signed}.x.y",
        "two parts": f"{head}.{body}",
        "empty": "",
        "dots": "..",
        "not base64": "!.!.!",
        "blank inside": f"{head} .{body}.{signature}",
        "unicode": "ü.ü.ü",
        "padded": f"{head}=.{body}=.{signature}=",
        "huge": "a" * 20_000,
        "typ of a principal token": realm.resign(b'{"alg":"RS256","kid":"rsa","typ":"genius+jwt"}', good),
        "typ logout": realm.resign(b'{"alg":"RS256","kid":"rsa","typ":"logout+jwt"}', good),
    }


async def test_forged_headers_are_refused(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-03: algorithm confusion, keys from the token, ambiguous headers; a good token still works afterwards."""
    cases = forged_headers(realm)
    assert len(cases) >= 50
    for name, token in cases.items():
        with pytest.raises(AccessTokenInvalid):
            pytest.fail(f"{name} was accepted: {await judge(provider, token)}")
    assert (await judge(provider, realm.sign(realm.claims()))).subject == "4711"


def wrong_claims(issuer: str) -> list[dict[str, Any]]:
    return [
        {"iss": issuer + "/"},
        {"iss": issuer[:-1]},
        {"iss": issuer + "x"},
        {"iss": [issuer]},
        {"iss": issuer.replace("genius", "fremd")},
        {"iss": ...},
        {"iss": None},
        {"iss": issuer.upper()},
        {"aud": ...},
        {"aud": "account"},
        {"aud": ["account", "other"]},
        {"aud": [[AUDIENCE]]},
        {"aud": {"genius": 1}},
        {"aud": AUDIENCE + "x"},
        {"aud": []},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"typ": "Offline"},
        {"typ": "Logout"},
        {"typ": "bearer"},
        {"typ": ...},
        {"azp": "other-client"},
        {"azp": ...},
        {"azp": [CLIENT]},
        {"sub": ...},
        {"sub": ""},
        {"sub": 4711},
        {"sub": "x" * 300},
        {"preferred_username": ...},
        {"preferred_username": "service-account-other", "client_id": CLIENT},
        {"preferred_username": "a.weber", "client_id": CLIENT},
        {"preferred_username": "service-account-genius-web"},
        {"scope": ["a"]},
        {"sid": 5},
    ]


async def test_issuer_audience_and_kind_are_exact(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-04"""
    for changes in wrong_claims(realm.issuer):
        with pytest.raises(AccessTokenInvalid):
            pytest.fail(f"accepted: {changes} {await judge(provider, realm.sign(realm.claims(**changes)))}")


async def test_time_claims(provider: IdentityProvider, realm: Realm) -> None:
    """AUTH-05: ended, not begun, from the future, of the wrong type or size; skew is at most 30 s."""
    now = int(time.time())
    wrong: list[dict[str, Any]] = [
        {"exp": now - 1},
        {"exp": ...},
        {"exp": str(now + 300)},
        {"exp": now + 300.5},
        {"exp": -1},
        {"exp": 10**30},
        {"exp": True},
        {"exp": None},
        {"exp": [now + 300]},
        {"nbf": now + 3600},
        {"nbf": now + 45},
        {"nbf": "0"},
        {"nbf": now + 0.5},
        {"iat": now + 45},
        {"iat": now + 3600, "exp": now + 7200},
        {"iat": ...},
        {"iat": "now"},
        {"iat": -5},
        {"iat": now + 10, "exp": now + 5},
    ]
    for changes in wrong:
        token = realm.resign(b'{"alg":"RS256","kid":"rsa"}', realm.claims(**changes))
        with pytest.raises(AccessTokenInvalid):
            pytest.fail(f"accepted: {changes} {await judge(provider, token)}")
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
