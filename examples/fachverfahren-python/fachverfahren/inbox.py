# SPDX-License-Identifier: EUPL-1.2
"""The inbox: a folder for each application that came in, with `antrag.json` and the files as they arrived."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ABOUT = "antrag.json"


class Unusable(Exception):
    """A folder that a person has to look at; the text says why."""


@dataclass(frozen=True)
class Application:
    """`reference` is the Aktenzeichen, `clerk` whose desk it goes to."""

    reference: str
    received: dt.date
    clerk: str
    files: tuple[Path, ...]

    @property
    def digest(self) -> str:
        """Of names and contents: other files make another check."""
        whole = hashlib.sha256()
        for path in self.files:
            whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()


def folders(inbox: Path) -> Iterator[Path]:
    return iter(sorted(path for path in inbox.iterdir() if path.is_dir()))


def read(folder: Path) -> Application:
    """Raises: Unusable."""
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        reference, clerk = str(about["aktenzeichen"]), str(about["sachbearbeitung"])
        received = dt.date.fromisoformat(about["eingang"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{folder.name}: antrag.json fehlt oder ist unvollständig ({type(error).__name__}).") from error
    files = tuple(sorted(path for path in folder.iterdir() if path.is_file() and path.name != _ABOUT))
    if not files:
        raise Unusable(f"{folder.name}: keine Dateien.")
    return Application(reference, received, clerk, files)
