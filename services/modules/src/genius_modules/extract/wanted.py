# SPDX-License-Identifier: EUPL-1.2
"""Which fields are wanted: from a closed subset of JSON Schema, or from a list of names that a person wrote.

The subset: an object of properties; a property is a string, number, integer or boolean (or one of these and null), an
array of such, or an array of objects of such (the rows of a table). Whatever goes beyond is refused by name: a keyword
that is ignored would look as if it had been checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from genius_common.errors import FieldError

Kind = Literal[
    "text", "date", "amount", "number", "integer", "boolean", "iban", "email", "phone", "file_number", "address",
    "choice",
]  # fmt: skip
FORMATS: dict[str, Kind] = {
    "date": "date", "currency": "amount", "iban": "iban", "email": "email", "phone": "phone",
    "aktenzeichen": "file_number", "address": "address",
}  # fmt: skip
MAX_FIELDS, MAX_NAME, MAX_TITLE, MAX_CHOICES = 60, 80, 200, 50
_ROOT = frozenset(("$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties"))
_SCALAR = frozenset(("title", "description", "type", "format", "enum"))
_ARRAY = frozenset(("title", "description", "type", "items"))
_ROW = frozenset(("title", "description", "type", "properties", "required", "additionalProperties"))
_TYPES = ("string", "number", "integer", "boolean")
# What a person writes in brackets behind a name: "Rechnungsdatum (Datum)".
KINDS_IN_WORDS: dict[str, Kind] = {
    "text": "text", "datum": "date", "date": "date", "betrag": "amount", "amount": "amount", "zahl": "number",
    "number": "number", "ja/nein": "boolean", "iban": "iban", "e-mail": "email", "email": "email", "telefon": "phone",
    "phone": "phone", "aktenzeichen": "file_number", "anschrift": "address", "adresse": "address", "address": "address",
}  # fmt: skip
_LINE = re.compile(r"\s*(?:[-•*–]\s+)?(?P<name>[^()\n]{1,80}?)\s*(?:\((?P<kind>[^()\n]{1,20})\))?\s*:?\s*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One field. `columns` are those of a table's rows, `many` wants every value; `as_text` gives amounts as text."""

    name: str
    label: str
    hints: tuple[str, ...] = ()
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    many: bool = False
    columns: tuple[Wanted, ...] = ()
    required: bool = False
    as_text: bool = False


def from_schema(schema: Mapping[str, Any]) -> tuple[list[Wanted], list[FieldError]]:
    """The fields of `schema`, or why it is refused, as pointers below the input."""
    reader = _Reader()
    return list(reader.fields(schema, "/schema", _ROOT, depth=0)), reader.errors


def from_lines(text: str) -> tuple[list[Wanted], list[FieldError]]:
    """The fields of a list with one name a line, the kind in brackets where it is not plain text."""
    found: list[Wanted] = []
    errors: list[FieldError] = []
    for line in filter(str.strip, text.splitlines()):
        match = _LINE.fullmatch(line)
        kind = KINDS_IN_WORDS.get((match["kind"] or "text").strip().lower()) if match else None
        if match is None or kind is None:
            known = ", ".join(sorted({word.capitalize() for word in KINDS_IN_WORDS}))
            errors.append(FieldError("/fields", f"„{line.strip()[:80]}“ ist kein Feld. Arten in Klammern: {known}."))
            continue
        name = match["name"].strip()
        if any(name == other.name for other in found):
            errors.append(FieldError("/fields", f"„{name}“ steht zweimal in der Liste."))
        found.append(Wanted(name, name, kind=kind))
    if not found and not errors:
        errors.append(FieldError("/fields", "Bitte nennen Sie mindestens ein Feld."))
    if len(found) > MAX_FIELDS:
        errors.append(FieldError("/fields", f"Es sind {len(found)} Felder; erlaubt sind {MAX_FIELDS}."))
    return found, errors[:5]


