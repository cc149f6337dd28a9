# SPDX-License-Identifier: EUPL-1.2
"""httpx's clients for loopback. Its own read every certificate authority of the machine anew for each client: 30 ms,
which was a sixth of the suite's time in its own processes. Tests speak HTTP with themselves and trust nobody.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import httpx
import orjson
from yarl import URL

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Refuses every certificate, so that no test can reach a host outside by TLS; for `httpx.get(…, verify=…)` too."""


class AsyncClient(httpx.AsyncClient):
    """As httpx's, with one context for all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verify=TRUSTS_NOBODY, **options)


class Client(httpx.Client):
    """As httpx's, with one context for all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verify=TRUSTS_NOBODY, **options)


@dataclass(frozen=True, slots=True)
class Answer:
    """What `QuickClient` got, named as httpx names it; `headers` by name in lower case."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        return orjson.loads(self.content)


class QuickClient:
    """For thousands of requests: aiohttp takes a fifth of httpx's time. Keeps no cookie and follows no redirect."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=30), cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        json: Any = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> Answer:
        """`json` and `files` as httpx takes them."""
        body: aiohttp.FormData | None = None
        if files is not None:
            body = aiohttp.FormData()
            for name, (filename, content) in files.items():
                body.add_field(name, content, filename=filename)
        async with self._session.request(
            method, URL(self._base + path, encoded=True), headers=headers, json=json, data=body, allow_redirects=False
        ) as found:
            names = {name.lower(): value for name, value in found.headers.items()}
            return Answer(found.status, names, await found.read())
