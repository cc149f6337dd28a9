# SPDX-License-Identifier: EUPL-1.2
"""The conformance suite for a module that runs already, or that is started for it."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from genius_stack.conformance import Desk, Report, Subject, check_module
from genius_stack.errors import Refused, ServiceFailed

_START_S = 20.0


async def check_url(url: str, *, port: int, start: str | None, data: dict[str, Any] | None) -> Report:
    """Check the module at `url`. `start` is the command that starts it; `{jwks}` in it becomes the keys' address.

    Raises: Refused where the desk's port is taken, ServiceFailed where the module does not come up.
    """
    try:
        async with Desk().open(port) as desk, _started(start, desk.address.jwks_url):
            await _answers(url)
            return await check_module(Subject(url, input=data), desk)
    except OSError as error:
        raise Refused(
            f"Der Anschluss {port} ist nicht frei ({error.strerror}). Wählen Sie einen anderen mit --port."
        ) from error


@contextlib.asynccontextmanager
async def _started(command: str | None, jwks_url: str) -> AsyncIterator[None]:
    if command is None:
        yield
        return
    words = [word.replace("{jwks}", jwks_url) for word in shlex.split(command)]
    process = await asyncio.create_subprocess_exec(*words)
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(url: str) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _START_S
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while True:
            try:
                async with http.get(url.rstrip("/") + "/health"):
                    return
            except (aiohttp.ClientError, TimeoutError) as error:
                if loop.time() > until:
                    raise ServiceFailed(f"{url}/health antwortet nicht ({type(error).__name__}).") from error
            await asyncio.sleep(0.1)
