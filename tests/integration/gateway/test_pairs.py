# SPDX-License-Identifier: EUPL-1.2
"""Every ordered pair of authorities: what one has, no other finds. `make test-pairs` takes 46, `make test` a few."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from genius_common.errors import NotFound
from genius_gateway.knowledge_bases.service import KnowledgeBaseService
from genius_retrieval import search_access
from genius_retrieval.app import create_app as create_retrieval
from genius_retrieval.collections import CollectionCatalogue
from genius_retrieval.documents import service as documents
from genius_retrieval.index import filters
from tests.support import qdrant
from tests.support.canaries import Asking, Canary, all_ids, asking, found_authorities, place, wait_until_ready
from tests.support.gateway import Gateway, running_gateway, serving
from tests.support.postgres import TestPostgres

AUTHORITIES = int(os.environ.get("GENIUS_TEST_AUTHORITIES", "3"))
_AT_ONCE = 6
pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
async def many(tmp_path_factory: pytest.TempPathFactory, postgres_server: TestPostgres) -> AsyncIterator[Gateway]:
    """A gateway of its own whose retrieval runs in this process, where its layers can be opened.

    With QDRANT_URL and QDRANT_API_KEY set its index is on that server.
    """
    async with (
        running_gateway(tmp_path_factory.mktemp("pairs"), postgres_server, own_retrieval=False) as gateway,
        AsyncExitStack() as stack,
    ):
        if qdrant.URL and qdrant.API_KEY:
            minter = await stack.enter_async_context(qdrant.minting(tmp_path_factory.mktemp("minter")))
            data = str(tmp_path_factory.mktemp("server-data"))
            gateway.retrieval.extra |= {**minter.environment(), "DATA_DIR": data}
            await stack.enter_async_context(qdrant.working(gateway.retrieval.settings()))
        retrieval = create_retrieval(gateway.retrieval.settings())
        await stack.enter_async_context(serving(retrieval, gateway.retrieval.port, "on"))
        yield gateway


@pytest.fixture(scope="module")
async def canaries(many: Gateway) -> list[Canary]:
    shorts = await found_authorities(many, AUTHORITIES)
    async with asking(many) as ask:
        placed = [await place(many, ask.outside, short) for short in shorts]
        await wait_until_ready(ask.outside, placed)
    return placed


async def test_each_finds_its_own(many: Gateway, canaries: list[Canary]) -> None:
    """The ways of asking are good ones: the owner finds the document by every one of them but the injections."""
    for canary in canaries[:2]:
        async with asking(many) as ask:
            found = await ask.leaks(canary, canary)
        for kind in ("exact text", "the word", "neighbours", "filter", "id", "citation", "preview", "retrieval"):
            assert any(kind in line for line in found), (kind, found)


async def test_no_pair_leaks(many: Gateway, canaries: list[Canary]) -> None:
    """TEN-06: every authority asks for the document of every other one, in all ways: 0 hits."""
    started, found = time.monotonic(), []
    pairs = [(a, b) for a in canaries for b in canaries if a is not b]
    async with asking(many) as ask:
        for start in range(0, len(pairs), _AT_ONCE):
            some = pairs[start : start + _AT_ONCE]
            for lines in await asyncio.gather(*(ask.leaks(asker, target) for asker, target in some)):
                found += lines
    seconds = time.monotonic() - started
    print(
        f"{len(canaries)} authorities, {len(pairs)} pairs, {ask.requests} requests, {seconds:.0f} s: {len(found)} leaks"
    )
    assert len(pairs) == AUTHORITIES * (AUTHORITIES - 1)
    assert found == []


def _open_tables(url: str, *tables: str) -> Any:
    @contextmanager
    def opened() -> Iterator[None]:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for table in tables:
                connection.execute(sa.text(f"CREATE POLICY knocked_out ON {table} USING (true) WITH CHECK (true)"))
        try:
            yield
        finally:
            with engine.begin() as connection:
                for table in tables:
                    connection.execute(sa.text(f"DROP POLICY knocked_out ON {table}"))
            engine.dispose()

    return opened()


RETRIEVAL_TABLES = ("knowledge_bases", "documents", "collections", "keys")


def _open_conditions(dialect: filters.Dialect, _access: Any) -> list[Any]:
    return [dialect.either([dialect.equals(filters.KIND, kind) for kind in ("document", "file")])]


def _see_everything(_principal: Any, row: Any, _kind: str) -> Any:
    if row is None:
        raise NotFound
    return row


class Layers:
    """Opens one layer each, in test code."""

    def __init__(self, gateway: Gateway, canaries: list[Canary], patch: pytest.MonkeyPatch) -> None:
        self._gateway = gateway
        self._canaries = canaries
        self._patch = patch

    def policy(self) -> None:
        """The gateway gives out tokens that name every knowledge base there is."""
        everything = all_ids(self._canaries)

        async def ids(*_: Any) -> Any:
            return everything, everything

        self._patch.setattr(KnowledgeBaseService, "_ids", ids)

    def access_filter(self) -> None:
        """The engine is asked without any condition on knowledge base or class."""
        self._patch.setattr(filters, "_conditions", _open_conditions)

    def answer_check(self) -> None:
        """Hits and documents are not looked at again before they are answered."""
        self._patch.setattr(search_access, "_is_visible", lambda *_: True)
        for module in (search_access, documents):
            self._patch.setattr(module, "visible", _see_everything)

    def rows(self) -> Any:
        """Every row of retrieval's database is everybody's."""
        return _open_tables(self._gateway.retrieval.owner_url, *RETRIEVAL_TABLES)

    def gateway_rows(self) -> Any:
        return _open_tables(self._gateway.owner_url, "knowledge_bases", "grants", "keys", "persons", "memberships")


async def _nothing_leaks(gateway: Gateway, canaries: list[Canary]) -> None:
    first, second = canaries[:2]
    async with asking(gateway) as ask:
        for pair in ((first, second), (second, first)):
            assert await ask.leaks(*pair) == []


@pytest.mark.parametrize("layer", ["policy", "access_filter", "answer_check"])
async def test_without_one_layer(
    many: Gateway, canaries: list[Canary], monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    """TEN-07: the others still show nothing."""
    getattr(Layers(many, canaries, monkeypatch), layer)()
    await _nothing_leaks(many, canaries)


@pytest.mark.parametrize("layer", ["rows", "gateway_rows"])
async def test_without_row_level_security(
    many: Gateway, canaries: list[Canary], monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    """TEN-07: in either database."""
    with getattr(Layers(many, canaries, monkeypatch), layer)():
        await _nothing_leaks(many, canaries)


async def test_without_separate_search_keys(many: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """TEN-07: two authorities whose terms are keyed alike: their collections are still two."""

    def keyed_alike(load: Any) -> Any:
        async def alike(*args: Any) -> Any:
            found = await load(*args)
            if found is not None:
                object.__setattr__(found, "search_key", b"\0" * 32)
            return found

        return alike

    for load in ("find", "opened"):
        monkeypatch.setattr(CollectionCatalogue, load, keyed_alike(getattr(CollectionCatalogue, load)))
    shorts = (await found_authorities(many, AUTHORITIES))[:2]
    async with asking(many) as ask:
        placed = [await place(many, ask.outside, short) for short in shorts]
        await wait_until_ready(ask.outside, placed)
    await _nothing_leaks(many, placed)


async def test_without_all_of_them_it_shows(
    many: Gateway, canaries: list[Canary], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test can see: with policy, rows and checks open together the document is found."""
    layers = Layers(many, canaries, monkeypatch)
    for layer in ("policy", "access_filter", "answer_check"):
        getattr(layers, layer)()
    first, second = canaries[:2]
    async with asking(many) as ask:
        with layers.rows():
            assert await ask.leaks(first, second) != []


