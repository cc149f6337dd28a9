# SPDX-License-Identifier: EUPL-1.2
"""One parser process from outside: started with its request, fed with the file, gone at the end whatever happened."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from genius_common.errors import Unavailable

_LINE_BYTES = 1024 * 1024
# The cage lets no thread begin, so that a library must not want one.
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}


class ParserUnavailable(Unavailable):
    """The parser process can't start."""

    code = "parser_unavailable"
    default_detail = "Dateien können zurzeit nicht gelesen werden. Bitte verständigen Sie den Betrieb."


@asynccontextmanager
async def parser_process(
    request: dict[str, Any], content: bytes
) -> AsyncIterator[tuple[asyncio.subprocess.Process, asyncio.StreamReader]]:
    """The process and its answer (lines up to 1 MiB). It is killed where it has not ended by the end of the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "genius_retrieval.parsing",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_ENVIRONMENT,
        cwd="/",
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    assert process.stdin
    assert process.stdout
    writing = asyncio.create_task(_feed(process.stdin, orjson.dumps(request) + b"\n" + content))
    try:
        yield process, process.stdout
    finally:
        writing.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _feed(stdin: asyncio.StreamWriter, request: bytes) -> None:
    try:
        stdin.write(request)
        await stdin.drain()
        stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        # The process ended before it read all; its exit code tells why.
        stdin.close()
