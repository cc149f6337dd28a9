# SPDX-License-Identifier: EUPL-1.2
"""Around the gate: no answer to a retrieval leaves before its entry is durable, whatever the answer is. Pure ASGI.

What the gate itself refuses (role, scope) is an attempt like any other. Without valid credentials there is nobody to
name; those attempts are security events (`auth/events.py`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from uuid import UUID

from genius_common.web import ASGIApp, Message, Receive, Scope, Send
from genius_gateway.auth.identity import Identity
from genius_gateway.retrieval_log.current import Retrieval, begin
from genius_gateway.retrieval_log.errors import RetrievalLogUnavailable
from genius_gateway.retrieval_log.kinds import RETRIEVALS, RUN, Outcome
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.site.refusal import refuse

_OBJECT = re.compile(
    r"/api/v1/(?:documents|files|knowledge-bases|snapshots)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|$)"
)


class RetrievalWatch:
    """`log` gives the log once the application has started."""

    def __init__(self, app: ASGIApp, log: Callable[[], RetrievalLog]) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        retrieval = begin()
        if found := _OBJECT.match(scope["path"]):
            retrieval.object = UUID(found[1])
        answered = withheld = False

        async def logged(message: Message) -> None:
            nonlocal answered, withheld
            if message["type"] == "http.response.start" and not answered:
                try:
                    await self._write(scope, retrieval, message["status"])
                except RetrievalLogUnavailable as error:
                    withheld = True
                    await refuse(error, scope, receive, send)
                answered = True
            if not withheld:
                await send(message)

        try:
            await self._app(scope, receive, logged)
        except BaseException:
            # Cut before an answer began (session ended, server stopping): an attempt all the same.
            if not answered:
                await asyncio.shield(self._write(scope, retrieval, None))
            raise

    async def _write(self, scope: Scope, retrieval: Retrieval, status: int | None) -> None:
        state = scope.get("state", {})
        action, identity = state.get("action"), state.get("identity")
        kind = RETRIEVALS.get(action)
        if kind is None or not isinstance(identity, Identity) or retrieval.written or retrieval.sources is False:
            return
        if action == RUN and status is not None and status < 400 and retrieval.sources is None:
            return  # an equal request before this one started the run, and logged it
        await self._log().write(identity.principal, user_id(identity), kind, retrieval, _outcome(status), status)


def user_id(identity: Identity) -> str:
    """The Benutzerkennung (§ 6 Abs. 1 StDAV); a program with an API token of a person is that person's pseudonym."""
    return identity.username or str(identity.principal.subject)


def _outcome(status: int | None) -> Outcome:
    if status is None:
        return "abgebrochen"
    if status < 400:
        return "erteilt"
    return "abgelehnt" if status < 500 else "gescheitert"
