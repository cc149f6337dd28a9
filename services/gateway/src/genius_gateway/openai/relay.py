# SPDX-License-Identifier: EUPL-1.2
"""Relays `/v1` to inference: who calls, may they, an audit record, and the use settled, without parsing the body.

The closed request schema is inference's; the bytes go there as they came. Inference says in `X-Genius-Usage` whether
the client asked for usage; if not, the usage-only event that inference sends us for settling is held back here, and
so are counts that run along in every event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import orjson

from genius_common.errors import PlatformError, Unavailable
from genius_common.principal import Principal
from genius_common.upstream.client import Exchange, UpstreamClient
from genius_common.upstream.envelope import send_json
from genius_common.upstream.errors import UpstreamCut, UpstreamError, UpstreamUnreachable
from genius_common.upstream.events import STATUS_HEADER, EventScanner, Usage
from genius_common.upstream.relay import Barrier, StreamRelay, UntilGone, read_body, relay_whole
from genius_common.upstream.routes import RawRoutes, header
from genius_common.web import Receive, Scope, Send

USAGE_HEADER = b"x-genius-usage"
ANSWER_SILENCE_S = 330.0
IDLE_SILENCE_S = 60.0
BYTES_PER_TOKEN = 4
CLASS_NOT_FOR_MODEL = "class_not_for_model"
_MAX_ERROR_BYTES = 64 * 1024
_MAX_LIST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one request used: as counted, or estimated by size where no count came (`exact` false)."""

    action: str
    input_tokens: int
    output_tokens: int
    exact: bool


class Reserved(Protocol):
    """What was set aside for one request."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer says about what is left."""


R = TypeVar("R", bound=Reserved)


@dataclass(frozen=True, slots=True)
class Collaborators(Generic[R]):
    """What the relay needs of the gateway, as plain functions on `Principal`. All raise `PlatformError` to refuse.

    Actions are `models.read`, `chat.completions` and `embeddings`. `reserve` sets aside what a request with this body
    may use and answers what `settle` needs again. `audit` returns once the record is durable; it runs beside the call
    to inference, but no byte of an answer leaves before. `settle` is called exactly once for each reservation, also
    if the request was aborted; it must not block.
    """

    authenticate: Callable[[Scope], Awaitable[Principal]]
    reserve: Callable[[Principal, str, bytes], Awaitable[R]]
    mint: Callable[[Principal], str]
    audit: Callable[[Principal, str], Awaitable[None]]
    settle: Callable[[R, Settlement], None]


class ForwardedError(UpstreamError):
    """An error of inference in the middle of a stream, passed on with its own code and text."""

    def __init__(self, error: dict[str, object]) -> None:
        super().__init__(str(error.get("message") or "") or None)
        self.code = str(error.get("code") or self.code)  # type: ignore[misc]


