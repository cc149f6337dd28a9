# SPDX-License-Identifier: EUPL-1.2
"""The raw ASGI routes under `/v1`, dispatched before FastAPI: chat completions, embeddings, models."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import orjson

from genius_common.auth import Authenticator
from genius_common.errors import PlatformError
from genius_common.principal import Principal
from genius_common.upstream.client import Exchange, UpstreamClient
from genius_common.upstream.envelope import send_json
from genius_common.upstream.errors import ModelUnavailable
from genius_common.upstream.events import EventScanner
from genius_common.upstream.relay import StreamRelay, UntilGone, parse_json, read_body, relay_whole
from genius_common.upstream.routes import RawRoutes, header
from genius_common.web import Receive, Scope, Send
from genius_inference.admission import Admission
from genius_inference.catalogue import Catalogue, Model
from genius_inference.metrics import Bound, Metrics
from genius_inference.schema import ChatRequest, ChatSchema, EmbeddingSchema
from genius_inference.settings import Settings
from genius_inference.upstream import RequestBuilder, refusal

USAGE_HEADER = b"x-genius-usage"


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators of the hot path."""

    authenticator: Authenticator
    catalogue: Catalogue
    client: UpstreamClient | None
    admission: Admission
    metrics: Metrics


class HotPath:
    """The handlers of `routes`; every failure leaves as OpenAI's envelope."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts
        self._chat_schema = ChatSchema(settings.limits, settings.response_schemas)
        self._embedding_schema = EmbeddingSchema(settings.limits)
        self._builder = RequestBuilder(settings)
        self.routes = RawRoutes(
            {
                "/v1/chat/completions": ("POST", self._chat),
                "/v1/embeddings": ("POST", self._embeddings),
                "/v1/models": ("GET", self._models),
            },
            on_error=lambda error: parts.metrics.errors.labels(error.code).inc(),
        )

    async def _principal(self, scope: Scope, needed: str) -> Principal:
        given = header(scope, b"authorization").decode("latin-1")
        principal = await self._parts.authenticator.principal(given)
        principal.require_scope(needed)
        return principal

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        return await read_body(scope, receive, self._settings.limits.body_bytes)

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
            model.require(principal.classification)
            body = self._builder.chat(request, model, principal.authority)
            call = _Call(self, scope, send, model, principal)
            with await self._parts.admission.admit(principal, request.prompt_bytes):
                await call.run("/chat/completions", body, request)

    async def _embeddings(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await self._principal(scope, "embeddings")
        request = self._embedding_schema.check(parse_json(await self._body(scope, receive)))
        async with UntilGone(receive):
            model = await self._parts.catalogue.find(request.model, "embedding")
            model.require(principal.classification)
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
        head = b"x-request-id: %s\r\n" % scope["state"]["request_id"].encode("latin-1")
        exchange = await client.request("POST", path, body=body, headers=head, silence_s=silence_s)
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
        self._model = model
        self._bound = hot.bound(model, principal)
        self._outcome = "ok"

    async def run(self, path: str, body: bytes, chat: ChatRequest | None) -> None:
        """Relay to the end; the outcome is counted in any case, also when the client goes."""
        begin = time.perf_counter()
        try:
            exchange = await self._hot.open(self._scope, path, body, stream=chat is not None and chat.stream)
            try:
                if chat is not None and chat.stream:
                    await self._stream(exchange, chat, begin)
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

    async def _stream(self, exchange: Exchange, chat: ChatRequest, begin: float) -> None:
        """The gateway asks for every count, to settle by it, and learns what of it the client must not see."""
        always = header(self._scope, USAGE_HEADER) == b"always"
        running = self._model.vllm
        scanner = EventScanner(include_usage=chat.include_usage or always, strip_running=running and not always)
        said = b"%s%s" % (b"asked" if chat.include_usage else b"settle", b"; running" if running else b"")

        def first() -> None:
            self._bound.ttft.observe(time.perf_counter() - begin)

        relay = StreamRelay(
            exchange,
            scanner,
            idle_s=self._hot.idle_s,
            on_first=first,
            headers=[(USAGE_HEADER, said)] if always else [],
        )
        try:
            await relay.run(self._scope, self._send)
        finally:
            self._bound.used(scanner.usage())
            if relay.error is not None:
                self._outcome = relay.error.code
