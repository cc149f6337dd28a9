# SPDX-License-Identifier: EUPL-1.2
"""What the platform answers, typed. Fields that a newer platform adds are ignored here and stand in `raw`.

Content is left out of `repr`, so that it does not get into logs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Self

from genius_client._errors import RunFailed

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to 1,000 inputs for one run; each ends by itself."""

    inputs: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Module:
    """A function of the platform. The schemas are JSON Schema 2020-12; `mode` says how it works now."""

    id: str
    version: str
    title: str
    description: str
    mode: str
    external: bool
    input_schema: Json
    result_schema: Json
    raw: Json = field(repr=False)

    @classmethod
    def of(cls, found: Json, language: str) -> Self:
        return cls(
            id=found["id"],
            version=found["version"],
            title=_label(found["title"], language),
            description=_label(found["description"], language),
            mode=found["mode"],
            external=found["external"],
            input_schema=found["input_schema"],
            result_schema=found["result_schema"],
            raw=found,
        )


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run or an input of a batch failed. `retryable`: a new run may succeed."""

    code: str
    detail: str
    retryable: bool

    @classmethod
    def of(cls, found: Json) -> Self:
        return cls(str(found["code"]), str(found["detail"]), found.get("retryable") is True)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One input of a batch: `value` if it `succeeded`, else `error`."""

    index: int
    state: str
    value: Any = field(repr=False)
    error: RunError | None

    @classmethod
    def of(cls, found: Json) -> Self:
        error = found.get("error")
        return cls(found["index"], found["state"], found.get("value"), RunError.of(error) if error else None)


@dataclass(frozen=True, slots=True)
class RunWarning:
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run: `state` is queued, running, succeeded, failed or cancelled.

    `position`: place in the queue; `done` of `total` inputs of a batch have ended; tokens as they were counted.
    """

    id: str
    module: str
    version: str
    state: str
    mode: str | None
    result: Json | None = field(repr=False)
    error: RunError | None
    partial: bool
    position: int | None
    done: int | None
    total: int | None
    input_tokens: int
    output_tokens: int
    warnings: tuple[RunWarning, ...]
    case: str | None
    protection_class: str
    created_at: dt.datetime
    finished_at: dt.datetime | None
    raw: Json = field(repr=False)

    @classmethod
    def of(cls, found: Json) -> Self:
        error, progress, finished = found["error"], found["progress"] or {}, found["finished_at"]
        return cls(
            id=found["id"],
            module=found["module"],
            version=found["version"],
            state=found["state"],
            mode=found["mode"],
            result=found["result"],
            error=RunError.of(error) if error else None,
            partial=found["partial"],
            position=found.get("position"),
            done=progress.get("done"),
            total=progress.get("total"),
            input_tokens=found["usage"]["input_tokens"],
            output_tokens=found["usage"]["output_tokens"],
            warnings=tuple(RunWarning(item["code"], item["detail"]) for item in found["warnings"]),
            case=found.get("case"),
            protection_class=found["protection_class"],
            created_at=dt.datetime.fromisoformat(found["created_at"]),
            finished_at=dt.datetime.fromisoformat(finished) if finished else None,
            raw=found,
        )

    @property
    def ended(self) -> bool:
        return self.state in {"succeeded", "failed", "cancelled"}

    @property
    def items(self) -> tuple[ItemResult, ...]:
        """The ended inputs of a batch, by index; empty for a run with one input."""
        if self.total is None or not self.result:
            return ()
        return tuple(ItemResult.of(item) for item in self.result.get("items", []))

    def require(self) -> Json:
        """The result of a run that succeeded. Raises: RunFailed."""
        if self.state != "succeeded" or self.result is None:
            raise RunFailed(self)
        return self.result


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at the platform: `state` is queued, parsing, indexing, ready or failed (`reason` says why)."""

    id: str
    name: str
    state: str
    reason: RunError | None
    size: int
    pages: int | None
    protection_class: str
    raw: Json = field(repr=False)

    @classmethod
    def of(cls, found: Json) -> Self:
        reason = found.get("reason")
        return cls(
            id=found["id"],
            name=found["name"],
            state=found["state"],
            reason=RunError.of({**reason, "retryable": found.get("retryable")}) if reason else None,
            size=found["size"],
            pages=found.get("pages"),
            protection_class=found["protection_class"],
            raw=found,
        )

    @property
    def ended(self) -> bool:
        return self.state in {"ready", "failed"}


@dataclass(frozen=True, slots=True)
class Case:
    """A case (Vorgang); `reference` is its Aktenzeichen."""

    id: str
    reference: str
    title: str | None
    state: str
    protection_class: str
    raw: Json = field(repr=False)

    @classmethod
    def of(cls, found: Json) -> Self:
        return cls(
            found["id"], found["reference"], found["title"], found["state"], found["protection_class"], raw=found
        )


@dataclass(frozen=True, slots=True)
class Download:
    """An export. `name` is what the platform suggests, never with a folder."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    def save(self, folder: Path) -> Path:
        """Write it into the folder. Raises: FileExistsError, rather than to replace something."""
        path = folder / self.name
        with path.open("xb") as file:
            file.write(self.content)
        return path


def plain_name(name: str) -> str:
    """The last part of a path of any system; `download` where nothing is left."""
    last = PureWindowsPath(PurePosixPath(name).name).name.strip().lstrip(".")
    return last or "download"


def _label(found: Json, language: str) -> str:
    return str(found.get(language) or found["de"])
