# SPDX-License-Identifier: EUPL-1.2
"""JSON Schema 2020-12 with German texts. The wrong value itself is never repeated: it is content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from genius_common.errors import FieldError

_MAX_ERRORS = 20
# A malformed id is no wrong form but an unknown object: whoever looks it up answers 404, as for a foreign one.
_FORMATS = FormatChecker([name for name in Draft202012Validator.FORMAT_CHECKER.checkers if name != "uuid"])

_TEXTS: dict[str, Callable[[Any], str]] = {
    "additionalProperties": lambda _: "Dieses Feld gibt es nicht.",
    "anyOf": lambda _: "Der Wert ist hier nicht erlaubt.",
    "const": lambda limit: f"Erlaubt ist nur „{limit}“.",
    "enum": lambda limit: "Erlaubt sind: " + ", ".join(str(value) for value in limit) + ".",
    "format": lambda limit: f"Erwartet: {limit}.",
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


class SchemaCheck:
    """A compiled schema of a module's input or result."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._validator = Draft202012Validator(schema, format_checker=_FORMATS)

    def accepts(self, value: Any) -> bool:
        return bool(self._validator.is_valid(value))

    def errors(self, value: Any, prefix: str = "") -> list[FieldError]:
        """What is wrong with `value`, as JSON pointers below `prefix`; empty = valid."""
        found: list[FieldError] = []
        for error in self._validator.iter_errors(value):
            found.extend(_field_errors(error, prefix))
            if len(found) >= _MAX_ERRORS:
                break
        return found[:_MAX_ERRORS]


def _field_errors(error: ValidationError, prefix: str) -> list[FieldError]:
    path = list(error.absolute_path)
    rule = str(error.validator)
    if rule == "additionalProperties" and isinstance(error.instance, dict):
        allowed = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        names = [name for name in error.instance if name not in allowed]
    elif rule == "required" and isinstance(error.instance, dict):
        # One error per missing name is raised; the name is only in its text, so find it anew.
        required: Any = error.validator_value
        names = [name for name in required if f"'{name}'" in error.message]
    elif rule == "anyOf" and error.context:
        best = max(error.context, key=lambda item: (len(item.absolute_path), str(item.validator) != "type"))
        return _field_errors(best, prefix)
    else:
        names = []
    text = _TEXTS.get(rule, lambda _: "Der Wert ist hier nicht erlaubt.")(error.validator_value)
    if names:
        return [FieldError(prefix + _pointer([*path, name]), text) for name in names]
    return [FieldError(prefix + _pointer(path), text)]
