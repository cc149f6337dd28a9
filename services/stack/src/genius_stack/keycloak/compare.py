# SPDX-License-Identifier: EUPL-1.2
"""Wanted against found, field by field; a wanted value may also be a bound."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable


@runtime_checkable
class Bound(Protocol):
    """A wanted value that several found ones satisfy; `value` is what is set where none does."""

    @property
    def value(self) -> Any: ...

    def holds(self, found: Any) -> bool: ...

    def describe(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AtMost:
    """A time in seconds, above 0 and at most `value`: an operator may be stricter than we are."""

    value: int

    def holds(self, found: Any) -> bool:
        return type(found) is int and 0 < found <= self.value

    def describe(self) -> str:
        return f"höchstens {self.value}"


@dataclass(frozen=True, slots=True)
class Unset:
    """Nothing, or the empty text that Keycloak's console leaves behind."""

    value: str = ""

    def holds(self, found: Any) -> bool:
        return found in (None, "")

    def describe(self) -> str:
        return "leer"


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """One line for each field that differs: `field ist …, soll … sein`. Lists are compared without their order.

    A mapping is compared by the wanted names alone, an empty one as a whole: nothing may be in it.
    """
    for name, value in wanted.items():
        there = found.get(name)
        label = f"{place}{name}"
        if isinstance(value, Mapping) and value:
            yield from differences(value, there if isinstance(there, Mapping) else {}, f"{label}.")
        elif not _equal(value, there):
            target = value.describe() if isinstance(value, Bound) else show(value)
            yield f"{label} ist {show(there)}, soll {target} sein"


def merged(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """`found` with what is wanted; fields that nobody asked about, and values within a bound, stay."""
    result = dict(found)
    for name, value in wanted.items():
        there = found.get(name)
        if isinstance(value, Mapping) and value:
            result[name] = merged(value, there if isinstance(there, Mapping) else {})
        elif isinstance(value, Bound):
            result[name] = there if value.holds(there) else value.value
        else:
            result[name] = value
    return result


def show(value: Any) -> str:
    """A value for a line of a report; what would break the line is escaped."""
    if value is None:
        return "nicht gesetzt"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    return text if text.isprintable() else json.dumps(value, default=str)


def _equal(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Bound):
        return wanted.holds(found)
    if isinstance(wanted, list) and isinstance(found, list):
        return sorted(map(show, wanted)) == sorted(map(show, found))
    if wanted in ([], {}) and found is None:
        return True
    return cast("bool", wanted == found)
