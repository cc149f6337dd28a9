# SPDX-License-Identifier: EUPL-1.2
"""Purpose limitation before anything starts (DSG-06): what is asked for against what knowledge bases are there for.

Retrieval decides again at each search by the use that the token names. A refused use stands in the audit trail before
its answer leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from genius_common.errors import FieldError, PlatformError
from genius_common.principal import Principal
from genius_common.uses import SEARCH, PurposeNotAllowed, allows
from genius_gateway.audit.chain import AuditRecord
from genius_gateway.audit.trail import AuditTrail
from genius_gateway.knowledge_bases.errors import UseUnknown
from genius_gateway.knowledge_bases.model import KnowledgeBase
from genius_gateway.modules.catalogue import Catalogue

_NAMED = 10


class UseRefused(PurposeNotAllowed):
    """`bases` are those whose purpose does not allow it."""

    def __init__(self, detail: str, errors: list[FieldError], bases: Iterable[UUID]) -> None:
        super().__init__(detail, errors=errors)
        self.bases = frozenset(bases)


async def require_known(catalogue: Catalogue, uses: Sequence[str] | None) -> None:
    """Raises: UseUnknown naming each entry that is neither a registered module nor `search`."""
    if uses is None or set(uses) <= {SEARCH}:
        return
    known = {offered.manifest.id for offered in await catalogue.all()} | {SEARCH}
    unknown = [
        FieldError(f"/uses/{index}", UseUnknown.default_detail) for index, use in enumerate(uses) if use not in known
    ]
    if unknown:
        raise UseUnknown(errors=unknown)


def require_use(use: str, title: str, asked: Iterable[tuple[str, KnowledgeBase]]) -> None:
    """`asked`: where the request names a knowledge base, and which. Raises: UseRefused naming each that is closed."""
    closed = [(pointer, base) for pointer, base in asked if not allows(base.uses, use)]
    if not closed:
        return
    first = closed[0][1]
    purpose = f" (Zweck: {first.purpose})" if first.purpose else ""
    detail = (
        f"Die Wissensbasis „{first.name}“{purpose} darf für „{title}“ nicht verwendet werden. Bitte lassen Sie sie "
        "weg, verwenden Sie eine zugelassene Funktion, oder wenden Sie sich an die Stelle, die die Wissensbasis pflegt."
    )
    errors = [FieldError(pointer, f"„{base.name}“ ist für „{title}“ nicht zugelassen.") for pointer, base in closed]
    raise UseRefused(detail, errors, (base.id for _, base in closed))


@asynccontextmanager
async def refusals_recorded(
    audit: AuditTrail, principal: Principal, use: str, asked: Sequence[UUID] = ()
) -> AsyncIterator[None]:
    """A refusal inside stands in the trail before it goes on.

    `asked` is what retrieval was asked for, in this order: it names what it refuses by place.
    Raises: AuditUnavailable instead of the refusal, where it can't be recorded.
    """
    try:
        yield
    except PlatformError as error:
        if error.code != PurposeNotAllowed.code:
            raise
        for base in sorted(error.bases if isinstance(error, UseRefused) else _refused(error, asked)):
            await audit.record(
                AuditRecord.of(
                    principal,
                    "knowledge_base.use_refused",
                    object_kind="knowledge_base",
                    object_id=base,
                    outcome=PurposeNotAllowed.code,
                    use=use,
                )
            )
        raise


def _refused(error: PlatformError, asked: Sequence[UUID]) -> frozenset[UUID]:
    places = [field.pointer.rpartition("/")[2] for field in error.errors]
    return frozenset(asked[int(place)] for place in places if place.isdecimal() and int(place) < len(asked))


def names(bases: Sequence[KnowledgeBase]) -> str:
    """As they stand in a sentence: „A“, „B“ und 3 weitere."""
    shown = ", ".join(f"„{base.name}“" for base in bases[:_NAMED])
    more = len(bases) - _NAMED
    return f"{shown} und {more} weitere" if more > 0 else shown