class _Reader:
    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self.count = 0

    def refuse(self, pointer: str, detail: str) -> None:
        self.errors.append(FieldError(pointer, detail))

    def fields(self, schema: Any, pointer: str, allowed: frozenset[str], depth: int) -> Iterator[Wanted]:
        """The properties of an object schema."""
        if not self._closed(schema, pointer, allowed):
            return
        if schema.get("type") != "object":
            self.refuse(f"{pointer}/type", "Erwartet wird „object“ mit Feldern unter „properties“.")
            return
        properties, required = schema.get("properties"), schema.get("required", [])
        if not isinstance(properties, dict) or not properties:
            self.refuse(f"{pointer}/properties", "Bitte nennen Sie mindestens ein Feld.")
            return
        if not isinstance(required, list) or not set(map(str, required)) <= properties.keys():
            self.refuse(f"{pointer}/required", "Erwartet wird eine Liste von Namen aus „properties“.")
            required = []
        for name, one in properties.items():
            self.count += 1
            place = f"{pointer}/properties/{name.replace('~', '~0').replace('/', '~1')}"
            if self.count > MAX_FIELDS or not name or len(name) > MAX_NAME:
                self.refuse(place, f"Erlaubt sind {MAX_FIELDS} Felder mit Namen bis {MAX_NAME} Zeichen.")
                return
            field = self._field(name, one, place, depth, required=name in required)
            if field:
                yield field

    def _field(self, name: str, one: Any, pointer: str, depth: int, *, required: bool) -> Wanted | None:
        if isinstance(one, dict) and one.get("type") == "array":
            return self._array(name, one, pointer, depth, required=required)
        if not self._closed(one, pointer, _SCALAR):
            return None
        kind = self._kind(one, pointer)
        choices = self._choices(one, pointer)
        if kind is None or choices is None:
            return None
        as_text = kind == "amount" and "string" in _types(one)
        label, hints = self._words(name, one, pointer)
        return Wanted(name, label, hints, "choice" if choices else kind, choices, required=required, as_text=as_text)

    def _array(self, name: str, one: dict[str, Any], pointer: str, depth: int, *, required: bool) -> Wanted | None:
        if depth or not self._closed(one, pointer, _ARRAY):
            if depth:
                self.refuse(f"{pointer}/type", "Eine Liste in einer Liste wird nicht unterstützt.")
            return None
        items, place = one.get("items"), f"{pointer}/items"
        label, hints = self._words(name, one, pointer)
        if isinstance(items, dict) and items.get("type") == "object":
            columns = tuple(self.fields(items, place, _ROW, depth + 1))
            return Wanted(name, label, hints, many=True, columns=columns, required=required) if columns else None
        inner = self._field(name, items, place, depth + 1, required=required)
        if inner is None:
            return None
        return Wanted(
            name, label, hints, inner.kind, inner.choices, many=True, required=required, as_text=inner.as_text
        )

    def _closed(self, schema: Any, pointer: str, allowed: frozenset[str]) -> bool:
        if not isinstance(schema, dict):
            self.refuse(pointer, "Erwartet wird ein Schema (ein Objekt).")
            return False
        unknown = [str(key) for key in schema if key not in allowed]
        for key in unknown:
            self.refuse(f"{pointer}/{key}", f"„{key[:60]}“ wird hier nicht unterstützt. Bitte weglassen.")
        return not unknown

    def _kind(self, one: dict[str, Any], pointer: str) -> Kind | None:
        types = _types(one)
        named = [kind for kind in types if kind != "null"]
        if len(named) != 1 or named[0] not in _TYPES:
            self.refuse(f"{pointer}/type", "Erlaubt sind string, number, integer und boolean, auch zusammen mit null.")
            return None
        wanted, given = named[0], one.get("format")
        if given is None:
            return "text" if wanted == "string" else wanted  # type: ignore[return-value]
        if given not in FORMATS or (wanted != "string" and given != "currency") or wanted == "boolean":
            known = ", ".join(FORMATS) if wanted == "string" else "currency"
            self.refuse(f"{pointer}/format", f"Dieses Format gibt es hier nicht. Erlaubt: {known}.")
            return None
        return FORMATS[given]

    def _choices(self, one: dict[str, Any], pointer: str) -> tuple[str, ...] | None:
        given = one.get("enum")
        if given is None:
            return ()
        fits = isinstance(given, list) and 0 < len(given) <= MAX_CHOICES
        if not fits or not all(isinstance(choice, str) and choice.strip() for choice in given):
            self.refuse(f"{pointer}/enum", f"Erwartet wird eine Liste von 1 bis {MAX_CHOICES} Texten.")
            return None
        return tuple(given)

    def _words(self, name: str, one: dict[str, Any], pointer: str) -> tuple[str, tuple[str, ...]]:
        found = []
        for key in ("title", "description"):
            value = one.get(key)
            if value is not None and (not isinstance(value, str) or len(value) > MAX_TITLE):
                self.refuse(f"{pointer}/{key}", f"Erwartet wird ein Text bis {MAX_TITLE} Zeichen.")
            elif value and value.strip():
                found.append(value.strip())
        title = found[0] if found and one.get("title") else _spoken(name)
        return title, tuple(dict.fromkeys([*found, _spoken(name)]))


def _types(one: dict[str, Any]) -> list[str]:
    given = one.get("type")
    return [str(item) for item in given] if isinstance(given, list) else [str(given)]


def _spoken(name: str) -> str:
    """`rechnungsDatum_netto` → `rechnungs Datum netto`."""
    return re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|[_\-.]+", " ", name).strip()
