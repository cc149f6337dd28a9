# SPDX-License-Identifier: EUPL-1.2
"""Events of a run, discriminated by `type`. Exactly one last event: `done`, `cancelled` or `error`.

Modules send them without `run` and `seq`; the gateway adds both when it writes the run's log. Models are closed:
an unknown field is refused, so that nothing passes that no one checked.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from genius_common.contracts.retrieval import Citation
from genius_common.principal import ProtectionClass

Phase = Literal["queued", "parsing", "searching", "generating", "checking", "rendering"]


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunStarted(_Event):
    """First event; sent by the gateway only. For a chat turn it names the stored messages.

    `protection_class` is the run's, and so the answer's: the highest of everything that goes in.
    """

    type: Literal["run.started"] = "run.started"
    conversation: UUID | None = None
    user_message: UUID | None = None
    answer_message: UUID | None = None
    protection_class: ProtectionClass | None = None


class Status(_Event):
    type: Literal["status"] = "status"
    phase: Phase
    position: int | None = None
    detail: str | None = None


class TextDelta(_Event):
    type: Literal["text.delta"] = "text.delta"
    text: str


class CitationEvent(Citation):
    """A citation as it becomes known, before the result repeats it."""

    type: Literal["citation"] = "citation"


class Partial(_Event):
    """A part of the result: `path` is a JSON pointer into it."""

    type: Literal["partial"] = "partial"
    path: str
    value: Any


class Item(_Event):
    """A finished input of a batch."""

    type: Literal["item"] = "item"
    index: int
    state: Literal["succeeded", "failed"]
    value: Any = None
    error: dict[str, Any] | None = None


class WarningEvent(_Event):
    type: Literal["warning"] = "warning"
    code: str
    detail: str


class Usage(_Event):
    type: Literal["usage"] = "usage"
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)


class UsageTotals(_Event):
    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)


class Done(_Event):
    type: Literal["done"] = "done"
    result: dict[str, Any]
    usage: UsageTotals = UsageTotals()


class Cancelled(_Event):
    type: Literal["cancelled"] = "cancelled"


class ErrorEvent(_Event):
    """Same code as the JSON API: the status line has already gone out."""

    type: Literal["error"] = "error"
    code: str
    detail: str
    retryable: bool = False


Event = Annotated[
    RunStarted
    | Status
    | TextDelta
    | CitationEvent
    | Partial
    | Item
    | WarningEvent
    | Usage
    | Done
    | Cancelled
    | ErrorEvent,
    Field(discriminator="type"),
]
FINAL_TYPES = frozenset({"done", "cancelled", "error"})
event_adapter: TypeAdapter[Event] = TypeAdapter(Event)


def is_final(event: Event) -> bool:
    return event.type in FINAL_TYPES


def dump_event(event: Event) -> dict[str, Any]:
    """JSON-ready form without empty optional fields (`result` and `value` are kept as they are)."""
    return event.model_dump(mode="json", exclude_none=True) if event.type != "done" else event.model_dump(mode="json")
