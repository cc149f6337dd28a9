# SPDX-License-Identifier: EUPL-1.2
"""A new module from a template: a folder that works, is tested, and passes the conformance suite as it is."""

from __future__ import annotations

import datetime as dt
import re
from importlib.resources import files
from pathlib import Path
from typing import Literal

from genius_stack.errors import Refused

Kind = Literal["http", "package"]
_ID = re.compile(r"[a-z][a-z0-9-]{1,40}")
_PLACE = re.compile(r"@@(\w+)@@")
_SUFFIX = ".txt"  # so that no tool takes a template for a program
_VALID = dt.timedelta(days=365)


def create(name: str, kind: Kind, folder: Path, today: dt.date) -> list[Path]:
    """Write the module `name` into `folder`, which must be new or empty; answers the files.

    Raises: Refused for a name that is no id of a module, and for a folder that has something in it.
    """
    if not _ID.fullmatch(name) or name.endswith("-"):
        raise Refused(
            f"„{name}“ geht nicht als Kennung. Erlaubt sind 2 bis 41 Kleinbuchstaben, Ziffern und Bindestriche, am "
            "Anfang ein Buchstabe, am Ende kein Bindestrich, zum Beispiel „fristen-rechnen“."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} gibt es schon, und es ist nicht leer. Wählen Sie einen anderen Ordner mit --folder.")
    package = name.replace("-", "_")
    values = {
        "id": name,
        "package": package,
        "title": name.replace("-", " ").capitalize(),
        "today": today.isoformat(),
        "until": (today + _VALID).isoformat(),
    }
    written = []
    for template in sorted(
        files("genius_stack.modules").joinpath("templates", kind).iterdir(), key=lambda one: one.name
    ):
        place = template.name.removesuffix(_SUFFIX)
        path = folder / (f"{package}/__init__.py" if place == "module.py" else place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_PLACE.sub(lambda found: values[found[1]], template.read_text("utf-8")), encoding="utf-8")
        written.append(path)
    return written
