# SPDX-License-Identifier: EUPL-1.2
"""Has pages recognised in caged processes, as many at once as there are cores; the service's side of it."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import orjson
import structlog

from genius_retrieval.metrics import OCR_PAGES
from genius_retrieval.parsing.errors import Refused
from genius_retrieval.parsing.process import ParserUnavailable, parser_process
from genius_retrieval.settings import ParserSettings

log = structlog.get_logger(__name__)
_BATCH = 8
"""Pages of one process: enough for its start to weigh little, few enough that short documents need not wait long."""
Page = dict[str, Any] | None


class PageReader:
    """Its processes are shared by all documents, in the order of asking."""

    def __init__(self, settings: ParserSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.ocr_processes or len(os.sched_getaffinity(0)))
        self.installed: bool | None = None
        """Whether Tesseract and its language data were there last time; None before the first."""

    async def read(self, content: bytes, kind: str, pages: list[int]) -> dict[str, Any]:
        """`readings` for the parser of `kind`: `{"installed": bool, "pages": {number: reading, or None}}`.

        A page is None where it took too long or ended its process; the others are read.
        """
        batches = [pages[start : start + _BATCH] for start in range(0, len(pages), _BATCH)]
        tasks = [asyncio.create_task(self._batch(content, kind, batch)) for batch in batches]
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
        return {"installed": True, "pages": found}

    async def _batch(self, content: bytes, kind: str, pages: list[int]) -> dict[str, Page]:
        left, found = list(pages), dict[str, Page]()
        while left:
            async with self._slots:
                done = await self._process(content, kind, left)
            for number, page in zip(left, done, strict=False):
                found[str(number)] = page
                OCR_PAGES.labels("unread" if page is None else "read").inc()
            left = left[len(done) :]
            if left:
                log.warning("text recognition ended at a page")
                OCR_PAGES.labels("ended").inc()
                found[str(left.pop(0))] = None
        return found

    async def _process(self, content: bytes, kind: str, pages: list[int]) -> list[Page]:
        """What was read of the first of `pages`; fewer than all where the process ended or had to be ended."""
        settings = self._settings
        seconds = settings.ocr_page_seconds
        request = {
            "do": "ocr",
            "kind": kind,
            "pages": pages,
            "languages": settings.ocr_languages,
            "pixels": settings.ocr_pixels,
            "cage": {"memory_bytes": settings.memory_bytes, "cpu_seconds": int(seconds * len(pages)) + 1},
        }
        found: list[Page] = []
        async with parser_process(request, content) as (_, stdout):
            await self._begin(stdout)
            try:
                while len(found) < len(pages):
                    async with asyncio.timeout(seconds):
                        line = await stdout.readline()
                    if not line.endswith(b"\n"):
                        break
                    found.append(orjson.loads(line))
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
