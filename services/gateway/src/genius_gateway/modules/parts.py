# SPDX-License-Identifier: EUPL-1.2
"""Where in a JSON schema a pointer leads: for the parts of a result that a module sends before the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_DEPTH = 32
_BRANCHES = ("anyOf", "oneOf", "allOf")


def places(schema: dict[str, Any], pointer: str) -> list[dict[str, Any]]:
    """The subschemas that may describe the value at `pointer` (RFC 6901); empty = there is no such place."""
    if pointer and not pointer.startswith("/"):
        return []
    found = list(_open(schema, schema, _DEPTH))
    for raw in pointer.split("/")[1:]:
        name = raw.replace("~1", "/").replace("~0", "~")
        found = [leaf for part in found for step in _step(part, name) for leaf in _open(step, schema, _DEPTH)]
    return found


def _open(part: Any, root: dict[str, Any], left: int) -> Iterator[dict[str, Any]]:
    """`part` itself and what it refers to."""
    if part is True:
        part = {}
    if not isinstance(part, dict) or left == 0:
        return
    yield part
    reference = part.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        yield from _open(_resolve(root, reference[1:]), root, left - 1)
    for key in _BRANCHES:
        for branch in part.get(key, []):
            yield from _open(branch, root, left - 1)


def _resolve(root: Any, pointer: str) -> Any:
    for raw in pointer.split("/")[1:]:
        root = root.get(raw.replace("~1", "/").replace("~0", "~")) if isinstance(root, dict) else None
    return root


def _step(part: dict[str, Any], name: str) -> Iterator[Any]:
    if name in part.get("properties", {}):
        yield part["properties"][name]
    elif part.get("type") == "object" and part.get("additionalProperties", True) is not False:
        yield part.get("additionalProperties", {})
    if (name.isdecimal() or name == "-") and part.get("type") == "array":
        yield part.get("items", {})
