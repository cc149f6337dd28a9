# SPDX-License-Identifier: EUPL-1.2
"""A model in a process of its own: started when first needed, ended when it does not answer, tried again later."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import sys
import time
from pathlib import Path
from typing import Any, Literal

import orjson
import structlog

from genius_retrieval.dense.environment import model_environment
from genius_retrieval.dense.port import ModelUnavailable, State

log = structlog.get_logger(__name__)

_WORKER = Path(__file__).with_name("worker.py")
_START_S, _ANSWER_S, _PAUSE_S = 180.0, 120.0, 15.0
_LARGEST = 64 * 1024 * 1024


class ModelProcess:
    """One question at a time; passages wait for each other first, so that a search waits for one batch at most."""

    def __init__(self, kind: Literal["encode", "rerank"], folder: Path, python: Path | None, threads: int) -> None:
        self._command = (str(python or sys.executable), "-I", str(_WORKER), kind, str(folder), str(threads))
        self._process: asyncio.subprocess.Process | None = None
        self._turn, self._bulk = asyncio.Lock(), asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._failed_at = 0.0
        self.hello: dict[str, Any] = {}

    @property
    def state(self) -> State:
        if self._loaded:
            return "ok"
        return "degraded" if self._failed_at else "loading"

    def start(self) -> None:
        """Begin to load, if it is not loaded and did not fail just now."""
        resting = self._failed_at and time.monotonic() - self._failed_at < _PAUSE_S
        if not self._loaded and self._loading is None and not resting:
            self._loading = asyncio.create_task(self._load(), name="load model")

    async def ready(self) -> None:
        """Wait until it is loaded. Raises: ModelUnavailable."""
        self.start()
        if self._loading:
            await asyncio.shield(self._loading)
        if not self._loaded:
            raise ModelUnavailable

    async def ask(self, question: dict[str, Any], *, urgent: bool, seconds: float = _ANSWER_S) -> dict[str, Any]:
        """Raises: ModelUnavailable, for what is `urgent` also while the model is being loaded."""
        if urgent:
            if not self._loaded:
                self.start()
                raise ModelUnavailable
            return await self._ask(question, seconds)
        async with self._bulk:
            await self.ready()
            return await self._ask(question, seconds)

    async def close(self) -> None:
        if self._loading:
            self._loading.cancel()
            await asyncio.wait([self._loading])
        async with self._turn:
            await self._end()

    @property
    def _loaded(self) -> bool:
        return bool(self.hello) and self._process is not None and self._process.returncode is None

    async def _ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        async with self._turn:
            process = self._process
            if process is None or not self._loaded:
                raise ModelUnavailable
            try:
                async with asyncio.timeout(seconds):
                    return await _exchange(process, question)
            except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
                await self._fail(error)
                raise ModelUnavailable from None
            except asyncio.CancelledError:
                # An answer would come that belongs to nobody.
                await self._end()
                raise

    async def _load(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=model_environment(),
            )
            async with asyncio.timeout(_START_S):
                self.hello = await _answer(self._process)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError) as error:
            await self._fail(error)
        else:
            self._failed_at = 0.0
            log.info("model loaded", path=self._command[4])
        finally:
            self._loading = None

    async def _fail(self, error: BaseException) -> None:
        self._failed_at = time.monotonic()
        log.warning("model does not answer", error=type(error).__name__, path=self._command[4])
        await self._end()

    async def _end(self) -> None:
        process, self._process, self.hello = self._process, None, {}
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _exchange(process: asyncio.subprocess.Process, question: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin
    raw = orjson.dumps(question)
    process.stdin.write(struct.pack(">I", len(raw)) + raw)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """Raises: ValueError for an answer that says that the model failed."""
    assert process.stdout
    length = struct.unpack(">I", await process.stdout.readexactly(4))[0]
    if length > _LARGEST:
        raise ValueError("longer than any answer")
    found: dict[str, Any] = orjson.loads(await process.stdout.readexactly(length))
    if "error" in found:
        raise ValueError(found["error"])
    return found
