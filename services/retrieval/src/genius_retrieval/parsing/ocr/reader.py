# SPDX-License-Identifier: EUPL-1.2
"""Has pages recognised in caged processes, as many at once as there are cores; the service's side of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

from genius_retrieval.ingest.progress import Told, untold
from genius_retrieval.metrics import OCR_PAGES
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.process import ParserUnavailable, parser_process
from genius_retrieval.settings import ParserSettings

log = structlog.get_logger(__name__)
_BATCH = 8
"""Pages of one process: enough for its start to weigh little, few enough that other documents get a turn."""
Page = bytes | None
"""A reading as JSON. What a process that was taken over may have written is looked into in another's cage only."""


@dataclass(slots=True)
class _Job:
    """A file whose scans are being recognised, by several processes at once."""

    content: bytes
    kind: str
    total: int
    told: Told
    done: int = 0

    async def page_done(self) -> None:
        self.done += 1
        await self.told("scans", self.done, self.total)


class PageReader:
    """Its processes are shared by all documents, which take turns: none asks for more than there are at once."""

    def __init__(self, settings: ParserSettings) -> None:
        self._settings = settings
        self._count = settings.ocr_processes or len(os.sched_getaffinity(0))
        self._slots = asyncio.Semaphore(self._count)
        self.installed: bool | None = None
        """Whether Tesseract and its language data were there last time; None before the first."""

    async def read(self, content: bytes, kind: str, pages: list[int], told: Told = untold) -> dict[str, Any]:
        """`readings` for the parser of `kind`: `{"installed": bool, "pages": {number: reading, or None}}`.

        A page is None where it took too long or ended its process; the others are read. `told` of each that is done.
        """
        size = min(_BATCH, -(-len(pages) // self._count))
        batches = iter([pages[start : start + size] for start in range(0, len(pages), size)])
        job = _Job(content, kind, len(pages), told)
        tasks = [asyncio.create_task(self._share(job, batches)) for _ in range(self._count)]
        found: dict[str, Page] = {}
        try:
            for read in await asyncio.gather(*tasks):
                found |= read
        except _Missing:
            self.installed = False
            log.warning("text recognition is not installed")
            return {"installed": False, "pages": {}}
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.installed = True
        if sum(len(page or b"") for page in found.values()) > self._settings.result_bytes:
            raise Refused("too_much_text")
        return {"installed": True, "pages": {number: page and orjson.Fragment(page) for number, page in found.items()}}

    async def look(self) -> bool:
        """Whether Tesseract and its language data are there now. Raises: ParserUnavailable."""
        settings = self._settings
        cage = {"memory_bytes": settings.memory_bytes, "cpu_seconds": int(settings.ocr_page_seconds) + 1}
        request = {"do": "ocr", "kind": "pdf", "pages": [], "languages": settings.ocr_languages, "cage": cage}
        async with self._slots, parser_process(request, b"") as (_, stdout):
            try:
                await self._begin(stdout)
            except _Missing:
                self.installed = False
                return False
        self.installed = True
        return True

    async def _share(self, job: _Job, batches: Iterator[list[int]]) -> dict[str, Page]:
        """What is left of `batches`, beside others who take from them."""
        found: dict[str, Page] = {}
        for batch in batches:
            found |= await self._batch(job, batch)
        return found

    async def _batch(self, job: _Job, pages: list[int]) -> dict[str, Page]:
        left, found = list(pages), dict[str, Page]()
        while left:
            async with self._slots:
                done = await self._process(job, left)
            for number, page in zip(left, done, strict=False):
                found[str(number)] = page
                OCR_PAGES.labels("read" if page else "unread").inc()
            left = left[len(done) :]
            if left:
                log.warning("text recognition ended at a page")
                OCR_PAGES.labels("ended").inc()
                found[str(left.pop(0))] = None
                await job.page_done()
        return found

    async def _process(self, job: _Job, pages: list[int]) -> list[Page]:
        """What was read of the first of `pages`; fewer than all where the process ended or had to be ended."""
        settings = self._settings
        seconds = settings.ocr_page_seconds
        request = {
            "do": "ocr",
            "kind": job.kind,
            "pages": pages,
            "languages": settings.ocr_languages,
            "pixels": settings.ocr_pixels,
            "cage": {"memory_bytes": settings.memory_bytes, "cpu_seconds": int(seconds * len(pages)) + 1},
        }
        found: list[Page] = []
        async with parser_process(request, job.content) as (_, stdout):
            await self._begin(stdout)
            try:
                while len(found) < len(pages):
                    async with asyncio.timeout(seconds):
                        line = await stdout.readline()
                    if not line.endswith(b"\n"):
                        break
                    found.append(line.strip() if orjson.loads(line) is not None else None)
                    await job.page_done()
            except (TimeoutError, ValueError):
                # Too slow, or a line that no page has: what comes after it can't be trusted either.
                pass
        return found

    async def _begin(self, stdout: asyncio.StreamReader) -> None:
        try:
            async with asyncio.timeout(self._settings.wall_seconds):
                head = await stdout.readline()
        except TimeoutError as error:
            raise ParserUnavailable from error
        if not head:
            # It ended before it looked at the file: an installation fault.
            raise ParserUnavailable
        answer = orjson.loads(head)
        if answer["ok"] is not True:
            raise _Missing if answer["code"] == "ocr_missing" else Refused("broken")


class _Missing(Exception):
    """Tesseract or its language data are not installed."""
