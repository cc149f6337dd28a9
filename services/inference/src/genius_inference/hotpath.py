# SPDX-License-Identifier: EUPL-1.2
"""The raw ASGI routes under `/v1`, dispatched before FastAPI: chat completions, embeddings, models."""

from __future__ import annotations

import asyncio
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from uuid import UUID

import orjson

from genius_common.auth import Authenticator
from genius_common.errors import PlatformError
from genius_common.principal import Principal
from genius_common.upstream.client import Exchange
from genius_common.upstream.envelope import error_event, send_json
from genius_common.upstream.errors import UpstreamBusy, UpstreamCut, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from genius_common.upstream.events import STATUS_HEADER, EventScanner, Usage, status_event
from genius_common.upstream.relay import StreamRelay, UntilGone, begin_stream, parse_json, read_body, relay_whole
from genius_common.upstream.routes import RawRoutes, header
from genius_common.web import Receive, Scope, Send
from genius_inference.catalogue import Catalogue, Kind, Model
from genius_inference.demand import chat_demand, embedding_demand
from genius_inference.fair_queue.gate import Demand, Gate, Place, Tell
from genius_inference.metering import Metered, Metering
from genius_inference.metrics import Bound, Metrics
from genius_inference.replicas.replica import Replica
from genius_inference.schema import ChatRequest, ChatSchema, EmbeddingSchema, RerankSchema
from genius_inference.settings import Settings
from genius_inference.stops import Stops
from genius_inference.upstream import RequestBuilder, refusal

USAGE_HEADER = b"x-genius-usage"
MEMBERS = {"/chat/completions": "choices", "/embeddings": "data", "/rerank": "results"}
"""The list that a whole answer must have."""
ANOTHER_MAY_DO = (UpstreamUnreachable, UpstreamTimeout, UpstreamCut, UpstreamError, UpstreamBusy)
"""Failures of one server before its first token: the request goes to another one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators of the hot path."""

    authenticator: Authenticator
    catalogue: Catalogue
    gate: Gate
    metrics: Metrics
    stops: Stops
    metering: Metering


