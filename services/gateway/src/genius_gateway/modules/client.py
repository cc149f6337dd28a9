# SPDX-License-Identifier: EUPL-1.2
"""Runs of one module over HTTP: start one and read its events, cancel one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from uuid import UUID

import orjson
from pydantic import ValidationError

from genius_common.contracts.modules import ModuleRunRequest
from genius_common.errors import PlatformError
from genius_common.events import Event, Item, RunStarted, event_adapter
from genius_common.http import ServiceClient
from genius_common.sse import decode
from genius_gateway.modules.errors import ModuleOutputTooLarge

CANCEL_SECONDS = 2.0
# What frames and comments may add to the events, which `Incoming` counts exactly.
_FRAMING = 4
_COMMENTS = 1_000_000


class InvalidEvent(Exception):
    """The module sent something that is no event of the contract."""


class ModuleClient:
    """Speaks "Module over HTTP" with the module below `path`."""

    def __init__(self, client: ServiceClient, path: str = "") -> None:
        self._client = client
        self._path = path

    async def run(self, request: ModuleRunRequest, token: str, silence_s: float) -> AsyncGenerator[Event, None]:
        """Yield the events of the run as they come; leaving early closes the connection, which cancels the run.

        Raises the module's refusal, `Unavailable`, `UpstreamFailed` on a broken connection or after `silence_s`
        without a byte, `InvalidEvent` for what is no event, `ModuleOutputTooLarge` for endless bytes, events or not.
        The end of the stream is just the end here.
        """
        # Only what `draft` of the platform is given; a module of others would not know the field.
        body = request.model_dump(mode="json", exclude=None if request.house_style else {"house_style"})
        async with self._client.stream(
            "POST", f"{self._path}/runs", token=token, body=body, read_timeout=silence_s
        ) as response:
            chunks = _bounded(response.content.iter_any(), request.limits.bytes * _FRAMING + _COMMENTS)
            try:
                async for frame in decode(chunks):
                    event = event_adapter.validate_json(frame.data)
                    # Both are the gateway's own.
                    if isinstance(event, RunStarted | Item):
                        raise InvalidEvent
                    yield event
            except (ValidationError, ValueError, UnicodeDecodeError, orjson.JSONDecodeError):
                # Its text may hold content, so it is not chained.
                raise InvalidEvent from None

    async def cancel(self, run: UUID, token: str) -> bool:
        """Ask the module to stop; False if it did not take the request in time."""
        try:
            await self._client.json("DELETE", f"{self._path}/runs/{run}", token=token, read_timeout=CANCEL_SECONDS)
        except PlatformError:
            return False
        return True


async def _bounded(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    left = limit
    async for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise ModuleOutputTooLarge
        yield chunk
