# SPDX-License-Identifier: EUPL-1.2
"""The relay one writes first, as a peer for the benchmark: FastAPI, `StreamingResponse`, httpx; no checks at all.

`python -m tests.load.naive_relay UPSTREAM_URL` prints its port.
"""

import socket
import sys
from collections.abc import AsyncIterator

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse


def create_app(upstream: str) -> FastAPI:
    app = FastAPI()
    client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None), trust_env=False)

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> StreamingResponse:
        body = await request.json()

        async def events() -> AsyncIterator[bytes]:
            async with client.stream("POST", f"{upstream}/chat/completions", json=body) as response:
                async for chunk in response.aiter_bytes():
                    yield chunk

        return StreamingResponse(events(), media_type="text/event-stream")

    return app


def main(upstream: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_app(upstream), loop="uvloop", http="httptools", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