class HotPath:
    """The handlers of `routes`; every failure leaves as OpenAI's envelope."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts
        self._chat_schema = ChatSchema(settings.limits, settings.response_schemas)
        self._embedding_schema = EmbeddingSchema(settings.limits)
        self._rerank_schema = RerankSchema(settings.limits)
        self._builder = RequestBuilder(settings)
        self.routes = RawRoutes(
            {
                "/v1/chat/completions": ("POST", self._chat),
                "/v1/embeddings": ("POST", self._embeddings),
                "/v1/rerank": ("POST", self._rerank),
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
        principal = await self._principal(scope, "models.read")
        await self._parts.stops.fresh()
        if not self._parts.catalogue.all():
            await self._parts.catalogue.ensure()
        items = [model.as_json() for model in self._parts.catalogue.all() if self._offers(model, principal)]
        await send_json(scope, send, orjson.dumps({"object": "list", "data": items}))

    def _offers(self, model: Model, principal: Principal) -> bool:
        """Operators, who have no authority, see those that they have stopped too."""
        return principal.authority is None or not self._parts.stops.covers(model.id, principal.authority)

    async def _chat(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await self._principal(scope, "chat.completions")
        request = self._chat_schema.check(parse_json(await self._body(scope, receive)))
        async with UntilGone(receive):
            await self._parts.stops.fresh()
            model = await self._parts.catalogue.find(request.model, "chat")
            model.require(principal.classification)
            model.bound(request.forwarded)
            demand = chat_demand(request, principal, scope)
            async with self._metered(scope, principal, demand) as metered:
                if metered is not None:
                    request.forwarded["max_tokens"] = metered.output
                    demand = replace(demand, output_tokens=metered.output)
                body = self._builder.chat(request, model, principal.authority)
                await _Call(self, scope, send, model, demand, metered).run("/chat/completions", body, request)

    async def _embeddings(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._unstreamed("embedding", "/embeddings", self._embedding_schema, scope, receive, send)

    async def _rerank(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Like embeddings a part of the search, and so under the same scope."""
        await self._unstreamed("rerank", "/rerank", self._rerank_schema, scope, receive, send)

    async def _unstreamed(
        self,
        kind: Kind,
        path: str,
        schema: EmbeddingSchema | RerankSchema,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        principal = await self._principal(scope, "embeddings")
        request = schema.check(parse_json(await self._body(scope, receive)))
        async with UntilGone(receive):
            await self._parts.stops.fresh()
            model = await self._parts.catalogue.find(request.model, kind)
            model.require(principal.classification)
            body = self._builder.embeddings(request, model)
            demand = embedding_demand(body, principal, scope)
            async with self._metered(scope, principal, demand) as metered:
                await _Call(self, scope, send, model, demand, metered).run(path, body, None)

    def _metered(
        self, scope: Scope, principal: Principal, demand: Demand
    ) -> AbstractAsyncContextManager[Metered | None]:
        """Of an external module alone."""
        if not principal.metered:
            return nullcontext()
        wanted = demand.output_tokens if demand.output_tokens is not None else self._settings.limits.output_tokens
        given = header(scope, b"authorization").decode("latin-1")
        return self._parts.metering.of(principal, given, demand.tokens, wanted)

    # -- used by _Call ------------------------------------------------------------------------------------------

    def bound(self, model: Model, demand: Demand) -> Bound:
        return self._parts.metrics.bound(model.id, demand.authority, bulk=demand.bulk)

    async def enter(self, model: Model, demand: Demand, tell: Tell | None) -> Place:
        return await self._parts.gate.enter(model.id, demand, tell)

    def failed(self, error: PlatformError) -> None:
        """An answer that had begun ends with `error`."""
        self._parts.metrics.errors.labels(error.code).inc()

    @property
    def stops(self) -> Stops:
        return self._parts.stops

    def spent(self, model: Model, usage: Usage) -> None:
        if energy := model.watt_hours(usage.input_tokens, usage.output_tokens):
            self._parts.metrics.energy.labels(model.id).inc(energy)

    def failed_over(self, replica: Replica) -> None:
        self._parts.metrics.failovers.labels(replica.name).inc()

    async def open(self, scope: Scope, place: Place, path: str, body: bytes, *, stream: bool) -> Exchange:
        """Send to the place's model server; raises for every answer that is not a success."""
        replica, upstream = place.replica, self._settings.upstream
        reading_s = len(body) / upstream.prefill_bytes_per_s
        latest_s = upstream.ttft_timeout_s + reading_s
        patience = None
        if not stream:
            silence_s = upstream.answer_timeout_s
        elif place.alone:
            silence_s = latest_s
        else:
            silence_s = min(upstream.hang_after_s + reading_s, latest_s)
            patience = replica.patience(silence_s, latest_s)
        head = b"x-request-id: %s\r\n" % scope["state"]["request_id"].encode("latin-1")
        exchange = await replica.client.request(
            "POST", path, body=body, headers=head, silence_s=silence_s, patience=patience
        )
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
    """One request at the model servers, with its outcome in the metrics."""

    def __init__(
        self, hot: HotPath, scope: Scope, send: Send, model: Model, demand: Demand, metered: Metered | None
    ) -> None:
        self._hot = hot
        self._metered = metered
        self._scope = scope
        self._send = send
        self._model = model
        self._demand = demand
        self._bound = hot.bound(model, demand)
        self._outcome = "ok"
        self._begin = time.perf_counter()
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped: PlatformError | None = None
        self._told = False
        self._include_usage = False

    @property
    def model_id(self) -> str:
        return self._model.id

    @property
    def authority(self) -> UUID | None:
        return self._demand.authority

    def stop(self, error: PlatformError) -> None:
        """See `Stoppable`: an answer ends as a cut one does, what waits is woken."""
        self._stopped = error
        if self._exchange is not None:
            self._exchange.fail(error)
        elif self._task is not None:
            self._task.cancel()

    async def run(self, path: str, body: bytes, chat: ChatRequest | None) -> None:
        """Wait for a place and relay to the end; the outcome is counted in any case, also when the client goes."""
        stops = self._hot.stops
        self._include_usage = chat is not None and chat.include_usage
        try:
            stops.require(self.model_id, self.authority)
            self._task = asyncio.current_task()
            stops.running.add(self)
            await self._to_the_end(path, body, chat)
        except PlatformError as error:
            self._outcome = error.code
            if not self._told:
                raise
            self._hot.failed(error)
            await self._send({"type": "http.response.body", "body": error_event(error)})
        except asyncio.CancelledError:
            self._outcome = "client_gone"
            raise
        finally:
            stops.running.discard(self)
            self._bound.outcome(self._outcome)

    async def _to_the_end(self, path: str, body: bytes, chat: ChatRequest | None) -> None:
        """Raises: what it was stopped with, where it was woken by that."""
        asked = chat is not None and chat.stream and header(self._scope, STATUS_HEADER) == b"1"
        try:
            with await self._hot.enter(self._model, self._demand, self._tell if asked else None) as place:
                self._bound.waited(time.perf_counter() - self._begin)
                await self._at_some_replica(place, path, body, chat)
        except asyncio.CancelledError:
            if self._stopped is None or self._task is None or self._task.uncancel() > 0:
                raise
            raise self._stopped from None

    async def _tell(self, position: int) -> None:
        """Tell a client that asked for it its place in the queue; its answer begins with that."""
        if not self._told:
            self._told = True
            await begin_stream(self._scope, self._send, self._answer_headers)
        await self._send({"type": "http.response.body", "body": status_event(position), "more_body": True})

    @property
    def _answer_headers(self) -> list[tuple[bytes, bytes]]:
        """The gateway asks for every count, to settle by it, and learns what of it the client must not see."""
        if header(self._scope, USAGE_HEADER) != b"always":
            return []
        said = b"asked" if self._include_usage else b"settle"
        return [(USAGE_HEADER, said + (b"; running" if self._model.vllm else b""))]

    async def _at_some_replica(self, place: Place, path: str, body: bytes, chat: ChatRequest | None) -> None:
        """One after another until one begins to answer; completions have no side effects."""
        tried: set[Replica] = set()
        while True:
            replica = place.replica
            try:
                await self._at(place, path, body, chat)
                return
            except ANOTHER_MAY_DO as error:
                _report(replica, error)
                tried.add(replica)
                if not place.move(tried):
                    raise
                self._hot.failed_over(replica)

    async def _at(self, place: Place, path: str, body: bytes, chat: ChatRequest | None) -> None:
        streams = chat is not None and chat.stream
        replica = place.replica
        exchange = self._exchange = await self._hot.open(self._scope, place, path, body, stream=streams)
        if self._metered is not None:
            self._metered.reached = True
        try:
            if chat is not None and chat.stream:
                await self._stream(place, exchange, chat)
            else:
                member = MEMBERS[path]
                self._used(place, await relay_whole(exchange, self._scope, self._send, member=member))
        finally:
            self._exchange = None
            exchange.close()
        if self._outcome == "ok":
            replica.breaker.succeeded(replica.slots)

    def _used(self, place: Place, usage: Usage | None) -> None:
        self._bound.used(usage)
        if usage is not None:
            self._hot.spent(self._model, usage)
        place.settle(usage)
        if self._metered is not None:
            self._metered.saw(usage)

    async def _stream(self, place: Place, exchange: Exchange, chat: ChatRequest) -> None:
        always = header(self._scope, USAGE_HEADER) == b"always"
        running = self._model.vllm
        scanner = EventScanner(include_usage=chat.include_usage or always, strip_running=running and not always)
        times, replica = self._bound.times, place.replica.name
        first_at = 0.0

        def first() -> None:
            nonlocal first_at
            first_at = time.perf_counter()
            times.first_token(replica, first_at - self._begin)

        relay = StreamRelay(
            exchange,
            scanner,
            idle_s=self._hot.idle_s,
            on_first=first,
            headers=self._answer_headers,
            begun=self._told,
        )
        try:
            await relay.run(self._scope, self._send)
        finally:
            usage = scanner.usage()
            self._used(place, usage)
            if first_at:
                times.stream(replica, time.perf_counter() - first_at, usage.output_tokens if usage else scanner.events)
            if relay.error is not None:
                self._outcome = relay.error.code
            if relay.error is not None and relay.error is not self._stopped:
                _report(place.replica, relay.error)


def _report(replica: Replica, error: PlatformError) -> None:
    hung, gone = isinstance(error, UpstreamTimeout), isinstance(error, UpstreamUnreachable)
    replica.breaker.failed(hung=hung, gone=gone)
