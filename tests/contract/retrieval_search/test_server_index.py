# SPDX-License-Identifier: EUPL-1.2
"""The server adapter where server or minter fail: always an error of ours, never an empty answer."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from genius_common.http import create_session
from genius_retrieval.errors import IndexFailed, IndexUnavailable
from genius_retrieval.index import server_calls, server_tokens
from genius_retrieval.index.choice import OtherEngine, keep_to
from genius_retrieval.index.port import Access
from genius_retrieval.index.server import ServerIndex
from genius_retrieval.index.server_tokens import Minter
from tests.contract.retrieval_search.suite import ASK, chunks, meta
from tests.eval.laws import new_collection
from tests.support.gateway import serving
from tests.support.ports import free_port

BASE = uuid4()
ACCESS = Access(frozenset({BASE}))
STATUSES = (400, 401, 403, 404, 422, 429, 500, 503)


class Outside:
    """Stands where server and minter would be: answers as told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answer: Callable[[Request], Response] = lambda _: Response(status_code=500)
        self.mint: Callable[[], Response] = lambda: self.minted(200)
        self.minted_count = 0

    def minted(self, seconds: float) -> Response:
        self.minted_count += 1
        token = f"token-{self.minted_count}"
        return JSONResponse({"token": token, "expires_at": int(time.time() + seconds), "server": "1.19.0"})

    def app(self) -> Starlette:
        async def anything(request: Request) -> Response:
            if request.url.path.startswith("/mint/"):
                return self.mint() if request.method == "POST" else Response(status_code=204)
            await request.body()
            self.asked.append(request)
            return self.answer(request)

        return Starlette(routes=[Route("/{path:path}", anything, methods=["GET", "POST", "PUT", "DELETE"])])


@pytest.fixture
async def stack() -> Any:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def outside(stack: AsyncExitStack) -> tuple[Outside, ServerIndex]:
    told, port = Outside(), free_port()
    await stack.enter_async_context(serving(told.app(), port))
    session = await stack.enter_async_context(create_session())
    index = ServerIndex(f"http://127.0.0.1:{port}", Minter(session, f"http://127.0.0.1:{port}/mint", "s" * 32))
    stack.push_async_callback(index.close)
    return told, index


