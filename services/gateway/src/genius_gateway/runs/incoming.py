# SPDX-License-Identifier: EUPL-1.2
"""What a module sends, looked at before anything of it is kept: storable, countable, with known labels and codes."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import orjson

from genius_common.events import CitationEvent, ErrorEvent, Event, Partial, Usage, WarningEvent, dump_event
from genius_common.principal import ProtectionClass
from genius_gateway.modules.client import InvalidEvent
from genius_gateway.modules.errors import ModuleOutputTooLarge
from genius_gateway.modules.schemas import SchemaCheck

# Codes go into the audit trail and into clear columns, where no content may lie.
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_TOKENS = 10**9
_DEEPEST = 8


def is_code(value: str) -> bool:
    return _CODE.fullmatch(value) is not None


class Incoming:
    """Counts the events of one run, which may have `max_bytes` as JSON together.

    `ceiling` is the run's protection class: what its token could not open it may not cite. A part of the result fits
    its place in the schema `result`.
    """

    def __init__(self, max_bytes: int, ceiling: ProtectionClass, result: SchemaCheck | None = None) -> None:
        self._left = max_bytes
        self._result = result
        self._ceiling = ceiling

    def check(self, event: Event) -> None:
        """Raises: InvalidEvent, ModuleOutputTooLarge."""
        if isinstance(event, Usage) and max(event.input_tokens, event.output_tokens) > _MAX_TOKENS:
            raise InvalidEvent
        if isinstance(event, ErrorEvent | WarningEvent) and not is_code(event.code):
            raise InvalidEvent
        if isinstance(event, CitationEvent) and not self._ceiling.covers(event.protection_class):
            raise InvalidEvent
        if isinstance(event, Partial) and self._result and not self._result.accepts_part(event.path, event.value):
            raise InvalidEvent
        try:
            self._left -= len(orjson.dumps(dump_event(event)))
        except TypeError:
            # An integer beyond 64 bits, or nested too deeply.
            raise InvalidEvent from None
        if self._left < 0:
            raise ModuleOutputTooLarge


def labels_allowed(result: dict[str, Any], ceiling: ProtectionClass) -> bool:
    """Whether every citation of a result that names a protection class names one that there is, up to `ceiling`."""
    citations = result.get("citations")
    labels = [item["protection_class"] for item in cited(citations) if "protection_class" in item]
    return all(isinstance(label, str) and ceiling.covers(label) for label in labels)


def unsupported(value: Any) -> list[dict[str, Any]]:
    """Sentences of a result with what no source of theirs holds: `[{"text", "missing"}]`; others are left out."""
    return [
        {"text": item["text"], "missing": item["missing"]}
        for item in cited(value)
        if isinstance(item.get("text"), str) and _is_texts(item.get("missing")) and item["missing"]
    ]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def documents_in(value: Any, depth: int = 0) -> frozenset[UUID]:
    """The documents of all citations in a result, wherever a module has put them; what is no id is left out."""
    found: set[UUID] = set()
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "citations":
                found.update(filter(None, (_document(item) for item in cited(inner))))
            elif depth < _DEEPEST:
                found |= documents_in(inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for item in value:
            found |= documents_in(item, depth + 1)
    return frozenset(found)


def _document(citation: dict[str, Any]) -> UUID | None:
    try:
        return UUID(str(citation.get("document")))
    except ValueError:
        return None


def cited(value: Any) -> list[dict[str, Any]]:
    """`value` where it is a list of citations; a module of others may use the name for something else."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    return []
