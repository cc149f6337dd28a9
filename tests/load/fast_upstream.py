# SPDX-License-Identifier: EUPL-1.2
"""A model server that costs next to nothing: precomputed chunks, all streams advanced by one ticker.

`python -m tests.load.fast_upstream` prints its port. A stream has as many tokens as the request's `max_tokens`.
"""

import asyncio
import re
import sys
from typing import cast

import uvloop

TICK_S = 0.005
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
MODELS = b'{"object":"list","data":[{"id":"fast","object":"model","created":1,"owned_by":"bench"}]}'
BASE = b'data: {"id":"chatcmpl-0123456789abcdef01234567","object":"chat.completion.chunk","created":1,"model":"fast",'


def framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


TOKEN = framed(
    BASE + b'"choices":[{"index":0,"delta":{"content":" Wohngeld"},"logprobs":null,"finish_reason":null}]}\n\n'
)
FINISH = framed(BASE + b'"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n')
USAGE = framed(BASE + b'"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":9,"total_tokens":18}}\n\n')
TAIL = FINISH + USAGE + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TOKENS = re.compile(rb'"max_tokens": ?(\d+)')


class Connection(asyncio.Protocol):
    def __init__(self, active: set["Connection"]) -> None:
        self._active = active
        self._buffer = b""
        self.left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not separator or len(body) < int(length.group(1) if length else 0):
            return
        self._buffer = b""
        if head.startswith(b"GET"):
            self.transport.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                % (len(MODELS), MODELS)
            )
            return
        tokens = _TOKENS.search(body)
        self.left = int(tokens.group(1)) if tokens else 1
        self.transport.write(HEAD)
        self._active.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._active.discard(self)

    def advance(self) -> None:
        if self.left:
            self.left -= 1
            self.transport.write(TOKEN)
        else:
            self._active.discard(self)
            self.transport.write(TAIL)


async def serve() -> None:
    active: set[Connection] = set()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(active), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        await asyncio.sleep(TICK_S)
        for connection in list(active):
            connection.advance()


if __name__ == "__main__":
    uvloop.run(serve())
