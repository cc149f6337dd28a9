# SPDX-License-Identifier: EUPL-1.2
"""The closed request schema: what is listed here is allowed, everything else is refused by name at any depth.

Source: LLM-01, LLM-03 and LLM-04 of the security requirements; field names of OpenAI's API. Written by hand because it
stands on the hot path (5 µs for a chat turn) and must name the one field that is wrong. What is forwarded is a new
object built from checked values, so that nothing a client sent reaches the model server unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from genius_common.errors import FieldError
from genius_common.text.specials import literal
from genius_inference.errors import InvalidRequest, PromptTooLarge
from genius_inference.settings import Limits

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
# What SDKs send back with an assistant message; carries nothing while it is null or empty.
_EMPTY_EXTRAS = {"refusal", "annotations", "audio", "function_call", "tool_calls", "reasoning", "reasoning_content"}
UNKNOWN = "Dieses Feld ist hier nicht erlaubt."
MISSING = "Diese Angabe fehlt."
MAX_STOPS = 4
MAX_PARTS = 256
"""Of one message: each costs a look, and the event loop waits for it."""
MAX_NAME_CHARS = 80
MAX_STOP_CHARS = 256
_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A checked request. `forwarded` holds the checked values without `model`; `prompt_bytes` bounds its tokens."""

    model: str
    stream: bool
    include_usage: bool
    prompt_bytes: int
    forwarded: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    model: str
    forwarded: dict[str, Any]


def refuse(pointer: str, detail: str) -> InvalidRequest:
    return InvalidRequest(errors=[FieldError(pointer, detail)])


