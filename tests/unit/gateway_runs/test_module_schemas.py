# SPDX-License-Identifier: EUPL-1.2
"""Schemas come from modules, values from anybody: both may be hostile."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genius_gateway.modules.schemas import InvalidSchema, SchemaCheck

SECRET = "Frau Müller"
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "minItems": 1},
        "level": {"type": "integer", "maximum": 3},
        "kind": {"const": "brief"},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}},
        "either": {"type": ["string", "null"]},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {"row": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}},
}
RECURSIVE = {"type": "object", "properties": {"in": {"$ref": "#"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"name": "x", "tags": []}, {"/tags": "Mindestens 1 Einträge sind nötig."}),
        ({"name": "x", "tags": ["a", "a"]}, {"/tags": "Kein Eintrag darf doppelt sein."}),
        ({"name": "x", "tags": ["a", SECRET]}, {"/tags/1": "Erlaubt sind: a, b."}),
        ({"name": "x", "level": 4}, {"/level": "Der Wert darf höchstens 3 sein."}),
        ({"name": "x", "kind": SECRET}, {"/kind": "Erlaubt ist nur „brief“."}),
        ({"name": "x", "rows": [{"n": 1}, {}]}, {"/rows/1/n": "Diese Angabe fehlt."}),
        ({"name": "x", "rows": [{"n": SECRET}]}, {"/rows/0/n": "Erwartet wird: integer."}),
        ({"name": "x", "either": 1}, {"/either": "Erwartet wird: string oder null."}),
        (
            {"tags": 1, "a": 1, "b/c~": 1},
            {
                "/name": "Diese Angabe fehlt.",
                "/tags": "Erwartet wird: array.",
                "/a": "Dieses Feld gibt es nicht.",
                "/b~1c~0": "Dieses Feld gibt es nicht.",
            },
        ),
        ([], {"": "Erwartet wird: object."}),
        (None, {"": "Erwartet wird: object."}),
        (SECRET, {"": "Erwartet wird: object."}),
    ],
)
def test_every_wrong_place_is_named_in_german(value: Any, expected: dict[str, str]) -> None:
    """LOG-01: the wrong value, which is content, is in no text."""
    found = SchemaCheck(FORM).errors(value)
    assert {error.pointer: error.detail for error in found} == expected
    assert not any(SECRET in error.detail for error in found)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3) | st.just("brief"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FORM["properties"], "n", "x/~"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_refused_has_a_place_inside_the_value(value: Any) -> None:
    """Both questions agree, and each pointer leads to a value, or to a key that is missing in an object."""
    check = SchemaCheck(FORM)
    errors = check.errors(value, "/input")
    assert bool(errors) is not check.accepts(value)
    for error in errors:
        place = value
        parts = error.pointer.removeprefix("/input").split("/")[1:]
        for number, part in enumerate(parts):
            key = part.replace("~1", "/").replace("~0", "~")
            if isinstance(place, list):
                place = place[int(key)]
            elif key in place:
                place = place[key]
            else:
                assert (error.detail, number) == ("Diese Angabe fehlt.", len(parts) - 1)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "http://127.0.0.1:{port}/schema.json"},
        {"properties": {"a": {"items": [{"$ref": "http://127.0.0.1:{port}/"}]}}},
        {"properties": {"a": {"$dynamicRef": "http://127.0.0.1:{port}/x#y"}}},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "schema.json"},
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "#anchor"},
        {"$defs": {"unused": {"$ref": "https://example.org/"}}},
    ],
    ids=str,
)
def test_a_schema_that_points_outside_is_none(schema: dict[str, Any]) -> None:
    """ING-01: nothing is fetched for it, neither when it is read nor when a value is checked."""
    with socket.create_server(("127.0.0.1", 0)) as sink:
        sink.settimeout(0.05)
        text = json.dumps(schema).replace("{port}", str(sink.getsockname()[1]))
        with pytest.raises(InvalidSchema):
            SchemaCheck(json.loads(text))
        with pytest.raises(TimeoutError):
            sink.accept()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "text"},
        {"type": 7},
        {"pattern": "("},
        {"minLength": -1},
        {"required": "name"},
        {"properties": []},
        {"enum": "abc"},
        {"multipleOf": 0},
    ],
    ids=str,
)
def test_what_is_no_schema_is_refused_when_it_is_read(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchema):
        SchemaCheck(schema)


def test_references_inside_are_followed() -> None:
    schema = {
        "properties": {"a": {"$ref": "#positive"}, "$ref": {"type": "string"}},
        "$defs": {"p": {"$anchor": "positive", "minimum": 1}},
    }
    assert SchemaCheck(schema).errors({"a": 0})[0].pointer == "/a"
    assert SchemaCheck(schema).accepts({"a": 1, "$ref": "http://example.org"})


@pytest.mark.parametrize("schema", [RECURSIVE, {"$ref": "#"}, {"allOf": [{"$ref": "#"}]}], ids=str)
def test_endless_nesting_is_an_error_and_no_crash(schema: dict[str, Any]) -> None:
    """GW-04: a value nested as deep as JSON may be, and a schema that turns in a circle."""
    value: dict[str, Any] = {}
    for _ in range(2_000):
        value = {"in": value}
    check = SchemaCheck(schema)
    assert not check.accepts(value)
    assert [error.pointer for error in check.errors(value, "/input")] == ["/input"]


def test_a_required_name_with_quotes_still_has_a_place() -> None:
    check = SchemaCheck({"required": ["a'b", "c"]})
    assert [error.pointer for error in check.errors({}, "/input")] == ["/input/a'b", "/input/c"]


def test_names_that_a_pattern_allows_are_not_called_unknown() -> None:
    check = SchemaCheck({"patternProperties": {"^x-": {}}, "properties": {"a": {}}, "additionalProperties": False})
    assert [error.pointer for error in check.errors({"x-1": 1, "a": 1, "b": 1})] == ["/b"]
