# SPDX-License-Identifier: EUPL-1.2
"""Runs in the modules service: start one and read its events, cancel one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from uuid import UUID

import orjson
from pydantic import ValidationError

from genius_common.contracts.modules import ModuleRunRequest
from genius_common.errors import PlatformError
from genius_common.events import Event, RunStarted, event_adapter
from genius_common.http import ServiceClient
from genius_common.sse import decode

CANCEL_SECONDS = 2.0


class InvalidEvent(Exception):
    """The module sent something that is no event of the contract."""


class ModuleClient:
    """Speaks "Module over HTTP" with the modules service."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    async def run(
        self, module: str, request: ModuleRunRequest, token: str, silence_s: float
    ) -> AsyncGenerator[Event, None]:
        """Yield the events of the run as they come; leaving early closes the connection, which cancels the run.

        Raises the module's refusal, `Unavailable`, `UpstreamFailed` on a broken connection or after `silence_s`
        without a byte, `InvalidEvent` for what is no event. The end of the stream is just the end here.
        """
        body = request.model_dump(mode="json")
        async with self._client.stream(
            "POST", f"/modules/{module}/runs", token=token, body=body, read_timeout=silence_s
        ) as response:
            try:
                async for frame in decode(response.content.iter_any()):
                    event = event_adapter.validate_json(frame.data)
                    if isinstance(event, RunStarted):
                        raise InvalidEvent
                    yield event
            except (ValidationError, ValueError, UnicodeDecodeError, orjson.JSONDecodeError):
                # Its text may hold content, so it is not chained.
                raise InvalidEvent from None

    async def cancel(self, module: str, run: UUID, token: str) -> bool:
        """Ask the module to stop; False if it did not take the request in time."""
        try:
            await self._client.json("DELETE", f"/modules/{module}/runs/{run}", token=token, read_timeout=CANCEL_SECONDS)
        except PlatformError:
            return False
        return True
