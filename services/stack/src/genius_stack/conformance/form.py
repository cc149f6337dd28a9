# SPDX-License-Identifier: EUPL-1.2
"""Whether the web UI can draw a module's form so that everybody can use it: names in both languages, known controls."""

from __future__ import annotations

from typing import Any

WIDGETS = frozenset({"textarea", "knowledge-bases", "files", "checks", "hidden"})
_KINDS = frozenset({"string", "integer", "number", "boolean", "array", "object"})
_DEPTH = 6


def faults(schema: dict[str, Any]) -> list[str]:
    """What is wrong, field by field; empty = the form can be drawn and each field has its name (WCAG 1.3.1, 3.3.2)."""
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        return ["Die Eingabe muss ein Objekt mit „properties“ sein."]
    return _fields(schema, schema, "", _DEPTH)


def _fields(part: dict[str, Any], root: dict[str, Any], path: str, depth: int) -> list[str]:
    found = []
    for name, field in part.get("properties", {}).items():
        found += _field(_open(field, root), root, f"{path}/{name}", depth)
    return found


def _field(field: dict[str, Any], root: dict[str, Any], path: str, depth: int) -> list[str]:
    widget = field.get("x-widget")
    if widget == "hidden" or "const" in field:
        return []
    found = []
    if widget is not None and widget not in WIDGETS:
        found.append(f"{path}: x-widget „{widget}“ gibt es nicht, nur {', '.join(sorted(WIDGETS))}.")
    if not _both(field.get("x-labels")):
        found.append(f"{path}: x-labels mit de und en fehlt.")
    if "x-help" in field and not _both(field["x-help"]):
        found.append(f"{path}: x-help braucht de und en.")
    found += _options(field, root, path)
    kind = field.get("type")
    if kind not in _KINDS and "enum" not in field:
        found.append(f"{path}: Der Typ „{kind}“ lässt sich nicht als Feld zeigen.")
    if kind == "object":
        found += _fields(field, root, path, depth - 1) if depth else [f"{path}: zu tief verschachtelt."]
    return found


def _options(field: dict[str, Any], root: dict[str, Any], path: str) -> list[str]:
    values = field.get("enum")
    if field.get("x-widget") == "checks":
        values = _open(field.get("items", {}), root).get("enum")
        if not values:
            return [f"{path}: „checks“ braucht eine Liste mit enum."]
    labels = field.get("x-enum-labels")
    if values and not (isinstance(labels, dict) and all(_both(labels.get(str(value))) for value in values)):
        return [f"{path}: x-enum-labels mit de und en fehlt für einen der Werte."]
    return []


def _both(label: Any) -> bool:
    return isinstance(label, dict) and all(isinstance(label.get(k), str) and label[k].strip() for k in ("de", "en"))


def _open(field: Any, root: dict[str, Any], depth: int = _DEPTH) -> dict[str, Any]:
    """As `resolve` of the web UI's forms: references, and the one branch that is not null."""
    if not isinstance(field, dict) or depth == 0:
        return {}
    if isinstance(field.get("$ref"), str):
        target: Any = root
        for key in field["$ref"].removeprefix("#/").split("/"):
            target = target.get(key, {}) if isinstance(target, dict) else {}
        return {**_open(target, root, depth - 1), **{k: v for k, v in field.items() if k != "$ref"}}
    branches = [branch for branch in field.get("anyOf", []) if branch != {"type": "null"}]
    if len(branches) == 1:
        return {**_open(branches[0], root, depth - 1), **{k: v for k, v in field.items() if k != "anyOf"}}
    return field
