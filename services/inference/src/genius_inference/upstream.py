# SPDX-License-Identifier: EUPL-1.2
"""What inference adds to a request for the model server, and how it reads the server's refusals."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Any
from uuid import UUID

import orjson

from genius_common.errors import FieldError, PlatformError
from genius_common.upstream.client import Exchange
from genius_common.upstream.errors import UpstreamBusy, UpstreamError
from genius_inference.catalogue import Model
from genius_inference.errors import ContextLengthExceeded, RequestRejected
from genius_inference.schema import ChatRequest, EmbeddingRequest
from genius_inference.settings import Settings

_MAX_ERROR_BYTES = 64 * 1024
_CONTEXT = re.compile(r"context length|context size|context window", re.IGNORECASE)
_NUMBER = re.compile(r"\d{2,9}")


class RequestBuilder:
    """Turns checked requests into bodies for the model server."""

    def __init__(self, settings: Settings) -> None:
        key = settings.cache_salt_key
        self._salt_key = key.get_secret_value().encode() if key else secrets.token_bytes(32)
        self._salts: dict[UUID | None, str] = {}

    def chat(self, request: ChatRequest, model: Model, authority: UUID | None) -> bytes:
        """The body as JSON: usage is always asked for where it is a stream; vLLM's own fields only for vLLM."""
        body: dict[str, Any] = {"model": model.id, **request.forwarded}
        if request.stream:
            body["stream"] = True
            body["stream_options"] = {"include_usage": True}
            if model.vllm:
                body["stream_options"]["continuous_usage_stats"] = True
        if model.vllm:
            body["cache_salt"] = self._salt(authority)
        return orjson.dumps(body)

    def embeddings(self, request: EmbeddingRequest, model: Model) -> bytes:
        return orjson.dumps({"model": model.id, **request.forwarded})

    def _salt(self, authority: UUID | None) -> str:
        """A salt that only this platform knows: prefixes are cached inside an authority, never across (LLM-06)."""
        salt = self._salts.get(authority)
        if salt is None:
            digest = hmac.new(self._salt_key, f"cache-salt/{authority}".encode(), hashlib.sha256)
            salt = self._salts[authority] = digest.hexdigest()
        return salt


async def refusal(exchange: Exchange) -> PlatformError:
    """The error for an answer with a status of 400 or above. The server's words are read for numbers only."""
    status = exchange.status
    if status in (429, 503):
        return UpstreamBusy(retry_after=_retry_after(exchange))
    if status in (400, 413, 422):
        text = (await exchange.read(_MAX_ERROR_BYTES)).decode("utf-8", "replace")
        if _CONTEXT.search(text):
            return _context_error(_NUMBER.findall(text))
        return RequestRejected(f"{RequestRejected.default_detail} (Status {status})")
    return UpstreamError(f"Der Modellserver hat mit Status {status} geantwortet. Bitte versuchen Sie es erneut.")


def _context_error(numbers: list[str]) -> ContextLengthExceeded:
    detail = ContextLengthExceeded.default_detail
    if numbers:
        detail += f" Das Modell fasst {numbers[0]} Token"
        detail += f", angefordert waren {numbers[1]}." if len(numbers) > 1 else "."
    return ContextLengthExceeded(detail, errors=[FieldError("/messages", detail)])


def _retry_after(exchange: Exchange) -> int:
    value = exchange.headers.get(b"retry-after", b"")
    return min(int(value), 60) if value.isdigit() else 5
