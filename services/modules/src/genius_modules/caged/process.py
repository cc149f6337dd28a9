# SPDX-License-Identifier: EUPL-1.2
"""One caged process from outside: started with its task, served with what it may ask for, gone at the end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import structlog

from genius_modules.caged.pipe import LINE_BYTES
from genius_modules.errors import PackageFailed

log = structlog.get_logger(__name__)
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
_MAX_CALLS = 32
_READ_S = 120.0


class CagedProcess:
    """Messages of the child, one a line. What is no message ends it: `PackageFailed`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout

    async def next(self) -> dict[str, Any]:
        """Raises: PackageFailed where the process has ended, or says something else."""
        try:
            line = await self._stdout.readline()
            message = orjson.loads(line) if line else None
        except (ValueError, orjson.JSONDecodeError):
            message = None
        if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
            raise PackageFailed
        return message

    async def send(self, message: Mapping[str, Any]) -> None:
        try:
            self._stdin.write(orjson.dumps(message) + b"\n")
            await self._stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise PackageFailed from error

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


async def start(task: Mapping[str, Any], folder: Path | None) -> CagedProcess:
    """Start a process with its task. Whoever calls must call `end`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-B", "-m", "genius_modules.caged",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=_ENVIRONMENT, cwd="/", start_new_session=True, limit=LINE_BYTES,
    )  # fmt: skip
    caged = CagedProcess(process)
    try:
        await caged.send({**task, "folder": str(folder) if folder else None})
    except BaseException:  # also where this task is cancelled: no process without an owner
        await caged.end()
        raise
    return caged


class Calls:
    """Sends the child's calls on, with the run's token, to the two services and to nobody else."""

    def __init__(
        self,
        process: CagedProcess,
        session: aiohttp.ClientSession,
        services: Mapping[str, str],
        token: Callable[[], Awaitable[str]],
    ) -> None:
        self._process = process
        self._session = session
        self._services = services
        self._token = token
        self._open: dict[int, asyncio.Task[None]] = {}

    def take(self, message: dict[str, Any]) -> None:
        """Begin a call, or end one that the child has left. Raises: PackageFailed for what is none."""
        number = message.get("id")
        if not isinstance(number, int):
            raise PackageFailed
        if message["kind"] == "left":
            if task := self._open.pop(number, None):
                task.cancel()
            return
        base = self._services.get(str(message.get("service")))
        path = message.get("path")
        if base is None or not isinstance(path, str) or not path.startswith("/") or ".." in path:
            raise PackageFailed
        if number in self._open or len(self._open) >= _MAX_CALLS:
            raise PackageFailed
        self._open[number] = asyncio.create_task(self._answer(number, base.rstrip("/") + path, message))

    async def close(self) -> None:
        for task in self._open.values():
            task.cancel()
        await asyncio.gather(*self._open.values(), return_exceptions=True)

    async def _answer(self, number: int, url: str, message: dict[str, Any]) -> None:
        try:
            async with self._asked(url, message) as response:
                headers = {name: response.headers[name] for name in ("retry-after",) if name in response.headers}
                await self._process.send({"id": number, "status": response.status, "headers": headers})
                async for piece in response.content.iter_any():
                    # Latin-1 carries any byte, also half a character.
                    await self._process.send({"id": number, "data": piece.decode("latin-1")})
            await self._process.send({"id": number, "end": True})
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("a call of a caged module failed", error=type(error).__name__)
            await self._process.send({"id": number, "fault": "cut"})

    @asynccontextmanager
    async def _asked(self, url: str, message: dict[str, Any]) -> AsyncIterator[aiohttp.ClientResponse]:
        body = message.get("body")
        headers = {"authorization": f"Bearer {await self._token()}"}
        if body is not None:
            headers["content-type"] = "application/json"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=2.0, sock_read=_READ_S)
        async with self._session.request(
            str(message.get("method")), url, data=str(body).encode() if body is not None else None,
            params={str(k): str(v) for k, v in dict(message.get("params") or {}).items()},
            headers=headers, timeout=timeout, allow_redirects=False,
        ) as response:  # fmt: skip
            yield response
