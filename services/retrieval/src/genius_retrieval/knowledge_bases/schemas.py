# SPDX-License-Identifier: EUPL-1.2
"""Bodies of the knowledge base routes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from genius_common.principal import ProtectionClass

Use = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
Uses = Annotated[list[Use], Field(min_length=1, max_length=50)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KnowledgeBaseInput(_Model):
    authority: UUID | None
    protection_class: ProtectionClass = ProtectionClass.INTERN
    uses: Uses | None = None


class UsesInput(_Model):
    """`uses` null = every module and the search."""

    uses: Uses | None


class KnowledgeBaseCounts(_Model):
    id: UUID
    documents: int
    ready: int
    failed: int
    pages: int
