# SPDX-License-Identifier: EUPL-1.2
"""Runs each file in a parser process of its own, with time, memory and answer limited from outside."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from typing import Any

import orjson
import structlog

from genius_common.errors import Unavailable
from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.ingest.reasons import FAILURES
from genius_retrieval.metrics import PARSE_SECONDS
from genius_retrieval.parsing.cage import Limits
from genius_retrieval.parsing.codec import decode_document
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, family
from genius_retrieval.settings import ParserSettings, UploadLimits

log = structlog.get_logger(__name__)
_READ = 65_536


class ParserUnavailable(Unavailable):
    """The parser process can't start."""

    code = "parser_unavailable"
    default_detail = "Dateien können zurzeit nicht gelesen werden. Bitte verständigen Sie den Betrieb."


class ParserRunner:
    """At most `settings.processes` at once; `parse` and `picture` raise `Refused` for anything the file causes."""

    def __init__(self, settings: ParserSettings, limits: UploadLimits) -> None:
        self._settings = settings
        self._cage = asdict(Limits(settings.memory_bytes, settings.cpu_seconds))
        self._bounds = Bounds(
            limits.pages,
            limits.text_chars,
            limits.archive_entries,
            limits.archive_part_bytes,
            limits.archive_total_bytes,
            limits.archive_ratio,
        )
        self._slots = asyncio.Semaphore(settings.processes)
        # A reader who opens a page does not wait behind a long file.
        self._pictures = asyncio.Semaphore(settings.processes)
        self.caged: bool | None = None
        """Whether the system-call filter held in the last process; None before the first."""

    async def parse(self, content: bytes, name: str) -> CanonicalDocument:
        request = {"do": "parse", "kind": family(content), "name": name, "bounds": asdict(self._bounds)}
        with PARSE_SECONDS.time():
            body = await self._run(request, content, self._slots)
        try:
            return await asyncio.to_thread(decode_document, body)
        except ValueError as error:
            log.warning("parser answered nonsense")
            raise Refused("broken") from error

    async def picture(self, content: bytes, page: int, boxes: list[list[float]]) -> bytes:
        """Page `page` (from 1) as PNG with `boxes` (x0, y0, x1, y1 in points) highlighted."""
        picture = {"page": page, "boxes": boxes, "pixels": self._settings.picture_pixels}
        return await self._run({"do": "render", "kind": family(content), "picture": picture}, content, self._pictures)

    async def _run(self, request: dict[str, Any], content: bytes, slots: asyncio.Semaphore) -> bytes:
        head = orjson.dumps({**request, "cage": self._cage}) + b"\n"
        async with slots:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-m",
                "genius_retrieval.parsing",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(self._settings.wall_seconds):
                    answer = await self._exchange(process, head + content)
                    code = await process.wait()
            except TimeoutError as error:
                raise Refused("too_complex") from error
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return self._body(answer, code)

    async def _exchange(self, process: asyncio.subprocess.Process, request: bytes) -> bytes:
        assert process.stdin
        assert process.stdout
        writing = asyncio.create_task(_feed(process.stdin, request))
        answer = bytearray()
        try:
            while chunk := await process.stdout.read(_READ):
                answer += chunk
                if len(answer) > self._settings.result_bytes:
                    raise Refused("too_much_text")
        finally:
            writing.cancel()
        return bytes(answer)

    def _body(self, answer: bytes, code: int) -> bytes:
        head, separator, body = answer.partition(b"\n")
        if not separator and code == 1:
            # It ended before it looked at the file: an installation fault, which must not be blamed on the file.
            raise ParserUnavailable
        if not separator:
            # Killed by a limit (processor time, memory) or by the parser's own crash on this file.
            log.warning("parser process ended without an answer", exit_code=code)
            raise Refused("too_complex" if code in {-24, -9} else "broken")
        result = orjson.loads(head)
        self.caged = bool(result["caged"])
        if result["ok"] is not True:
            log.info("file refused", code=result["code"], error=result.get("error"))
            raise Refused(result["code"] if result["code"] in FAILURES else "broken")
        return body


async def _feed(stdin: asyncio.StreamWriter, request: bytes) -> None:
    try:
        stdin.write(request)
        await stdin.drain()
        stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        # The process ended before it read all; its exit code tells why.
        stdin.close()
