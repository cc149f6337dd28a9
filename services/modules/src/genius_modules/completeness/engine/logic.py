# SPDX-License-Identifier: EUPL-1.2
"""Three-valued conditions after Kleene: true, false, and None for unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from genius_modules.completeness.rules.model import Condition

Truth = bool | None
Lookup = Callable[[str], Any]
"""The value of a fact by its name, None where it is not validly stated."""


def holds(condition: Condition, value_of: Lookup) -> Truth:
    """Whether a condition holds; a comparison with an unknown fact is unknown, never true or false."""
    if condition.always:
        return True
    if condition.all is not None:
        return _all(holds(part, value_of) for part in condition.all)
    if condition.any is not None:
        return _not(_all(_not(holds(part, value_of)) for part in condition.any))
    if condition.negated is not None:
        return _not(holds(condition.negated, value_of))
    value = value_of(condition.fact or "")
    return None if value is None else _compared(condition, value)


def _compared(condition: Condition, value: Any) -> Truth:
    if condition.eq is not None:
        return type(value) is type(condition.eq) and value == condition.eq
    if condition.one_of is not None:
        return value in condition.one_of
    if condition.contains is not None:
        return isinstance(value, Iterable) and not isinstance(value, str) and condition.contains in value
    try:
        return bool(value >= condition.gte)
    except TypeError:
        return None


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _all(truths: Iterable[Truth]) -> Truth:
    found = list(truths)
    if False in found:
        return False
    return None if None in found else True
