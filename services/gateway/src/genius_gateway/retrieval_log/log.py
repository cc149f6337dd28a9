# SPDX-License-Identifier: EUPL-1.2
"""Entries of the retrieval log (§ 6 Abs. 1 StDAV): who, when, for which case, which kind and class of data, allowed?

No content, no query. The login and the Aktenzeichen are sealed with a key of the tenant that serves nothing else, so
that an entry can be judged after the person or the case is gone; they open for the inspection (`checks.py`).
"""

from __future__ import annotations

from uuid import UUID, uuid4

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, NotFound
from genius_common.keys import KeyRing
from genius_common.principal import Principal
from genius_gateway.policy.access import ObjectAccess
from genius_gateway.retrieval_log.current import Retrieval
from genius_gateway.retrieval_log.errors import CaseNotFound, RetrievalLogUnavailable
from genius_gateway.retrieval_log.kinds import Kind, Outcome

log = structlog.get_logger(__name__)
_INSERT = text(
    "INSERT INTO retrieval_log (id, authority, person, application, kind, category, case_id, object, hits, outcome,"
    " status, sealed) VALUES (:id, :authority, :person, :application, :kind, :category, :case_id, :object, :hits,"
    " :outcome, :status, :sealed)"
)


def place(entry: UUID) -> str:
    """What the sealed part of an entry is bound to."""
    return f"retrieval_log/sealed/{entry}"


class RetrievalLog:
    """`write` in a transaction of its own, `append` in the caller's; no answer leaves before either is durable."""

    def __init__(self, database: Database, keys: KeyRing, access: ObjectAccess) -> None:
        self._database = database
        self._keys = keys
        self._access = access

    async def bind(self, principal: Principal, retrieval: Retrieval, identifier: UUID, pointer: str) -> None:
        """Note the case that a retrieval is for. Raises: CaseNotFound where the principal has no part in it."""
        retrieval.named = identifier
        try:
            retrieval.case = await self._access.load_case(principal, identifier)
        except NotFound:
            raise CaseNotFound(errors=[FieldError(pointer, CaseNotFound.default_detail)]) from None

    async def write(
        self, principal: Principal, login: str, kind: Kind, retrieval: Retrieval, outcome: Outcome, status: int | None
    ) -> None:
        """Raises: RetrievalLogUnavailable."""
        scope = RowScope(
            authority=principal.authority, person=principal.subject, tenant_wide=principal.authority is None
        )
        try:
            async with self._database.transaction(scope) as connection:
                await self._insert(connection, principal, login, kind, retrieval, outcome, status)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.error("retrieval not logged", error=type(error).__name__)
            raise RetrievalLogUnavailable(retry_after=5) from error
        retrieval.written = True

    async def append(self, connection: AsyncConnection, principal: Principal, kind: Kind, retrieval: Retrieval) -> None:
        """An allowed retrieval, in the transaction of its effect; the caller says afterwards that it is written.

        Raises: RetrievalLogUnavailable, through the caller's transaction.
        """
        try:
            await self._insert(connection, principal, retrieval.login, kind, retrieval, "erteilt", None)
        except SQLAlchemyError as error:
            raise RetrievalLogUnavailable(retry_after=5) from error

    async def _insert(
        self,
        connection: AsyncConnection,
        principal: Principal,
        login: str,
        kind: Kind,
        retrieval: Retrieval,
        outcome: Outcome,
        status: int | None,
    ) -> None:
        identifier = uuid4()
        key = await self._keys.tenant_key(connection, "audit")
        case = retrieval.case
        named = {"login": login, "reference": case.reference if case else None}
        values = {
            "id": identifier,
            "authority": principal.authority,
            "person": principal.subject,
            "application": principal.application,
            "kind": kind,
            "category": retrieval.category.value if retrieval.category else None,
            "case_id": retrieval.named,
            "object": retrieval.object,
            "hits": retrieval.hits,
            "outcome": outcome,
            "status": status,
            "sealed": key.seal(orjson.dumps(named), place(identifier)),
        }
        await connection.execute(_INSERT, values)
