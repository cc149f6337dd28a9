# SPDX-License-Identifier: EUPL-1.2
"""What a run has to do: its sealed request, opened by whoever carries it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from genius_common.contracts.house_style import HouseStyle
from genius_common.contracts.modules import Limits, ModuleRunRequest, RunFile, ServiceUrls
from genius_common.principal import Principal, ProtectionClass
from genius_gateway.runs.ports import History
from genius_gateway.runs.sealing import Owner

GRACE_S = 2.0


class SealedItem(BaseModel):
    """One input of a batch, with the files that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: dict[str, Any]
    files: list[RunFile] = []


class SealedRequest(BaseModel):
    """The form in which a run's request is kept. No rights are kept that are not asked for again at the start.

    `classification` is the run's own class: its tokens allow nothing above (TEN-15). `left_out` is how many knowledge
    bases a search over all of them leaves out because of that. `items` are a batch's inputs; `input` is empty then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: dict[str, Any]
    files: list[RunFile] = []
    items: list[SealedItem] = []
    tenant: str
    units: list[UUID] = []
    roles: list[str] = []
    scopes: list[str] = []
    classification: ProtectionClass
    left_out: int = 0
    api_token: UUID | None = None

    @classmethod
    def of(
        cls,
        principal: Principal,
        data: dict[str, Any],
        files: list[RunFile],
        left_out: int = 0,
        items: Sequence[SealedItem] = (),
    ) -> SealedRequest:
        return cls(
            input=data,
            files=files,
            items=list(items),
            tenant=principal.tenant,
            units=sorted(principal.units),
            roles=sorted(principal.roles),
            scopes=sorted(principal.scopes),
            classification=principal.classification,
            left_out=left_out,
            api_token=principal.api_token,
        )

    def principal(self, owner: Owner, application: UUID | None) -> Principal:
        return Principal(
            subject=owner.person,
            tenant=self.tenant,
            authority=owner.authority,
            units=frozenset(self.units),
            roles=frozenset(self.roles),
            scopes=frozenset(self.scopes),
            classification=self.classification,
            application=application,
            api_token=self.api_token,
        )


@dataclass(slots=True, kw_only=True)
class Job:
    """A claimed run. `queued`: it waited for its start, so nothing was set aside for it yet.

    `items` are a batch's inputs.
    """

    run: UUID
    owner: Owner
    principal: Principal
    module: str
    version: str
    input: dict[str, Any]
    files: list[RunFile]
    protection_class: ProtectionClass
    deadline: dt.datetime
    answer_message: UUID | None
    user_message: UUID | None
    case: UUID | None
    queued: bool
    items: list[SealedItem]
    history: History = field(default_factory=History)
    house_style: HouseStyle | None = None
    left_out: int = 0

    @classmethod
    def of(cls, row: sa.Row[Any], request: SealedRequest) -> Job:
        owner = Owner(row.authority, row.owner)
        return cls(
            run=row.id,
            owner=owner,
            principal=request.principal(owner, row.application),
            module=row.module,
            version=row.version,
            input=request.input,
            files=request.files,
            protection_class=ProtectionClass(row.protection_class),
            deadline=row.deadline,
            answer_message=row.answer_message,
            user_message=row.user_message,
            case=row.case_id,
            queued=row.job,
            items=request.items,
            left_out=request.left_out,
        )

    @property
    def seconds_left(self) -> float:
        return max((self.deadline - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)

    def item_id(self, index: int) -> UUID:
        """Under which a module carries out one input of the batch: several go on at a time."""
        return uuid5(self.run, str(index))

    def item_request(self, index: int, services: ServiceUrls, limits: Limits) -> ModuleRunRequest:
        """One input of the batch, which has the time of a run of its own within the batch's."""
        until = min(self.deadline, dt.datetime.now(dt.UTC) + dt.timedelta(seconds=limits.seconds))
        item = self.items[index]
        return ModuleRunRequest(
            run=self.item_id(index),
            version=self.version,
            input=item.input,
            deadline=max(until - dt.timedelta(seconds=GRACE_S), dt.datetime.now(dt.UTC)),
            protection_class=self.protection_class,
            files=item.files,
            services=services,
            limits=limits,
            house_style=self.house_style,
        )

    def module_request(self, services: ServiceUrls, limits: Limits) -> ModuleRunRequest:
        return ModuleRunRequest(
            run=self.run,
            version=self.version,
            input=self.input,
            # The module ends by itself a little earlier, so that its last words still arrive.
            deadline=max(self.deadline - dt.timedelta(seconds=GRACE_S), dt.datetime.now(dt.UTC)),
            protection_class=self.protection_class,
            files=self.files,
            services=services,
            limits=limits,
            history=self.history.turns,
            house_style=self.house_style,
        )


def is_item(run: UUID, batch: UUID, inputs: int) -> bool:
    """Whether `run` is what a module knows one of the batch's inputs by."""
    return any(uuid5(batch, str(index)) == run for index in range(inputs))
