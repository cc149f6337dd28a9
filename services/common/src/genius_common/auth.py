# SPDX-License-Identifier: EUPL-1.2
"""Inner services: the principal of a request, from a token that this service verifies itself.

Beside the keys it follows the gateway's signed revocation list: asked for again every 10 s, and without one that is
younger than 30 s nobody is let in (AUTH-08). Inference asks for the signed list of stopped models as well (KI-06).
"""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urljoin

import aiohttp
import orjson
import structlog

from genius_common.errors import NotAuthenticated, Unavailable
from genius_common.model_stops import STOPS_PATH, ModelStop
from genius_common.principal import Principal
from genius_common.tokens import TokenInvalid, TokenVerifier

log = structlog.get_logger(__name__)
_COOL_DOWN_S = 5.0
_FIRST_COOL_DOWN_S = 1.0
REVOCATIONS_PATH = "/internal/revocations"
_RENEW_S, _STALE_S = 10.0, 30.0


class Authenticator:
    """Verifies bearer tokens against the gateway's JWKS, which is fetched at the first need and on unknown keys."""

    def __init__(self, session: aiohttp.ClientSession, jwks_url: str, verifier: TokenVerifier) -> None:
        self._session = session
        self._url = jwks_url
        self._verifier = verifier
        self._fetched_at = -_COOL_DOWN_S
        self._fetching = asyncio.Lock()
        self._have_keys = False
        self._list_url = urljoin(jwks_url, REVOCATIONS_PATH)
        self._stops_url = urljoin(jwks_url, STOPS_PATH)
        self._list_at = -_STALE_S
        self._renewal: asyncio.Task[None] | None = None

    async def principal(self, authorization: str | None) -> Principal:
        """Return who calls, or raise `NotAuthenticated`; `Unavailable` before the first JWKS was had."""
        if not authorization or not authorization.startswith("Bearer "):
            raise NotAuthenticated
        token = authorization[7:]
        if not self._have_keys or not self._verifier.knows(token):
            async with self._fetching:  # a burst of first requests waits for one fetch
                if not self._have_keys or not self._verifier.knows(token):
                    await self._refresh()
        if not self._have_keys:
            raise Unavailable("Die Anmeldung kann zurzeit nicht geprüft werden.", retry_after=5)
        principal = self._verifier.verify(token)
        age = time.monotonic() - self._list_at
        if age <= _RENEW_S:
            return principal
        renewal = self._renew()
        if age > _STALE_S:
            await asyncio.shield(renewal)
            if time.monotonic() - self._list_at > _STALE_S:
                raise Unavailable("Die Anmeldung kann zurzeit nicht geprüft werden.", retry_after=5)
        return self._verifier.verify(token)

    def _renew(self) -> asyncio.Task[None]:
        """One fetch of the list at a time; requests go on with the old one while it is young enough."""
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._fetch_list())
        return self._renewal

    async def _fetch_list(self) -> None:
        asked = time.monotonic()
        try:
            self._verifier.revoked = self._verifier.read_revocations(await self._text(self._list_url))
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError, TokenInvalid) as error:
            log.warning("revocations not available", error=type(error).__name__)
            return
        self._list_at = asked

    async def stops(self) -> frozenset[ModelStop] | None:
        """The models that are stopped now; None where the list can't be had, or not be believed."""
        if not self._have_keys:
            async with self._fetching:
                await self._refresh()
        try:
            return self._verifier.read_stops(await self._text(self._stops_url))
        except TokenInvalid:
            async with self._fetching:  # signed by a key that came since: the next look knows it
                await self._refresh()
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            log.warning("list of stopped models not available", error=type(error).__name__)
        return None

    async def _text(self, url: str) -> str:
        async with self._session.get(url, timeout=aiohttp.ClientTimeout(total=5), raise_for_status=True) as response:
            return (await response.read()).decode("ascii")

    async def _refresh(self) -> None:
        # One fetch per cool-down, however many unknown key ids come in (AUTH-06).
        cool_down = _COOL_DOWN_S if self._have_keys else _FIRST_COOL_DOWN_S
        if time.monotonic() - self._fetched_at < cool_down:
            return
        self._fetched_at = time.monotonic()
        try:
            async with self._session.get(
                self._url, timeout=aiohttp.ClientTimeout(total=5), raise_for_status=True
            ) as response:
                jwks = orjson.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError) as error:
            log.warning("jwks not available", error=type(error).__name__)
            return
        # What is no key set leaves the known keys as they are (AUTH-06).
        if isinstance(jwks, dict) and jwks.get("keys"):
            self._verifier.set_keys(jwks)
            self._have_keys = True
