# SPDX-License-Identifier: EUPL-1.2
"""A knowledge base and who may do what with it: the rules on owner and grants, as plain functions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from genius_common.principal import Principal, ProtectionClass, Role
from genius_gateway.knowledge_bases.schemas import AuthorityRef

Right = Literal["read", "write", "manage"]


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant that both sides have accepted."""

    grantee_kind: str
    grantee: UUID
    access: str

    def reaches(self, principal: Principal) -> bool:
        if self.grantee_kind == "person":
            return self.grantee == principal.subject
        if self.grantee_kind == "unit":
            return self.grantee in principal.units
        return self.grantee == principal.authority


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """`authority` None = of the whole tenant. `shared_by` is set where the reader is of another authority.

    `purpose` None = made before purposes were asked for. `uses` are modules and `search`; None = all of them (DSG-06).
    """

    id: UUID
    authority: UUID | None
    owner_kind: Literal["person", "unit", "authority", "tenant"]
    owner_person: UUID | None
    owner_unit: UUID | None
    name: str
    protection_class: ProtectionClass
    purpose: str | None = None
    uses: tuple[str, ...] | None = None
    created_at: dt.datetime
    grants: tuple[GrantRow, ...] = ()
    shared_by: AuthorityRef | None = None


def rights(base: KnowledgeBase, principal: Principal) -> frozenset[Right]:
    """What `principal` may do with `base`; empty = it does not exist for them.

    Tenant-wide: everybody reads, operators keep it. Otherwise the active authority must be the owner's, and: a person's
    own; a unit's by its members, kept by its curators; an authority's by its staff, kept by its curators. Grants add
    reading or writing, never managing. Administrators and operators have no right by their role (TEN-14).
    """
    if base.protection_class.rank > principal.classification.rank:
        return frozenset()
    if base.owner_kind == "tenant":
        return frozenset({"read", "write", "manage"} if principal.has_role(Role.BETRIEB) else {"read"})
    if principal.authority is None:
        return frozenset()
    found: set[Right] = set(_by_ownership(base, principal)) if base.authority == principal.authority else set()
    for grant in base.grants:
        if grant.reaches(principal):
            found |= {"read", "write"} if grant.access == "write" else {"read"}
    return frozenset(found)


def _by_ownership(base: KnowledgeBase, principal: Principal) -> set[Right]:
    everything: set[Right] = {"read", "write", "manage"}
    if base.owner_kind == "person":
        return everything if base.owner_person == principal.subject else set()
    if base.owner_kind == "unit" and base.owner_unit not in principal.units:
        return set()
    return everything if principal.has_role(Role.WISSENSPFLEGE) else {"read"}
