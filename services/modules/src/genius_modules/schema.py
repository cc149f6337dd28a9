# SPDX-License-Identifier: EUPL-1.2
"""JSON schemas of inputs that a form generator can turn into fields, from pydantic models.

The subset: string, enum, boolean, integer, uuid, arrays of these, `anyOf [X, null]`. Extensions: `x-labels`, `x-help`
(each `{de, en}`), `x-enum-labels` (value → `{de, en}`), `x-widget` (`textarea | knowledge-bases | files | checks |
hidden`), `x-part` (`{de, en}`: the fields of one part are shown together under that name, closed at first);
beside a `oneOf` of the whole input `x-message` (`{pointer, de, en}`: where and how to say that no branch fits).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Widget = Literal["textarea", "knowledge-bases", "files", "checks", "hidden"]
Pair = tuple[str, str]


def _label(pair: Pair) -> dict[str, str]:
    return {"de": pair[0], "en": pair[1]}


def form(
    label: Pair,
    *,
    help_text: Pair | None = None,
    widget: Widget | None = None,
    options: dict[str, Pair] | None = None,
    part: Pair | None = None,
) -> dict[str, Any]:
    """The `json_schema_extra` of one field; texts are (German, English)."""
    extra: dict[str, Any] = {"x-labels": _label(label)}
    if help_text:
        extra["x-help"] = _label(help_text)
    if widget:
        extra["x-widget"] = widget
    if options:
        extra["x-enum-labels"] = {value: _label(pair) for value, pair in options.items()}
    if part:
        extra["x-part"] = _label(part)
    return extra


def either(first: str, second: str, message: Pair) -> dict[str, Any]:
    """The `json_schema_extra` of an input that needs exactly one of a text field and a list field.

    `x-message` says so at the text field: JSON Schema itself only knows that no branch fits.
    """
    return {
        "oneOf": [
            {"required": [first], "properties": {first: {"type": "string", "pattern": r"\S"}}},
            {"required": [second], "properties": {second: {"type": "array", "minItems": 1}}},
        ],
        "x-message": {"pointer": f"/{first}", **_label(message)},
    }


def _tidy(node: Any) -> Any:
    """Remove pydantic's generated titles (English class names), which no form should show."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _tidy_properties(value) if key in {"properties", "$defs"} else _tidy(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }


def _tidy_properties(properties: dict[str, Any]) -> dict[str, Any]:
    # The keys of these are names (a property may be called "title"), only their values are schemas.
    return {name: _tidy(value) for name, value in properties.items()}


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of `model` as published in a manifest."""
    tidy: dict[str, Any] = _tidy(model.model_json_schema())
    return {"$schema": DIALECT, **tidy}
