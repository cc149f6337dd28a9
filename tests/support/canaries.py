# SPDX-License-Identifier: EUPL-1.2
"""Many authorities in one gateway, a document with a word of its own in each, and every way to ask for another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from genius_common.principal import Role
from genius_gateway.authorities.repository import AuthorityFile, AuthorityRepository
from genius_stack.keycloak.files import SAMPLE_AUTHORITIES, read_authorities
from tests.support import pdf
from tests.support.gateway import Gateway
from tests.support.http import AsyncClient
from tests.support.matrix import Passport


@dataclass(frozen=True)
class Canary:
    """An authority's clerk with one document; `word` stands in it and nowhere else."""

    short: str
    word: str
    headers: dict[str, str]
    authority: str
    knowledge_base: str
    document: str

    @property
    def sentence(self) -> str:
        return f"Der Kanarienvogel {self.word} nistet im Aktenschrank der Registratur."

    @property
    def marks(self) -> tuple[str, ...]:
        """What must be in no answer to another authority."""
        return (self.word, self.knowledge_base, self.document)


async def found_authorities(gateway: Gateway, count: int) -> list[str]:
    """The first `count` of the shipped file of 46, applied; answers their short names."""
    entries = read_authorities(SAMPLE_AUTHORITIES).authorities[:count]
    wanted = AuthorityFile.model_validate({"authorities": [entry.model_dump(mode="json") for entry in entries]})
    await AuthorityRepository(gateway.state.database).apply(wanted)
    return [entry.short for entry in entries]


async def place(gateway: Gateway, client: httpx.AsyncClient, short: str) -> Canary:
    """A knowledge base of the authority with a PDF of one page, ready to be searched."""
    token = Passport(gateway).token(f"kanarie-{short}", short, Role.WISSENSPFLEGE)
    word = f"Zwitscher{uuid4().hex[:10]}"
    headers = {"authorization": f"Bearer {token}"}
    made = await client.post(
        "/api/v1/knowledge-bases", json={"name": word, "purpose": "Probe", "owner": "authority"}, headers=headers
    )
    assert made.status_code == 201, made.text
    me = await client.get("/api/v1/me", headers=headers)
    kb = made.json()["id"]
    canary = Canary(short, word, headers, me.json()["authority"]["id"], kb, "")
    file = {"file": (f"{word}.pdf", pdf.build(pdf.text_page(canary.sentence)))}
    up = await client.post(f"/api/v1/knowledge-bases/{kb}/documents", files=file, headers=headers)
    assert up.status_code == 202, up.text
    return Canary(short, word, headers, canary.authority, kb, up.json()["id"])


async def wait_until_ready(client: httpx.AsyncClient, canaries: Iterable[Canary]) -> None:
    for canary in canaries:
        async with asyncio.timeout(240):
            while (state := await _state(client, canary)) != "ready":
                assert state != "failed"
                await asyncio.sleep(0.1)


async def _state(client: httpx.AsyncClient, canary: Canary) -> str:
    answer = await client.get(f"/api/v1/documents/{canary.document}", headers=canary.headers)
    return str(answer.json()["state"])


def questions(target: Canary) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(kind, method, path, body) of every way to the target's document through the gateway."""
    kb, document = f"/api/v1/knowledge-bases/{target.knowledge_base}", f"/api/v1/documents/{target.document}"
    exact, near = target.sentence, "Wo nistet ein Kanarienvogel, im Schrank für Akten oder in der Registratur?"
    return [
        ("exact text", "POST", "/api/v1/search", {"query": exact, "limit": 50}),
        ("the word", "POST", "/api/v1/search", {"query": target.word}),
        ("neighbours", "POST", "/api/v1/search", {"query": near, "limit": 50}),
        ("filter", "POST", "/api/v1/search", {"query": exact, "knowledge_bases": [target.knowledge_base]}),
        ("filter", "POST", "/api/v1/search", {"query": exact, "documents": [target.document], "filter": {"must": []}}),
        ("filter", "POST", f"{kb}/search", {"query": exact}),
        ("id", "GET", kb, {}),
        ("id", "GET", f"{kb}/documents", {}),
        ("id", "GET", document, {}),
        ("id", "GET", f"{document}/content", {}),
        ("citation", "GET", f"{document}/text?char_from=0&char_to=60", {}),
        ("citation", "GET", f"{document}/pages/1/text", {}),
        ("preview", "GET", f"{document}/pages/1?highlight=0-20", {}),
        ("suggestion", "GET", "/api/v1/knowledge-bases", {}),
    ]


def injections(target: Canary) -> list[dict[str, Any]]:
    """Bodies for retrieval itself, which an application would send past the gateway's own schema."""
    return [
        {"query": target.sentence, "knowledge_bases": [target.knowledge_base]},
        {"query": target.sentence, "documents": [target.document]},
        {"query": target.sentence, "files": [target.document]},
        {"query": target.sentence, "knowledge_bases": [target.knowledge_base], "documents": [target.document]},
    ]


class Asking:
    """Asks through the gateway, and retrieval with the tokens that the gateway mints."""

    def __init__(self, gateway: Gateway, outside: httpx.AsyncClient, inside: httpx.AsyncClient) -> None:
        self._gateway = gateway
        self.outside = outside
        self._inside = inside
        self.requests = 0

    async def leaks(self, asker: Canary, target: Canary) -> list[str]:
        """The requests of `asker` whose answer shows anything of the target's."""
        found = []
        for kind, method, path, body in questions(target):
            answer = await self.outside.request(method, path, json=body or None, headers=asker.headers)
            picture = kind == "preview" and answer.status_code == 200
            if picture or self._shows(answer, target):
                found.append(f"{asker.short} → {target.short}: {kind} {method} {path}: {answer.status_code}")
        minted = await self._retrieval_headers(asker)
        for body in injections(target):
            answer = await self._inside.post("/search", json=body, headers=minted)
            if self._shows(answer, target):
                found.append(f"{asker.short} → {target.short}: retrieval {sorted(body)}: {answer.status_code}")
        return found

    def _shows(self, answer: httpx.Response, target: Canary) -> bool:
        self.requests += 1
        assert answer.status_code not in {401, 429}, "refused for another reason: nothing would be shown by it"
        assert answer.status_code < 500, answer.text
        return any(mark.encode() in answer.content for mark in target.marks)

    async def _retrieval_headers(self, asker: Canary) -> dict[str, str]:
        state = self._gateway.state
        identity = await state.authenticator.identify(asker.headers["authorization"], None)
        token = await state.knowledge_bases.retrieval_token(identity.principal, ("search", "documents.read"))
        return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def asking(gateway: Gateway) -> AsyncIterator[Asking]:
    async with (
        AsyncClient(base_url=gateway.url, timeout=60) as outside,
        AsyncClient(base_url=gateway.retrieval.url, timeout=60) as inside,
    ):
        yield Asking(gateway, outside, inside)


def all_ids(canaries: Iterable[Canary]) -> frozenset[UUID]:
    return frozenset(UUID(canary.knowledge_base) for canary in canaries)
