# SPDX-License-Identifier: EUPL-1.2
"""What a search of a principal may use, decided before it and checked again on its hits (TEN-04)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from genius_common.contracts.explanation import SearchExplanation
from genius_common.contracts.retrieval import HIDDEN_TEXT, SearchRequest, SearchResult
from genius_common.database import Database
from genius_common.database_reads import Statement
from genius_common.errors import FieldError, NotFound
from genius_common.principal import Principal
from genius_retrieval.access import may_see_class, row_scope
from genius_retrieval.collections import KEYS_OF_BASES, OF_BASES, Collection, CollectionCatalogue
from genius_retrieval.documents.service import visible
from genius_retrieval.index.port import Access
from genius_retrieval.knowledge_bases.purposes import refuse, refused, split
from genius_retrieval.metrics import SEARCH_SECONDS
from genius_retrieval.search.service import SearchScope, SearchService
from genius_retrieval.search.trace import Trace
from genius_retrieval.search_filter import HOLDING, conditions, narrowed
from genius_retrieval.search_sections import HitSections
from genius_retrieval.tables import documents, knowledge_bases

_HOLDS = sa.and_(*HOLDING)
_READY = (
    sa.select(sa.func.count())
    .where(_HOLDS, documents.c.knowledge_base == knowledge_bases.c.id)
    .correlate(knowledge_bases)
    .scalar_subquery()
    .label("ready")
)
_LOCKED = (
    sa.select(sa.func.array_agg(documents.c.id))
    .where(documents.c.quarantined_at.is_not(None), documents.c.knowledge_base == knowledge_bases.c.id)
    .correlate(knowledge_bases)
    .scalar_subquery()
    .label("locked")
)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", type_=ARRAY(sa.Uuid))
# A search makes as few round trips as it can, with statements that are made once: each costs as much as a list of the
# engine.
_BASES = Statement(sa.select(knowledge_bases, _READY, _LOCKED).where(knowledge_bases.c.id == sa.any_(_IDS)))
"""Knowledge bases, how many of their documents can be found, and which of them are locked."""
_FOUND: sa.Select[Any] = (
    sa.select(
        *(documents.c[name] for name in ("id", "kind", "knowledge_base", "authority", "owner_person", "warnings")),
        documents.c.protection_class,
        knowledge_bases.c.id.label("base"),
        knowledge_bases.c.uses,
    )
    .outerjoin(knowledge_bases, documents.c.knowledge_base == knowledge_bases.c.id)
    .where(documents.c.id == sa.any_(_IDS))
)
"""Documents with what their knowledge base allows; `base` is null where that is not there for the caller."""
_NAMED, _HELD = Statement(_FOUND), Statement(_FOUND.where(_HOLDS))


@dataclass(frozen=True, slots=True)
class _Reach:
    bases: Sequence[Any]
    collections: tuple[Collection, ...]
    documents: int


class PrincipalSearch:
    """`SearchService` with the rights of who asks: the token's knowledge bases, the rows' owners, the classes."""

    def __init__(
        self, database: Database, catalogue: CollectionCatalogue, service: SearchService, sections: HitSections
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._service = service
        self._sections = sections

    async def search(self, principal: Principal, request: SearchRequest) -> SearchResult:
        """Hits that `principal` may see now. An id in the request that it may not see is `NotFound`, by field.

        One whose knowledge base is not there for the token's use is `PurposeNotAllowed`, by field; of those that
        nobody named it is left out, and counted.
        """
        with SEARCH_SECONDS.time():
            return await self._search(principal, request, Trace())

    async def explain(self, principal: Principal, request: SearchRequest) -> SearchExplanation:
        """The same search, and how it came to its hits: for those who may write to all that they name."""
        named = frozenset(request.knowledge_bases or ())
        if not named or not named <= principal.writable_knowledge_bases:
            raise _unknown("knowledge_bases")
        trace = Trace()
        # What is explained is the chunk that was found, not what stands around it.
        found = await self._search(principal, request.model_copy(update={"section_chars": 0}), trace)
        return trace.explanation(found)

    async def _search(self, principal: Principal, request: SearchRequest, trace: Trace) -> SearchResult:
        reach, closed = await self._reach(principal, request)
        wanted, total = request, reach.documents
        if request.narrows:
            async with self._database.transaction(row_scope(principal)) as connection:
                wanted, total = await narrowed(connection, request, [base.id for base in reach.bases], total)
        everything = request.knowledge_bases is None and request.documents is None and request.files is None
        access = Access(
            knowledge_bases=frozenset(base.id for base in reach.bases),
            documents=frozenset(wanted.documents) if wanted.documents is not None else None,
            files=frozenset(wanted.files or ()),
            owner=principal.subject,
            classification=principal.classification,
            # The engine is told, so that what is locked takes no place among the candidates.
            without=frozenset(locked for base in reach.bases for locked in base.locked or ()),
        )

        async def holding(ids: Set[UUID]) -> Set[UUID]:
            (rows,) = await self._database.read(row_scope(principal), (_HELD, {"ids": list(ids)}))
            return frozenset(row.id for row in rows)

        scope = SearchScope(reach.collections, access, total, holding)
        result = await self._service.search(scope, wanted, trace)
        if request.section_chars:
            hits = await self._sections.around(principal, result.hits, request.section_chars)
            result = result.model_copy(update={"hits": hits})
        if everything and closed:
            told = result.searched.model_copy(update={"left_out": closed})
            result = result.model_copy(update={"searched": told})
        return await self._checked(principal, request, result)

    async def _reach(self, principal: Principal, request: SearchRequest) -> tuple[_Reach, int]:
        """What the request may use, and how many knowledge bases are left out for what the token is for.

        All is asked in one round trip; a collection's key is opened only after the decision that it may be used.
        """
        bases = principal.knowledge_bases if request.knowledge_bases is None else frozenset(request.knowledge_bases)
        if not bases <= principal.knowledge_bases:
            raise _unknown("knowledge_bases")
        ids, named = list(bases), [*(request.documents or ()), *(request.files or ())]
        owned = {"ids": ids, "own": principal.authority if request.files else None}
        base_rows, named_rows, collections, keys = await self._database.read(
            row_scope(principal),
            (_BASES, {"ids": ids}),
            (_NAMED, {"ids": named}),
            (OF_BASES, owned),
            (KEYS_OF_BASES, owned),
        )
        if request.knowledge_bases is not None and len(base_rows) < len(bases):
            raise _unknown("knowledge_bases")
        asked, closed = split(principal, [row for row in base_rows if may_see_class(principal, row.protection_class)])
        refuse("knowledge_bases", request.knowledge_bases or (), [base.id for base in closed])
        _require_visible(principal, named_rows, request.documents, "document")
        _require_visible(principal, named_rows, request.files, "file")
        shut = _shut(principal, named_rows)
        refuse("documents", request.documents or (), [row.id for row in named_rows if row.knowledge_base in shut])
        owners = {(base.authority, None if base.authority else base.id) for base in asked}
        if request.files and principal.authority:
            owners.add((principal.authority, None))
        mine = [row for row in collections if (row.authority, row.knowledge_base) in owners]
        found = [await self._catalogue.opened(row, keys) for row in sorted(mine, key=_owner)]
        if request.files:
            async with self._database.transaction(row_scope(principal)) as connection:
                found = [await self._catalogue.with_files_of(connection, one, principal.subject) for one in found]
        return _Reach(asked, tuple(found), sum(base.ready for base in asked)), len(closed)

    async def _checked(self, principal: Principal, request: SearchRequest, result: SearchResult) -> SearchResult:
        """Without hits of what was deleted, superseded, closed to the principal or bound to other uses meanwhile.

        Nor of what has become ready meanwhile and the filter leaves out.
        """
        if not result.hits:
            return result
        found = list({hit.document for hit in result.hits})
        held = Statement(_FOUND.where(_HOLDS, *conditions(request))) if request.narrows else _HELD
        (rows,) = await self._database.read(row_scope(principal), (held, {"ids": found}))
        shut = _shut(principal, rows)
        readable = {row.id for row in rows if _is_visible(principal, row) and row.knowledge_base not in shut}
        hiding = {row.id for row in rows if HIDDEN_TEXT in row.warnings}
        hits = [
            hit.model_copy(update={"hidden_text": True}) if hit.document in hiding else hit
            for hit in result.hits
            if hit.document in readable
        ]
        if shut:
            left = result.searched.left_out + len(shut)
            result = result.model_copy(update={"searched": result.searched.model_copy(update={"left_out": left})})
        verdict = result.verdict if hits else result.verdict.model_copy(update={"answerable": False})
        return result.model_copy(update={"hits": hits, "verdict": verdict})


def _owner(row: Any) -> str:
    return str((row.authority, row.knowledge_base))


def _require_visible(principal: Principal, rows: Sequence[Any], ids: Sequence[UUID] | None, kind: str) -> None:
    """Raises: NotFound, by field, where one of `ids` is not among the rows or not for `principal`."""
    found = {row.id: row for row in rows}
    for identifier in ids or ():
        try:
            visible(principal, found.get(identifier), kind)
        except NotFound as error:
            raise _unknown(f"{kind}s") from error


def _shut(principal: Principal, rows: Sequence[Any]) -> frozenset[UUID]:
    """The knowledge bases of these rows of `_NAMED` that must not be used for what the token is for."""
    uses = {row.base: row.uses for row in rows if row.base}
    return refused({row.knowledge_base for row in rows if row.knowledge_base}, uses, principal)


def _is_visible(principal: Principal, row: Any) -> bool:
    try:
        visible(principal, row, row.kind)
    except NotFound:
        return False
    return True


def _unknown(field: str) -> NotFound:
    return NotFound(errors=[FieldError(f"/{field}", "Das gibt es nicht, oder Sie haben keinen Zugriff darauf.")])
