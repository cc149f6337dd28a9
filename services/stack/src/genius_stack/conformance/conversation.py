# SPDX-License-Identifier: EUPL-1.2
"""One module over HTTP, as the gateway would call it, with every answer kept."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson
from pydantic import ValidationError

from genius_common.contracts.modules import Limits, ModuleManifest, ModuleRunRequest
from genius_common.events import Event, Item, RunStarted, event_adapter, is_final
from genius_common.principal import ProtectionClass
from genius_common.sse import Decoder
from genius_stack.conformance.desk import Desk

SECONDS = 30.0
MAX_BYTES = 20_000_000


@dataclass(slots=True)
class Answer:
    """What came back for one request; `wrong` lists what the contract does not allow."""

    status: int = 0
    content_type: str = ""
    body: bytes = b""
    events: list[Event] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def final(self) -> Event | None:
        return self.events[-1] if self.events and is_final(self.events[-1]) else None

    def problem(self) -> dict[str, Any] | None:
        """The RFC 9457 problem with a stable code; None where it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        usable = isinstance(found, dict) and all(isinstance(found.get(key), str) for key in ("code", "detail"))
        return found if usable and self.content_type == "application/problem+json" else None


class Conversation:
    """Calls of the module at `url`, which knows itself in tokens as `audience`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, audience: str, desk: Desk) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self.audience = audience
        self.desk = desk

    async def get(self, path: str, token: str | None = None) -> Answer:
        return await self._call("GET", path, token)

    def token(self, manifest: ModuleManifest, run: UUID, **changes: Any) -> str:
        return self.desk.token(self.audience, run, [*manifest.scopes, "run.token"], **changes)

    def request(self, manifest: ModuleManifest, data: dict[str, Any], run: UUID, **changes: Any) -> dict[str, Any]:
        request = ModuleRunRequest(
            run=run,
            version=manifest.version,
            input=data,
            protection_class=ProtectionClass.OFFEN,
            files=[self.desk.file()],
            services=self.desk.address.services,
            limits=manifest.limits,
        )
        return {**request.model_dump(mode="json"), **changes}

    async def run(self, manifest: ModuleManifest, data: dict[str, Any], **changes: Any) -> Answer:
        """A run to its end. `limits`, `version` … change the request."""
        run = uuid4()
        return await self._call(
            "POST", "/runs", self.token(manifest, run), self.request(manifest, data, run, **changes)
        )

    async def refused(self, manifest: ModuleManifest, data: dict[str, Any], token: str | None, run: UUID) -> Answer:
        """A run with a token that should not do."""
        return await self._call("POST", "/runs", token, self.request(manifest, data, run))

    async def cancelled(self, manifest: ModuleManifest, data: dict[str, Any]) -> tuple[Answer, Answer]:
        """A run that is cancelled as soon as it has begun, and the answer to the cancellation."""
        run, begun = uuid4(), asyncio.Event()
        token = self.token(manifest, run)
        body = self.request(manifest, data, run)
        task = asyncio.create_task(self._call("POST", "/runs", token, body, begun))
        await asyncio.wait({task, asyncio.create_task(begun.wait())}, return_when=asyncio.FIRST_COMPLETED)
        asked = time.monotonic()
        deleted = await self._call("DELETE", f"/runs/{run}", token)
        ended = await task
        ended.seconds = time.monotonic() - asked
        return ended, deleted

    async def _call(
        self, method: str, path: str, token: str | None, body: Any = None, begun: asyncio.Event | None = None
    ) -> Answer:
        answer, headers = Answer(), {"authorization": f"Bearer {token}"} if token else {}
        data = None if body is None else orjson.dumps(body)
        if data is not None:
            headers["content-type"] = "application/json"
        started = time.monotonic()
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._http.request(
                    method, self._url + path, data=data, headers=headers, allow_redirects=False
                ) as response,
            ):
                answer.status, answer.content_type = response.status, response.content_type
                if begun:
                    begun.set()
                await _read(response, answer)
        except TimeoutError:
            answer.wrong.append(f"{method} {path}: keine vollständige Antwort in {SECONDS:.0f} s.")
        except aiohttp.ClientError as error:
            answer.wrong.append(f"{method} {path}: nicht erreichbar oder abgebrochen ({type(error).__name__}).")
        answer.seconds = time.monotonic() - started
        return answer


async def _read(response: aiohttp.ClientResponse, answer: Answer) -> None:
    stream = response.content_type == "text/event-stream"
    decoder, size = Decoder(), 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MAX_BYTES:
            answer.wrong.append(f"Die Antwort ist größer als {MAX_BYTES} Byte.")
            return
        if not stream:
            answer.body += chunk
            continue
        try:
            for frame in decoder.feed(chunk):
                _take(frame.event, frame.data, answer)
        except ValueError:
            answer.wrong.append("Der Ereignisstrom ist kein gültiges UTF-8, oder ein Ereignis ist zu groß.")
            return
    if stream and answer.final is None:
        answer.wrong.append("Der Strom endet ohne Schlussereignis (done, cancelled oder error).")


def _take(name: str, data: str, answer: Answer) -> None:
    if answer.final is not None:
        answer.wrong.append("Nach dem Schlussereignis kommt noch eines.")
    try:
        event = event_adapter.validate_json(data)
    except ValidationError as error:
        where = sorted({".".join(str(part) for part in item["loc"]) for item in error.errors(include_input=False)})
        answer.wrong.append(f"Ein Ereignis „{name}“ passt nicht zum Vertrag: {', '.join(where)}.")
        return
    if isinstance(event, RunStarted | Item):
        answer.wrong.append(f"„{event.type}“ sendet nur die Plattform.")
    if name not in {event.type, "message"}:
        answer.wrong.append(f"„event: {name}“ und „type: {event.type}“ müssen gleich sein.")
    answer.events.append(event)


def tight(limits: Limits, **changes: int) -> dict[str, int]:
    """Limits of a request, tighter than the manifest's."""
    return {**limits.model_dump(), **changes}
