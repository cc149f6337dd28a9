# SPDX-License-Identifier: EUPL-1.2
"""From a principal to the rows of a transaction."""

from __future__ import annotations

from genius_common.database import RowScope
from genius_common.principal import Principal


def row_scope(principal: Principal) -> RowScope:
    """What the rows of a transaction made for `principal` may belong to."""
    return RowScope(authority=principal.authority, person=principal.subject)
