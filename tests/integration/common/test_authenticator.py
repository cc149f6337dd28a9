# SPDX-License-Identifier: EUPL-1.2
"""Who calls an inner service: keys are fetched when needed, rarely, and bad answers take none of the known ones."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import aiohttp
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from genius_common import auth
from genius_common.auth import REVOCATIONS_PATH, Authenticator
from genius_common.errors import Forbidden, NotAuthenticated, PlatformError, Unavailable
from genius_common.principal import Principal
from genius_common.tokens import TokenSigner, TokenVerifier
from tests.support.raw_http import RawServer, raw_server, response

OLD, NEW = TokenSigner(Ed25519PrivateKey.generate()), TokenSigner(Ed25519PrivateKey.generate())
PERSON = Principal(subject=UUID(int=1), tenant="test", authority=None, scopes=frozenset({"search"}))


def bearer(signer: TokenSigner, audience: str = "retrieval") -> str:
    return f"Bearer {signer.sign(PERSON, audience=[audience])}"


def jwks(*signers: TokenSigner) -> bytes:
    return response(200, orjson.dumps({"keys": [key for signer in signers for key in signer.jwks()["keys"]]}))


def revocations(entries: dict[str, float], signer: TokenSigner = OLD) -> bytes:
    return response(200, signer.sign_revocations(entries).encode(), media_type="application/jwt")


@asynccontextmanager
async def checking(
    session: aiohttp.ClientSession, answer: bytes | Callable[[int], bytes]
) -> AsyncIterator[tuple[RawServer, Authenticator]]:
    async with raw_server(answer) as server:
        server.beside[REVOCATIONS_PATH] = lambda: revocations({})
        yield server, Authenticator(session, server.url + "/jwks.json", TokenVerifier("retrieval", "test"))


def without_cool_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_COOL_DOWN_S", 0.0)
    monkeypatch.setattr(auth, "_FIRST_COOL_DOWN_S", 0.0)


async def test_a_burst_at_the_start_fetches_the_keys_once(session: aiohttp.ClientSession) -> None:
    async with checking(session, jwks(OLD)) as (server, authenticator):
        assert server.requests == [], "nothing is fetched before it is needed"
        found = await asyncio.gather(*(authenticator.principal(bearer(OLD)) for _ in range(50)))
        assert {principal.subject for principal in found} == {PERSON.subject}
        assert len(server.requests) == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic eDp5", "bearer x", "Token x", " Bearer x", "Negotiate"])
async def test_what_is_no_bearer_is_refused_without_asking(session: aiohttp.ClientSession, header: str | None) -> None:
    async with checking(session, jwks(OLD)) as (server, authenticator):
        with pytest.raises(NotAuthenticated):
            await authenticator.principal(header)
        assert server.requests == []


@pytest.mark.parametrize("token", ["", "a.b.c", "a.b", "x" * 100_000, "ä.ö.ü", "e30.e30.e30", "..", "\x00"])
async def test_what_is_no_token_is_refused(session: aiohttp.ClientSession, token: str) -> None:
    async with checking(session, jwks(OLD)) as (_, authenticator):
        await authenticator.principal(bearer(OLD))
        with pytest.raises(NotAuthenticated):
            await authenticator.principal("Bearer " + token)


async def test_tokens_for_other_services_and_with_trailing_bytes_are_refused(session: aiohttp.ClientSession) -> None:
    async with checking(session, jwks(OLD)) as (_, authenticator):
        for header in (bearer(OLD, "inference"), bearer(OLD) + " ", bearer(OLD) + "A", bearer(OLD) + "."):
            with pytest.raises(NotAuthenticated):
                await authenticator.principal(header)


async def test_many_unknown_keys_cause_one_fetch(session: aiohttp.ClientSession) -> None:
    """AUTH-06: 1,000 tokens of unknown keys cause at most one fetch within the cool-down."""
    strangers = [bearer(TokenSigner(Ed25519PrivateKey.generate())) for _ in range(1000)]
    async with checking(session, jwks(OLD)) as (server, authenticator):
        await authenticator.principal(bearer(OLD))
        refused = await asyncio.gather(*map(authenticator.principal, strangers), return_exceptions=True)
        assert all(isinstance(error, NotAuthenticated) for error in refused)
        assert len(server.requests) <= 2
        assert (await authenticator.principal(bearer(OLD))).subject == PERSON.subject


async def test_a_new_key_is_learnt_without_losing_a_request(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-06: after a rotation the first token of the new key is accepted, and the old one while it is published."""
    without_cool_down(monkeypatch)
    async with checking(session, lambda n: jwks(OLD) if n == 1 else jwks(NEW, OLD)) as (server, authenticator):
        await authenticator.principal(bearer(OLD))
        for signer in (NEW, OLD, NEW):
            assert (await authenticator.principal(bearer(signer))).subject == PERSON.subject
        assert len(server.requests) == 2


