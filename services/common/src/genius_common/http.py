# SPDX-License-Identifier: EUPL-1.2
"""Calls between our services: one pooled aiohttp session, typed errors, correlation id. Not for the hot path."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from genius_common.errors import FieldError, PlatformError, Unavailable, UpstreamFailed

CONNECT_SECONDS = 2.0
_MAX_PROBLEM_BYTES = 65_536
_SECONDS = re.compile(r"[0-9]{1,6}")


class RelayedError(PlatformError):
    """A problem of another service, passed on with its own code and status."""

    def __init__(self, problem: Mapping[str, Any], status: int, retry_after: str | None = None) -> None:
        """`retry_after` is the header as received; only seconds are passed on, our services send no dates."""
        seconds = int(retry_after) if retry_after and _SECONDS.fullmatch(retry_after) else None
        super().__init__(str(problem.get("detail", "")) or None, retry_after=seconds)
        self.code = str(problem["code"])  # type: ignore[misc]
        self.status = status  # type: ignore[misc]
        self.title = str(problem.get("title", self.title))  # type: ignore[misc]
        self.retryable = bool(problem.get("retryable", False))  # type: ignore[misc]
        self.errors = [
            FieldError(str(e.get("pointer", "")), str(e.get("detail", ""))) for e in problem.get("errors", [])
        ]


class ServiceClient:
    """Client of one service at `base_url`; every call needs the caller's token."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, name: str) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._name = name

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        data: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        read_timeout: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Open a response; leaving the context early closes the connection, which cancels the other side.

        `body` is sent as JSON, `data` as it is (bytes or an async iterator). `read_timeout` bounds the silence
        between two reads, not the whole. Raises the other side's error (`RelayedError`), `Unavailable` where it
        can't be reached, `UpstreamFailed` where it answers nonsense or breaks off.
        """
        sent = dict(headers or {})
        if token:
            sent["authorization"] = f"Bearer {token}"
        if body is not None:
            data, sent["content-type"] = orjson.dumps(body), "application/json"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=read_timeout)
        try:
            async with self._session.request(
                method,
                self._base + path,
                data=data,
                params=params,
                headers=sent,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                if not 200 <= response.status < 300:  # our services redirect nowhere
                    raise await self._error(response)
                yield response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"Der Dienst „{self._name}“ ist zurzeit nicht erreichbar.", retry_after=5) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UpstreamFailed(f"Die Verbindung zum Dienst „{self._name}“ ist abgebrochen.") from error

    def at(self, base_url: str, name: str) -> ServiceClient:
        """A client of another address on the same session."""
        return ServiceClient(self._session, base_url, name)

    async def json(
        self, method: str, path: str, *, read_timeout: float = 60.0, max_bytes: int | None = None, **options: Any
    ) -> Any:
        """Call and return the parsed JSON body (None for 204); `UpstreamFailed` beyond `max_bytes`."""
        async with self.stream(method, path, read_timeout=read_timeout, **options) as response:
            raw = await response.read() if max_bytes is None else await read_at_most(response, max_bytes)
        try:
            return orjson.loads(raw) if raw else None
        except orjson.JSONDecodeError as error:
            raise UpstreamFailed from error

    async def _error(self, response: aiohttp.ClientResponse) -> PlatformError:
        try:
            problem = orjson.loads(await read_at_most(response, _MAX_PROBLEM_BYTES))
            return RelayedError(problem, response.status, response.headers.get("retry-after"))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, UpstreamFailed):
            return UpstreamFailed(f"Der Dienst „{self._name}“ hat mit Status {response.status} geantwortet.")


async def read_at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """The body. Raises: UpstreamFailed beyond `limit` bytes; nothing more is read then."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > limit:
            raise UpstreamFailed(f"Die Antwort ist größer als {limit} Byte.")
    return bytes(raw)


def create_session() -> aiohttp.ClientSession:
    """The session of one process; ignores proxy variables and never stores cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=30, keepalive_timeout=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
