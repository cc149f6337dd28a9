# SPDX-License-Identifier: EUPL-1.2
"""Vectors of an embedding model behind the inference service (`POST /v1/embeddings`), the other kind of dense model.

Reading documents in runs without a person, so retrieval asks with a token of its own, which the gateway gives for the
secret of the settings (docs/adr/0008). Inference decides with it whether the model may see what lies here.
"""

from __future__ import annotations

import array
import asyncio
import base64
import hashlib
import math
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
import orjson
import structlog

from genius_common.errors import PlatformError
from genius_common.http import ServiceClient
from genius_common.settings import read_secret
from genius_common.upstream.client import UpstreamClient
from genius_retrieval.dense.port import ModelUnavailable, State, Vector
from genius_retrieval.dense.windows import pooled, windows
from genius_retrieval.settings import DenseSettings, InferenceSettings

log = structlog.get_logger(__name__)

TOKEN_PATH = "/internal/embeddings/token"
_TOKEN_USED_S = 60.0
"""The gateway's tokens are good for two minutes at least when they are given."""
_BATCH = 32
_QUERY_S, _ANSWER_S, _PAUSE_S = 3.0, 120.0, 15.0
_BUSY = frozenset({"upstream_busy", "too_many_waiting", "queue_full", "queue_wait_over"})
_TRIES, _LONGEST_WAIT_S = 4, 5.0
_FIRST_TRIES, _FIRST_PAUSE_S = 5, 1.0
_SMALLEST_WINDOW = 100
_LARGEST_ANSWER = 64 * 1024 * 1024


class _Refused(Exception):
    """Inference answered with an error; `code` is its own, never its text."""

    def __init__(self, status: int, code: str, retry_after: float) -> None:
        super().__init__(code)
        self.status, self.code, self.retry_after = status, code, retry_after


class _Token:
    """The token that the gateway gives for the secret, kept for less than it lives."""

    def __init__(self, session: aiohttp.ClientSession, gateway_url: str, secret: str) -> None:
        self._gateway = ServiceClient(session, gateway_url, "gateway")
        self._secret = secret
        self._known, self._until = "", 0.0

    async def get(self) -> str:
        """Raises: PlatformError, KeyError, TypeError for an answer that is none."""
        if time.monotonic() >= self._until:
            answer = await self._gateway.json("POST", TOKEN_PATH, token=self._secret, read_timeout=_QUERY_S)
            self._known, self._until = str(answer["token"]), time.monotonic() + _TOKEN_USED_S
        return self._known

    def forget(self) -> None:
        self._until = 0.0