@dataclass(frozen=True)
class Consent:
    """`shared` and `neighbour` are knowledge bases of one authority; `reader` has accepted the first, `third` nothing.

    A grant of the reader's own staff, and the keys of the owner's collection that consent opens, are what could leak.
    """

    shared: Canary
    neighbour: Canary
    reader: Canary
    third: Canary

    @property
    def closed(self) -> list[tuple[Canary, Canary]]:
        """(asker, target) of what consent does not open."""
        return [(self.reader, self.neighbour), (self.third, self.shared)]


async def _two_of_one(gateway: Gateway, ask: Asking) -> Consent:
    shorts = await found_authorities(gateway, AUTHORITIES)
    placed = [await place(gateway, ask.outside, short) for short in (shorts[0], *shorts[:3])]
    await wait_until_ready(ask.outside, placed)
    return Consent(*placed)


async def test_consent_opens_one_knowledge_base_to_one_authority(
    many: Gateway, canaries: list[Canary], monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEN-06, TEN-07: offered alone, nobody finds it; accepted, of three authorities only that one does, and not the
    knowledge base beside it in the same collection under the same keys; nor does anybody with one layer opened.
    """
    async with asking(many) as ask:
        made = await _two_of_one(many, ask)
        layers = Layers(many, [*canaries, made.shared, made.neighbour, made.reader, made.third], monkeypatch)
        path = f"/api/v1/knowledge-bases/{made.shared.knowledge_base}/shares"
        offer = await ask.outside.post(path, json={"authority": made.reader.authority}, headers=made.shared.headers)
        share = f"/api/v1/shares/{offer.json()['id']}"
        assert await ask.leaks(made.reader, made.shared) == []
        layers.policy()
        assert await ask.leaks(made.reader, made.shared) == [], "retrieval waits for the acceptance by itself"
        monkeypatch.undo()
        assert (await ask.outside.post(f"{share}/accept", headers=made.reader.headers)).status_code == 204
        found = await ask.leaks(made.reader, made.shared)
        for kind in ("exact text", "neighbours", "id", "citation", "preview", "retrieval"):
            assert any(kind in line for line in found), (kind, found)
        assert await ask.leaks(made.shared, made.reader) == [], "not in the other direction"
        for layer in (None, "policy", "access_filter", "answer_check", "rows", "gateway_rows"):
            opened = getattr(layers, layer)() if layer else None
            with opened or nullcontext():
                for asker, target in made.closed:
                    assert await ask.leaks(asker, target) == [], (layer, asker.short)
            monkeypatch.undo()
        assert (await ask.outside.delete(share, headers=made.reader.headers)).status_code == 204
        assert await ask.leaks(made.reader, made.shared) == [], "ended is ended"
