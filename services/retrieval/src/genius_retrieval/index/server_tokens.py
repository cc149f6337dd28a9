# SPDX-License-Identifier: EUPL-1.2
"""Tokens of the minter, one per collection and operation class, kept for less than they live."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Any
from uuid import UUID

import aiohttp
import structlog
from pydantic import BaseModel, ValidationError

from genius_common.errors import PlatformError
from genius_common.http import ServiceClient
from genius_retrieval.errors import IndexUnavailable
from genius_retrieval.minter.tokens import Operation

log = structlog.get_logger(__name__)
_SPARE_S = 60
"""A token that ends sooner is not used for a new call: the longest one takes this long."""
_TIMEOUT_S = 15.0


class _Minted(BaseModel):
    token: str
    expires_at: int
    server: str


class Minter:
    """The minter as the retrieval service sees it. Everything raises `IndexUnavailable` where it can't be had."""

    def __init__(self, session: aiohttp.ClientSession, url: str, secret: str) -> None:
        self._client = ServiceClient(session, url, "qdrant-minter")
        self._secret = secret
        self._tokens: dict[tuple[UUID, Operation], _Minted] = {}
        self._asking: dict[tuple[UUID, Operation], asyncio.Lock] = defaultdict(asyncio.Lock)
        self.server = ""

    async def token(self, collection: UUID, operation: Operation) -> str:
        known = self._fresh(collection, operation)
        if known is None:
            async with self._asking[collection, operation]:  # a burst of first searches waits for one token
                known = self._fresh(collection, operation) or await self._ask(collection, operation)
        return known.token

    def forget(self, collection: UUID, operation: Operation) -> None:
        """Drop a token that the server did not take (the API key was changed)."""
        self._tokens.pop((collection, operation), None)

    async def ensure(self, collection: UUID, dense_size: int | None = None) -> None:
        await self._call("PUT", collection, params={"dense_size": str(dense_size)} if dense_size else None)

    async def drop(self, collection: UUID) -> None:
        await self._call("DELETE", collection)
        self._tokens = {key: token for key, token in self._tokens.items() if key[0] != collection}

    async def ready(self) -> bool:
        """Whether minter and server are there; `server` then holds the version."""
        try:
            answer = await self._client.json("GET", "/health/ready", read_timeout=3.0)
        except PlatformError:
            return False
        self.server = str(answer.get("server", ""))
        return True

    def _fresh(self, collection: UUID, operation: Operation) -> _Minted | None:
        known = self._tokens.get((collection, operation))
        return known if known and known.expires_at - time.time() > _SPARE_S else None

    async def _ask(self, collection: UUID, operation: Operation) -> _Minted:
        answer = await self._call("POST", collection, "/tokens", body={"operation": operation})
        try:
            minted = _Minted.model_validate(answer)
        except ValidationError:
            # Not chained: the error would show the token.
            log.error("minter answered nonsense")
            raise IndexUnavailable from None
        self._tokens[collection, operation] = minted
        self.server = minted.server
        return minted

    async def _call(self, method: str, collection: UUID, path: str = "", **options: Any) -> Any:
        try:
            return await self._client.json(
                method, f"/collections/{collection}{path}", token=self._secret, read_timeout=_TIMEOUT_S, **options
            )
        except PlatformError as error:
            # Its own errors are not the user's: a wrong secret must not read like "please log in".
            log.warning("minter failed", code=error.code, status=error.status)
            raise IndexUnavailable(retry_after=5) from error
