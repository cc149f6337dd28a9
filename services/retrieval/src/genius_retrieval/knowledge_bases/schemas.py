# SPDX-License-Identifier: EUPL-1.2
"""Bodies of the knowledge base routes."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from genius_common.principal import ProtectionClass


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KnowledgeBaseInput(_Model):
    authority: UUID | None
    protection_class: ProtectionClass = ProtectionClass.INTERN


class KnowledgeBaseCounts(_Model):
    id: UUID
    documents: int
    ready: int
    failed: int
    pages: int


class ImportInput(_Model):
    source: Literal["gesetze"]
