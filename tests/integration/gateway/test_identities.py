# SPDX-License-Identifier: EUPL-1.2
"""Who a request is never depends on who asked before: two people's credentials, interleaved over shared connections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from genius_gateway.auth.gate import AuthGate
from genius_stack.identity.tokens import load_key
from genius_stack.samples import people
from tests.support.gateway import Gateway, log_in
from tests.support.token_corpus import provider_mint

REQUESTS, OVER_HTTP, LINES = 10_000, 400, 8


def tokens_of_two(gateway: Gateway) -> tuple[str, str]:
    """Good tokens of two people that differ in the subject alone, and in nothing of their first 200 bytes."""
    key = load_key(gateway.realm_dir)
    kid = str(key.as_dict(private=False)["kid"])
    mint = provider_mint(gateway.issuer, cast("RSAPrivateKey", key.private_key), kid, people.WEB_CLIENT)
    claims = mint.claims()
    claims = {"jti": "x" * 200, **{name: claims[name] for name in claims if name != "sub"}}
    first, second = (mint.token(claims={**claims, "sub": str(UUID(int=n))}) for n in (1, 2))
    assert first[:200] == second[:200]
    return first, second


async def asked(port: int, headers: list[str]) -> list[str]:
    """The `id` that each of a burst of requests on one connection is answered with, in their order."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for header in headers:
        writer.write(f"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{header}\r\n\r\n".encode())
    found = []
    for _ in headers:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert b" 200 " in head.split(b"\r\n")[0], head
        body = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        found.append(str(orjson.loads(body)["id"]))
    writer.close()
    return found


async def let_in(gateway: Gateway, header: str) -> str:
    """The subject that the gate hands to the application behind it."""
    name, value = header.split(": ", 1)
    seen: list[str] = []

    async def behind(scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.sleep(0)
        seen.append(str(scope["state"]["identity"].principal.subject))

    async def nothing(*_: Any) -> Any:
        return {"type": "http.disconnect"}

    gate = AuthGate(behind, lambda: gateway.state, gateway.state.policy)
    headers = [(name.lower().encode(), value.encode())]
    await gate({"type": "http", "method": "GET", "path": "/api/v1/me", "headers": headers}, nothing, nothing)
    return seen[0]


async def credentials(gateway: Gateway) -> list[str]:
    """Two bearer tokens and two session cookies, as headers."""
    headers = [f"Authorization: Bearer {token}" for token in tokens_of_two(gateway)]
    for name in ("a.weber", "b.yilmaz"):
        async with gateway.browser() as browser:
            await log_in(gateway, browser, name)
            headers.append(f"Cookie: {'; '.join(f'{key}={value}' for key, value in browser.cookies.items())}")
    return headers


@pytest.fixture(scope="module")
async def known(gateway: Gateway) -> dict[str, str]:
    """Each credential's header, and who it is when it is the only one that asks."""
    headers = await credentials(gateway)
    found = {header: (await asked(gateway.settings.port, [header]))[0] for header in headers}
    assert len(set(found.values())) == len(headers)
    return found


@asynccontextmanager
async def forgetting(gateway: Gateway, subjects: list[str]) -> AsyncIterator[None]:
    """Meanwhile what is remembered of one or the other is dropped again and again, so that they verify together."""

    async def forget() -> None:
        while True:
            for subject in map(UUID, subjects):
                gateway.state.authenticator.forget(subject, 0.0)
                gateway.state.sessions.forget(subject, 0.0)
                await asyncio.sleep(0.01)

    task = asyncio.create_task(forget())
    try:
        yield
    finally:
        task.cancel()


async def test_the_gate_never_mixes_identities(gateway: Gateway, known: dict[str, str]) -> None:
    """AUTH-07: 10,000 interleaved requests, up to 100 at a time."""
    chosen = random.Random(7).choices(list(known), k=REQUESTS)
    room = asyncio.Semaphore(100)

    async def one(header: str) -> bool:
        async with room:
            return await let_in(gateway, header) == known[header]

    async with forgetting(gateway, list(known.values())):
        assert all(await asyncio.gather(*map(one, chosen)))


async def test_connections_never_mix_answers(gateway: Gateway, known: dict[str, str]) -> None:
    """AUTH-07: the same through HTTP, eight connections that carry requests of everybody, pipelined."""
    chosen = random.Random(8)
    lines = [chosen.choices(list(known), k=OVER_HTTP // LINES) for _ in range(LINES)]
    async with forgetting(gateway, list(known.values())):
        answers = await asyncio.gather(*(asked(gateway.settings.port, line) for line in lines))
    assert answers == [[known[header] for header in line] for line in lines]
