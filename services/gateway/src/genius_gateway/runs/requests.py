# SPDX-License-Identifier: EUPL-1.2
"""What comes with a request to start a run, and what a run looks like outside."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

import orjson
import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from genius_common.principal import ProtectionClass

MOST_INPUTS = 1_000
RunState = Literal["queued", "running", "succeeded", "failed", "cancelled"]


class Callback(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str


class RunBody(BaseModel):
    """Body of `POST /modules/{module}/runs`: one `input`, or several `inputs`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: dict[str, Any] | None = None
    inputs: list[dict[str, Any]] | None = Field(
        default=None, min_length=1, max_length=MOST_INPUTS, description="a batch: each ends by itself"
    )
    version: str | None = Field(default=None, max_length=20)
    callback: Callback | None = None
    deadline: AwareDatetime | None = Field(default=None, description="the run ends by then, done or not")
    case: str | None = Field(default=None, max_length=100, description="id of a case")
    protection_class: ProtectionClass | None = Field(
        default=None, description="of the input's own words, where it is above intern; what it names counts anyway"
    )
    detach: bool = Field(default=False, description="goes on although nobody follows it")

    @field_validator("input", "inputs")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Refuse lone surrogates and absurd nesting here, where the field can still be named."""
        try:
            orjson.dumps(value)
        except TypeError as error:
            raise ValueError("not valid Unicode, or nested too deeply") from error
        return value


class Progress(BaseModel):
    done: int
    total: int


class RunError(BaseModel):
    code: str
    detail: str
    retryable: bool


class RunUsage(BaseModel):
    input_tokens: int
    output_tokens: int


class RunWarning(BaseModel):
    code: str
    detail: str


class RunView(BaseModel):
    """A run as its owner sees it. `result` of a run that did not succeed is what was produced (`partial`)."""

    id: UUID
    module: str
    version: str
    state: RunState
    mode: str | None
    result: dict[str, Any] | None
    error: RunError | None
    partial: bool
    progress: Progress | None
    position: int | None = Field(default=None, description="place in the queue, while the job waits")
    usage: RunUsage
    warnings: list[RunWarning]
    conversation: UUID | None
    case: UUID | None
    protection_class: str
    deadline: dt.datetime | None
    created_at: dt.datetime
    finished_at: dt.datetime | None


class RunList(BaseModel):
    items: list[RunView]
    next: str | None = None


def view(row: sa.Row[Any], content: dict[str, Any], position: int | None = None) -> RunView:
    """The public form of a row with its opened content; `position` is its place in the queue, if it waits."""
    progress = None
    if row.progress_total is not None:
        progress = Progress(done=row.progress_done or 0, total=row.progress_total)
    return RunView(
        id=row.id,
        module=row.module,
        version=row.version,
        state=row.state,
        mode=row.mode,
        result=content.get("result"),
        error=content.get("error"),
        partial=row.partial,
        progress=progress,
        position=position,
        usage=RunUsage(input_tokens=row.input_tokens, output_tokens=row.output_tokens),
        warnings=content.get("warnings") or [],
        conversation=row.conversation,
        case=row.case_id,
        protection_class=row.protection_class,
        deadline=row.deadline,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
