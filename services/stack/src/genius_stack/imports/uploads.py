# SPDX-License-Identifier: EUPL-1.2
"""Calls of an import: repeated while the platform is busy or away, until a file is ready or known to have failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

from genius_common.contracts.retrieval import DocumentPage, DocumentState
from genius_stack.api import PlatformApi
from genius_stack.errors import NotRunning, PlatformRefused

T = TypeVar("T")
SignIn = Callable[[], Awaitable[str]]
Sleep = Callable[[float], Awaitable[None]]
_PAUSES = (1, 2, 4, 8, 15, 30, 60)
LONGEST_WAIT = 300
"""Seconds; a quota that renews tomorrow ends the import instead."""
_BUSY = {429, 502, 503, 504}
_FIRST_LOOK, _LONGEST_LOOK = 0.2, 5.0
_ENDED = {"ready", "failed"}


class Uploads:
    """Documents of one knowledge base. `sign_in` gives a new token where the one in use has ended (None: it can't).

    `sleep` is how it waits, in seconds.
    """

    def __init__(
        self, api: PlatformApi, knowledge_base: UUID, sign_in: SignIn | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._api = api
        self._path = f"/api/v1/knowledge-bases/{knowledge_base}/documents"
        self._sign_in = sign_in
        self._sleep = sleep

    async def documents(self) -> list[DocumentState]:
        """All that hold now, failed ones too."""
        found: list[DocumentState] = []
        after = ""
        while True:
            path = f"{self._path}?limit=200{after}"
            page = DocumentPage.model_validate(await self._persistent(partial(self._api.get, path)))
            found.extend(page.items)
            if page.next is None:
                return found
            after = f"&after={page.next}"

    async def send(self, name: str, content: bytes) -> DocumentState:
        """The document once it is ready or failed. Sent again after a fault: the same content is taken once only."""
        sent = await self._persistent(lambda: self._api.upload(self._path, name, content))
        return await self.ended(DocumentState.model_validate(sent))

    async def ended(self, document: DocumentState) -> DocumentState:
        """Wait until the platform has read it."""
        pause = _FIRST_LOOK
        path = f"/api/v1/documents/{document.id}"
        while document.state not in _ENDED:
            await self._sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK)
            looked = DocumentState.model_validate(await self._persistent(lambda: self._api.get(path)))
            document = looked.model_copy(update={"warnings": document.warnings + looked.warnings})
        return document

    async def remove(self, document: DocumentState) -> None:
        """Delete it; one that is gone already is no fault."""
        try:
            await self._persistent(lambda: self._api.delete(f"/api/v1/documents/{document.id}"))
        except PlatformRefused as refused:
            if refused.status != 404:
                raise

    async def _persistent(self, call: Callable[[], Awaitable[T]]) -> T:
        renewed = False
        for pause in _PAUSES:
            try:
                return await call()
            except NotRunning:
                await self._sleep(pause)
            except PlatformRefused as refused:
                if refused.status == 401 and self._sign_in and not renewed:
                    self._api.sign_in(await self._sign_in())
                    renewed = True
                elif refused.status in _BUSY and (refused.retry_after or 0) <= LONGEST_WAIT:
                    await self._sleep(refused.retry_after or pause)
                else:
                    raise
        return await call()
