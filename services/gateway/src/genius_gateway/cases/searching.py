# SPDX-License-Identifier: EUPL-1.2
"""A case's own knowledge base: the files in it, searched together by whoever may read the case, and by nobody else.

Retrieval is asked once for each person whose files are in it, in that person's name and for these files alone. A search
outside of the case never finds them: files are in no knowledge base.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from genius_common.contracts.retrieval import Hit, SearchResult, Verdict
from genius_common.http import ServiceClient
from genius_common.principal import Principal, ProtectionClass
from genius_common.uses import SEARCH
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.cases.files import CaseFiles
from genius_gateway.cases.schemas import CaseSearchResult
from genius_gateway.retrieval_log.current import note
from genius_gateway.tokens.minter import TokenMinter

_NOTHING = Verdict(answerable=False, confidence=0.0)


class CaseSearch:
    """The decision is `CaseFiles.ready`'s, at each search."""

    def __init__(self, files: CaseFiles, audit: AuditTrail, minter: TokenMinter, retrieval: ServiceClient) -> None:
        self._files = files
        self._audit = audit
        self._minter = minter
        self._retrieval = retrieval

    async def search(self, principal: Principal, case: UUID, query: str, limit: int) -> CaseSearchResult:
        """The best hits of all files, the best first. The query is neither echoed nor kept. Raises: NotFound."""
        ready, left_out = await self._files.ready(principal, case)
        count = sum(map(len, ready.values()))
        record = AuditRecord.of(principal, "case.search", object_kind="case", object_id=case, files=count)
        await self._audit.record(record)
        found = await self._all(principal, ready, {"query": query, "limit": limit})
        hits = sorted((hit for one in found for hit in one.hits), key=lambda hit: hit.score, reverse=True)[:limit]
        note(ProtectionClass.highest([hit.protection_class for hit in hits]) if hits else None, hits=len(hits))
        verdict = max(
            (one.verdict for one in found), key=lambda one: (one.answerable, one.confidence), default=_NOTHING
        )
        return CaseSearchResult(hits=hits, verdict=verdict, files=count, left_out=left_out)

    async def _all(
        self, principal: Principal, ready: Mapping[UUID, Sequence[UUID]], body: Mapping[str, str | int]
    ) -> list[SearchResult]:
        async def of(owner: UUID, files: Sequence[UUID]) -> SearchResult:
            reader = principal
            if owner != principal.subject:
                reader = replace(principal, subject=owner, units=frozenset(), application=None)
            token = self._minter.for_inner(reader, "retrieval", ["search"], use=SEARCH)
            asked = {**body, "files": [str(file) for file in files]}
            answer = await self._retrieval.json("POST", "/search", token=token, body=asked)
            result = SearchResult.model_validate(answer)
            return result.model_copy(update={"hits": _kept(principal, files, result.hits)})

        return list(await asyncio.gather(*(of(owner, files) for owner, files in sorted(ready.items()))))


def _kept(principal: Principal, asked: Sequence[UUID], hits: Sequence[Hit]) -> list[Hit]:
    """Retrieval has checked them; one of anything that was not asked for must not pass here either (TEN-07)."""
    return [hit for hit in hits if hit.document in asked and principal.classification.covers(hit.protection_class)]
