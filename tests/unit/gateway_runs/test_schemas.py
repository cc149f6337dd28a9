# SPDX-License-Identifier: EUPL-1.2
"""Inputs against a module's JSON schema: which field, what to do, and never the value."""

from __future__ import annotations

from typing import Any

import pytest

from genius_gateway.modules.schemas import SchemaCheck

SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": r"\S"},
        "kind": {"enum": ["brief", "rede"]},
        "count": {"type": "integer", "minimum": 1},
        "ids": {"anyOf": [{"type": "array", "maxItems": 2, "items": {"type": "string"}}, {"type": "null"}]},
        "a/b": {"type": "string"},
        "day": {"type": "string", "format": "date"},
        "id": {"type": "string", "format": "uuid"},
    },
    "required": ["text"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "pointer", "text"),
    [
        ({}, "/input/text", "Diese Angabe fehlt."),
        ({"text": "abcdef"}, "/input/text", "Der Text ist zu lang: erlaubt sind 5 Zeichen."),
        ({"text": "a"}, "/input/text", "Der Text ist zu kurz: nötig sind mindestens 2 Zeichen."),
        ({"text": "ab", "kind": "geheim"}, "/input/kind", "Erlaubt sind: brief, rede."),
        ({"text": "ab", "count": 0}, "/input/count", "Der Wert muss mindestens 1 sein."),
        ({"text": "ab", "count": "geheim"}, "/input/count", "Erwartet wird: integer."),
        ({"text": "ab", "geheim": 1}, "/input/geheim", "Dieses Feld gibt es nicht."),
        ({"text": "ab", "ids": ["a", "b", "c"]}, "/input/ids", "Höchstens 2 Einträge sind erlaubt."),
        ({"text": "ab", "ids": ["a", 7]}, "/input/ids/1", "Erwartet wird: string."),
        ({"text": "ab", "a/b": 1}, "/input/a~1b", "Erwartet wird: string."),
        ({"text": "ab", "day": "geheim"}, "/input/day", "Das ist kein Tag. Bitte schreiben Sie ihn wie 2026-11-26."),
    ],
)
def test_errors_name_the_field_and_not_the_value(value: dict[str, Any], pointer: str, text: str) -> None:
    errors = SchemaCheck(SCHEMA).errors(value, "/input")
    assert [(error.pointer, error.detail) for error in errors] == [(pointer, text)]
    assert "geheim" not in errors[0].detail


def test_a_malformed_id_is_left_to_the_look_up() -> None:
    """It must be 404 like an unknown one, not a wrong form."""
    assert SchemaCheck(SCHEMA).errors({"text": "ab", "id": "quatsch"}) == []


def test_many_errors_are_cut() -> None:
    assert len(SchemaCheck(SCHEMA).errors({str(number): 1 for number in range(100)})) == 20
