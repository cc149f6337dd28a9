# SPDX-License-Identifier: EUPL-1.2
"""The raw ASGI routes under `/v1`, dispatched before FastAPI: chat completions, embeddings, models."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
import structlog

from genius_common.auth import Authenticator
from genius_common.errors import MethodNotAllowed, PlatformError, TooLarge
from genius_common.principal import Principal
from genius_common.upstream.client import Exchange, UpstreamClient
from genius_common.upstream.envelope import send_error, send_json
from genius_common.upstream.errors import ModelUnavailable
from genius_common.upstream.events import EventScanner, Usage
from genius_common.upstream.relay import ClientGone, StreamRelay, UntilGone, parse_json, read_body, relay_whole
from genius_common.web import Message, Receive, Scope, Send
from genius_inference.admission import Admission
from genius_inference.catalogue import Catalogue, Model
from genius_inference.metrics import Bound, Metrics
from genius_inference.schema import ChatRequest, ChatSchema, EmbeddingSchema
from genius_inference.settings import Settings
from genius_inference.upstream import RequestBuilder, refusal

log = structlog.get_logger(__name__)
Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators of the hot path."""

    authenticator: Authenticator
    catalogue: Catalogue
    client: UpstreamClient | None
    admission: Admission
    metrics: Metrics


class HotPath:
    """`routes` maps (path) to method and handler; every failure leaves as OpenAI's envelope."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts
        self._chat_schema = ChatSchema(settings.limits, settings.response_schemas)
        self._embedding_schema = EmbeddingSchema(settings.limits)
        self._builder = RequestBuilder(settings)
        self._routes: dict[str, tuple[str, Handler]] = {
            "/v1/chat/completions": ("POST", self._chat),
            "/v1/embeddings": ("POST", self._embeddings),
            "/v1/models": ("GET", self._models),
        }

    def serves(self, path: str) -> bool:
        return path in self._routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run one request; nothing is logged for it, metrics count it."""
        method, handler = self._routes[scope["path"]]
        _set_request_id(scope)
        started = _Started(send)
        try:
            if scope["method"] != method:
                raise MethodNotAllowed
            await handler(scope, receive, started)
        except ClientGone:
            return
        except PlatformError as error:
            if started.sent:  # the relay ends its streams itself; this can only be a failure while sending
                log.warning("failure after the start of an answer", code=error.code)
                return
            self._parts.metrics.errors.labels(error.code).inc()
            await send_error(scope, send, error)

    async def _principal(self, scope: Scope, needed: str) -> Principal:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        principal = await self._parts.authenticator.principal(given.decode("latin-1"))
        principal.require_scope(needed)
        return principal

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        limit = self._settings.limits.body_bytes
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > limit:
            raise TooLarge(f"Die Anfrage ist zu groß: erlaubt sind {limit} Byte.")
        return await read_body(receive, limit)

    async def _models(self, scope: Scope, _: Receive, send: Send) -> None:
        await self._principal(scope, "models.read")
        if not self._parts.catalogue.all():
            await self._parts.catalogue.ensure()
        items = [model.as_json() for model in self._parts.catalogue.all()]
        await send_json(scope, send, orjson.dumps({"object": "list", "data": items}))

    async def _chat(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await self._principal(scope, "chat.completions")
        request = self._chat_schema.check(parse_json(await self._body(scope, receive)))
        async with UntilGone(receive):
            model = await self._parts.catalogue.find(request.model, "chat")
            body = self._builder.chat(request, model, principal.authority)
            call = _Call(self, scope, send, model, principal)
            with await self._parts.admission.admit(principal, request.prompt_bytes):
                await call.run("/chat/completions", body, request)

    async def _embeddings(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await self._principal(scope, "embeddings")
        request = self._embedding_schema.check(parse_json(await self._body(scope, receive)))
        async with UntilGone(receive):
            model = await self._parts.catalogue.find(request.model, "embedding")
            call = _Call(self, scope, send, model, principal)
            with await self._parts.admission.admit(principal, 0):
                await call.run("/embeddings", self._builder.embeddings(request, model), None)

    # -- used by _Call ------------------------------------------------------------------------------------------

    def bound(self, model: Model, principal: Principal) -> Bound:
        return self._parts.metrics.bound(model.id, principal.authority)

    async def open(self, scope: Scope, path: str, body: bytes, *, stream: bool) -> Exchange:
        """Send to the model server; raises for every answer that is not a success."""
        client = self._parts.client
        if client is None:
            raise ModelUnavailable
        upstream = self._settings.upstream
        silence_s = upstream.ttft_timeout_s if stream else upstream.answer_timeout_s
        header = b"x-request-id: %s\r\n" % scope["state"]["request_id"].encode("latin-1")
        exchange = await client.request("POST", path, body=body, headers=header, silence_s=silence_s)
        if exchange.status == 200:
            return exchange
        try:
            raise await refusal(exchange)
        finally:
            exchange.close()

    @property
    def idle_s(self) -> float:
        return self._settings.upstream.idle_timeout_s


class _Call:
    """One request at the model server, with its outcome in the metrics."""

    def __init__(self, hot: HotPath, scope: Scope, send: Send, model: Model, principal: Principal) -> None:
        self._hot = hot
        self._scope = scope
        self._send = send
        self._bound = hot.bound(model, principal)
        self._outcome = "ok"

    async def run(self, path: str, body: bytes, chat: ChatRequest | None) -> None:
        """Relay to the end; the outcome is counted in any case, also when the client goes."""
        begin = time.perf_counter()
        try:
            exchange = await self._hot.open(self._scope, path, body, stream=chat is not None and chat.stream)
            try:
                if chat is not None and chat.stream:
                    await self._stream(exchange, include_usage=chat.include_usage, begin=begin)
                else:
                    member = "choices" if chat is not None else "data"
                    self._bound.used(await relay_whole(exchange, self._scope, self._send, member=member))
            finally:
                exchange.close()
        except PlatformError as error:
            self._outcome = error.code
            raise
        except asyncio.CancelledError:
            self._outcome = "client_gone"
            raise
        finally:
            self._bound.outcome(self._outcome)

    async def _stream(self, exchange: Exchange, *, include_usage: bool, begin: float) -> None:
        scanner = EventScanner(include_usage=include_usage)

        def first() -> None:
            self._bound.ttft.observe(time.perf_counter() - begin)

        relay = StreamRelay(exchange, scanner, idle_s=self._hot.idle_s, on_first=first)
        try:
            await relay.run(self._scope, self._send)
        finally:
            usage: Usage | None = scanner.usage()
            self._bound.used(usage)
            if relay.error is not None:
                self._outcome = relay.error.code


class _Started:
    """Remembers whether an answer has begun."""

    __slots__ = ("_send", "sent")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.sent = False

    async def __call__(self, message: Message) -> None:
        self.sent = True
        await self._send(message)


def _set_request_id(scope: Scope) -> None:
    """Keep a well-formed `X-Request-Id` or make one; correlation only."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    identifier = given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
    scope.setdefault("state", {})["request_id"] = identifier
