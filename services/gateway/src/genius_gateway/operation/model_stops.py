# SPDX-License-Identifier: EUPL-1.2
"""The kill switch's list (KI-06): which models are stopped, for whom and why. Inference follows it by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import text

from genius_common.database import Database, RowScope
from genius_common.errors import Conflict, FieldError, NotFound
from genius_common.model_stops import ModelStop
from genius_gateway.audit.chain import AuditRecord, append

Reason = Literal["vorfall", "fehler", "wartung", "anordnung"]
EVERY = "*"
"""Every model or every authority, in a record."""

_TENANT = RowScope(tenant_wide=True)
_COLUMNS = "id, model, authority, reason, stopped_at"
_ALL = text(f"SELECT {_COLUMNS} FROM model_stops ORDER BY stopped_at DESC, id")  # noqa: S608 constants only
_AUTHORITY = text("SELECT 1 FROM authorities WHERE id = :authority")
_STOP = text(
    "INSERT INTO model_stops (id, model, authority, reason) VALUES (:id, :model, :authority, :reason)"  # noqa: S608
    f" ON CONFLICT DO NOTHING RETURNING {_COLUMNS}"
)
_RELEASE = text(f"DELETE FROM model_stops WHERE id = :id RETURNING {_COLUMNS}")  # noqa: S608 constants only


class ModelAlreadyStopped(Conflict):
    code = "model_already_stopped"
    title = "Sprachmodell schon angehalten"
    default_detail = "Dieses Sprachmodell ist für diese Behörden schon angehalten."


@dataclass(frozen=True, slots=True)
class KeptStop:
    """`model` None = every model, `authority` None = the whole platform."""

    id: UUID
    model: str | None
    authority: UUID | None
    reason: str
    stopped_at: dt.datetime

    @property
    def stop(self) -> ModelStop:
        return ModelStop(self.model, self.authority)


class ModelStops:
    """`actor` is the operator's pseudonym, None for a command on the server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[KeptStop]:
        """The newest first."""
        async with self._database.transaction(_TENANT) as connection:
            return [KeptStop(*row) for row in await connection.execute(_ALL)]

    async def stop(self, actor: UUID | None, stop: ModelStop, reason: Reason) -> KeptStop:
        """Also a model that is not there now. Raises: NotFound for an unknown authority, ModelAlreadyStopped."""
        values = {"id": uuid4(), "model": stop.model, "authority": stop.authority, "reason": reason}
        async with self._database.transaction(_TENANT) as connection:
            if stop.authority is not None:
                known = await connection.execute(_AUTHORITY, {"authority": stop.authority})
                if known.first() is None:
                    raise NotFound(errors=[FieldError("/authority", NotFound.default_detail)])
            row = (await connection.execute(_STOP, values)).one_or_none()
            if row is None:
                raise ModelAlreadyStopped
            kept = KeptStop(*row)
            await append(connection, [_record(actor, "model.stop", kept)])
        return kept

    async def release(self, actor: UUID | None, identifier: UUID) -> KeptStop:
        """Raises: NotFound."""
        async with self._database.transaction(_TENANT) as connection:
            row = (await connection.execute(_RELEASE, {"id": identifier})).one_or_none()
            if row is None:
                raise NotFound
            kept = KeptStop(*row)
            await append(connection, [_record(actor, "model.release", kept)])
        return kept


def _record(actor: UUID | None, action: str, kept: KeptStop) -> AuditRecord:
    facts: dict[str, int | str | bool] = {
        "model": kept.model or EVERY,
        "for": str(kept.authority) if kept.authority else EVERY,
        "reason": kept.reason,
    }
    return AuditRecord(
        action=action, authority=None, actor=actor, object_kind="model_stop", object=kept.id, facts=facts
    )
