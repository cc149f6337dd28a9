# SPDX-License-Identifier: EUPL-1.2
"""Whether a stated fact is valid, as the checks of a rule set say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genius_modules.completeness.engine.facts import Facts
from genius_modules.completeness.engine.logic import holds
from genius_modules.completeness.engine.matching import holders, same_person
from genius_modules.completeness.observed import Fact
from genius_modules.completeness.rules.model import Check, Status

_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
"""Countries of the payment area SEPA and how long their account numbers are (ISO 13616 registry)."""


def iban_is_valid(written: str) -> bool:
    """Country, length and check digits (ISO 13616, mod 97)."""
    iban = re.sub(r"\s", "", written).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]+", iban) or len(iban) != _IBAN_LENGTHS.get(iban[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def judge(check: Check, fact: Fact, facts: Facts) -> Status:
    """`present`, `missing` or `unclear` for one part of a field."""
    if fact.state != "stated" or fact.value is None:
        return "unclear" if fact.state == "invalid" else "missing"
    if check.no_means and fact.value is False:
        return check.no_means
    if check.parts:
        parts = fact.value if isinstance(fact.value, Mapping) else {}
        if any(not str(parts.get(name) or "").strip() for name in check.parts):
            return "missing"
    return "present" if _is_valid(check, fact.value, facts) else "unclear"


def _is_valid(check: Check, value: Any, facts: Facts) -> bool:
    kind = facts.rules.fact(check.fact)
    if kind and kind.values and not set(value if isinstance(value, list | tuple) else [value]) <= set(kind.values):
        return False
    if any(not re.fullmatch(pattern, str(value[name]).strip()) for name, pattern in check.parts.items()):
        return False
    if check.pattern and not re.fullmatch(check.pattern, str(value).strip()):
        return False
    if check.minimum is not None and not _reaches(value, check.minimum):
        return False
    if check.iban and not iban_is_valid(str(value)):
        return False
    if check.member_unless and not _names_member(str(value), facts):
        return holds(check.member_unless, facts.value) is True
    return not (check.if_yes_somebody and value is True) or any(
        holds(check.if_yes_somebody, facts.of(person).value) is True for person in facts.persons
    )


def _reaches(value: Any, minimum: int) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__ge__") and not isinstance(value, str) and value >= minimum


def _names_member(name: str, facts: Facts) -> bool:
    return any(
        same_person(holder, None, facts.name(person), None) for person in facts.persons for holder in holders(name)
    )
