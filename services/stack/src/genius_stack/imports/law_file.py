# SPDX-License-Identifier: EUPL-1.2
"""The file of one law: a JSON object a § and line, as the platform is shipped with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from genius_common.contracts.laws import LawText
from genius_stack.errors import LawNotUpdated


def read_law(file: Path, as_of: dt.date | None) -> dict[str, Any]:
    """The body of the import. `as_of`: of the law, else the latest of its §§. Raises: LawNotUpdated."""
    sections = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            section = orjson.loads(line)
        except orjson.JSONDecodeError:
            section = None
        if not isinstance(section, dict):
            raise LawNotUpdated(f"{file}, Zeile {number}: Hier steht kein § als JSON-Objekt.")
        sections.append(section)
    if not sections:
        raise LawNotUpdated(f"{file} enthält keinen §.")
    latest = max(str(section.get("as_of", "")) for section in sections)
    key = str(sections[0].get("id", "")).partition("/")[0]
    try:
        law = LawText.model_validate({"bjnr": key, "as_of": as_of or latest, "sections": sections})
    except ValidationError as error:
        raise LawNotUpdated(f"{file}: {_told(error)}") from error
    return law.model_dump(mode="json")


def _told(error: ValidationError) -> str:
    """Where it is wrong and how, without the text that stands there."""
    # A § first: the date of the whole is made of theirs.
    found = error.errors(include_input=False, include_url=False)
    first = min(found, key=lambda one: one["loc"][:1] != ("sections",))
    place = first["loc"]
    if place[:1] == ("sections",) and len(place) > 1:
        rest = ".".join(map(str, place[2:]))
        return f"{int(place[1]) + 1}. §{f', Feld „{rest}“' if rest else ''} ist nicht wie verlangt ({first['type']})."
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    return f"Angabe „{'.'.join(map(str, place))}“ fehlt oder ist nicht wie verlangt ({first['type']})."
