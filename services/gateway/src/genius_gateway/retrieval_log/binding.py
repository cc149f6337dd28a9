# SPDX-License-Identifier: EUPL-1.2
"""Behind the gate: a retrieval names a case that its caller has a part in (§ 30 Abs. 6 AO), and exports are off.

Runs name their case in the body (`case`), what lies under a case in its path; everything else in the header `X-Case`,
or, where a browser loads a picture by itself, in the query as `case`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database_faults import DatabaseUnavailable
from genius_common.errors import FieldError, PlatformError
from genius_common.principal import Principal
from genius_common.web import ASGIApp, Receive, Scope, Send, request_id
from genius_gateway.auth.identity import Identity
from genius_gateway.retrieval_log.current import Retrieval, current
from genius_gateway.retrieval_log.errors import CaseNotFound, CaseRequired, ExportOff, RetrievalLogUnavailable
from genius_gateway.retrieval_log.kinds import EXPORTS, RETRIEVALS, RUN
from genius_gateway.retrieval_log.log import RetrievalLog
from genius_gateway.retrieval_log.watch import user_id
from genius_gateway.site.refusal import refuse

log = structlog.get_logger(__name__)
HEADER = "X-Case"
_UNDER_A_CASE = re.compile(r"/api/v1/cases/([0-9a-f-]{36})/")


class CaseBinding:
    """`exports`: whether the operator has opened them."""

    def __init__(self, app: ASGIApp, log: Callable[[], RetrievalLog], *, exports: bool) -> None:
        self._app = app
        self._log = log
        self._exports = exports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.get("state", {})
        action, identity = state.get("action"), state.get("identity")
        if scope["type"] == "http" and action is not None and isinstance(identity, Identity):
            try:
                await self._bind(scope, action, identity.principal, user_id(identity))
            except PlatformError as error:
                await refuse(error, scope, receive, send)
                return
            except (SQLAlchemyError, OSError) as error:
                log.error("case not readable", error=type(error).__name__, request_id=request_id(scope))
                await refuse(DatabaseUnavailable(retry_after=5), scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _bind(self, scope: Scope, action: str, principal: Principal, login: str) -> None:
        if action in RETRIEVALS:
            retrieval = current()
            if retrieval is None:  # the watch is not around us: nothing would be logged
                raise RetrievalLogUnavailable
            retrieval.login = login
            if action != RUN:
                await self._name_case(scope, principal, retrieval)
        if action in EXPORTS and not self._exports:
            raise ExportOff

    async def _name_case(self, scope: Scope, principal: Principal, retrieval: Retrieval) -> None:
        named = _named(scope)
        if named is None:
            raise CaseRequired(errors=[FieldError(f"/{HEADER}", CaseRequired.default_detail)])
        try:
            identifier = UUID(named)
        except ValueError:
            raise CaseNotFound(errors=[FieldError(f"/{HEADER}", CaseNotFound.default_detail)]) from None
        await self._log().bind(principal, retrieval, identifier, f"/{HEADER}")


def _named(scope: Scope) -> str | None:
    """The one case that the request names; two different ones name none."""
    if found := _UNDER_A_CASE.match(scope["path"]):
        return found[1]
    wanted = HEADER.lower().encode()
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    given += parse_qs(scope.get("query_string", b"").decode("latin-1")).get("case", [])
    return given[0] if len(set(given)) == 1 else None
