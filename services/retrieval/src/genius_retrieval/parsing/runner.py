# SPDX-License-Identifier: EUPL-1.2
"""Runs each file in a parser process of its own, with time, memory and answer limited from outside."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import structlog

from genius_common.cage import Limits
from genius_common.contracts.retrieval import Counted
from genius_retrieval.chunks import CanonicalDocument
from genius_retrieval.ingest.progress import Told, untold
from genius_retrieval.ingest.reasons import FAILURES
from genius_retrieval.metrics import PARSE_SECONDS
from genius_retrieval.parsing.codec import decode_document
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.guards import Bounds, family
from genius_retrieval.parsing.ocr.reader import PageReader
from genius_retrieval.parsing.process import ParserUnavailable, parser_process
from genius_retrieval.settings import ParserSettings, UploadLimits

log = structlog.get_logger(__name__)
_READ = 65_536
_SCANNED_KINDS = frozenset({"pdf", "image"})
_COUNT = re.compile(rb"\+(\d{1,6})/(\d{1,6})\n")


@dataclass(frozen=True, slots=True)
class _Answer:
    """`scans`: the pages whose text must be recognised before there is a document in `body`."""

    body: bytes
    scans: list[int] | None
    parts: list[list[Any]] | None = None
    """Scanned attachments, whose bytes follow each other in `body`: number, family, pages, length."""


class ParserRunner:
    """At most `settings.processes` at once; `parse` and `picture` raise `Refused` for anything the file causes."""

    def __init__(self, settings: ParserSettings, limits: UploadLimits) -> None:
        self._settings = settings
        self._limits = limits
        self._reader = PageReader(settings)
        self._cage = asdict(Limits(settings.memory_bytes, settings.cpu_seconds))
        self._bounds = Bounds(
            limits.pages,
            limits.text_chars,
            limits.archive_entries,
            limits.archive_part_bytes,
            limits.archive_total_bytes,
            limits.archive_ratio,
            limits.image_pixels,
        )
        self._slots = asyncio.Semaphore(settings.processes)
        # A reader who opens a page does not wait behind a long file.
        self._pictures = asyncio.Semaphore(settings.processes)
        self.caged: bool | None = None
        """Whether the system-call filter held in the last process; None before the first."""

    @property
    def reads_scans(self) -> bool | None:
        """Whether Tesseract was there for the last scan; None before the first."""
        return self._reader.installed

    async def can_recognise(self) -> bool:
        """Whether scans would be read now. Raises: ParserUnavailable."""
        return await self._reader.look()

    async def parse(self, content: bytes, name: str, told: Told = untold) -> CanonicalDocument:
        """`told` of pages as they are read, then of scans as they are recognised; what it raises ends the work."""
        kind = family(content)
        request = {"do": "parse", "kind": kind, "name": name, "bounds": asdict(self._bounds)}
        with PARSE_SECONDS.time():
            answer = await self._run(request, content, self._slots, told)
        if answer.scans:
            readings = await self._reader.read(content, kind, self._scans(answer.scans), told)
            answer = await self._run({**request, "readings": readings}, content, self._slots)
        if answer.parts:
            parts_read = await self._read_parts(answer.parts, answer.body, told)
            answer = await self._run({**request, "readings": parts_read}, content, self._slots)
        try:
            return await asyncio.to_thread(decode_document, answer.body)
        except ValueError as error:
            log.warning("parser answered nonsense")
            raise Refused("broken") from error

    async def _read_parts(self, parts: list[list[Any]], contents: bytes, told: Told) -> dict[str, Any]:
        """The readings of scanned attachments by their numbers; all of them together are limited as one file."""
        self._scans([page for _, _, pages, _ in parts for page in pages])
        total = sum(len(pages) for _, _, pages, _ in parts)
        found: dict[str, Any] = {}
        done = start = 0
        for number, kind, pages, length in parts:
            if kind not in _SCANNED_KINDS or type(number) is not int or type(length) is not int or length < 0:
                raise Refused("broken")

            async def told_of_all(what: Counted, own: int, _: int, before: int = done) -> None:
                await told(what, before + own, total)

            content = contents[start : start + length]
            found[str(number)] = await self._reader.read(content, kind, pages, told_of_all)
            start += length
            done += len(pages)
        return found

    async def picture(self, content: bytes, page: int, boxes: list[list[float]]) -> bytes:
        """Page `page` (from 1) as PNG with `boxes` (x0, y0, x1, y1 in points) highlighted."""
        picture = {"page": page, "boxes": boxes, "pixels": self._settings.picture_pixels}
        request = {"do": "render", "kind": family(content), "picture": picture}
        return (await self._run(request, content, self._pictures)).body

    async def _run(
        self, request: dict[str, Any], content: bytes, slots: asyncio.Semaphore, told: Told = untold
    ) -> _Answer:
        async with slots, parser_process({**request, "cage": self._cage}, content) as (process, stdout):
            try:
                async with asyncio.timeout(self._settings.wall_seconds):
                    answer = await self._whole(stdout, told)
                    code = await process.wait()
            except TimeoutError as error:
                raise Refused("too_complex") from error
        return self._checked(answer, code)

    async def _whole(self, stdout: asyncio.StreamReader, told: Told) -> bytes:
        """The answer without the counts before it."""
        counts = 0
        answer = bytearray()
        while line := await self._line(stdout):
            if not (count := _COUNT.fullmatch(line)):
                answer += line
                break
            counts += 1
            if counts > self._limits.pages:
                raise Refused("broken")
            await told("pages", int(count[1]), int(count[2]))
        while chunk := await stdout.read(_READ):
            answer += chunk
            if len(answer) > self._settings.result_bytes:
                raise Refused("too_much_text")
        return bytes(answer)

    @staticmethod
    async def _line(stdout: asyncio.StreamReader) -> bytes:
        try:
            return await stdout.readline()
        except ValueError as error:
            # Longer than any head: a parser that was taken over may answer anything.
            raise Refused("broken") from error

    def _checked(self, answer: bytes, code: int) -> _Answer:
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
        return _Answer(body, result.get("scans"), result.get("parts"))

    def _scans(self, pages: list[int]) -> list[int]:
        """The pages, checked: a parser that was taken over may answer anything."""
        if not all(type(page) is int and 0 < page <= self._limits.pages for page in pages):
            raise Refused("broken")
        if len(pages) > self._limits.scanned_pages:
            raise Refused("too_many_scans")
        return pages
