# SPDX-License-Identifier: EUPL-1.2
"""What differs between two versions: facts, statuses, acceptances, files, rule set, letter."""

from __future__ import annotations

from typing import Any

from genius_gateway.case_versions.model import Content


def difference(before: Content, after: Content) -> dict[str, Any]:
    """Lists of `{name, before, after}`; null = not there."""
    return {
        "facts": _changed(_values(before), _values(after)),
        "requirements": _changed(_statuses(before), _statuses(after)),
        "accepted": _changed(_accepted(before), _accepted(after)),
        "files": _changed(_files(before), _files(after)),
        "rule_set": _changed(_rules(before), _rules(after)),
        "letter_changed": before.letter != after.letter,
    }


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    names = sorted(before.keys() | after.keys())
    return [
        {"name": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def _values(content: Content) -> dict[str, Any]:
    return {name: fact.get("value") for name, fact in content.facts.items()}


def _statuses(content: Content) -> dict[str, Any]:
    return {name: one.status for name, one in content.result.requirements.items()}


def _accepted(content: Content) -> dict[str, Any]:
    return {name: one.by.name for name, one in content.accepted.items()}


def _files(content: Content) -> dict[str, Any]:
    return {str(one.file): one.name for one in content.files}


def _rules(content: Content) -> dict[str, Any]:
    result = content.result
    return {"rule_set": result.rule_set, "catalogue_sha256": result.catalogue_sha256}
