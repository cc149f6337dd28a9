# SPDX-License-Identifier: EUPL-1.2
"""Purpose limitation (DSG-06): what the token is for, against what each knowledge base allows now.

A search always names its use. What a run opens by id counts as its module's use; a person who opens a document reads it
as a person, as before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.errors import FieldError
from genius_common.principal import Principal
from genius_common.uses import PurposeNotAllowed, allows
from genius_retrieval.knowledge_bases import repository


async def forbidden(connection: AsyncConnection, principal: Principal, bases: Iterable[UUID]) -> frozenset[UUID]:
    """Those of `bases` that must not be used for what the token is for; what is not there is among them."""
    asked = frozenset(bases)
    return refused(asked, await repository.uses_of(connection, asked) if asked else {}, principal)


def refused(
    asked: Iterable[UUID], uses: Mapping[UUID, Collection[str] | None], principal: Principal
) -> frozenset[UUID]:
    """The same, where it was read already what each may be used for."""
    return frozenset(base for base in asked if base not in uses or not allows(uses[base], principal.use))


async def require_for_run(connection: AsyncConnection, principal: Principal, knowledge_base: UUID | None) -> None:
    """Raises: PurposeNotAllowed where a run's module may not use what it opens."""
    if principal.run is None or knowledge_base is None:
        return
    if await forbidden(connection, principal, [knowledge_base]):
        raise PurposeNotAllowed


def refuse(field: str, asked: Sequence[Any], refused: Iterable[Any]) -> None:
    """Raises: PurposeNotAllowed naming each entry of `field` that is `refused`."""
    closed = frozenset(refused)
    places = [index for index, one in enumerate(asked) if one in closed]
    if places:
        text = PurposeNotAllowed.default_detail
        raise PurposeNotAllowed(errors=[FieldError(f"/{field}/{index}", text) for index in places])


def split(principal: Principal, rows: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Rows of knowledge bases that allow what the token is for, and the others."""
    allowed = [row for row in rows if allows(row.uses, principal.use)]
    return allowed, [row for row in rows if not allows(row.uses, principal.use)]