def calls(index: ServerIndex) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Every operation that asks the server."""
    collection, document = new_collection(), uuid4()
    return {
        "search": lambda: index.search(collection, ASK, ACCESS),
        "fetch": lambda: index.fetch(collection, [uuid4()], ACCESS),
        "count": lambda: index.count(collection.id),
        "documents": lambda: index.documents(collection.id),
        "upsert": lambda: index.upsert(collection, chunks(document, ["Text."]), meta(document, BASE)),
        "adopt": lambda: index.adopt(collection, chunks(document, ["Text."]), meta(document, BASE), uuid4()),
        "delete_document": lambda: index.delete_document(collection.id, document),
        "delete_knowledge_base": lambda: index.delete_knowledge_base(collection.id, BASE),
        "reseal": lambda: index.reseal(collection.id, lambda *_: None),
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [(status, IndexUnavailable if status in {401, 403, 429, 500, 503} else IndexFailed) for status in STATUSES],
)
async def test_every_failure_is_an_error(
    outside: tuple[Outside, ServerIndex], status: int, error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    """TEN-04, LOG-01: no failure reads like "nothing found", and no word of the server gets into logs or answers.

    A 404 of something else than the server itself (a wrong address) is one of them.
    """
    told, index = outside
    told.answer = lambda _: JSONResponse({"status": {"error": "geheimer Inhalt"}}, status_code=status)
    for name, call in calls(index).items():
        with pytest.raises(error) as raised:
            await call()
        assert "geheim" not in f"{raised.value} {raised.value.__cause__}", name
    assert "geheim" not in capsys.readouterr().out


async def test_a_missing_collection_is_empty(outside: tuple[Outside, ServerIndex]) -> None:
    told, index = outside
    told.answer = lambda _: JSONResponse(
        {"status": {"error": "Not found: Collection `x` doesn't exist!"}}, status_code=404
    )
    found = {name: await call() for name, call in calls(index).items() if name != "upsert"}
    assert found.pop("search").branches == ((),)
    assert not any(found.values())
    with pytest.raises(IndexUnavailable):  # made anew once, and again missing
        await calls(index)["upsert"]()


async def test_a_server_that_is_not_there_is_an_error(stack: AsyncExitStack) -> None:
    session = await stack.enter_async_context(create_session())
    nobody, told, port = free_port(), Outside(), free_port()
    await stack.enter_async_context(serving(told.app(), port))
    without_server = ServerIndex(f"http://127.0.0.1:{nobody}", Minter(session, f"http://127.0.0.1:{port}/mint", "s"))
    without_minter = ServerIndex(f"http://127.0.0.1:{port}", Minter(session, f"http://127.0.0.1:{nobody}", "s"))
    for index in (without_server, without_minter):
        stack.push_async_callback(index.close)
        for call in calls(index).values():
            with pytest.raises(IndexUnavailable):
                await call()
    assert not await without_minter.ready()
    assert told.asked == [], "nothing goes to the server without a token"


async def test_a_slow_server_is_an_error(
    outside: tuple[Outside, ServerIndex], monkeypatch: pytest.MonkeyPatch, stack: AsyncExitStack
) -> None:
    _, index = outside
    port = free_port()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", port)
    stack.push_async_callback(server.wait_closed)
    stack.callback(server.close)
    connect = server_calls.connect
    monkeypatch.setattr(
        "genius_retrieval.index.server.connect",
        lambda _url, **options: connect(f"http://127.0.0.1:{port}", seconds=1, **options),
    )
    slow = ServerIndex("http://127.0.0.1:1", index._minter)
    with pytest.raises(IndexUnavailable):
        await slow.search(new_collection(), ASK, ACCESS)
    await slow.close()


async def test_tokens_are_kept_for_less_than_they_live(outside: tuple[Outside, ServerIndex]) -> None:
    """TEN-11: one token a collection and operation class; one near its end, or refused by the server, is replaced."""
    told, index = outside
    told.answer = lambda _: JSONResponse({"result": {"count": 3}, "status": "ok", "time": 0.0})
    first, second = uuid4(), uuid4()
    assert [await index.count(first) for _ in range(3)] == [3, 3, 3]
    assert told.minted_count == 1
    await asyncio.gather(*(index.count(second) for _ in range(10)))
    assert told.minted_count == 2, "a burst waits for one token"
    used = [request.headers["authorization"] for request in told.asked]
    assert set(used[:3]) == {"Bearer token-1"}
    assert set(used[3:]) == {"Bearer token-2"}
    assert not any("api-key" in request.headers for request in told.asked)

    third = uuid4()
    told.mint = lambda: told.minted(server_tokens._SPARE_S - 5)
    await index.count(third)
    await index.count(third)
    assert told.minted_count == 4
    told.mint = lambda: told.minted(240)
    told.answer = lambda _: Response(status_code=403)
    with pytest.raises(IndexUnavailable):
        await index.count(first)
    told.answer = lambda _: JSONResponse({"result": {"count": 3}, "status": "ok", "time": 0.0})
    await index.count(first)
    assert told.asked[-1].headers["authorization"] == "Bearer token-5"


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no json", json.dumps({"token": "geheim"}).encode()])
async def test_a_minter_that_answers_nonsense_is_an_error(outside: tuple[Outside, ServerIndex], body: bytes) -> None:
    told, index = outside
    told.mint = lambda: Response(body)
    with pytest.raises(IndexUnavailable) as raised:
        await index.count(uuid4())
    assert "geheim" not in f"{raised.value} {raised.value.__cause__}"


async def test_nothing_is_asked_without_access(outside: tuple[Outside, ServerIndex]) -> None:
    """TEN-04: no readable knowledge base never becomes a query."""
    told, index = outside
    assert (await index.search(new_collection(), ASK, Access())).branches == ((),)
    assert await index.fetch(new_collection(), [uuid4()], Access()) == {}
    assert told.asked == []


async def test_rarity_is_asked_for_over_what_may_be_seen(outside: tuple[Outside, ServerIndex]) -> None:
    """TEN-04: every branch carries the access as its filter and as its corpus, word by word the same."""
    told, index = outside
    told.answer = lambda _: JSONResponse({"result": [{"points": []}] * 2, "status": "ok", "time": 0.0})
    await index.search(new_collection(), [ASK[0], ASK[0]], ACCESS)
    sent = [json.loads(await request.body()) for request in told.asked]
    assert len(sent) == 1
    for search in sent[0]["searches"]:
        assert search["params"]["idf"]["corpus"] == search["filter"]
        assert str(BASE) in json.dumps(search["filter"])


def test_a_data_folder_keeps_to_its_engine(tmp_path: Path) -> None:
    """TEN-04: with the other engine every search would find nothing, silently."""
    new, old = tmp_path / "new", tmp_path / "old"
    new.mkdir()
    for _ in range(2):
        keep_to(new, new / "index", "server")
    with pytest.raises(OtherEngine, match="server"):
        keep_to(new, new / "index", "edge")
    (old / "index" / str(uuid4())).mkdir(parents=True)
    with pytest.raises(OtherEngine, match="edge"):
        keep_to(old, old / "index", "server")
    keep_to(old, old / "index", "edge")