class OpenAIRelay(Generic[R]):
    """The ASGI application below `/v1`; mount it by `if relay.serves(path): await relay(scope, receive, send)`.

    `client` is an `UpstreamClient` of inference's base URL with `/v1`. `serves` is true for the known paths only:
    what else begins with `/v1/` belongs to the gate (401 before routing) and then 404.
    """

    def __init__(self, client: UpstreamClient, collaborators: Collaborators[R], *, body_limit: int) -> None:
        self._client = client
        self._do = collaborators
        self._limit = body_limit
        self._recording: set[asyncio.Future[None]] = set()
        self._routes = RawRoutes(
            {
                "/v1/chat/completions": ("POST", self._chat),
                "/v1/embeddings": ("POST", self._embeddings),
                "/v1/models": ("GET", self._models),
            }
        )
        self.serves = self._routes.serves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._routes(scope, receive, send)

    async def _models(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await self._do.authenticate(scope)
        async with UntilGone(receive):
            exchange = await self._open("GET", "/models", scope, self._do.mint(principal), b"")
            try:
                if exchange.status == 200:
                    await send_json(scope, send, await exchange.read(_MAX_LIST_BYTES))
                else:
                    await _pass_error(exchange, scope, send)
            finally:
                exchange.close()

    async def _chat(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._completion("chat.completions", "/chat/completions", scope, receive, send)

    async def _embeddings(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._completion("embeddings", "/embeddings", scope, receive, send)

    async def _completion(self, action: str, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        principal = await self._do.authenticate(scope)
        body = await read_body(scope, receive, self._limit)
        token = self._do.mint(principal)
        call = _Call(self._do, await self._do.reserve(principal, action, body), action, len(body))
        recorded = asyncio.ensure_future(self._do.audit(principal, action))
        self._recording.add(recorded)  # a client that leaves does not undo the record
        recorded.add_done_callback(self._recorded)

        async def durable() -> None:
            await asyncio.shield(recorded)

        async with UntilGone(receive):
            try:
                exchange = await self._open("POST", path, scope, token, body)
                try:
                    await call.relay(exchange, scope, send, durable)
                finally:
                    exchange.close()
            except UpstreamUnreachable:
                call.refused()
                await durable()
                raise
            except PlatformError:
                await durable()
                raise
            finally:
                call.settle()

    def _recorded(self, future: asyncio.Future[None]) -> None:
        self._recording.discard(future)
        if not future.cancelled():
            future.exception()  # taken here too: who left does not wait for it

    async def _open(self, method: str, path: str, scope: Scope, token: str, body: bytes) -> Exchange:
        head = b"authorization: Bearer %s\r\nx-request-id: %s\r\n%s: always\r\n" % (
            token.encode("ascii"),
            scope["state"]["request_id"].encode("latin-1"),
            USAGE_HEADER,
        )
        if header(scope, STATUS_HEADER) == b"1":
            head += STATUS_HEADER + b": 1\r\n"
        return await self._client.request(method, path, body=body, headers=head, silence_s=ANSWER_SILENCE_S)


class _Call(Generic[R]):
    """One request at inference, and what it used."""

    def __init__(self, do: Collaborators[R], reserved: R, action: str, size: int) -> None:
        self._do = do
        self._reserved = reserved
        self._action = action
        self._size = size
        self._usage: Usage | None = None
        self._scanner: EventScanner | None = None
        self._reached = True

    async def relay(self, exchange: Exchange, scope: Scope, send: Send, durable: Barrier) -> None:
        if exchange.status != 200:
            self.refused()
            await durable()
            await _pass_error(exchange, scope, send)
            return
        if exchange.headers.get(b"content-type", b"").startswith(b"text/event-stream"):
            said = exchange.headers.get(USAGE_HEADER, b"")
            self._scanner = EventScanner(include_usage=b"asked" in said, strip_running=b"running" in said)
            relay = StreamRelay(
                exchange,
                self._scanner,
                idle_s=IDLE_SILENCE_S,
                error_of=ForwardedError,
                barrier=durable,
                headers=self._reserved.headers(),
            )
            await relay.run(scope, send)
        else:
            member = "choices" if self._action == "chat.completions" else "data"
            headers = self._reserved.headers()
            self._usage = await relay_whole(exchange, scope, send, member=member, barrier=durable, headers=headers)

    def refused(self) -> None:
        """No model worked for this request."""
        self._reached = False

    def settle(self) -> None:
        """By the count where one came, else by size: an aborted answer is not free."""
        usage = self._usage
        written = 0
        if self._scanner is not None:
            usage = self._scanner.usage()
            written = self._scanner.events
        if usage is not None:
            settlement = Settlement(self._action, usage.input_tokens, usage.output_tokens, exact=True)
        elif self._reached:
            settlement = Settlement(self._action, self._size // BYTES_PER_TOKEN, written, exact=False)
        else:
            settlement = Settlement(self._action, 0, 0, exact=True)
        self._do.settle(self._reserved, settlement)


async def _pass_error(exchange: Exchange, scope: Scope, send: Send) -> None:
    """Inference's envelope with its status; that it refused our token is our failure, not the client's.

    Only that a model may not see the stated class is a refusal of the client's request.
    """
    body = await exchange.read(_MAX_ERROR_BYTES)
    try:
        error = orjson.loads(body).get("error")
    except (orjson.JSONDecodeError, AttributeError):
        error = None
    code = error.get("code") if isinstance(error, dict) else None
    if exchange.status == 401 or (exchange.status == 403 and code != CLASS_NOT_FOR_MODEL):
        raise Unavailable(retry_after=5)
    if not isinstance(error, dict):
        raise UpstreamCut
    wait = exchange.headers.get(b"retry-after")
    await send_json(scope, send, body, status=exchange.status, headers=[(b"retry-after", wait)] if wait else [])
