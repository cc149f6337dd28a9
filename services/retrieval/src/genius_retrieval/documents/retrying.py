# SPDX-License-Identifier: EUPL-1.2
"""A failed document is read again, from the original that is kept."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from genius_retrieval.documents import repository
from genius_retrieval.documents.repository import Row
from genius_retrieval.documents.sealing import retryable
from genius_retrieval.errors import NothingToRetry

_THERE_BY_NOW = (
    "Dieselbe Datei wurde inzwischen noch einmal hochgeladen. Bitte löschen Sie diesen Eintrag; jener Eintrag gilt."
)
_REPLACED_BY_NOW = (
    "Inzwischen gibt es eine neuere Fassung. Bitte löschen Sie diesen Eintrag, oder laden Sie die Datei neu hoch, wenn "
    "sie doch gelten soll."
)


async def require_retryable(connection: AsyncConnection, row: Row) -> None:
    """Raises: NothingToRetry, also where the same content or a later version came in meanwhile.

    A document that failed superseded nothing and was superseded by nothing; read after its successor, both would hold.
    The caller holds the lock of the row.
    """
    if not retryable(row):
        raise NothingToRetry
    if row.knowledge_base is None:
        return
    await repository.claim_version(connection, row.knowledge_base, row.version)
    if await repository.same_version(connection, row.knowledge_base, row.version):
        raise NothingToRetry(_THERE_BY_NOW)
    if await repository.later_of_its_name(connection, row) or await _aim_is_gone(connection, row):
        raise NothingToRetry(_REPLACED_BY_NOW)


async def _aim_is_gone(connection: AsyncConnection, row: Row) -> bool:
    """Whether what it was to replace has another successor."""
    replaced = await repository.get(connection, row.replaces) if row.replaces else None
    return replaced is not None and replaced.superseded_by is not None
