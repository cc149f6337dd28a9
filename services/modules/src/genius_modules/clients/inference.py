# SPDX-License-Identifier: EUPL-1.2
"""Inference over HTTP: which model is there, and a streamed chat completion."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import structlog
from typing_extensions import override

from genius_common.errors import PlatformError, Unavailable, UpstreamFailed
from genius_common.http import RelayedError, ServiceClient
from genius_common.principal import Principal, ProtectionClass
from genius_common.sse import Frame, decode
from genius_modules.errors import ModelStreamCut

log = structlog.get_logger(__name__)
_CATALOGUE_S = 10.0
_DOWN_S = 2.0
_DEFAULT_CONTEXT = 8192
_TELL = {"x-genius-status": "1"}
_CLASSES = frozenset(ProtectionClass)


@dataclass(frozen=True, slots=True)
class ChatModelInfo:
    """A chat model of the catalogue; `context_length` in tokens, for input and answer together."""

    id: str
    context_length: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer; usage and the end come with the last pieces, text then being empty.

    `position` is the place in the queue while the request waits, before the first piece. `cut` says that the answer
    ended at the allowed number of tokens and not by itself.
    """

    text: str = ""
    cut: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    position: int = 0


class _OpenAIErrors(ServiceClient):
    """Inference answers errors in OpenAI's envelope; they become ours with the same code."""

    @override
    async def _error(self, response: aiohttp.ClientResponse) -> PlatformError:
        try:
            return relayed(orjson.loads(await response.read()), response.status, response.headers.get("retry-after"))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return UpstreamFailed(f"Das Sprachmodell hat mit Status {response.status} geantwortet.")


def relayed(body: Mapping[str, Any], status: int, retry_after: str | None = None) -> PlatformError:
    """The error in an OpenAI envelope, or in one of ours (authentication answers problem+json)."""
    if "error" not in body:
        return RelayedError(body, status, retry_after)
    error = body["error"]
    code = str(error.get("code") or error.get("type") or UpstreamFailed.code)
    retryable = status in {429, 502, 503, 504}
    problem = {"code": code, "detail": error.get("message", ""), "retryable": retryable}
    return RelayedError(problem, status, retry_after)


class InferenceClient:
    """One per process. `silence_s` bounds the time between two pieces of a model's answer."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, silence_s: float) -> None:
        self._service = _OpenAIErrors(session, base_url, "Sprachmodell")
        self._silence_s = silence_s
        self._catalogue: dict[tuple[str, str], tuple[float, ChatModelInfo | None]] = {}

    async def chat_model(self, principal: Principal, token: str) -> ChatModelInfo | None:
        """The first chat model that may see the principal's protection class (kept for 10 s).

        None without one or without inference, which looks at the class again itself.
        """
        key = (str(principal.authority), principal.classification.value)
        known = self._catalogue.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        try:
            body = await self._service.json("GET", "/v1/models", token=token, read_timeout=5)
            found, keep = _first_chat_model(body, principal.classification), _CATALOGUE_S
        except Unavailable:
            found, keep = None, _DOWN_S
        except PlatformError as error:
            # A refused token says nothing about the models: answer without one, and remember nothing.
            log.warning("model catalogue not available", code=error.code)
            return None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("model catalogue makes no sense", error=type(error).__name__)
            return None
        self._catalogue[key] = (time.monotonic() + keep, found)
        return found

    async def stream(
        self, token: str, model: str, messages: Sequence[Mapping[str, str]], options: Mapping[str, Any]
    ) -> AsyncGenerator[Delta, None]:
        """Yield the answer as it comes; closing the iterator closes the connection, which cancels the model.

        Raises inference's error, or `ModelStreamCut` where the stream ends without `[DONE]`.
        """
        body = {
            "model": model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            **options,
        }
        async with (
            self._service.stream(
                "POST", "/v1/chat/completions", token=token, body=body, headers=_TELL, read_timeout=self._silence_s
            ) as response,
            aclosing(_frames(response)) as frames,
        ):
            async for frame in frames:
                if frame.data == "[DONE]":
                    return
                for delta in _waiting(frame.data) if frame.event == "status" else _deltas(frame.data):
                    yield delta
        raise ModelStreamCut


async def _frames(response: aiohttp.ClientResponse) -> AsyncGenerator[Frame, None]:
    try:
        async for frame in decode(response.content.iter_any()):
            yield frame
    except aiohttp.ClientPayloadError as error:
        raise ModelStreamCut from error
    except ValueError as error:  # no UTF-8, or an event without an end
        raise UpstreamFailed("Das Sprachmodell hat unverständlich geantwortet.") from error


def _waiting(data: str) -> list[Delta]:
    """The place in the queue."""
    try:
        position = orjson.loads(data)["position"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UpstreamFailed("Das Sprachmodell hat unverständlich geantwortet.") from error
    return [Delta(position=position)] if type(position) is int and position > 0 else []


def _deltas(data: str) -> list[Delta]:
    try:
        chunk = orjson.loads(data)
        if "error" in chunk:
            raise relayed(chunk, 502)
        found = [
            Delta(text=choice["delta"].get("content") or "", cut=choice.get("finish_reason") == "length")
            for choice in chunk["choices"]
            if choice["index"] == 0
        ]
        if usage := chunk.get("usage"):
            found.append(Delta(input_tokens=usage["prompt_tokens"], output_tokens=usage["completion_tokens"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UpstreamFailed("Das Sprachmodell hat unverständlich geantwortet.") from error
    return found


def _first_chat_model(body: Any, asked: ProtectionClass) -> ChatModelInfo | None:
    items = body.get("data", []) if isinstance(body, dict) else []
    for item in items:
        # A model that does not say what it may see, or says it in words unknown here, sees nothing.
        stated = item.get("protection_class")
        if item.get("kind", "chat") == "chat" and stated in _CLASSES and ProtectionClass(stated).covers(asked):
            return ChatModelInfo(str(item["id"]), int(item.get("context_length") or _DEFAULT_CONTEXT))
    return None
