# SPDX-License-Identifier: EUPL-1.2
"""What a principal may reach here, as plain functions: row scope, knowledge bases, ids from outside."""

from __future__ import annotations

from uuid import UUID

from genius_common.database import RowScope
from genius_common.errors import NotFound
from genius_common.principal import Principal


def row_scope(principal: Principal) -> RowScope:
    """The rows that a request of `principal` may touch; tenant-wide ones only for reading."""
    return RowScope(authority=principal.authority, person=principal.subject)


def write_scope(principal: Principal, authority: UUID | None) -> RowScope:
    """The scope for writing what belongs to `authority` (None = the tenant).

    Only a principal without an authority (the platform's operation) writes tenant-wide content, and only in its own
    authority anyone else: everything else does not exist for it.
    """
    if authority != principal.authority:
        raise NotFound
    return RowScope(authority=authority, person=principal.subject, tenant_wide=authority is None)


def require_readable(principal: Principal, knowledge_base: UUID) -> None:
    if knowledge_base not in principal.knowledge_bases and knowledge_base not in principal.writable_knowledge_bases:
        raise NotFound


def require_writable(principal: Principal, knowledge_base: UUID) -> None:
    if knowledge_base not in principal.writable_knowledge_bases:
        raise NotFound


def may_see_class(principal: Principal, protection_class: str) -> bool:
    """An unknown class is seen by nobody."""
    return principal.classification.covers(protection_class)


def parse_id(text: str) -> UUID:
    """An id from outside; anything but the canonical form is as unknown as a foreign one (TEN-02)."""
    try:
        identifier = UUID(text)
    except ValueError as error:
        raise NotFound from error
    if str(identifier) != text.lower():
        raise NotFound
    return identifier
