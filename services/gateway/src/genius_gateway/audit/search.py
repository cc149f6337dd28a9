# SPDX-License-Identifier: EUPL-1.2
"""Search in the audit trail for auditors: by period, action, authority, pseudonym, object or receipt; newest first.

A search for one person needs a reason and stands in the trail with it: nobody is watched without a trace (PER-01).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.errors import FieldError, InvalidInput
from genius_gateway.audit.chain import TENANT_CHAIN

Reason = Literal["verfahren", "pruefung", "auskunft", "vorfall"]
MOST_DAYS = 366
_SEPARATOR = "~"
_FIND = text(
    "SELECT chain, seq, at, authority, actor, application, action, object_kind, object, outcome, facts"
    " FROM audit_records WHERE at >= :since AND at < :until"
    " AND (CAST(:chain AS text) IS NULL OR chain = :chain)"
    " AND (CAST(:action AS text) IS NULL OR action = :action OR action LIKE :area)"
    " AND (CAST(:person AS uuid) IS NULL OR actor = :person OR (object_kind = 'person' AND object = :person))"
    " AND (CAST(:object AS uuid) IS NULL OR object = :object OR facts ->> 'receipt' = CAST(:object AS text)"
    "  OR facts ->> 'hold' = CAST(:object AS text))"
    " AND (CAST(:after_at AS timestamptz) IS NULL OR (at, chain, seq) < (:after_at, :after_chain, :after_seq))"
    " ORDER BY at DESC, chain DESC, seq DESC LIMIT CAST(:most AS int)"
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchBody(_Model):
    """At most 366 days. `action` is one (`run.start`) or an area (`run`); `object` an id, a receipt or a hold.

    `authority` is an id, or `tenant` for what belongs to none. `person` is a pseudonym, and needs a `reason`.
    """

    since: AwareDatetime
    until: AwareDatetime
    action: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)?$", max_length=80)] | None = None
    authority: UUID | Literal["tenant"] | None = None
    person: UUID | None = None
    reason: Reason | None = None
    object: UUID | None = None
    limit: int = Field(default=50, ge=1, le=200)
    after: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        if not dt.timedelta(0) < self.until - self.since <= dt.timedelta(days=MOST_DAYS):
            raise ValueError(f"since must be before until, by at most {MOST_DAYS} days")
        if (self.person is None) != (self.reason is None):
            raise ValueError("a search for a person needs a reason, and only that one")
        return self


class RecordView(_Model):
    """One record as it was hashed; `facts` are numbers, ids and words of ours."""

    chain: str
    seq: int
    at: dt.datetime
    authority: UUID | None
    actor: UUID | None
    application: UUID | None
    action: str
    object_kind: str | None
    object: UUID | None
    outcome: str
    facts: dict[str, Any]


class RecordPage(_Model):
    items: list[RecordView]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Position:
    at: dt.datetime | None = None
    chain: str = ""
    seq: int = 0

    @classmethod
    def of(cls, cursor: str | None) -> _Position:
        if cursor is None:
            return cls()
        try:
            at, chain, seq = cursor.split(_SEPARATOR)
            if len(seq) > 18 or "\0" in chain:
                raise ValueError
            found = cls(dt.datetime.fromisoformat(at), chain, int(seq))
            if found.at is None or found.at.tzinfo is None:
                raise ValueError
        except ValueError:
            raise InvalidInput(errors=[FieldError("/after", "Diese Stelle der Liste gibt es nicht.")]) from None
        return found


async def search(database: Database, wanted: SearchBody) -> RecordPage:
    """A page of records, the newest first. Raises: InvalidInput."""
    position = _Position.of(wanted.after)
    action = wanted.action
    values = {
        "since": wanted.since,
        "until": wanted.until,
        "chain": TENANT_CHAIN if wanted.authority == "tenant" else wanted.authority and str(wanted.authority),
        "action": action,
        "area": None if action is None or "." in action else f"{action.replace('_', chr(92) + '_')}.%",
        "person": wanted.person,
        "object": wanted.object,
        "after_at": position.at,
        "after_chain": position.chain,
        "after_seq": position.seq,
        "most": wanted.limit + 1,
    }
    async with database.transaction(RowScope(tenant_wide=True)) as connection:
        rows = (await connection.execute(_FIND, values)).all()
    items = [RecordView.model_validate(row._asdict()) for row in rows[: wanted.limit]]
    last = items[-1] if len(rows) > wanted.limit else None
    cursor = _SEPARATOR.join((last.at.isoformat(), last.chain, str(last.seq))) if last else None
    return RecordPage(items=items, next=cursor)
