# SPDX-License-Identifier: EUPL-1.2
"""Filters in the types of the Qdrant server's client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from qdrant_client import models


class ServerDialect:
    def equals(self, key: str, value: str) -> Any:
        return models.FieldCondition(key=key, match=models.MatchValue(value=value))

    def any_of(self, key: str, values: Sequence[str]) -> Any:
        return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))

    def points(self, identifiers: Sequence[UUID]) -> Any:
        return models.HasIdCondition(has_id=[str(identifier) for identifier in identifiers])

    def every(self, conditions: Sequence[Any], none_of: Sequence[Any] = ()) -> Any:
        return models.Filter(must=list(conditions), must_not=list(none_of) or None)

    def either(self, conditions: Sequence[Any]) -> Any:
        return models.Filter(should=list(conditions))


SERVER = ServerDialect()
