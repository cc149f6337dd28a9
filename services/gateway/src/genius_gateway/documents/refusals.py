# SPDX-License-Identifier: EUPL-1.2
"""Takes over from retrieval what it had to refuse, and writes it into the audit trail (ING-11).

Retrieval reads an upload after its request has ended and keeps the refusal until it is told here. Of several replicas
one does it at a time; a refusal stands there twice only where a process died between writing and telling.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from genius_common.database import Database, RowScope
from genius_common.errors import PlatformError
from genius_common.http import ServiceClient
from genius_common.principal import Principal
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.authorities.repository import AuthorityRepository
from genius_gateway.periodic import periodically
from genius_gateway.tokens.minter import TokenMinter

log = structlog.get_logger(__name__)
EVERY_S = 20.0
_PATH = "/maintenance/refusals"
_NOBODY = UUID(int=0)
_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('genius refusals', 0))")


class RefusalReports:
    """`run()` once, `every(seconds)` while the gateway lives."""

    def __init__(
        self,
        database: Database,
        authorities: AuthorityRepository,
        audit: AuditTrail,
        retrieval: ServiceClient,
        minter: TokenMinter,
        tenant: str,
    ) -> None:
        self._database = database
        self._authorities = authorities
        self._audit = audit
        self._retrieval = retrieval
        self._minter = minter
        self._tenant = tenant

    async def run(self) -> int:
        """How many were written. Raises what retrieval and the trail raise; what is left comes the next time."""
        async with self._database.transaction(RowScope()) as connection:
            if not (await connection.execute(_ALONE)).scalar_one():
                return 0
            return sum([await self._of(authority) for authority in (*await self._authorities.ids(), None)])

    async def _of(self, authority: UUID | None) -> int:
        scopes = ("maintenance",)
        who = Principal(subject=_NOBODY, tenant=self._tenant, authority=authority, scopes=frozenset(scopes))
        token = self._minter.for_inner(who, "retrieval", scopes)
        items = (await self._retrieval.json("GET", _PATH, token=token, read_timeout=10))["items"]
        for item in items:
            await self._audit.record(
                AuditRecord(
                    action=f"{item['kind']}.refused",
                    authority=authority,
                    actor=UUID(item["uploaded_by"]),
                    object_kind=item["kind"],
                    object=UUID(item["document"]),
                    outcome=item["code"],
                )
            )
        if items:
            body = {"documents": [item["document"] for item in items]}
            await self._retrieval.json("POST", f"{_PATH}/told", token=token, body=body, read_timeout=10)
        return len(items)

    def every(self, seconds: float) -> AbstractAsyncContextManager[None]:
        """Run it regularly while the context is open."""
        return periodically(self._once, seconds)

    async def _once(self) -> None:
        try:
            await self.run()
        except (PlatformError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("refusals not taken over, tried again", error=type(error).__name__)
