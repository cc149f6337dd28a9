# SPDX-License-Identifier: EUPL-1.2
"""The public API as the command uses it: a bearer token, JSON, faults as `StackError` with the platform's own text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from genius_stack.errors import NotRunning, PlatformRefused, Refused

_READ_SECONDS = 120.0
_LINE_BYTES = 2**20
_JSON = {"content-type": "application/json"}


class PlatformApi:
    """Calls of one caller at `base_url`. Raises: PlatformRefused with the status, NotRunning."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self.sign_in(token)

    def sign_in(self, token: str) -> None:
        """Go on with another token."""
        self._headers = {"authorization": f"Bearer {token}"}

    async def get(self, path: str) -> Any:
        return await self._json("GET", path, None)

    async def post(self, path: str, body: Any) -> Any:
        return await self._json("POST", path, body)

    async def put(self, path: str, body: Any) -> Any:
        return await self._json("PUT", path, body)

    async def delete(self, path: str) -> None:
        await self._json("DELETE", path, None)

    async def upload(self, path: str, name: str, content: bytes) -> Any:
        """POST a file as a form, as a browser does."""
        # The name as it is, in UTF-8; the library would percent-encode it.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", content, filename=name, content_type="application/octet-stream")
        async with self._call("POST", path, form, {}) as response:
            return orjson.loads(await response.read())

    async def lines(self, path: str, body: Any) -> AsyncIterator[dict[str, Any]]:
        """POST and yield the objects of an NDJSON answer while they arrive."""
        async with self._call("POST", path, orjson.dumps(body), _JSON) as response:
            async for line in response.content:
                if line.strip():
                    yield orjson.loads(line)

    async def _json(self, method: str, path: str, body: Any) -> Any:
        sent = (None, {}) if body is None else (orjson.dumps(body), _JSON)
        async with self._call(method, path, *sent) as response:
            raw = await response.read()
        return orjson.loads(raw) if raw else None

    @asynccontextmanager
    async def _call(
        self, method: str, path: str, data: Any, headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        headers = {**self._headers, **headers}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=_READ_SECONDS)
        try:
            async with self._session.request(
                method, self._base + path, data=data, headers=headers, timeout=timeout
            ) as response:
                if response.status >= 400:
                    raise await _refusal(f"{method} {path}", response)
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotRunning(f"Genius unter {self._base} ist nicht erreichbar.") from error


async def _refusal(what: str, response: aiohttp.ClientResponse) -> PlatformRefused:
    wait = response.headers.get("retry-after", "")
    retry_after = int(wait) if wait.isascii() and wait.isdigit() else None
    try:
        problem = orjson.loads(await response.read())
        code, detail = str(problem["code"]), str(problem["detail"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return PlatformRefused(f"{what}: {response.status}", status=response.status, retry_after=retry_after)
    text = f"{what}: {response.status} {code}: {detail}"
    return PlatformRefused(text, status=response.status, detail=detail, retry_after=retry_after)


def http_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(trust_env=False, read_bufsize=_LINE_BYTES)


async def local_token(
    session: aiohttp.ClientSession,
    issuer: str,
    secret: str,
    *,
    login: str | None = None,
    application: str | None = None,
) -> str:
    """A bearer token of the development identity provider, valid 15 minutes.

    Raises: Refused (unknown name), NotRunning.
    """
    origin = issuer.split("/realms/", 1)[0]
    wanted = {"login": login} if login is not None else {"application": application}
    headers = {"authorization": f"Bearer {secret}"}
    try:
        async with session.post(f"{origin}/local/token", json=wanted, headers=headers) as response:
            if response.status == 404:
                raise Refused(f"„{login or application}“ gibt es hier nicht. „genius status“ zeigt die Zugänge.")
            if response.status != 200:
                raise Refused(f"Der Anmeldedienst gibt kein Token aus (Status {response.status}).")
            return str((await response.json())["access_token"])
    except aiohttp.ClientError as error:
        raise NotRunning("Der Anmeldedienst ist nicht erreichbar. Läuft „genius up“?") from error