def _closed(value: Any, allowed: frozenset[str], pointer: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise refuse(pointer, "Hier wird ein Objekt erwartet.")
    if not value.keys() <= allowed:
        name = _shown(min(value.keys() - allowed))
        raise refuse(f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", UNKNOWN)
    return value


def _shown(name: str) -> str:
    """A client's own name of a member, short enough to be sent back."""
    return name if len(name) <= MAX_NAME_CHARS else name[:MAX_NAME_CHARS] + "…"


def _text(value: Any, pointer: str) -> str:
    if type(value) is not str:
        raise refuse(pointer, MISSING if value is None else "Hier wird ein Text erwartet.")
    return value


def _flag(value: Any, pointer: str) -> bool:
    if type(value) is not bool:
        raise refuse(pointer, "Hier wird true oder false erwartet.")
    return value


def _integer(low: int, high: int) -> Callable[[Any, str], int]:
    def check(value: Any, pointer: str) -> int:
        if type(value) is not int or not low <= value <= high:
            raise refuse(pointer, f"Erlaubt ist eine ganze Zahl von {low} bis {high}.")
        return value

    return check


def _number(low: float, high: float) -> Callable[[Any, str], float]:
    def check(value: Any, pointer: str) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            raise refuse(pointer, f"Erlaubt ist eine Zahl von {low} bis {high}.")
        return float(value)

    return check


def _stop(value: Any, pointer: str) -> Any:
    stops = value if type(value) is list else [value]
    if not 1 <= len(stops) <= MAX_STOPS:
        raise refuse(pointer, f"Erlaubt sind 1 bis {MAX_STOPS} Texte.")
    for stop in stops:
        if type(stop) is not str or not 1 <= len(stop) <= MAX_STOP_CHARS:
            raise refuse(pointer, f"Erlaubt sind Texte von 1 bis {MAX_STOP_CHARS} Zeichen.")
    return value


class ChatSchema:
    """Checks bodies of `POST /v1/chat/completions`. `schemas` are the server-side named response schemas."""

    def __init__(self, limits: Limits, schemas: Mapping[str, dict[str, Any]]) -> None:
        self._limits = limits
        self._schemas = schemas
        tokens = _integer(1, limits.output_tokens)
        self._scalars: dict[str, Callable[[Any, str], Any]] = {
            "max_tokens": tokens,
            "max_completion_tokens": tokens,
            "temperature": _number(0.0, 2.0),
            "top_p": _number(0.0, 1.0),
            "seed": _integer(-_INT64, _INT64 - 1),
            "presence_penalty": _number(-2.0, 2.0),
            "frequency_penalty": _number(-2.0, 2.0),
            "stop": _stop,
            "n": _integer(1, 1),
            "user": _text,
            "response_format": self._response_format,
        }
        self._allowed = frozenset({"model", "messages", "stream", "stream_options", *self._scalars})

    def check(self, body: dict[str, Any]) -> ChatRequest:
        """Return the checked request or raise `InvalidRequest` or `PromptTooLarge` with the field."""
        _closed(body, self._allowed, "")
        model = _text(body.get("model"), "/model")
        messages, size = self._messages(body.get("messages"))
        stream = _flag(body.get("stream") or False, "/stream")
        forwarded: dict[str, Any] = {"messages": messages}
        for name, value in body.items():
            check = self._scalars.get(name)
            if check is not None and value is not None:
                forwarded[name] = check(value, "/" + name)
        forwarded.pop("user", None)  # allowed for compatibility; who acts is known from the token
        forwarded.pop("n", None)
        if "max_completion_tokens" in forwarded:
            forwarded["max_tokens"] = forwarded.pop("max_completion_tokens")
        return ChatRequest(model, stream, self._include_usage(body, stream), size, forwarded)

    def _include_usage(self, body: dict[str, Any], stream: bool) -> bool:
        options = body.get("stream_options")
        if options is None:
            return False
        if not stream:
            raise refuse("/stream_options", "Das gibt es nur zusammen mit stream: true.")
        _closed(options, frozenset({"include_usage"}), "/stream_options")
        return _flag(options.get("include_usage") or False, "/stream_options/include_usage")

    def _messages(self, value: Any) -> tuple[list[dict[str, Any]], int]:
        if type(value) is not list or not value:
            raise refuse("/messages", MISSING if value is None else "Hier wird eine Liste mit Nachrichten erwartet.")
        if len(value) > self._limits.messages:
            raise refuse("/messages", f"Erlaubt sind höchstens {self._limits.messages} Nachrichten.")
        checked = []
        size = 0
        for index, message in enumerate(value):
            role, content, length = self._message(message, f"/messages/{index}")
            size += length
            checked.append({"role": role, "content": content})
        limit = self._limits.prompt_bytes
        if size > limit:
            detail = f"Die Texte sind mit {size} Byte zu groß: erlaubt sind {limit} Byte."
            raise PromptTooLarge(detail, errors=[FieldError("/messages", detail)])
        return checked, size

    def _message(self, message: Any, pointer: str) -> tuple[str, Any, int]:
        if type(message) is not dict:
            raise refuse(pointer, "Hier wird ein Objekt erwartet.")
        role = message.get("role")
        if type(role) is not str or role not in ROLES:
            raise refuse(pointer + "/role", "Erlaubt sind system, developer, user und assistant.")
        if len(message) > 2:
            extras = {k for k, v in message.items() if k in _EMPTY_EXTRAS and not v} if role == "assistant" else set()
            _closed(message, frozenset({"role", "content", *extras}), pointer)
        content = message.get("content")
        if type(content) is str:
            content = literal(content)
            return ROLES[role], content, len(content) if content.isascii() else len(content.encode())
        if "content" not in message:
            _closed(message, frozenset({"role", "content"}), pointer)
        text = self._parts(content, pointer + "/content")
        return ROLES[role], text, sum(len(part["text"].encode()) for part in text)

    def _parts(self, content: Any, pointer: str) -> list[dict[str, str]]:
        if type(content) is not list or not content:
            raise refuse(pointer, MISSING if content is None else "Erlaubt sind ein Text oder eine Liste von Texten.")
        if len(content) > MAX_PARTS:
            raise refuse(pointer, f"Erlaubt sind höchstens {MAX_PARTS} Teile.")
        checked = []
        for index, part in enumerate(content):
            place = f"{pointer}/{index}"
            _closed(part, frozenset({"type", "text"}), place)
            if part.get("type") != "text":
                raise refuse(place + "/type", "Erlaubt ist nur text.")
            checked.append({"type": "text", "text": literal(_text(part.get("text"), place + "/text"))})
        return checked

    def _response_format(self, value: Any, pointer: str) -> dict[str, Any]:
        """Free text, or a schema that lies on the server; a client's own schema or grammar is refused (LLM-04)."""
        _closed(value, frozenset({"type", "json_schema"}), pointer)
        kind = value.get("type")
        if kind == "text" and "json_schema" not in value:
            return {"type": "text"}
        if kind != "json_schema":
            raise refuse(pointer + "/type", "Erlaubt sind text und json_schema mit dem Namen eines Schemas.")
        named = _closed(value.get("json_schema"), frozenset({"name"}), pointer + "/json_schema")
        name = _text(named.get("name"), pointer + "/json_schema/name")
        schema = self._schemas.get(name)
        if schema is None:
            raise refuse(pointer + "/json_schema/name", "Dieses Schema gibt es hier nicht.")
        return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}


class EmbeddingSchema:
    """Checks bodies of `POST /v1/embeddings`."""

    _allowed = frozenset({"model", "input", "encoding_format", "dimensions", "user"})

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._dimensions = _integer(1, 16_384)

    def check(self, body: dict[str, Any]) -> EmbeddingRequest:
        """Return the checked request or raise `InvalidRequest` or `PromptTooLarge` with the field."""
        _closed(body, self._allowed, "")
        model = _text(body.get("model"), "/model")
        forwarded: dict[str, Any] = {"input": self._input(body.get("input"))}
        encoding = body.get("encoding_format")
        if encoding is not None:
            if encoding not in ("float", "base64"):
                raise refuse("/encoding_format", "Erlaubt sind float und base64.")
            forwarded["encoding_format"] = encoding
        if body.get("dimensions") is not None:
            forwarded["dimensions"] = self._dimensions(body["dimensions"], "/dimensions")
        if body.get("user") is not None:
            _text(body["user"], "/user")
        return EmbeddingRequest(model, forwarded)

    def _input(self, value: Any) -> Any:
        items = value if type(value) is list else [value]
        if value is None or not items:
            raise refuse("/input", MISSING)
        if type(value) not in (str, list):
            raise refuse("/input", "Erlaubt sind Texte oder Listen von Token-Nummern.")
        limit = self._limits.prompt_bytes
        if type(items[0]) is int and 4 * len(items) > limit:
            raise self._too_large(4 * len(items))  # before a look at each
        if all(type(item) is int for item in items):
            items = [items]
        if len(items) > self._limits.embedding_inputs:
            raise refuse("/input", f"Erlaubt sind höchstens {self._limits.embedding_inputs} Texte.")
        kind = type(items[0])
        size = 0
        for index, item in enumerate(items):
            place = "/input" if items is not value else f"/input/{index}"
            if type(item) is not kind or not (_is_text(item) or _is_tokens(item)):
                raise refuse(place, "Erlaubt sind Texte oder Listen von Token-Nummern.")
            size += len(item.encode()) if type(item) is str else 4 * len(item)
        if size > limit:
            raise self._too_large(size)
        return value

    def _too_large(self, size: int) -> PromptTooLarge:
        detail = f"Die Texte sind mit {size} Byte zu groß: erlaubt sind {self._limits.prompt_bytes} Byte."
        return PromptTooLarge(detail, errors=[FieldError("/input", detail)])


class RerankSchema:
    """Checks bodies of `POST /v1/rerank`: a query, and texts that are put in the order of their fitting to it."""

    _allowed = frozenset({"model", "query", "documents", "top_n", "user"})

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def check(self, body: dict[str, Any]) -> EmbeddingRequest:
        """Return the checked request or raise `InvalidRequest` or `PromptTooLarge` with the field."""
        _closed(body, self._allowed, "")
        model = _text(body.get("model"), "/model")
        query = _text(body.get("query"), "/query")
        documents = self._documents(body.get("documents"), len(query.encode()))
        forwarded: dict[str, Any] = {"query": query, "documents": documents}
        if body.get("top_n") is not None:
            forwarded["top_n"] = _integer(1, len(documents))(body["top_n"], "/top_n")
        if body.get("user") is not None:
            _text(body["user"], "/user")
        return EmbeddingRequest(model, forwarded)

    def _documents(self, value: Any, query_bytes: int) -> list[str]:
        if type(value) is not list or not value:
            raise refuse("/documents", MISSING if value is None else "Hier wird eine Liste mit Texten erwartet.")
        if len(value) > self._limits.embedding_inputs:
            raise refuse("/documents", f"Erlaubt sind höchstens {self._limits.embedding_inputs} Texte.")
        size = 0
        for index, document in enumerate(value):
            # The server reads the query with each of them.
            size += len(_text(document, f"/documents/{index}").encode()) + query_bytes
        if size > self._limits.prompt_bytes:
            limit = self._limits.prompt_bytes
            detail = f"Anfrage und Texte sind zusammen mit {size} Byte zu groß: erlaubt sind {limit} Byte."
            raise PromptTooLarge(detail, errors=[FieldError("/documents", detail)])
        return value


def _is_text(item: Any) -> bool:
    return type(item) is str and item != ""


def _is_tokens(item: Any) -> bool:
    return type(item) is list and bool(item) and all(type(token) is int and 0 <= token < 2**31 for token in item)
