# SPDX-License-Identifier: EUPL-1.2
"""Entries of the retrieval log and checks of them, as the inspection sees them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from genius_common.principal import ProtectionClass
from genius_gateway.retrieval_log.kinds import Kind, Outcome

Decision = Literal["offen", "zulaessig", "nicht_zulaessig", "zu_klaeren"]
"""`offen`: nobody has looked yet; `zu_klaeren`: somebody has, and has to ask further."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
MAX_SAMPLE = 500


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Model):
    """One retrieval. `person` is the pseudonym, `login` the user id, `reference` the Aktenzeichen.

    `status` is the HTTP status of the answer, null where none began or where the entry was made with the effect.
    """

    id: UUID
    at: dt.datetime
    authority: UUID | None
    person: UUID
    application: UUID | None
    login: str
    kind: str
    category: str | None
    case: UUID | None
    reference: str | None
    object: UUID | None
    hits: int | None
    outcome: str
    status: int | None


class Narrowed(_Model):
    """Only entries of this kind, outcome, class and case; null = of any.

    There is none by person: the log is no file on people (§ 6 Abs. 3 StDAV), and the lot names nobody beforehand.
    """

    kind: Kind | None = None
    outcome: Outcome | None = None
    category: ProtectionClass | None = None
    case: UUID | None = None


class EntryPage(_Model):
    """Oldest first; `next` is the value for `after`."""

    items: list[Entry]
    next: str | None = None


class NewCheck(_Model):
    """Draw `size` retrievals of the period by lot. The same seed over the same entries draws the same ones."""

    period_from: AwareDatetime
    period_until: AwareDatetime
    size: int = Field(ge=1, le=MAX_SAMPLE)
    seed: str | None = Field(default=None, min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.period_from >= self.period_until:
            raise ValueError("period_until must be after period_from")
        return self


class NewDecision(_Model):
    """A retrieval that was not allowed needs a reason, and one that is to be clarified says what is to be."""

    decision: Decision
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.decision in {"nicht_zulaessig", "zu_klaeren"} and not self.reason:
            raise ValueError("reason is needed where a retrieval was not allowed or is to be clarified")
        return self


class NewEnd(_Model):
    """`open`: end it although retrievals are undecided or to be clarified; they stay so in the result."""

    open: bool = False


class Item(_Model):
    """`entry` null = deleted meanwhile, two years after the retrieval."""

    position: int
    retrieval: UUID
    entry: Entry | None
    decision: Decision
    reason: str | None
    decided_by: UUID | None
    decided_at: dt.datetime | None


class Check(_Model):
    """`digest` is the SHA-256 of the result, which stands in the audit trail under the next signed checkpoint.

    `counts`: how many retrievals have which decision; one that none has is left out.
    """

    id: UUID
    at: dt.datetime
    period_from: dt.datetime
    period_until: dt.datetime
    seed: str
    population: int
    size: int
    created_by: UUID
    closed_at: dt.datetime | None
    digest: str | None
    counts: dict[Decision, int]


class CheckWithItems(Check):
    items: list[Item]


class CheckList(_Model):
    items: list[Check]
