# SPDX-License-Identifier: EUPL-1.2
"""The client for applications in both forms, asked alike: each test runs with and without an event loop."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import httpx

from genius_client import AsyncGenius, Event, Genius, Retry
from tests.support.http import TRUSTS_NOBODY

Kind = Literal["sync", "async"]
QUICK = Retry(attempts=4, first_s=0.01, most_s=0.02, longest_s=2)


class AnyClient:
    """`client.modules()` and so on, waited for; `events` reads a stream to its end."""

    def __init__(self, kind: Kind, url: str, auth: httpx.Auth | str = "t", retry: Retry = QUICK) -> None:
        made = Genius if kind == "sync" else AsyncGenius
        self.client: Genius | AsyncGenius = made(url, auth, retry=retry, verify=TRUSTS_NOBODY)
        self._runner = asyncio.Runner()

    def __getattr__(self, name: str) -> Any:
        def called(*args: Any, **options: Any) -> Any:
            found = getattr(self.client, name)(*args, **options)
            return self._runner.run(found) if asyncio.iscoroutine(found) else found

        return called

    def read(self, stream: Any, most: int | None = None) -> list[Event]:
        """The events of `stream`, at most `most` of them; it is closed then."""
        if isinstance(self.client, AsyncGenius):
            return self._runner.run(_read(stream, most))
        found: list[Event] = []
        with stream:
            for event in stream:
                found.append(event)
                if len(found) == most:
                    break
        return found

    def end(self) -> None:
        self.close()
        self._runner.close()


async def _read(stream: Any, most: int | None) -> list[Event]:
    found: list[Event] = []
    async with stream:
        async for event in stream:
            found.append(event)
            if len(found) == most:
                break
    return found
