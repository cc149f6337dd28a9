# SPDX-License-Identifier: EUPL-1.2
"""The upstream client against raw sockets: framing, reuse, replacement, limits, silence."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from genius_common.upstream.client import UpstreamClient
from genius_common.upstream.errors import UpstreamCut, UpstreamTimeout, UpstreamUnreachable

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


class Server:
    """Answers every request on a connection with what `script` holds next; counts connections."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.script: list[bytes | None] = []  # None = close the connection
        self.piece = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.script:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0].strip()
                self.requests.append(head + await reader.readexactly(int(length or b"0")))
                answer = self.script.pop(0)
                if answer is None:
                    break
                for start in range(0, len(answer), self.piece or len(answer)):
                    writer.write(answer[start : start + (self.piece or len(answer))])
                    await asyncio.sleep(0)
                if b"connection: close" in answer or b"\r\ncontent-type: text/plain\r\n\r\n" in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


@asynccontextmanager
async def serving(*script: bytes | None, piece: int = 0) -> AsyncIterator[tuple[Server, UpstreamClient]]:
    server = Server()
    server.script = list(script)
    server.piece = piece
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    client = UpstreamClient(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1/")
    try:
        yield server, client
    finally:
        client.close()
        listener.close()


async def get(client: UpstreamClient, *, silence_s: float = 2.0, limit: int = 10_000) -> tuple[int, bytes]:
    exchange = await client.request("POST", "/x", body=b"{}", silence_s=silence_s)
    try:
        return exchange.status, await exchange.read(limit)
    finally:
        exchange.close()


FRAMED = OK + b"content-length: 5\r\n\r\nhallo"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n2\r\nha\r\n3;x=y\r\nllo\r\n0\r\nx-trailer: 1\r\n\r\n"
UNTIL_CLOSE = OK + b"\r\nhallo"


@pytest.mark.parametrize("piece", [0, 1, 7])
@pytest.mark.parametrize("answer", [FRAMED, CHUNKED, UNTIL_CLOSE, b"HTTP/1.1 100 Continue\r\n\r\n" + FRAMED])
async def test_every_framing_in_any_pieces(answer: bytes, piece: int) -> None:
    async with serving(answer, piece=piece) as (server, client):
        assert await get(client) == (200, b"hallo")
        assert server.requests[0].startswith(b"POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:")
        assert client.busy == 0


async def test_connection_is_kept_and_replaced() -> None:
    """One connection serves many requests; one that died while it waited is replaced without an error."""
    async with serving(FRAMED, CHUNKED, None, FRAMED) as (server, client):
        await get(client)
        await get(client)
        assert server.connections == 1
        assert await get(client) == (200, b"hallo")
        assert server.connections == 2


async def test_new_connection_that_closes_is_a_cut() -> None:
    async with serving(None, FRAMED) as (server, client):
        with pytest.raises(UpstreamCut):
            await get(client)
        assert server.connections == 1, "a request is not sent twice on new connections"


async def test_closing_server_is_not_reused() -> None:
    last = OK + b"connection: close\r\ncontent-length: 5\r\n\r\nhallo"
    async with serving(last, FRAMED) as (server, client):
        assert await get(client) == (200, b"hallo")
        assert await get(client) == (200, b"hallo")
        assert server.connections == 2


async def test_unread_answer_cuts_the_connection() -> None:
    async with serving(OK + b"content-length: 50\r\n\r\nhallo", FRAMED) as (server, client):
        exchange = await client.request("GET", "/x", silence_s=1)
        assert await exchange.body() == b"hallo"
        exchange.close()
        assert await get(client) == (200, b"hallo")
        assert server.connections == 2


@pytest.mark.parametrize(
    ("late", "connections"), [(b"3\r\nend\r\n0\r\n\r\n", 1), (b"0\r\n\r\n", 1), (b"zz", 2), (b"", 2)]
)
async def test_end_that_comes_late_keeps_the_connection(late: bytes, connections: int) -> None:
    """After the last event the end of the message may come a moment later; only where it does not, it is cut."""
    answers = [OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhallo\r\n", FRAMED]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer)
        for answer in answers[:]:
            with contextlib.suppress(asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n{}")
                answers.remove(answer)
                writer.write(answer)
                await asyncio.sleep(0.05)
                if answer is not FRAMED and late:
                    writer.write(late)
        writer.close()

    seen: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        client = UpstreamClient(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
        exchange = await client.request("POST", "/", body=b"{}", silence_s=1)
        assert await exchange.body() == b"hallo"
        exchange.finish()
        exchange.close()
        assert client.busy == 0
        await asyncio.sleep(0.1 if late else 1.1)
        assert await get(client) == (200, b"hallo")
        assert len(seen) == connections
        client.close()


@pytest.mark.parametrize(
    "answer",
    [
        FRAMED + FRAMED,  # a second answer to one request
        b"SSH-2.0-x\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        OK + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhallo",
        OK + b"x: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
)
async def test_damaged_answers(answer: bytes) -> None:
    """REL-04: nothing damaged is taken for an answer, and its connection is never used again."""
    async with serving(answer, FRAMED) as (server, client):
        with contextlib.suppress(UpstreamCut):
            assert await get(client) == (200, b"hallo")
        assert await get(client) == (200, b"hallo")
        assert server.connections == 2


@pytest.mark.parametrize(
    "framing", [b"content-length: 9\r\n\r\nhallo", b"transfer-encoding: chunked\r\n\r\n5\r\nhallo\r\n"]
)
async def test_early_end_is_no_end(framing: bytes) -> None:
    """REL-04: a framed answer that the server ends early is cut, however whole its bytes may look."""
    async with serving(OK + b"connection: close\r\n" + framing) as (_, client):
        with pytest.raises(UpstreamCut):
            await get(client)


async def test_larger_than_allowed() -> None:
    async with serving(OK + b"content-length: 9\r\n\r\n123456789") as (_, client):
        with pytest.raises(UpstreamCut):
            await get(client, limit=8)


async def test_silence_is_bounded_before_and_after_the_head() -> None:
    for answer in (b"HTTP/1.1 200", OK + b"content-length: 9\r\n\r\n123"):
        async with serving(answer, FRAMED) as (_, client):
            with pytest.raises(UpstreamTimeout):
                await get(client, silence_s=0.05)
            assert client.busy == 0


@pytest.mark.parametrize(("first_s", "second_s"), [(5.0, 0.05), (0.05, 0.05)])
async def test_each_exchange_of_a_kept_connection_has_its_own_patience(first_s: float, second_s: float) -> None:
    """The silence that counts is the one of this exchange, shorter or not than what was watched before."""
    async with serving(FRAMED, b"HTTP/1.1 200", FRAMED) as (server, client):
        await get(client, silence_s=first_s)
        with pytest.raises(UpstreamTimeout):
            await get(client, silence_s=second_s)
        assert server.connections == 1


async def test_an_earlier_shorter_patience_does_not_end_a_longer_one() -> None:
    async with serving(FRAMED, FRAMED) as (server, client):
        await get(client, silence_s=0.05)
        exchange = await client.request("POST", "/x", body=b"{}", silence_s=30)
        await asyncio.sleep(0.15)  # the timer of the first exchange looks meanwhile
        assert await exchange.read(100) == b"hallo"
        exchange.close()
        assert server.connections == 1


async def test_silence_counts_from_the_last_byte_also_where_the_timer_looks_earlier() -> None:
    head = OK + b"transfer-encoding: chunked\r\n\r\n"
    async with serving(head, FRAMED) as (_, client):
        exchange = await client.request("POST", "/x", body=b"{}", silence_s=0.05)
        exchange.watch(0.4)
        begin = asyncio.get_running_loop().time()
        with pytest.raises(UpstreamTimeout):
            await exchange.body()
        assert asyncio.get_running_loop().time() - begin >= 0.35
        exchange.close()


async def test_nobody_listens() -> None:
    async with serving() as (_, client):
        pass
    with pytest.raises(UpstreamUnreachable):
        await get(client)


async def test_cancelled_request_leaves_nothing() -> None:
    async with serving(b"HTTP/1.1 200 OK\r\n", FRAMED) as (_, client):
        task = asyncio.create_task(get(client))
        await asyncio.sleep(0.05)
        assert client.busy == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert client.busy == 0


@pytest.mark.parametrize("url", ["ftp://x", "127.0.0.1:80", "http://", "file:///etc/passwd", ""])
def test_only_http(url: str) -> None:
    with pytest.raises(ValueError, match="upstream URL"):
        UpstreamClient(url)
    with pytest.raises(ValueError, match="line break"):
        UpstreamClient("http://x", headers={"authorization": "Bearer x\r\nevil: 1"})
