# SPDX-License-Identifier: EUPL-1.2
"""PDF/A-2a and PDF/UA-1 by Typst, in a child process of its own with limits: it is native code on foreign text."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict

import orjson
import structlog

from genius_common.cage import Limits
from genius_gateway.export.data import as_data
from genius_gateway.export.errors import ExportFailed, ExportTooLarge
from genius_gateway.export.model import Document
from genius_gateway.export.settings import ExportSettings

log = structlog.get_logger(__name__)
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "1"}
_KILLED = {-9, -24}


class Typesetter:
    """At most `settings.processes` at once."""

    def __init__(self, settings: ExportSettings) -> None:
        self._settings = settings
        self._cage = asdict(Limits(settings.memory_bytes, settings.cpu_seconds))
        self._slots = asyncio.Semaphore(settings.processes)
        self.caged: bool | None = None
        """Whether the system-call filter held in the last process; None before the first."""

    async def pdf(self, document: Document) -> bytes:
        """Raises: ExportFailed, ExportTooLarge."""
        request = orjson.dumps({"cage": self._cage}) + b"\n" + orjson.dumps(as_data(document))
        async with self._slots:
            answer, code = await self._run(request)
        head, separator, content = answer.partition(b"\n")
        if not separator:
            log.warning("typesetting ended without an answer", exit_code=code)
            raise ExportTooLarge if code in _KILLED else ExportFailed
        told = orjson.loads(head)
        self.caged = bool(told["caged"])
        if not told["ok"]:
            log.error("document not typeset", error=told["error"])
            raise ExportFailed
        return content

    async def _run(self, request: bytes) -> tuple[bytes, int | None]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "genius_gateway.export.typesetting",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._settings.wall_seconds):
                answer, _ = await process.communicate(request)
        except TimeoutError:
            raise ExportTooLarge from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return answer, process.returncode
