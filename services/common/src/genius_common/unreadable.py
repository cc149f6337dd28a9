# SPDX-License-Identifier: EUPL-1.2
"""Stored values that do not open: each is said in the log and counted, and shown as what it is, never left out."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.crypto import ContentKey, Undecryptable, key_id_of
from genius_common.keys import KeyRing

log = structlog.get_logger(__name__)
# Of the process; each service's registry takes it up.
UNREADABLE_VALUES = Counter(
    "genius_unreadable_values", "Times that a stored value did not open, by table", ["table"], registry=None
)


async def open_each(
    keys: KeyRing, connection: AsyncConnection, items: Iterable[tuple[bytes | None, str]]
) -> list[bytes | None]:
    """Open `(sealed, "table/column/row id")` one by one, each key asked for once.

    None for what is not there, or does not open: whoever reads it shows that.
    """
    known: dict[UUID, ContentKey] = {}
    found: list[bytes | None] = []
    for sealed, place in items:
        found.append(None)
        if sealed is None:
            continue
        try:
            identifier = key_id_of(sealed)
            if identifier not in known:
                known[identifier] = await keys.by_id(connection, identifier)
            found[-1] = known[identifier].open(sealed, place)
        except Undecryptable:
            table, column, row = place.split("/", 2)
            log.error("stored value not readable", table=table, column=column, object=row)
            UNREADABLE_VALUES.labels(table).inc()
    return found