class InferenceModel:
    """A model of the inference service, seen to answer with vectors of the right size before it is used."""

    def __init__(self, settings: DenseSettings, session: aiohttp.ClientSession, gateway_url: str) -> None:
        """Raises: OSError, ValueError for a missing or short secret."""
        assert settings.inference is not None
        self._settings, self._there = settings, settings.inference
        self._client = UpstreamClient(f"{self._there.url.rstrip('/')}/v1")
        self._token = _Token(session, gateway_url, read_secret(self._there.secret_file))
        self._bulk = asyncio.Lock()
        self._checking: asyncio.Task[None] | None = None
        self._answers, self._failed_at = False, 0.0
        self.profile: dict[str, Any] = {
            "model": _name(self._there),
            "size": settings.vector_size,
            "prefix": settings.passage_prefix,
            "pooling": settings.pooling,
        }

    @property
    def state(self) -> State:
        if self._answers:
            return "ok"
        return "degraded" if self._failed_at else "loading"

    def start(self) -> None:
        """Ask for one vector, if it does not answer already and did not fail just now."""
        resting = self._failed_at and time.monotonic() - self._failed_at < _PAUSE_S
        if not self._answers and self._checking is None and not resting:
            self._checking = asyncio.create_task(self._check(), name="check embedding model")

    async def ready(self) -> None:
        self.start()
        if self._checking:
            await asyncio.shield(self._checking)
        if not self._answers:
            raise ModelUnavailable

    async def close(self) -> None:
        if self._checking:
            self._checking.cancel()
            await asyncio.wait([self._checking])
        self._client.close()

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        async with self._bulk:  # one document after the other, so that a search waits for one batch at most
            await self.ready()
            return await self._vectors(texts, self._settings.passage_prefix, _ANSWER_S, tries=_TRIES)

    async def query(self, text: str) -> Vector:
        if not self._answers:
            self.start()
            raise ModelUnavailable
        return (await self._vectors([text], self._settings.query_prefix, _QUERY_S, tries=1))[0]

    async def _check(self) -> None:
        tries = 1 if self._failed_at else _FIRST_TRIES  # the platform's services start beside each other
        try:
            while not self._answers and tries:
                tries -= 1
                try:
                    await self._vectors(["x"], "", _ANSWER_S, tries=1)
                    self._answers, self._failed_at = True, 0.0
                    log.info("embedding model answers")
                except ModelUnavailable:
                    await asyncio.sleep(_FIRST_PAUSE_S if tries else 0)
        finally:
            self._checking = None

    async def _vectors(self, texts: Sequence[str], prefix: str, seconds: float, *, tries: int) -> list[Vector]:
        try:
            return await self._windowed(texts, prefix, self._there.window_chars, seconds, tries)
        except _Refused as error:
            # Who is busy answers soon again; to rest would take nearness from everybody.
            if error.code not in _BUSY:
                self._fail(error)
            raise ModelUnavailable from None
        except (PlatformError, OSError, ValueError, KeyError, TypeError, TimeoutError) as error:
            self._fail(error)
            raise ModelUnavailable from None

    async def _windowed(self, texts: Sequence[str], prefix: str, room: int, seconds: float, tries: int) -> list[Vector]:
        """One vector a text of windows of `room` characters, of half as many where the model can't read these."""
        cut = [windows(text, room) for text in texts]
        flat = [prefix + part for parts in cut for part in parts]
        encoded: list[Vector] = []
        try:
            for start in range(0, len(flat), _BATCH):
                encoded += await self._patiently(flat[start : start + _BATCH], seconds, tries)
        except _Refused as error:
            if error.code != "context_length_exceeded" or room <= _SMALLEST_WINDOW:
                raise
            return await self._windowed(texts, prefix, room // 2, seconds, tries)
        found, start = list[Vector](), 0
        for parts in cut:
            found.append(pooled(encoded[start : start + len(parts)], self._settings.pooling))
            start += len(parts)
        return found

    async def _patiently(self, texts: Sequence[str], seconds: float, tries: int) -> list[Vector]:
        """Ask again while inference is busy, at most `tries` times."""
        for _ in range(tries - 1):
            try:
                return await self._ask(texts, seconds)
            except _Refused as error:
                if error.code not in _BUSY:
                    raise
                await asyncio.sleep(min(error.retry_after, _LONGEST_WAIT_S))
        return await self._ask(texts, seconds)

    async def _ask(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        body = orjson.dumps({"model": self._there.model, "input": list(texts), "encoding_format": "base64"})
        async with asyncio.timeout(seconds):
            try:
                raw = await self._post(body, seconds)
            except _Refused as error:
                if error.status != 401:
                    raise
                self._token.forget()  # the gateway's key was changed
                raw = await self._post(body, seconds)
        return _parsed(raw, len(texts), self._settings.vector_size)

    async def _post(self, body: bytes, seconds: float) -> bytes:
        head = f"authorization: Bearer {await self._token.get()}\r\ncontent-type: application/json\r\n"
        exchange = await self._client.request(
            "POST", "/embeddings", body=body, headers=head.encode("ascii"), silence_s=seconds
        )
        try:
            raw = await exchange.read(_LARGEST_ANSWER)
        finally:
            exchange.close()
        if exchange.status == 200:
            return raw
        wait = exchange.headers.get(b"retry-after", b"")
        raise _Refused(exchange.status, _code(raw), float(wait) if wait.isdigit() else 1.0)

    def _fail(self, error: BaseException) -> None:
        self._answers, self._failed_at = False, time.monotonic()
        log.warning("embedding model does not answer", error=_said(error))


def _name(there: InferenceSettings) -> str:
    """What stands for the weights, which can't be looked at from here: name and revision of the settings."""
    return hashlib.sha256(f"inference\0{there.model}\0{there.revision}".encode()).hexdigest()[:32]


def _parsed(raw: bytes, count: int, size: int) -> list[Vector]:
    """Raises: ValueError for another number of vectors, another size, or numbers that are none."""
    items = sorted(orjson.loads(raw)["data"], key=lambda item: item["index"])
    if [item["index"] for item in items] != list(range(count)):
        raise ValueError("another number of vectors than of texts")
    found = [array.array("f", base64.b64decode(item["embedding"], validate=True)) for item in items]
    if any(len(vector) != size for vector in found):
        raise ValueError("vectors of another size than vector_size")
    if not all(math.isfinite(sum(vector)) for vector in found):
        raise ValueError("vectors with numbers that are none")
    return list(found)


def _code(raw: bytes) -> str:
    """The code of OpenAI's envelope; the text beside it may hold content and is not read."""
    try:
        return str(orjson.loads(raw)["error"]["code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "no_envelope"


def _said(error: BaseException) -> str:
    """What may stand in a log: a code of ours or the kind of the error."""
    return getattr(error, "code", "") or (str(error) if type(error) is ValueError else type(error).__name__)
