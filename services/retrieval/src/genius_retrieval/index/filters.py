# SPDX-License-Identifier: EUPL-1.2
"""What a search may see, as filters of an engine: one truth for all engines, each with a `Dialect` of its own.

None of the filters can be empty: an empty filter would match every point.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol
from uuid import UUID

from genius_common.principal import ProtectionClass
from genius_retrieval.index.payload import CLASS, DOCUMENT, KIND, KNOWLEDGE_BASE, SHARED
from genius_retrieval.index.port import Access

_FEW = 8


class Dialect(Protocol):
    """The filter types of one engine."""

    def equals(self, key: str, value: str) -> Any: ...

    def any_of(self, key: str, values: Sequence[str]) -> Any: ...

    def points(self, identifiers: Sequence[UUID]) -> Any: ...

    def every(self, conditions: Sequence[Any], none_of: Sequence[Any] = ()) -> Any: ...

    def either(self, conditions: Sequence[Any]) -> Any: ...


def value_filter(dialect: Dialect, key: str, value: UUID) -> Any:
    return dialect.every([dialect.equals(key, str(value))])


def shared_filter(dialect: Dialect, document: UUID) -> Any:
    """The points that a document shares with another version."""
    return dialect.every([dialect.equals(DOCUMENT, str(document)), dialect.equals(SHARED, "yes")])


def held_filter(dialect: Dialect, points: Sequence[UUID], document: UUID) -> Any:
    """Those of the points that a document has."""
    return dialect.every([dialect.points(points), dialect.equals(DOCUMENT, str(document))])


def access_filter(dialect: Dialect, access: Access) -> Any:
    """What `access` permits; it must not be empty."""
    return dialect.every(_conditions(dialect, access), _without(dialect, access))


def outline_filter(dialect: Dialect, access: Access) -> Any | None:
    """The documents (or files) asked for, or else the readable knowledge bases, whatever is in them.

    None where `access` permits documents as well as files, which no single field tells.
    """
    outline = _outline(access)
    if outline is None:
        return None
    key, values = outline
    if len(values) > _FEW:
        return dialect.every([_any(dialect, key, values)])
    # Side by side, with no condition around them, a few values take the engine half the time of a list.
    return dialect.either([dialect.equals(key, value) for value in sorted(map(str, values))])


def hidden_filter(dialect: Dialect, access: Access) -> Any:
    """What the outline holds, which there must be, and `access` does not permit."""
    return dialect.every([outline_filter(dialect, access)], [access_filter(dialect, access)])


def point_filter(dialect: Dialect, points: Sequence[UUID], access: Access) -> Any:
    return dialect.every([dialect.points(points), *_conditions(dialect, access)], _without(dialect, access))


def _conditions(dialect: Dialect, access: Access) -> list[Any]:
    readable: list[list[Any]] = []
    if access.knowledge_bases and access.documents != frozenset():
        inside = [dialect.equals(KIND, "document"), _any(dialect, KNOWLEDGE_BASE, access.knowledge_bases)]
        if access.documents is not None:
            inside.append(_any(dialect, DOCUMENT, access.documents))
        readable.append(inside)
    if access.files and access.owner:
        readable.append([dialect.equals(KIND, "file"), _any(dialect, DOCUMENT, access.files)])
    if not readable:
        raise ValueError("nothing may be seen: ask the engine nothing")
    # One kind alone needs no "or" around it, which would cost the engine time.
    either = readable[0] if len(readable) == 1 else [dialect.either([dialect.every(one) for one in readable])]
    classes = [item.value for item in ProtectionClass.up_to(access.classification)]
    return [dialect.any_of(CLASS, classes), *either]


def _without(dialect: Dialect, access: Access) -> list[Any]:
    return [_any(dialect, DOCUMENT, access.without)] if access.without else []


def _outline(access: Access) -> tuple[str, frozenset[UUID]] | None:
    files = access.files if access.owner else frozenset()
    if not access.knowledge_bases or access.documents == frozenset():
        return (DOCUMENT, files) if files else None
    if files:
        return None
    return (KNOWLEDGE_BASE, access.knowledge_bases) if access.documents is None else (DOCUMENT, access.documents)


def _any(dialect: Dialect, key: str, values: Collection[UUID]) -> Any:
    ordered = sorted(map(str, values))
    # One value is looked up faster than a list of one.
    return dialect.equals(key, ordered[0]) if len(ordered) == 1 else dialect.any_of(key, ordered)
