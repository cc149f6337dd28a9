# SPDX-License-Identifier: EUPL-1.2
"""What a run has produced so far, gathered from its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from genius_common.contracts.modules import Mode
from genius_common.events import Event
from genius_common.principal import ProtectionClass
from genius_gateway.runs.incoming import cited, unsupported
from genius_gateway.runs.live import LoggedEvent

_HARMLESS = frozenset({"run.started", "status"})
_MODES = frozenset(get_args(Mode))
_MODEL_CHARS = 200
_ENVELOPE = frozenset({"type", "run", "seq"})


class Draft:
    """Text, citations, warnings and usage of a run; the result replaces text and citations at its end."""

    def __init__(self, events: Iterable[LoggedEvent] = ()) -> None:
        self._text: list[str] = []
        self.citations: list[dict[str, Any]] = []
        self.unsupported: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []
        self.input_tokens = 0
        self.output_tokens = 0
        self.mode: str | None = None
        self.model: str | None = None
        self.items: dict[int, dict[str, Any]] = {}
        """Finished inputs of a batch by index, as their events tell them."""
        for event in events:
            self.add(event)

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def content(self) -> dict[str, Any]:
        """What a message keeps of it."""
        return {"text": self.text, "citations": self.citations, "unsupported": self.unsupported}

    @property
    def empty(self) -> bool:
        return not self._text and not self.citations

    def warned(self, code: str) -> bool:
        return any(warning["code"] == code for warning in self.warnings)

    def add(self, event: LoggedEvent) -> None:
        data = event.data
        if event.type == "text.delta":
            self._text.append(data["text"])
        elif event.type == "citation":
            self.citations.append({key: value for key, value in data.items() if key not in _ENVELOPE})
        elif event.type == "warning":
            self.warnings.append({"code": data["code"], "detail": data["detail"]})
        elif event.type == "usage":
            self.input_tokens += data["input_tokens"]
            self.output_tokens += data["output_tokens"]
        elif event.type == "item":
            self.items[data["index"]] = {key: value for key, value in data.items() if key not in _ENVELOPE}
            if isinstance(data.get("value"), dict):
                self._take_labels(data["value"])
        elif event.type == "done":
            self._take(data["result"])

    def _take(self, result: dict[str, Any]) -> None:
        text = result.get("text", result.get("answer"))
        if isinstance(text, str):
            self._text = [text]
        if isinstance(result.get("citations"), list):
            self.citations = cited(result["citations"])
        self.unsupported = unsupported(result.get("sentences"))
        self._take_labels(result)

    def _take_labels(self, result: dict[str, Any]) -> None:
        # Both go into clear columns: only what is surely a mode, and what may be a model's name.
        mode, model = result.get("mode"), result.get("model")
        if isinstance(mode, str) and mode in _MODES:
            self.mode = mode
        if isinstance(model, str) and model.isprintable() and len(model) <= _MODEL_CHARS:
            self.model = model

    def protection_class(self, own: ProtectionClass) -> ProtectionClass:
        """The highest class of the request and of everything cited."""
        cited = [ProtectionClass(item["protection_class"]) for item in self.citations if "protection_class" in item]
        return ProtectionClass.highest([own, *cited])

    def batch_result(self) -> dict[str, Any]:
        """The result of a batch, so far."""
        items = [self.items[index] for index in sorted(self.items)]
        succeeded = sum(item["state"] == "succeeded" for item in items)
        return {"items": items, "succeeded": succeeded, "failed": len(items) - succeeded}

    def partial_result(self) -> dict[str, Any] | None:
        if self.items:
            return self.batch_result()
        return None if self.empty else {"text": self.text, "citations": self.citations}


def may_start_again(event: Event) -> bool:
    """Whether a run that has sent only such events can start anew without anybody seeing a text twice."""
    return event.type in _HARMLESS
