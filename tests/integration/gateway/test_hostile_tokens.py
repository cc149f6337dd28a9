# SPDX-License-Identifier: EUPL-1.2
"""The corpus of hostile tokens at every door that takes one: the gateway's three and the inner services'."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from genius_common.principal import Principal
from genius_gateway.tokens.minter import read_signing_key
from genius_stack.identity.tokens import load_key
from genius_stack.samples import people
from tests.support.doors import DOORS, Line
from tests.support.gateway import Gateway
from tests.support.inference import Keys, running_inference
from tests.support.modules import running_modules
from tests.support.token_corpus import Mint, corpus, principal_mint, provider_mint

KINDS_AT_LEAST = 70
SCOPES = frozenset({"search", "documents.read", "modules.run", "chat.completions", "models.read", "run.token"})


@dataclass(frozen=True)
class Door:
    url: str
    mint: Mint


@contextmanager
def inner_services(gateway: Gateway) -> Iterator[dict[str, str]]:
    """Inference and modules that trust the running gateway's keys and follow its revocation list."""
    keys = Keys(f"{gateway.internal_url}/.well-known/jwks.json", gateway.retrieval.signer)
    with running_inference(keys) as inference, running_modules(keys, inference.url, gateway.retrieval.url) as modules:
        yield {"inference": inference.url, "modules": modules.url, "retrieval": gateway.retrieval.url}


@pytest.fixture(scope="module")
async def doors(gateway: Gateway) -> AsyncIterator[dict[str, Door]]:
    key = load_key(gateway.realm_dir)
    kid = str(key.as_dict(private=False)["kid"])
    provider = provider_mint(gateway.issuer, cast("RSAPrivateKey", key.private_key), kid, people.WEB_CLIENT)
    signing = read_signing_key(gateway.settings.signing_key_file)
    who = Principal(subject=uuid4(), tenant="test", authority=uuid4(), scopes=SCOPES, run=uuid4())
    with inner_services(gateway) as urls:
        inner = {name: Door(url, principal_mint(signing, who, name)) for name, url in urls.items()}
        # What is good at one door is worth nothing at the other kind of door (AUTH-14).
        provider.alien["principal token"] = inner["inference"].mint.good()
        for door in inner.values():
            door.mint.alien["of the provider"] = provider.good()
        yield {
            "gateway": Door(gateway.url, provider),
            "gateway openai": Door(gateway.url, provider),
            "gateway internal": Door(gateway.internal_url, principal_mint(signing, who, "gateway")),
            **inner,
        }


@pytest.mark.parametrize("name", DOORS)
async def test_every_hostile_token_is_refused(doors: dict[str, Door], name: str) -> None:
    """AUTH-03, AUTH-04, AUTH-05: all kinds are 401 and nothing else, and a good token still works afterwards."""
    door = doors[name]
    hostile = corpus(door.mint)
    assert len(hostile) >= KINDS_AT_LEAST
    print(f"{name}: {len(hostile)} kinds of hostile tokens")
    line = Line(door.url)
    try:
        fine = await line.status(*DOORS[name], door.mint.good())
        assert fine in {200, 400, 403, 503}, "let in, whatever the route then says to this request"
        answers = {kind: await line.status(*DOORS[name], token) for kind, token in hostile.items()}
        assert await line.status(*DOORS[name], door.mint.good()) == fine
    finally:
        line.close()
    wrong = {kind: status for kind, status in answers.items() if status != 401}
    assert not wrong, str(wrong)


async def test_a_refusal_does_not_echo_the_token(gateway: Gateway) -> None:
    """LOG-01 in part: nothing of what came in stands in the answer."""
    async with gateway.browser() as client:
        answer = await client.get("/api/v1/me", headers={"authorization": "Bearer kanarie.kanarie.kanarie"})
    assert (answer.status_code, "kanarie" in answer.text) == (401, False)
    assert orjson.loads(answer.content)["code"]