async def test_a_withdrawn_key_is_refused_after_the_next_fetch(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_cool_down(monkeypatch)
    async with checking(session, lambda n: jwks(OLD) if n == 1 else jwks(NEW)) as (_, authenticator):
        await authenticator.principal(bearer(OLD))
        await authenticator.principal(bearer(NEW))
        with pytest.raises(NotAuthenticated):
            await authenticator.principal(bearer(OLD))


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        response(503, orjson.dumps({"code": "unavailable", "status": 503})),
        response(500, orjson.dumps(NEW.jwks())),
        response(200, b"<html>"),
        response(200, b"[]"),
        response(200, b"null"),
        response(200, b"{}"),
        response(200, b'{"keys": []}'),
        response(200, b'{"keys": null}'),
    ],
    ids=lambda answer: answer[-25:].decode(),
)
async def test_what_is_no_key_set_leaves_the_known_keys(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, bad: bytes
) -> None:
    """AUTH-06: while the gateway restarts, everyone whose key is known works on."""
    without_cool_down(monkeypatch)
    async with checking(session, lambda n: jwks(OLD) if n == 1 else bad) as (server, authenticator):
        await authenticator.principal(bearer(OLD))
        with pytest.raises(NotAuthenticated):
            await authenticator.principal(bearer(NEW))
        assert len(server.requests) > 1
        assert (await authenticator.principal(bearer(OLD))).subject == PERSON.subject


async def test_before_the_first_keys_nobody_is_let_in_and_it_is_not_the_callers_fault(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_cool_down(monkeypatch)
    answers = {1: response(503, b"{}"), 2: response(200, b"no"), 3: jwks(OLD)}
    async with checking(session, lambda n: answers[n]) as (_, authenticator):
        for _attempt in range(2):
            with pytest.raises(Unavailable) as caught:
                await authenticator.principal(bearer(OLD))
            assert caught.value.retry_after == 5
        assert (await authenticator.principal(bearer(OLD))).subject == PERSON.subject


async def test_a_gateway_that_is_down_is_not_asked_by_every_request(session: aiohttp.ClientSession) -> None:
    async with checking(session, response(503, b"{}")) as (server, authenticator):
        started = time.monotonic()
        for _ in range(20):
            with pytest.raises(Unavailable):
                await authenticator.principal(bearer(OLD))
        assert len(server.requests) <= 1 + (time.monotonic() - started)


async def test_scopes_have_no_wildcard_and_no_order(session: aiohttp.ClientSession) -> None:
    async with checking(session, jwks(OLD)) as (_, authenticator):
        principal = await authenticator.principal(bearer(OLD))
    principal.require_scope("search")
    for scope in ("", "*", "searc", "search.all", "Search", "documents.read"):
        with pytest.raises(Forbidden):
            principal.require_scope(scope)


async def test_a_refusal_says_nothing_of_the_token(session: aiohttp.ClientSession) -> None:
    async with checking(session, jwks(OLD)) as (_, authenticator):
        with pytest.raises(PlatformError) as caught:
            await authenticator.principal("Bearer canary.canary.canary")
    assert "canary" not in repr(caught.value.as_problem()) + str(caught.value)


async def test_a_revocation_reaches_the_service_with_the_next_list(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUTH-08: also for a token that was accepted and is cached; others go on, a younger token of the person too."""
    monkeypatch.setattr(auth, "_RENEW_S", 0.0)
    async with checking(session, jwks(OLD)) as (server, authenticator):
        token = bearer(OLD)
        await authenticator.principal(token)
        revoked_at = time.time()
        server.beside[REVOCATIONS_PATH] = lambda: revocations({str(PERSON.subject): revoked_at})
        await authenticator.principal(token)  # the old list still serves; a new one is on its way
        await asyncio.sleep(0.3)
        with pytest.raises(NotAuthenticated):
            await authenticator.principal(token)
        later = OLD.sign(PERSON, audience=["retrieval"], not_before=int(revoked_at) + 1)
        assert (await authenticator.principal(f"Bearer {later}")).subject == PERSON.subject


@pytest.mark.parametrize(
    "answer",
    [
        lambda: response(503, b""),
        lambda: response(200, b"x"),
        lambda: response(200, "ä".encode()),
        lambda: revocations({}, NEW),
        lambda: response(200, OLD.sign(PERSON, audience=["retrieval"]).encode()),
        lambda: b"",
    ],
)
async def test_without_a_fresh_list_nobody_is_let_in(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, answer: Callable[[], bytes]
) -> None:
    """AUTH-08: fails closed when the list is older than the bound; the old one serves until then."""
    monkeypatch.setattr(auth, "_RENEW_S", 0.0)
    monkeypatch.setattr(auth, "_STALE_S", 0.3)
    async with checking(session, jwks(OLD)) as (server, authenticator):
        good = server.beside[REVOCATIONS_PATH]
        await authenticator.principal(bearer(OLD))
        server.beside[REVOCATIONS_PATH] = answer
        await authenticator.principal(bearer(OLD))
        await asyncio.sleep(0.35)
        with pytest.raises(Unavailable):
            await authenticator.principal(bearer(OLD))
        with pytest.raises(NotAuthenticated):
            await authenticator.principal("Bearer a.b.c")
        server.beside[REVOCATIONS_PATH] = good
        assert (await authenticator.principal(bearer(OLD))).subject == PERSON.subject


async def test_a_burst_asks_for_one_list(session: aiohttp.ClientSession) -> None:
    """AUTH-08"""
    asked = []
    async with checking(session, jwks(OLD)) as (server, authenticator):
        server.beside[REVOCATIONS_PATH] = lambda: asked.append(1) or revocations({})
        await asyncio.gather(*(authenticator.principal(bearer(OLD)) for _ in range(50)))
    assert len(asked) == 1
