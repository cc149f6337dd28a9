# SPDX-License-Identifier: EUPL-1.2
"""The scripted model server: OpenAI's routes, and `/__log`, `/__script` to read and steer it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from genius_inference.testing import answers
from genius_inference.testing.behaviour import EMBEDDING_MODEL, MODELS, Behaviour, Cut, directives
from genius_inference.testing.wire import ClientLeft, Request, Wire

DIMENSIONS = 64
CONTEXT_LENGTH = 8192


@dataclass(slots=True)
class Record:
    """What the server knows about one request. Times are seconds since the request came, None = did not happen."""

    path: str
    headers: dict[str, str]
    body: Any
    connection: int = 0  # the same number = the same connection
    received_at: float = field(default_factory=time.time)
    tokens_sent: int = 0
    finished_after: float | None = None
    client_left_after: float | None = None

    def age(self) -> float:
        return time.time() - self.received_at


class ScriptedServer:
    """Serves on `start`; `script` overrides model names, directives in the last user message override both."""

    def __init__(self, *, owned_by: str = "scripted", models: dict[str, Behaviour] | None = None) -> None:
        self._owned_by = owned_by
        self._models = dict(MODELS if models is None else models)
        self._override: dict[str, Any] = {}
        self._turns: list[str] = []
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._busy: set[asyncio.Task[None]] = set()
        self._draining = False
        self.records: list[Record] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Base URL as an SDK wants it."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def drain(self) -> None:
        """Take no new connection and answer to the end what is being answered, as vLLM does when it is told to end."""
        self._draining = True
        if self._server is not None:
            self._server.close()
        for task in self._connections - self._busy:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def open_connections(self) -> int:
        return len(self._connections)

    def script(self, *turns: str, **values: Any) -> None:
        """Behaviour of all following requests, by the names of `Behaviour`; no values = by model again.

        `turns` are the answers to the next requests, one after the other; the last one stays.
        """
        Behaviour().with_values(values)
        self._override = values
        self._turns = list(turns)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        wire = Wire(reader, writer)
        try:
            while (request := await wire.request()) is not None:
                self._busy.add(task)
                goes_on = await self._serve(wire, request)
                self._busy.discard(task)
                if not goes_on or self._draining:
                    break
        except (ClientLeft, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            self._busy.discard(task)
            await wire.close()

    async def _serve(self, wire: Wire, request: Request) -> bool:
        """Answer one request; whether the connection goes on."""
        route = (request.method, request.path.partition("?")[0])
        if route == ("GET", "/v1/models"):
            await self._json(wire, self._model_list())
        elif route == ("POST", "/v1/chat/completions"):
            return await self._recorded(wire, request, self._chat)
        elif route == ("POST", "/v1/embeddings"):
            return await self._recorded(wire, request, self._embeddings)
        elif route == ("POST", "/v1/rerank"):
            return await self._recorded(wire, request, self._rerank)
        elif route == ("GET", "/__log"):
            await self._json(wire, [asdict(record) for record in self.records])
        elif route == ("DELETE", "/__log"):
            self.records.clear()
            await self._json(wire, {})
        elif route == ("PUT", "/__script"):
            self.script(**orjson.loads(request.body or b"{}"))
            await self._json(wire, {})
        else:
            await self._json(wire, {"error": {"message": "unknown route", "type": "invalid_request_error"}}, status=404)
        return True

    async def _recorded(self, wire: Wire, request: Request, serve: Any) -> bool:
        record = Record(request.path, request.headers, orjson.loads(request.body), wire.number)
        self.records.append(record)
        try:
            goes_on: bool = await serve(wire, record)
        except (ClientLeft, ConnectionError):
            record.client_left_after = record.age()
            raise
        record.finished_after = record.age()
        return goes_on

    async def _json(self, wire: Wire, value: Any, *, status: int = 200, media_type: str = "application/json") -> None:
        body = orjson.dumps(value)
        await wire.head(status, media_type, length=len(body))
        await wire.raw(body)

    def _model_list(self) -> dict[str, Any]:
        names = [*self._models, EMBEDDING_MODEL]
        items = [
            {"id": n, "object": "model", "created": 1, "owned_by": self._owned_by, "max_model_len": CONTEXT_LENGTH}
            for n in names
        ]
        return {"object": "list", "data": items}

    def _behaviour(self, body: dict[str, Any]) -> Behaviour | None:
        found = self._models.get(str(body.get("model")))
        if found is None:
            return None
        behaviour = found.with_values(self._override)
        if self._turns:
            behaviour = behaviour.with_values({"answer": self._turns[0]})
            self._turns = self._turns[1:] or self._turns
        return behaviour.with_values(directives(answers.last_user(body["messages"])))

    async def _chat(self, wire: Wire, record: Record) -> bool:
        body = record.body
        behaviour = self._behaviour(body)
        if behaviour is None:
            await self._json(wire, {"error": {"message": "no such model", "code": "model_not_found"}}, status=404)
            return True
        if behaviour.longest is not None and len(answers.last_user(body["messages"])) > behaviour.longest:
            behaviour = behaviour.with_values({"status": 400, "message": "This model's maximum context length is 9"})
        if await self._failed(wire, behaviour):
            return True
        if behaviour.empty:
            await wire.head(200, behaviour.media_type or "text/event-stream", length=0)
            return True
        completion = Completion(body, behaviour)
        if body.get("stream"):
            return await self._stream(wire, record, completion)
        return await self._whole(wire, record, completion)

    async def _failed(self, wire: Wire, behaviour: Behaviour) -> bool:
        """Keep quiet as long as the script says; whether the answer was an error."""
        if behaviour.hang_after == -1:
            await wire.pause(None)
        if behaviour.first_delay_s:
            await wire.pause(behaviour.first_delay_s)
        if behaviour.status is not None:
            error = {"message": behaviour.message or "scripted error", "type": "server_error", "code": None}
            await self._json(wire, {"error": error}, status=behaviour.status)
        return behaviour.status is not None

    async def _whole(self, wire: Wire, record: Record, completion: Completion) -> bool:
        behaviour = completion.behaviour
        for index in range(len(completion.tokens)):
            if behaviour.hang_after == index:
                await wire.pause(None)
            if behaviour.delay_s:
                await wire.pause(behaviour.delay_s)
        body = orjson.dumps(completion.whole())
        await wire.head(200, behaviour.media_type or "application/json", length=len(body))
        if behaviour.cut_after is not None:
            await wire.raw(body[: len(body) // 2])
            if behaviour.cut is Cut.RESET:
                wire.reset()
            return False
        await wire.raw(body, behaviour.pieces)
        record.tokens_sent = len(completion.tokens)
        return True

    async def _stream(self, wire: Wire, record: Record, completion: Completion) -> bool:
        behaviour = completion.behaviour
        await wire.head(200, behaviour.media_type or "text/event-stream; charset=utf-8", length=None)
        for index, event in enumerate(completion.events()):
            if behaviour.cut_after == index:
                return await _cut(wire, event, behaviour)
            if behaviour.hang_after == index:
                await wire.pause(None)
            await wire.pause(behaviour.delay_s) if behaviour.delay_s else None
            await wire.chunk(event, behaviour.pieces)
            record.tokens_sent = min(index + 1, len(completion.tokens))
        if behaviour.end_delay_s:
            await wire.pause(behaviour.end_delay_s)
        await wire.end()
        return True

    async def _rerank(self, wire: Wire, record: Record) -> bool:
        """The share of the query's words that a text has, as vLLM's route answers it."""
        if await self._failed(wire, Behaviour().with_values(self._override)):
            return True
        body = record.body
        asked = set(body["query"].lower().split())
        found = [
            {"index": index, "relevance_score": len(asked & set(text.lower().split())) / max(len(asked), 1)}
            for index, text in enumerate(body["documents"])
        ]
        found.sort(key=lambda one: -float(one["relevance_score"]))
        count = sum(len(answers.tokens(body["query"] + " " + text)) for text in body["documents"])
        results = found[: body.get("top_n") or len(found)]
        await self._json(wire, {"model": body["model"], "results": results, "usage": {"total_tokens": count}})
        return True

    async def _embeddings(self, wire: Wire, record: Record) -> bool:
        body = record.body
        inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
        if inputs and isinstance(inputs[0], int):
            inputs = [inputs]
        behaviour = Behaviour().with_values(self._override)
        if behaviour.longest is not None and any(len(item) > behaviour.longest for item in inputs):
            behaviour = behaviour.with_values({"status": 400, "message": "This model's maximum context length is 9"})
        if await self._failed(wire, behaviour):
            return True
        size = body.get("dimensions") or DIMENSIONS
        data = []
        for index, item in enumerate(inputs):
            vector: Any = _vector(str(item), size)
            if body.get("encoding_format") == "base64":
                vector = base64.b64encode(struct.pack(f"<{size}f", *vector)).decode()
            data.append({"object": "embedding", "index": index, "embedding": vector})
        count = sum(len(answers.tokens(str(item))) for item in inputs)
        usage = {"prompt_tokens": count, "total_tokens": count}
        await self._json(wire, {"object": "list", "model": body["model"], "data": data, "usage": usage})
        return True


class Completion:
    """One answer as OpenAI's objects. Tokens are words; the stream has one event per token, then finish, usage, end."""

    def __init__(self, body: dict[str, Any], behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._body = body
        self._prompt = sum(len(answers.tokens(answers.content_text(m.get("content")))) for m in body["messages"])
        full = answers.tokens(answers.answer(behaviour.answer, body["messages"]))
        self.tokens = full[: body.get("max_tokens") or len(full)]
        self._finish = "length" if len(self.tokens) < len(full) else "stop"
        self._id = "chatcmpl-" + hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]

    def _usage(self, written: int) -> dict[str, int]:
        return {"prompt_tokens": self._prompt, "total_tokens": self._prompt + written, "completion_tokens": written}

    def whole(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": "".join(self.tokens)}
        return {
            "id": self._id,
            "object": "chat.completion",
            "created": 1,
            "model": self._body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": self._finish}],
            "usage": self._usage(len(self.tokens)),
        }

    def events(self) -> list[bytes]:
        """All events of the stream as bytes; the first carries the role with the first token."""
        options = self._body.get("stream_options") or {}
        wants = bool(options.get("include_usage")) and self.behaviour.usage
        running = wants and bool(options.get("continuous_usage_stats"))
        events = []
        for index, token in enumerate(self.tokens):
            delta = {"role": "assistant", "content": token} if index == 0 else {"content": token}
            events.append(self._event(delta, None, self._usage(index + 1) if running else None))
        events.append(self._event({}, self._finish, self._usage(len(self.tokens)) if running else None))
        if wants:
            events.append(_data({**self._base(), "choices": [], "usage": self._usage(len(self.tokens))}))
        events.append(b"data: [DONE]\n\n")
        return events

    def _base(self) -> dict[str, Any]:
        return {"id": self._id, "object": "chat.completion.chunk", "created": 1, "model": self._body["model"]}

    def _event(self, delta: dict[str, str], finish: str | None, usage: dict[str, int] | None) -> bytes:
        event = {**self._base(), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        return _data({**event, "usage": usage} if usage else event)


def _data(value: Any) -> bytes:
    return b"data: %s\n\n" % orjson.dumps(value)


async def _cut(wire: Wire, event: bytes, behaviour: Behaviour) -> bool:
    """Break the stream instead of sending `event`; whether the connection goes on."""
    how = behaviour.cut
    if how is Cut.RESET:
        wire.reset()
    elif how is Cut.HALF:
        await wire.half_close()
    elif how is Cut.CHUNK:
        await wire.raw(b"zz\r\nnonsense\r\n")
    elif how is Cut.EVENT:
        await wire.chunk(event[: len(event) // 2])
    elif how is Cut.JSON:
        await wire.chunk(b"data: {broken\n\n")
        await wire.chunk(b"data: [DONE]\n\n")
        await wire.end()
    elif how is Cut.ERROR:
        await wire.chunk(_data({"error": {"message": "EngineDeadError: secret detail", "type": "x", "code": 500}}))
        await wire.chunk(b"data: [DONE]\n\n")
        await wire.end()
    elif how is Cut.END:
        await wire.end()
        return True
    return False


def _vector(text: str, size: int) -> list[float]:
    """A unit vector made from the text's hash."""
    raw = hashlib.shake_256(text.encode()).digest(2 * size)
    values = [value / 32768 - 1 for value in struct.unpack(f"<{size}H", raw)]
    norm = sum(value * value for value in values) ** 0.5 or 1.0
    return [value / norm for value in values]
