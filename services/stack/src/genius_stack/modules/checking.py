# SPDX-License-Identifier: EUPL-1.2
"""The conformance suite for a module that runs already, that is started for it, or that is a package."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from genius_stack.conformance import Desk, Report, Subject, check_module
from genius_stack.errors import Refused, ServiceFailed
from genius_stack.modules import packages, register

_START_S = 20.0


def check_package(source: Path, *, name: str | None, port: int, data: dict[str, Any] | None) -> Report:
    """Check a package in its cage: of the project in `source`, or `name` as it is installed in the folder `source`.

    Raises: Refused where it can't be installed or does not start, and where the desk's port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="genius-package-") as temporary:
        folder = source.resolve() if name is not None else Path(temporary)
        found = name if name is not None else packages.install(source, folder)
        return asyncio.run(_check_in_cage(folder, found, port, data))


async def _check_in_cage(folder: Path, name: str, port: int, data: dict[str, Any] | None) -> Report:
    async with _desk(port) as desk, packages.hosted(folder, name, desk) as url:
        return await check_module(Subject(url, input=data), desk)


async def manifest_of(folder: Path, name: str) -> dict[str, Any]:
    """What the package `name` in `folder` says of itself, asked in its cage. Raises: Refused."""
    async with Desk().open() as desk, packages.hosted(folder, name, desk) as url:
        return await register.fetch(url)


async def check_url(url: str, *, port: int, start: str | None, data: dict[str, Any] | None) -> Report:
    """Check the module at `url`. `start` is the command that starts it; `{jwks}` in it becomes the keys' address.

    Raises: Refused where the desk's port is taken, ServiceFailed where the module does not come up.
    """
    async with _desk(port) as desk, _started(start, desk.address.jwks_url):
        await _answers(url)
        return await check_module(Subject(url, input=data), desk)


@contextlib.asynccontextmanager
async def _desk(port: int) -> AsyncIterator[Desk]:
    async with contextlib.AsyncExitStack() as stack:
        try:
            desk = await stack.enter_async_context(Desk().open(port))
        except OSError as error:
            raise Refused(
                f"Der Anschluss {port} ist nicht frei ({error.strerror}). Wählen Sie einen anderen mit --port."
            ) from error
        yield desk


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
