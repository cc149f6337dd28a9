# SPDX-License-Identifier: EUPL-1.2
r"""Uploads shown to a malware scanner before anything reads them (ING-11): clamd's protocol, command INSTREAM.

`zINSTREAM\0`, then blocks of a length (4 bytes, network order) and as many bytes, a length of 0 at the end; the answer
is `stream: OK`, `stream: <name> FOUND` or `… ERROR`, ended by a zero byte (clamd(8)). A scanner that does not answer
keeps uploads waiting; nothing passes unseen.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from genius_retrieval.errors import ScannerUnavailable
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.settings import ScannerSettings

log = structlog.get_logger(__name__)

_BLOCK = 256 * 1024
_LONGEST_ANSWER = 1024


@dataclass(frozen=True, slots=True)
class Scanner:
    settings: ScannerSettings

    async def pass_or_refuse(self, content: bytes) -> None:
        """Return where the scanner found nothing.

        Raises: Refused (`malware`, or `not_scanned` where it is more than the scanner takes); ScannerUnavailable.
        """
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            log.warning("scanner does not answer", error=type(error).__name__)
            raise ScannerUnavailable from error
        if answer.endswith(b" FOUND"):
            raise Refused("malware")
        if b"size limit exceeded" in answer:
            raise Refused("not_scanned")
        if answer != b"stream: OK":
            log.warning("scanner could not scan")
            raise ScannerUnavailable

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            # Where it takes no more it has answered already, and closed.
            with contextlib.suppress(ConnectionError):
                await _send(writer, content)
            return (await reader.readuntil(b"\0"))[:-1].strip()
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = urlsplit(self.settings.url)
        if address.scheme == "unix":
            return await asyncio.open_unix_connection(address.path, limit=_LONGEST_ANSWER)
        return await asyncio.open_connection(address.hostname, address.port, limit=_LONGEST_ANSWER)


async def _send(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(b"zINSTREAM\0")
    for start in range(0, len(content), _BLOCK):
        block = content[start : start + _BLOCK]
        writer.write(len(block).to_bytes(4, "big"))
        writer.write(block)
        await writer.drain()
    writer.write(bytes(4))
    await writer.drain()
