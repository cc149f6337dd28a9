# SPDX-License-Identifier: EUPL-1.2
"""A case and who may do what with it: the rules on owner and grants, as plain functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from genius_common.principal import Principal, ProtectionClass
from genius_gateway.sharing.grants import Shared

Right = Literal["read", "write", "manage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`reference` is the Aktenzeichen. `unreadable`: in a list, where it or the title does not open."""

    id: UUID
    owner: UUID
    reference: str
    title: str | None
    protection_class: ProtectionClass
    state: str
    created_at: dt.datetime
    updated_at: dt.datetime
    retention_until: dt.datetime | None
    unreadable: bool = False


def rights(owner: UUID, protection_class: str, grants: Iterable[Shared], principal: Principal) -> frozenset[Right]:
    """What `principal` may do with a case of `owner`; empty = it does not exist for them.

    Nobody above what they may see (TEN-15). Its owner everything; a grant adds reading or writing, never managing
    (sharing, handing over, deleting). No role has a right of its own (TEN-14).
    """
    if not principal.classification.covers(protection_class):
        return frozenset()
    if owner == principal.subject:
        return frozenset({"read", "write", "manage"})
    found: set[Right] = set()
    for grant in grants:
        if grant.reaches(principal):
            found |= {"read", "write"} if grant.access == "write" else {"read"}
    return frozenset(found)
