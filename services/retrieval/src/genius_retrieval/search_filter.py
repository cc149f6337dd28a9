# SPDX-License-Identifier: EUPL-1.2
"""The filter of a search as conditions on the rows of documents, under row-level security.

The engine is told the ids that are left, not the filter: what a point carries in clear says neither the kind of its
document nor the day of its upload (docs/explanation/search.md says what that costs, and up to where it is sound).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from genius_common.contracts.retrieval import SearchRequest
from genius_common.contracts.search_filter import DocumentKind, SearchFilter
from genius_common.errors import FieldError, InvalidInput
from genius_retrieval.laws.documents import MEDIA_TYPE as LAW
from genius_retrieval.tables import documents

MOST = 10_000
"""Documents that the engine is told one by one; ten thousand take it a fifth of a second."""
_OFFICE, _ODF = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
MEDIA_TYPES: Mapping[DocumentKind, tuple[str, ...]] = {
    "pdf": ("application/pdf",),
    "text": (f"{_OFFICE}wordprocessingml.document", f"{_ODF}text", "text/markdown", "text/plain"),
    "sheet": (f"{_OFFICE}spreadsheetml.sheet", f"{_ODF}spreadsheet", "text/csv"),
    "slides": (f"{_OFFICE}presentationml.presentation",),
    "mail": ("message/rfc822", "application/vnd.ms-outlook"),
    "image": ("image/jpeg", "image/png", "image/tiff"),
    "web": ("text/html",),
    "law": (LAW,),
}
"""What every parser calls its documents, each in one group."""
_d = documents.c
HOLDING = (_d.state == "ready", _d.superseded_by.is_(None), _d.quarantined_at.is_(None))
"""What may be found: read, not superseded, not locked."""
Condition = sa.ColumnElement[bool]


def conditions(found: SearchFilter) -> list[Condition]:
    """What a row must be; nothing where the filter says nothing."""
    wanted: list[Condition] = []
    if found.kinds:
        types = [media for kind in found.kinds for media in MEDIA_TYPES[kind]]
        # As an array, so that the text of the query does not hang on how many they are (`Statement`).
        wanted.append(_d.media_type == sa.any_(sa.literal(types, ARRAY(sa.Text))))
    if found.uploaded_from:
        wanted.append(_d.created_at >= _midnight(sa.literal(found.uploaded_from, sa.Date)))
    if found.uploaded_until:
        wanted.append(_d.created_at < _midnight(sa.literal(found.uploaded_until, sa.Date) + 1))
    return wanted


def _midnight(day: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """When a day begins in Germany; the database knows the zone and its summer times."""
    return sa.func.timezone("Europe/Berlin", sa.cast(day, sa.DateTime()))


async def narrowed(
    connection: AsyncConnection, request: SearchRequest, bases: Sequence[UUID], total: int
) -> tuple[SearchRequest, int]:
    """`request` with the documents and files that its filter leaves, and how many these are.

    `total`: how many documents `bases` have; where the filter leaves all of them, none is named. Raises: InvalidInput
    where they are more than the engine can be told.
    """
    current = [*HOLDING, *conditions(request)]
    files = await _ids(connection, [_d.id.in_(request.files), *current]) if request.files else []
    changed: dict[str, list[UUID] | None] = {"files": None if request.files is None else files}
    if request.files is not None and request.knowledge_bases is None and request.documents is None:
        # Who names files and nothing else asks for these alone.
        return request.model_copy(update=changed), len(files)
    inside = [_d.knowledge_base.in_(bases), *current]
    if request.documents is not None:
        inside.append(_d.id.in_(request.documents))
    found = await _ids(connection, inside) if bases else []
    number = len(found) if len(found) <= MOST else await _count(connection, inside)
    if number != total or request.documents is not None:
        if number > MOST:
            raise _too_many(request, number)
        changed["documents"] = found
    return request.model_copy(update=changed), number + len(files)


async def _ids(connection: AsyncConnection, which: Iterable[Condition]) -> list[UUID]:
    """One more than `MOST` at most."""
    query = sa.select(_d.id).where(*which).order_by(_d.id).limit(MOST + 1)
    return list((await connection.execute(query)).scalars())


async def _count(connection: AsyncConnection, which: Iterable[Condition]) -> int:
    query = sa.select(sa.func.count()).select_from(documents).where(*which)
    return int((await connection.execute(query)).scalar_one())


def _too_many(request: SearchRequest, number: int) -> InvalidInput:
    text = (
        f"Auf den Filter passen {number} Dokumente; gefiltert werden kann bis {MOST}. Bitte wählen Sie einen kürzeren "
        "Zeitraum, weniger Arten oder einzelne Wissensbasen, oder suchen Sie ohne Filter."
    )
    return InvalidInput(text, errors=[FieldError(f"/{request.first_field}", text)])
