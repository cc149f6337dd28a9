# SPDX-License-Identifier: EUPL-1.2
"""What becomes of what an authority has when it leaves; decided before, signed by key holders, never changed after."""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

Disposal = Literal["hand_over", "archive", "destroy"]


class RemovalPlan(BaseModel):
    """`knowledge`: knowledge bases of the authority and its units with documents. `cases`: Aktenzeichen and title.

    `personal`: everything people own there (conversations, runs, files, own knowledge bases); it is handed to nobody.
    `to` and `receiver` (who owns the cases then) are for what is handed over.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    knowledge: Disposal = "destroy"
    cases: Disposal = "destroy"
    personal: Literal["archive", "destroy"] = "destroy"
    to: UUID | None = None
    receiver: UUID | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        handed = "hand_over" in (self.knowledge, self.cases)
        if handed != (self.to is not None):
            raise ValueError("to: the authority that receives, exactly where something is handed over")
        if (self.cases == "hand_over") != (self.receiver is not None):
            raise ValueError("receiver: the person that receives the cases, exactly where they are handed over")
        return self

    @property
    def archives(self) -> bool:
        return "archive" in (self.knowledge, self.cases, self.personal)
