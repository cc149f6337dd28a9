# SPDX-License-Identifier: EUPL-1.2
"""Stored values that do not open: each is said in the log and counted, and shown as what it is, never left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import Counter

from genius_common.crypto import Undecryptable

log = structlog.get_logger(__name__)
# Of the process; each service's registry takes it up.
UNREADABLE_VALUES = Counter(
    "genius_unreadable_values", "Times that a stored value did not open, by table", ["table"], registry=None
)


@contextmanager
def may_be_unreadable(place: str) -> Iterator[None]:
    """Goes on where the value at `place` ("table/column/row id") does not open; whoever reads it shows that."""
    try:
        yield
    except Undecryptable:
        table, column, row = place.split("/", 2)
        log.error("stored value not readable", table=table, column=column, object=row)
        UNREADABLE_VALUES.labels(table).inc()
