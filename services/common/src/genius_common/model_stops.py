# SPDX-License-Identifier: EUPL-1.2
"""A language model that an operator has stopped (KI-06): what the gateway keeps and inference follows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

STOPS_PATH = "/internal/model-stops"
"""Of the gateway's internal port: the signed list of all stops."""


@dataclass(frozen=True, slots=True)
class ModelStop:
    """`model` None = every model, `authority` None = for everybody, also for people without an authority."""

    model: str | None
    authority: UUID | None

    def covers(self, model: str, authority: UUID | None) -> bool:
        return self.model in (None, model) and self.authority in (None, authority)
