# SPDX-License-Identifier: EUPL-1.2
"""JSON Schema 2020-12 with German texts. The wrong value itself is never repeated: it is content."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from genius_common.errors import FieldError
from genius_gateway.modules.parts import places

_MAX_ERRORS = 20
# A malformed id is no wrong form but an unknown object: whoever looks it up answers 404, as for a foreign one.
_FORMATS = FormatChecker([name for name in Draft202012Validator.FORMAT_CHECKER.checkers if name != "uuid"])

_FORMS = {"date": "Das ist kein Tag. Bitte schreiben Sie ihn wie 2026-11-26."}
_TEXTS: dict[str, Callable[[Any], str]] = {
    "additionalProperties": lambda _: "Dieses Feld gibt es nicht.",
    "anyOf": lambda _: "Der Wert ist hier nicht erlaubt.",
    "const": lambda limit: f"Erlaubt ist nur „{limit}“.",
    "enum": lambda limit: "Erlaubt sind: " + ", ".join(str(value) for value in limit) + ".",
    "format": lambda limit: _FORMS.get(limit, f"Erwartet: {limit}."),
    "maxItems": lambda limit: f"Höchstens {limit} Einträge sind erlaubt.",
    "maxLength": lambda limit: f"Der Text ist zu lang: erlaubt sind {limit} Zeichen.",
    "maximum": lambda limit: f"Der Wert darf höchstens {limit} sein.",
    "minItems": lambda limit: f"Mindestens {limit} Einträge sind nötig.",
    "minLength": lambda limit: f"Der Text ist zu kurz: nötig sind mindestens {limit} Zeichen.",
    "minimum": lambda limit: f"Der Wert muss mindestens {limit} sein.",
    "pattern": lambda _: "Der Text hat nicht die erwartete Form.",
    "required": lambda _: "Diese Angabe fehlt.",
    "type": lambda limit: "Erwartet wird: " + (limit if isinstance(limit, str) else " oder ".join(limit)) + ".",
    "uniqueItems": lambda _: "Kein Eintrag darf doppelt sein.",
}


def _pointer(parts: list[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class InvalidSchema(ValueError):
    """No JSON Schema 2020-12, or one that points outside itself."""


class SchemaCheck:
    """A compiled schema of a module's input or result. Raises `InvalidSchema`; nothing is ever fetched (ING-01)."""

    def __init__(self, schema: dict[str, Any]) -> None:
        try:
            Draft202012Validator.check_schema(schema)
            _check_references(schema)
        except (SchemaError, Unresolvable, RecursionError) as error:
            raise InvalidSchema(type(error).__name__) from error
        self._schema = schema
        self._validator = Draft202012Validator(schema, format_checker=_FORMATS, registry=Registry())

    def accepts_part(self, pointer: str, value: Any) -> bool:
        """Whether a value at `pointer` can be a part of what the schema describes."""
        try:
            found = places(self._schema, pointer)
            return any(self._validator.evolve(schema=part).is_valid(value) for part in found)
        except RecursionError:
            return False

    def accepts(self, value: Any) -> bool:
        try:
            return bool(self._validator.is_valid(value))
        except RecursionError:
            return False

    def errors(self, value: Any, prefix: str = "") -> list[FieldError]:
        """What is wrong with `value`, as JSON pointers below `prefix`; empty = valid."""
        found: list[FieldError] = []
        try:
            for error in self._validator.iter_errors(value):
                found.extend(_field_errors(error, prefix))
                if len(found) >= _MAX_ERRORS:
                    break
        except RecursionError:
            return [FieldError(prefix, "Die Angaben sind zu tief verschachtelt.")]
        return found[:_MAX_ERRORS]


def _check_references(schema: dict[str, Any]) -> None:
    """Every reference must point to something inside the schema; the validator would fetch others by itself."""
    resolver = Registry().with_resource("", DRAFT202012.create_resource(schema)).crawl().resolver("")
    left: list[Any] = [schema]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            for key in ("$ref", "$dynamicRef"):
                if isinstance(reference := item.get(key), str):
                    resolver.lookup(reference)
        left.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())


def _unknown_names(value: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    patterns = schema.get("patternProperties", {})
    return [
        name
        for name in value
        if name not in schema.get("properties", {}) and not any(re.search(pattern, name) for pattern in patterns)
    ]


def _field_errors(error: ValidationError, prefix: str) -> list[FieldError]:
    path = list(error.absolute_path)
    rule = str(error.validator)
    if rule in {"anyOf", "oneOf"} and (message := _message(error)):
        return [FieldError(prefix + _pointer(path) + message["pointer"], message["de"])]
    if rule == "additionalProperties" and isinstance(error.instance, dict):
        names = _unknown_names(error.instance, error.schema if isinstance(error.schema, dict) else {})
    elif rule == "required" and isinstance(error.instance, dict):
        # One error per missing name is raised; the name is only in its text, so find it anew.
        required: Any = error.validator_value
        names = [name for name in required if error.message.startswith(f"{name!r} ")]
    elif rule == "anyOf" and error.context:
        best = max(error.context, key=lambda item: (len(item.absolute_path), str(item.validator) != "type"))
        return _field_errors(best, prefix)
    else:
        names = []
    text = _TEXTS.get(rule, lambda _: "Der Wert ist hier nicht erlaubt.")(error.validator_value)
    if names:
        return [FieldError(prefix + _pointer([*path, name]), text) for name in names]
    return [FieldError(prefix + _pointer(path), text)]


def _message(error: ValidationError) -> dict[str, str] | None:
    """`x-message` beside the alternatives: where and how the module says that none of them fits."""
    found: Any = error.schema.get("x-message") if isinstance(error.schema, dict) else None
    usable = isinstance(found, dict) and all(isinstance(found.get(key), str) for key in ("pointer", "de"))
    return found if usable else None
